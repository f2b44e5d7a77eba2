"""Files written whole or not at all: a kill, a full disk, a folder that is not there."""

import gzip
import os
import resource
import signal
import subprocess
import sys

import pytest

from dltut.exceptions import InputError
from dltut.machine.files import atomic, open_unpacked

KILLED = """
import os, signal, sys
from dltut.machine.files import atomic
with atomic(sys.argv[1]) as file:
    file.write(b"new" * 10_000)
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def left(folder):
    return sorted(path.name for path in folder.iterdir())


def test_written(tmp_path):
    with atomic(tmp_path / "deep" / "er" / "a.bin") as file:
        file.write(b"one")
        assert not (tmp_path / "deep" / "er" / "a.bin").exists()
    with atomic(tmp_path / "deep" / "er" / "a.bin", "w") as file:
        file.write("zwölf")
    assert (tmp_path / "deep" / "er" / "a.bin").read_text(encoding="utf-8") == "zwölf"
    assert left(tmp_path / "deep" / "er") == ["a.bin"]


def test_permissions_are_those_of_any_new_file(tmp_path):
    before = os.umask(0o027)
    try:
        with atomic(tmp_path / "a") as file:
            file.write(b"one")
    finally:
        os.umask(before)
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o640


def test_an_error_inside_leaves_the_old_file(tmp_path):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), atomic(path) as file:
        file.write(b"new")
        raise ZeroDivisionError
    assert path.read_bytes() == b"old" and left(tmp_path) == ["a"]


def test_a_kill_leaves_the_old_file(tmp_path, repository):
    path = tmp_path / "a"
    path.write_bytes(b"old")
    environment = os.environ | {"PYTHONPATH": str(repository)}
    done = subprocess.run([sys.executable, "-c", KILLED, path], env=environment, check=False)
    assert done.returncode == -signal.SIGKILL
    assert path.read_bytes() == b"old"


def test_a_full_disk_leaves_the_old_file(tmp_path):
    """The kernel refuses bytes beyond the limit, as a full disk does."""
    path = tmp_path / "a"
    path.write_bytes(b"old")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    message = rf"^{path} could not be written \(File too large\); .* untouched: free some space"
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(InputError, match=message), atomic(path) as file:
            file.write(b"new" * 10_000)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == b"old" and left(tmp_path) == ["a"]


def test_a_disk_that_fills_at_the_end_leaves_the_old_file(tmp_path, monkeypatch):
    def full(number):
        raise OSError(28, "No space left on device")

    path = tmp_path / "a"
    path.write_bytes(b"old")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="No space left on device"), atomic(path) as file:
        file.write(b"new")
    assert path.read_bytes() == b"old" and left(tmp_path) == ["a"]


def test_places_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder" / "full").mkdir(parents=True)
    for path in (tmp_path / "file" / "a", tmp_path / "folder"):
        with (
            pytest.raises(InputError, match=rf"^{path} could not be written "),
            atomic(path) as file,
        ):
            file.write(b"new")
    assert left(tmp_path) == ["file", "folder"]


def test_unpacked_by_content(tmp_path):
    for name, content in (("a.gz", b"plain"), ("b", gzip.compress(b"plain"))):
        (tmp_path / name).write_bytes(content)
        with open_unpacked(tmp_path / name) as file:
            assert file.read() == b"plain"
    (tmp_path / "empty").write_bytes(b"")
    with open_unpacked(tmp_path / "empty") as file:
        assert file.read() == b""


def test_files_that_cannot_be_read(tmp_path):
    for path, reason in ((tmp_path / "none", "no such file"), (tmp_path, "is a directory")):
        with (
            pytest.raises(
                InputError, match=rf"^{path} cannot be read \({reason}.*: check its name"
            ),
            open_unpacked(path),
        ):
            pass
