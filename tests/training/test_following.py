"""A log that grows while it is read: the columns are those of the whole file, at every moment."""

import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dltut.commands.watch import watch
from dltut.exceptions import InputError
from dltut.training import Log, following, read_log
from dltut.training.following import Follower, is_training, read_columns
from dltut.training.log import append_log, write_log


def a_log(n, lower=0):
    log = Log(n_batches=3)
    for i in range(n):
        row = {"epoch": i + 1, "iteration": 3 * i + 2, "valid_error": 1 / (i + 1 + lower)}
        log.append(row | {"best": i % 2 == 0} | ({"test_error": 0.5} if i % 2 == 0 else {}))
    log.clock = [0.25 * (i + 1) for i in range(n)]
    return log


def assert_same(columns, run_dir):
    """The columns of a folder are what the slow way reads."""
    rows = read_log(run_dir)
    assert set(columns) == {name for row in rows for name in row}
    for name, column in columns.items():
        expected = [row.get(name, np.nan) for row in rows]
        np.testing.assert_array_equal(column, np.array(expected, "float64"))


def test_what_is_appended_is_read_on(tmp_path):
    follower, log = Follower(tmp_path), a_log(7)
    assert not follower.read() and follower.columns == {} and len(follower) == 0
    for n in (2, 3, 7):
        write_log(tmp_path, a_log(0)) if n == 2 else None
        log = a_log(n)
        append_log(tmp_path, log, len(follower))
        assert follower.read() and len(follower) == n
        assert_same(follower.columns, tmp_path)
        assert not follower.read()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(cuts=st.lists(st.integers(0, 700), max_size=6))
def test_files_that_grow_by_any_number_of_bytes(tmp_path, cuts):
    write_log(tmp_path, a_log(6))
    whole = (tmp_path / "log.jsonl").read_bytes()
    (tmp_path / "log.jsonl").write_bytes(b"")
    follower = Follower(tmp_path)
    for end in sorted(cuts):
        (tmp_path / "log.jsonl").write_bytes(whole[:end])
        follower.read()
        assert len(follower) == whole[:end].count(b"\n")
    (tmp_path / "log.jsonl").write_bytes(whole)
    follower.read()
    assert_same(follower.columns, tmp_path)


def test_a_log_that_is_written_anew(tmp_path):
    """A resumed run begins at its checkpoint, which is older than the log's last rows."""
    follower = Follower(tmp_path)
    write_log(tmp_path, a_log(5))
    follower.read()
    for n, lower in ((3, 0), (4, 0), (4, 9), (0, 0), (2, 0)):
        write_log(tmp_path, a_log(n, lower))
        assert follower.read() and len(follower) == n
        if n:
            assert_same(follower.columns, tmp_path)


def test_without_a_clock_there_are_no_seconds(tmp_path):
    write_log(tmp_path, a_log(3))
    clock = tmp_path / "clock.jsonl"
    lines = clock.read_text().splitlines(keepends=True)
    clock.write_text(lines[0] + lines[2])
    np.testing.assert_array_equal(read_columns(tmp_path)["seconds"], [0.25, np.nan, 0.75])
    clock.unlink()
    assert "seconds" not in read_columns(tmp_path / "log.jsonl")


@pytest.mark.parametrize(
    "line",
    ["{]", "5", "[1]", '{"epoch": 1}', '{"iteration": "9"}', '{"iteration": 2, "x": null}', "",
     '{"iteration": 9}, {"iteration": 10}', '{"iteration": 5}', '{"iteration": NaN}',
     '{"iteration": 9, "x": 1' + 400 * "0" + "}", 3000 * "[", '{"iteration": 9, "x": {}}'],
)  # fmt: skip
def test_the_damaged_line_is_named(tmp_path, line, monkeypatch):
    write_log(tmp_path, a_log(3))  # the last iteration is 8
    with (tmp_path / "log.jsonl").open("a") as file:
        file.write(f"{line}\n")
    for at_once in (1, 2, 100):
        monkeypatch.setattr(following, "AT_ONCE", at_once)
        with pytest.raises(InputError, match=r"log\.jsonl is damaged in line 4: resume the run"):
            read_columns(tmp_path)


def test_a_clock_without_what_it_should_say(tmp_path):
    write_log(tmp_path, a_log(2))
    for record in ({"iteration": 2}, {"iteration": 2, "iterations": 1, "clock": 3}):
        (tmp_path / "clock.jsonl").write_text(json.dumps(record) + "\n")
        assert np.isnan(read_columns(tmp_path)["seconds"]).all()


def test_there_may_be_no_log(tmp_path):
    with pytest.raises(InputError, match=r"holds no log\.jsonl: name the folder of a run"):
        read_columns(tmp_path)
    (tmp_path / "log.jsonl").mkdir()
    with pytest.raises(InputError, match=r"log\.jsonl cannot be read \(is a directory\)"):
        Follower(tmp_path).read()


def test_nan_and_infinity_are_numbers(tmp_path):
    row = {"epoch": 1, "iteration": 0, "train_cost": float("nan"), "norm": float("inf")}
    (tmp_path / "log.jsonl").write_text(json.dumps(row) + "\n")
    columns = read_columns(tmp_path)
    assert np.isnan(columns["train_cost"]).all() and np.isposinf(columns["norm"]).all()


TRAINING = """
import sys
from dltut.training import RunFolder
folder = RunFolder(sys.argv[1])
folder.lock()
print("locked", flush=True)
sys.stdin.readline()
if sys.argv[2] == "unlock":
    folder.unlock()
print("done", flush=True)
sys.stdin.readline()
"""


@pytest.mark.skipif(following.fcntl is None, reason="folders are not locked here")
def test_who_trains_is_seen_and_not_disturbed(tmp_path):
    """A process that was killed leaves its file, which is nobody's lock."""
    assert not is_training(tmp_path)
    for end in ("unlock", "kill"):
        command = [sys.executable, "-c", TRAINING, str(tmp_path), end]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout.readline() == "locked\n"
            assert [is_training(tmp_path) for _ in range(3)] == [True] * 3  # it keeps its lock
            process.stdin.write("\n")
            process.stdin.flush()
            assert process.stdout.readline() == "done\n"
            assert is_training(tmp_path) == (end == "kill")
            process.kill()
        assert not is_training(tmp_path)
    assert (tmp_path / ".lock").exists()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("\x1b[2J\n\x07", r"\x1b[2J\n\x07"),
        ("\ud800", r"\ud800"),
        ("a" * 999, "a" * 99 + "..." + "a" * 98),
    ],
)
def test_names_from_a_log_steer_no_terminal_and_can_be_written(tmp_path, name, shown, capsys):
    (tmp_path / "log.jsonl").write_text(json.dumps({"iteration": 1, "epoch": 1, name: 2.0}) + "\n")
    assert read_columns(tmp_path).keys() == {"iteration", "epoch", shown}
    watch(tmp_path, once=True, html=tmp_path / "a.html")
    assert "\x1b" not in capsys.readouterr().out
