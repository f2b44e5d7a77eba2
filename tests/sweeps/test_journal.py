"""The file of a study is readable after a kill at any byte, and its locks end with a process."""

import subprocess
import sys

import optuna
import pytest

from dltut.exceptions import InputError
from dltut.sweeps.journal import Locks, open_journal


def opened(folder):
    return open_journal(folder / "study.journal", Locks(folder / ".lock"))


HOLD = """
import fcntl, sys
file = open(sys.argv[1], "r+b")
fcntl.lockf(file, fcntl.LOCK_EX, 1, 7)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such locks")
def test_a_lock_excludes_other_processes_and_ends_with_a_killed_one(tmp_path):
    locks = Locks(tmp_path / ".lock")
    command, pipe = [sys.executable, "-c", HOLD, tmp_path / ".lock"], subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as process:
        assert process.stdout.readline() == b"held\n"
        assert not locks.take(7) and locks.take(8)
        process.kill()
        process.wait()
        assert locks.take(7)
    with locks.held(9):
        assert locks.take(9)  # by the same process
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
