"""Files written whole or not at all: a kill, a full disk, a folder that is not there."""

import errno
import gzip
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dltut.exceptions import InputError
from dltut.machine.files import (
    atomic,
    is_file,
    is_folder,
    is_there,
    open_unpacked,
    refusals_told,
    remove_unfinished,
    unreadable,
)

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


@pytest.fixture
def calls(monkeypatch):
    """Every fsync (of a file, or of the folder of that name) and renaming, in order."""
    seen = []

    def fsync(descriptor):
        name = Path(f"/proc/self/fd/{descriptor}").readlink()
        seen.append(f"sync {name.name}" if name.is_dir() else "sync file")

    replace = Path.replace
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(
        Path, "replace", lambda path, new: (seen.append("rename"), replace(path, new))
    )
    return seen


def test_the_names_reach_the_disk_after_the_content(tmp_path, calls):
    with atomic(tmp_path / "runs" / "mlp" / "last.ckpt") as file:
        file.write(b"one")
    assert calls == [f"sync {tmp_path.name}", "sync runs", "sync file", "rename", "sync mlp"]


def failing(error_number, only=None):
    """A function that fails like the system, for some arguments only."""

    def fail(*arguments, **options):
        if only is None or only(*arguments):
            raise OSError(error_number, os.strerror(error_number))

    return fail


def is_a_folder(descriptor):
    return Path(f"/proc/self/fd/{descriptor}").readlink().is_dir()


def test_a_folder_that_cannot_be_synchronised_is_as_good_as_the_system_allows(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(os, "fsync", failing(errno.EINVAL, is_a_folder))
    with atomic(tmp_path / "a") as file:
        file.write(b"new")
    assert (tmp_path / "a").read_bytes() == b"new"


def test_a_failing_disk_is_said_after_the_renaming_too(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "fsync", failing(errno.EIO, is_a_folder))
    with (
        pytest.raises(InputError, match="the disk failed to keep a file's name") as caught,
        atomic(tmp_path / "a") as file,
    ):
        file.write(b"new")
    assert str(tmp_path) in str(caught.value) and "\n" not in str(caught.value)


def test_what_cannot_be_cleaned_up_hides_no_error_and_makes_none(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "unlink", failing(errno.EACCES))
    with atomic(tmp_path / "a") as file:
        file.write(b"one")
    assert (tmp_path / "a").read_bytes() == b"one"
    monkeypatch.setattr(os, "fsync", failing(errno.ENOSPC))
    with (
        pytest.raises(InputError, match=r"a could not be written \(No space"),
        atomic(tmp_path / "a") as file,
    ):
        file.write(b"two")
    with pytest.raises(ZeroDivisionError), atomic(tmp_path / "a"):
        raise ZeroDivisionError
    remove_unfinished(tmp_path)
    assert (tmp_path / "a").read_bytes() == b"one"


def test_names_as_long_as_the_system_allows(tmp_path):
    with atomic(tmp_path / ("a" * 255)) as file:
        file.write(b"one")
    assert left(tmp_path) == ["a" * 255]
    with pytest.raises(InputError, match="could not be written"), atomic(tmp_path / ("a" * 256)):
        pass


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


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (errno.ENOENT, "(no such file or directory): check its name"),
        (errno.EACCES, "(permission denied): see to its permissions"),
        (errno.EIO, "(input/output error): the disk may be failing, use another copy"),
        (errno.EMFILE, "(too many open files): check it"),
    ],
)
def test_what_the_system_cannot_read_is_told_apart(tmp_path, number, text):
    (tmp_path / "a").write_bytes(b"one")
    assert str(unreadable("a", OSError(number, os.strerror(number)))) == f"a cannot be read {text}"
    expected = pytest.raises(InputError, match=f"a cannot be read .{os.strerror(number).lower()}")
    with expected, open_unpacked(tmp_path / "a"):
        raise OSError(number, os.strerror(number))


def test_damaged_packing_is_the_reader_s_business(tmp_path):
    (tmp_path / "a.gz").write_bytes(b"\x1f\x8b" + bytes(20))
    with pytest.raises(gzip.BadGzipFile), open_unpacked(tmp_path / "a.gz") as file:
        file.read()


HOLDER = """
import sys
from dltut.machine.files import atomic
with atomic(sys.argv[1]) as file:
    file.write(b"new")
    file.flush()
    print("writing", flush=True)
    sys.stdin.read()
"""


def test_what_the_dead_left_goes_and_what_the_living_write_stays(tmp_path, repository):
    environment = os.environ | {"PYTHONPATH": str(repository)}
    subprocess.run([sys.executable, "-c", KILLED, tmp_path / "a"], env=environment, check=False)
    assert len(left(tmp_path)) == 1
    holder = [sys.executable, "-c", HOLDER, tmp_path / "b"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(holder, env=environment, **pipes) as process:
        process.stdout.readline()
        (tmp_path / ".theirs.part").write_bytes(b"of another program")
        with atomic(tmp_path / "c") as file, atomic(tmp_path / "d") as other:
            file.write(b"one")
            other.write(b"two")
        [living, *others] = left(tmp_path)
        assert living.startswith(".b.") and others == [".theirs.part", "c", "d"]
        remove_unfinished(tmp_path)
        assert left(tmp_path) == [living, "c", "d"]
        process.communicate()
    assert process.returncode == 0 and left(tmp_path) == ["b", "c", "d"]


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES])
def test_what_the_system_refuses_is_said_in_one_line(tmp_path, monkeypatch, number):
    def refuse(path, **options):
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(Path, "stat", refuse)
    for ask in (is_there, is_file, is_folder):
        with pytest.raises(InputError, match=rf"a cannot be read \({os.strerror(number).lower()}"):
            ask(tmp_path / "a")
    with pytest.raises(InputError, match=r"a cannot be read"), refusals_told():
        (tmp_path / "a").stat()
    with pytest.raises(OSError, match="nameless"), refusals_told():
        raise OSError("nameless")
