"""The file of a study is readable after a kill at any byte, and its locks end with a process."""

import multiprocessing
import os
import signal

import optuna
import pytest

from dltut.exceptions import InputError
from dltut.sweeps.journal import Locks, open_journal


def opened(folder):
    return open_journal(folder / "study.journal", Locks(folder / ".lock"))


def hold(path, connection):
    locks = Locks(path)
    locks.take(7)
    connection.send("held")
    connection.recv()


def test_a_lock_excludes_other_processes_and_ends_with_a_killed_one(tmp_path):
    path, (here, there) = tmp_path / ".lock", multiprocessing.Pipe()
    spawn = multiprocessing.get_context("spawn")
    process = spawn.Process(target=hold, args=(path, there), daemon=True)
    process.start()
    assert here.recv() == "held"
    locks = Locks(path)
    assert not locks.take(7) and locks.take(8)
    os.kill(process.pid, signal.SIGKILL)
    process.join()
    assert locks.take(7)
    locks.release(7)


def test_a_file_cut_off_at_any_byte_is_read_and_written_on(tmp_path):
    storage = opened(tmp_path)
    study = optuna.create_study(storage=storage, study_name="sweep")
    study.set_user_attr("first", 1)
    path = tmp_path / "study.journal"
    whole = path.read_bytes()
    study.set_user_attr("second", 2)
    record = path.read_bytes()[len(whole) :]
    for n in range(len(record)):
        path.write_bytes(whole + record[:n])
        study = optuna.load_study(storage=opened(tmp_path), study_name="sweep")
        assert study.user_attrs == {"first": 1}
        study.set_user_attr("third", n)
        assert path.read_bytes().startswith(whole) and path.read_bytes().endswith(b"\n")
        again = optuna.load_study(storage=opened(tmp_path), study_name="sweep")
        assert again.user_attrs == {"first": 1, "third": n}


@pytest.mark.parametrize("content", [b"no JSON\nat all\n", b'{"op_code": 0}\n', b"[1]\n{}\n"])
def test_a_damaged_file_is_one_line(tmp_path, content):
    (tmp_path / "study.journal").write_bytes(content)
    with pytest.raises(InputError, match=r"study.journal is damaged: bring it back from a copy"):
        opened(tmp_path)
