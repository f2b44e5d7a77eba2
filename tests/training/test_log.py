import json
import math
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltut.exceptions import InputError
from dltut.training.log import Log, append_log, read_log, write_log


def rows_log(n=3):
    log = Log(n_batches=2)
    for i in range(n):
        log.append({"epoch": 1, "iteration": i, "valid_error": 1 / (i + 3), "best": i == 0})
    return log


def test_a_row_holds_plain_numbers():
    log = Log()
    log.append({"a": np.float32(0.1), "b": np.int64(3), "c": np.bool_(True), "d": np.array([0.5])})
    (row,) = log.rows
    assert row == {"a": float(np.float32(0.1)), "b": 3, "c": True, "d": 0.5}
    assert [type(value) for value in row.values()] == [float, int, bool, float]


@pytest.mark.parametrize("value", ["high", [1, 2], None, np.zeros(0), 1j])
def test_what_is_not_one_number_is_refused(value):
    with pytest.raises(InputError, match=r"error is .*, which is not one number"):
        Log().append({"error": value})


def test_what_is_derived_of_the_rows_stands_in_them():
    log = Log()
    log.derived["n"] = len
    log.derived["twice"] = lambda rows: 2 * rows[-1]["a"] if "a" in rows[-1] else None
    log.append({"a": 0.5})
    log.append({"b": 0.5})
    assert log.rows == [{"a": 0.5, "n": 1, "twice": 1.0}, {"b": 0.5, "n": 2}]


def test_position_follows_from_the_iteration():
    log = Log(n_batches=83)
    log.move_to(6140)
    assert (log.epoch, log.minibatch, log.epoch_ended) == (74, 81, False)
    log.move_to(6141)
    assert log.epoch_ended
    log = Log(n_batches=83)
    log.move_to(-1)
    assert (log.epoch, log.minibatch, log.epoch_ended) == (0, -1, False)


def test_the_clock_counts_only_while_running():
    log = Log()
    log.set_seconds(100.0)
    assert log.seconds == 100
    with log.running():
        first = log.seconds
        assert 100 <= first <= log.seconds < 101
    assert log.seconds == log.seconds >= first


def test_best_row_is_the_last_marked_best():
    log = Log()
    assert log.best_row is None
    for i, best in enumerate([True, False, True, False]):
        log.append({"iteration": i, "best": best})
    assert log.best_row["iteration"] == 2


def test_written_rows_read_back(tmp_path):
    log = rows_log()
    write_log(tmp_path, log)
    assert read_log(tmp_path) == [
        row | {"seconds": seconds} for row, seconds in zip(log.rows, log.clock, strict=True)
    ]
    assert read_log(tmp_path / "log.jsonl") == read_log(tmp_path)
    assert "seconds" not in (tmp_path / "log.jsonl").read_text()


def test_appending_writes_the_bytes_of_writing_anew(tmp_path):
    log = rows_log(5)
    write_log(tmp_path / "whole", log)
    part = Log(n_batches=2, rows=log.rows[:2], clock=log.clock[:2])
    write_log(tmp_path / "part", part)
    append_log(tmp_path / "part", log, 2)
    for name in ("log.jsonl", "clock.jsonl"):
        assert (tmp_path / "whole" / name).read_bytes() == (tmp_path / "part" / name).read_bytes()


@given(st.lists(st.floats(), min_size=1))
def test_every_float_reads_back_exactly(tmp_path_factory, values):
    folder = tmp_path_factory.mktemp("log")
    log = Log()
    for i, value in enumerate(values):
        log.append({"epoch": 1, "iteration": i, "value": value})
    write_log(folder, log)
    for row, value in zip(read_log(folder), values, strict=True):
        same = struct.pack("d", row["value"]) == struct.pack("d", value)
        assert same or (math.isnan(value) and math.isnan(row["value"]))


def test_a_line_cut_off_while_written_is_left_out(tmp_path):
    log = rows_log()
    write_log(tmp_path, log)
    whole = (tmp_path / "log.jsonl").read_bytes()
    for n in range(len(whole)):
        (tmp_path / "log.jsonl").write_bytes(whole[:n])
        n_rows = whole[:n].count(b"\n")
        assert [row["iteration"] for row in read_log(tmp_path)] == list(range(n_rows))


ROW = {"epoch": 1, "iteration": 1}
LINES = ["{half", "[]", '{"no": 1}', "\xff", "", "[" * 100_000]
FIELDS = [{"epoch": 0}, {"epoch": "1"}, {"iteration": 1.5}, {"iteration": -1}, {"iteration": None}]
FIELDS += [
    {"epoch": 0, "iteration": -2},
    {"iteration": 0},
    {"minibatch": -1},
    {"best": 1},
    {"valid_error": "low"},
    {"x": [1]},
]


@pytest.mark.parametrize("line", [*LINES, *(json.dumps(ROW | field) for field in FIELDS)])
def test_a_damaged_line_is_named(tmp_path, line):
    write_log(tmp_path, rows_log())
    lines = (tmp_path / "log.jsonl").read_text().splitlines()
    lines[1] = line
    (tmp_path / "log.jsonl").write_text("\n".join(lines) + "\n")
    with pytest.raises(InputError, match=r"log.jsonl is damaged in line 2: resume the run"):
        read_log(tmp_path)


def test_a_folder_without_log_is_named(tmp_path):
    with pytest.raises(InputError, match=r"holds no log.jsonl: name the folder of a run"):
        read_log(tmp_path / "nothing")


def test_a_log_without_clock_is_read(tmp_path):
    write_log(tmp_path, rows_log())
    (tmp_path / "clock.jsonl").unlink()
    assert "seconds" not in read_log(tmp_path)[0]


def test_a_log_that_cannot_be_appended_to_says_so(tmp_path):
    (tmp_path / "clock.jsonl").mkdir()
    with pytest.raises(InputError, match=r"clock.jsonl could not be written .*resume the run"):
        append_log(tmp_path, rows_log(), 0)


def test_rows_are_json(tmp_path):
    write_log(tmp_path, rows_log(1))
    line = (tmp_path / "log.jsonl").read_text()
    assert json.loads(line) == {"epoch": 1, "iteration": 0, "valid_error": 1 / 3, "best": True}


@pytest.mark.parametrize("seconds", ["1", None, -1, float("nan"), float("inf"), [1]])
def test_a_damaged_clock_is_named(tmp_path, seconds):
    write_log(tmp_path, rows_log(1))
    (tmp_path / "clock.jsonl").write_text(json.dumps({"iteration": 0, "seconds": seconds}) + "\n")
    with pytest.raises(InputError, match=r"clock.jsonl is damaged in line 1"):
        read_log(tmp_path)


def test_a_log_shows_itself_as_a_table():
    log = Log(n_batches=2, watched="valid_error", n_examples={"valid": 1000})
    assert repr(log) == "Log(no rows yet, 0 minibatches done)"
    log.iteration = 4
    assert repr(log) == (
        "Log(no rows yet, 5 minibatches done; a Monitor among the extensions writes them)"
    )
    for i in range(100):
        row = {"epoch": i + 1, "iteration": 2 * i + 1, "train_cost": 1 / (i + 1)}
        row |= {"valid_error": 0.088 if i == 70 else 0.1, "best": i in (0, 70)}
        log.append(row | ({"test_error": 0.084} if row["best"] else {}))
    head, *lines = repr(log).splitlines()
    assert head.split() == "epoch cost validation error test error".split()
    assert lines[0].split() == ["1", "1", "10.0", "%", "8.4", "%"]
    (best,) = [line for line in lines if line.endswith("best")]
    assert best.split()[:4] == ["71", "0.01408", "8.8", "%"]
    assert len(lines) == 13 and lines[-1].split()[0] == "100"
    page = log._repr_html_()
    assert page.count("<tr>") == 14 and "<th>validation error</th>" in page


def test_a_cost_that_should_rise_has_a_name_of_its_own():
    log = Log(n_batches=2, cost_name="pseudo-likelihood")
    log.append({"epoch": 1, "train_cost": -62.5, "<b>": 1})
    assert repr(log).split() == ["epoch", "pseudo-likelihood", "<b>", "1", "-62.5", "1"]
    assert "<th>&lt;b&gt;</th>" in log._repr_html_()


@pytest.mark.parametrize("field", [{"epoch": -1}, {"iteration": -2}, {"minibatch": -2}])
def test_only_the_first_row_can_be_from_before_training(tmp_path, field):
    row = {"epoch": 0, "minibatch": -1, "iteration": -1}
    lines = [json.dumps(row), json.dumps(ROW)]
    (tmp_path / "log.jsonl").write_text("".join(f"{line}\n" for line in lines))
    assert [each["iteration"] for each in read_log(tmp_path)] == [-1, 1]
    lines[0] = json.dumps(row | field)
    (tmp_path / "log.jsonl").write_text("".join(f"{line}\n" for line in lines))
    with pytest.raises(InputError, match=r"log.jsonl is damaged in line 1"):
        read_log(tmp_path)
    (tmp_path / "log.jsonl").write_text(f"{json.dumps(row)}\n" * 2)
    with pytest.raises(InputError, match=r"log.jsonl is damaged in line 2"):
        read_log(tmp_path)
