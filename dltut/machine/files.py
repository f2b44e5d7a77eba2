"""Files: written whole or not at all, read through gzip when they are packed."""

import errno
import gzip
import io
import os
import pickle
import re
import secrets
import stat
import struct
import tokenize
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from itertools import takewhile
from pathlib import Path
from typing import IO

from dltut.exceptions import InputError, printable, quoted

try:
    import fcntl
except ImportError:  # Windows, where a file that is open cannot be deleted
    fcntl = None

UNFINISHED = ".part"
TEXT, ARRAYS = 2**20, 12 * 2**20  # bytes that any packed file may hold: what is read of text is
# many times as large in memory, arrays are not
TIMES = 13  # the packed size, that it may hold beside them: the tutorials' mnist.pkl.gz does
CHUNK = 2**20
OURS = re.compile(rf"\..*\.[0-9a-f]{{8}}\{UNFINISHED}", re.DOTALL)
LONGEST_NAME = 50  # characters of a file's name that its unfinished twin repeats
BROKEN = (  # what readers of formats raise at damaged files
    EOFError, OSError, ValueError, TypeError, LookupError, MemoryError, RuntimeError, SyntaxError,
    ArithmeticError, AttributeError, AssertionError, struct.error, tokenize.TokenError,
    pickle.UnpicklingError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip

_REMEDIES = {
    errno.ENOENT: "check its name",
    errno.ENOTDIR: "check its name",
    errno.ENAMETOOLONG: "check its name",
    errno.EISDIR: "check its name",
    errno.EACCES: "see to its permissions",
    errno.EPERM: "see to its permissions",
    errno.EIO: "the disk may be failing, use another copy",
    errno.ENXIO: "give a file",
}
# Of file systems that cannot bring a folder's names to the disk by themselves.
_NO_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS, errno.EACCES, errno.EPERM, errno.EISDIR)


@contextmanager
def atomic(path: str | os.PathLike, mode: str = "wb") -> Iterator[IO]:
    """Open a file for writing that replaces `path` only once it is complete and on the disk.

    Parameters
    ----------
    path : path
        Its folder is created when missing.
    mode : {"wb", "w"}
        Binary or text (UTF-8).

    Raises
    ------
    InputError
        If it cannot be written (disk full, no permission); what stood at `path` is untouched.

    Notes
    -----
    The folder is synchronised after the renaming: before that, a power cut could bring back the
    name of the old file. What a process that was killed in here has left in the folder is deleted.
    """
    path = Path(path)
    unfinished = None
    try:
        make_folder(path.parent)
        remove_unfinished(path.parent, OURS.fullmatch)
        with ExitStack() as held:
            unfinished, file = _begun(path, mode, held)
            with file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
            unfinished = None
    except OSError as error:
        raise InputError(
            f"{path} could not be written ({error.strerror or error}); the file that stood there "
            "before is untouched: free some space or choose another folder"
        ) from None
    finally:
        if unfinished is not None:
            with suppress(OSError):  # what went wrong before is the news
                unfinished.unlink()
    _sync_folder(path.parent)


def make_folder(folder: str | os.PathLike) -> None:
    """Create a folder and those above it where they are missing, and bring their names to the disk.

    Raises
    ------
    OSError
        If one cannot be created.
    """
    folder = Path(folder)
    missing = [*takewhile(lambda each: not each.exists(), (folder, *folder.parents))]
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
    for each in reversed(missing):
        _sync_folder(each.parent)


def remove_unfinished(
    folder: str | os.PathLike, ours: Callable[[str], object] = lambda name: True
) -> None:
    """Delete what processes that were killed in the middle of `atomic` have left in a folder.

    Parameters
    ----------
    folder : path
        It need not be there.
    ours : callable
        ``ours(name)``, true of those unfinished files that are meant; in a folder of a run, all.

    Notes
    -----
    What a living process is writing is held by it, and stays.
    """
    with suppress(OSError):
        for each in Path(folder).glob(f".*{UNFINISHED}"):
            if ours(each.name) and not each.is_symlink() and each.is_file():
                _remove_if_nobody_holds(each)


@contextmanager
def open_unpacked(path: str | os.PathLike, least: int = TEXT) -> Iterator["Unpacked"]:
    """Open a file for reading, through gzip if its first bytes say so, whatever its name is.

    Parameters
    ----------
    path : path
    least : int
        Bytes that may come out of the smallest packed file: `TEXT`, or `ARRAYS`.

    Raises
    ------
    InputError
        If there is no such file, or the system cannot read it; while it is read, if far more comes
        out of it than lies on the disk. What is no whole gzip file is left to the reader: the
        errors of `gzip` have no number.
    """
    try:
        with _opened(path) as file, ExitStack() as stack:
            size, raw = os.fstat(file.fileno()).st_size, file
            if file.peek(2)[:2] == b"\x1f\x8b":
                most = least + TIMES * size
                raw = _Bounded(stack.enter_context(gzip.GzipFile(fileobj=file)), path, most)
            yield stack.enter_context(Unpacked(raw, size))
    except OSError as error:
        if error.errno is None:
            raise
        raise unreadable(path, error) from None


def plain_file(path: str | os.PathLike) -> IO[bytes]:
    """A file opened for reading its bytes.

    Raises
    ------
    OSError
        If the system does not open it; if it is a pipe, for which one would wait for ever, or a
        device, which may have no end: an archive can hold links to any.
    """
    path = Path(path)
    mode = path.stat().st_mode
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):  # to open a folder is an error anyway
        raise OSError(errno.ENXIO, "a pipe or a device", str(path))
    return path.open("rb")


def read_plain(path: str | os.PathLike) -> bytes:
    """All the bytes of a file, opened as `plain_file` does.

    Raises
    ------
    OSError
        As there.
    """
    with plain_file(path) as file:
        return file.read()


def _opened(path: str | os.PathLike) -> IO[bytes]:
    try:
        return plain_file(path)
    except ValueError:  # a zero byte, or half a character
        raise InputError(f"{quoted(path)} cannot be the name of a file: check it") from None


class Unpacked(io.BufferedReader):
    """A file that is read, with room only for what is there, however much is asked for.

    Attributes
    ----------
    size : int
        Bytes on the disk.
    """

    def __init__(self, raw: IO[bytes], size: int):
        super().__init__(raw)
        self.size = size

    def read_if(self, is_meant: Callable[[bytes], bool], most: int) -> bytes:
        """All that is left, more than usual of a packed file if it is of a kind that packs well.

        Parameters
        ----------
        is_meant : callable
            Whether bytes are of that kind.
        most : int
            How many may be then.
        """
        if not isinstance(self.raw, _Bounded):
            return self.read()
        usual, self.raw.most = self.raw.most, max(self.raw.most, most)
        data = self.read()
        if self.tell() > usual and not is_meant(data):
            raise self.raw.refusal(usual)
        return data

    def read(self, n: int | None = -1) -> bytes:
        """So many bytes, or all that are left."""
        if n is None or n <= CHUNK:
            return super().read(n)
        pieces = []
        while n and (piece := super().read(min(n, CHUNK))):
            pieces.append(piece)
            n -= len(piece)
        return b"".join(pieces)


class _Bounded(io.RawIOBase):
    """What comes out of a packed file, which may not be more than so many bytes."""

    def __init__(self, file: gzip.GzipFile, path: object, most: int):
        self.file, self.name, self.most = file, str(path), most

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, place: int, whence: int = os.SEEK_SET) -> int:
        if whence == os.SEEK_END:  # gzip would have to unpack all to find it
            while self.readinto(bytearray(CHUNK)):
                pass
            place, whence = self.file.tell() + place, os.SEEK_SET
        return self.file.seek(min(place, self.most + 1), whence)

    def tell(self) -> int:
        return self.file.tell()

    def readinto(self, room) -> int:
        n = self.file.readinto(room)
        if self.file.tell() > self.most:
            raise self.refusal(self.most)
        return n

    def refusal(self, most: int) -> InputError:
        return InputError(
            f"{self.name} holds more than {most:,} bytes, packed into far fewer: if it is to be "
            "trusted, unpack it with gunzip"
        )


def is_there(path: str | os.PathLike) -> bool:
    """Whether there is a file or folder of that name.

    Raises
    ------
    InputError
        If the system does not tell; so do `is_file` and `is_folder`.

    Examples
    --------
    >>> is_there("."), is_file("."), is_folder("."), is_file("nowhere/a.pkl")
    (True, False, True, False)
    """
    return _mode(path) is not None


def is_file(path: str | os.PathLike) -> bool:
    """Whether there is a file of that name."""
    return stat.S_ISREG(_mode(path) or 0)


def is_folder(path: str | os.PathLike) -> bool:
    """Whether there is a folder of that name."""
    return stat.S_ISDIR(_mode(path) or 0)


def _mode(path: str | os.PathLike) -> int | None:
    """What kind of file it is; None if there is none."""
    try:
        return Path(path).stat().st_mode
    except ValueError:  # a name with a zero in it
        return None
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
            return None
        raise unreadable(path, error) from None


@contextmanager
def damage_told(
    name: object, what: str = "is cut off or damaged", advice: str = "fetch it again"
) -> Iterator[None]:
    """Let what readers of a format raise at a damaged file in the block be one line.

    Parameters
    ----------
    name : path or str
    what, advice : str
        What the line says of it, and what to do.

    Raises
    ------
    InputError

    Examples
    --------
    >>> with damage_told("a.npz"):
    ...     raise EOFError("no end")
    Traceback (most recent call last):
        ...
    dltut.exceptions.InputError: a.npz is cut off or damaged (no end): fetch it again
    """
    try:
        yield
    except InputError:
        raise
    except BROKEN as error:
        reason = printable(str(error).partition("\n")[0] or type(error).__name__)
        raise InputError(f"{name} {what} ({reason}): {advice}") from None


@contextmanager
def refusals_told(path: str | os.PathLike | None = None) -> Iterator[None]:
    """Let the errors of the operating system in the block be `InputError` s of one line.

    Parameters
    ----------
    path : path, optional
        What is being read, where the system does not name it. Other errors without a name, such as
        those of a library, are left as they are.

    Raises
    ------
    InputError
        In the place of an OSError.
    """
    try:
        yield
    except OSError as error:
        place = error.filename if error.filename is not None else path
        if place is None or error.errno is None:
            raise
        raise unreadable(place, error) from None


def expanded(path: str | os.PathLike) -> Path:
    """A path with the home folder in the place of ``~``.

    Raises
    ------
    InputError
        If nobody has that name, or the home folder is not known.
    """
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise InputError(f"{printable(path)}: {error} Write the path without ~") from None


def unreadable(path: object, error: OSError) -> InputError:
    """The one line about a file or folder that the system does not let us read.

    Examples
    --------
    >>> print(unreadable("a.pkl", PermissionError(13, "Permission denied")))
    a.pkl cannot be read (permission denied): see to its permissions
    """
    reason = (error.strerror or str(error) or type(error).__name__).lower()
    remedy = _REMEDIES.get(error.errno, "check it")
    return InputError(f"{path} cannot be read ({reason}): {remedy}")


def _begun(path: Path, mode: str, held: ExitStack) -> tuple[Path, IO]:
    """The unfinished twin of a file, which nobody else deletes before the end of the block."""
    encoding = None if "b" in mode else "utf-8"
    while True:
        name = f".{path.name[:LONGEST_NAME]}.{secrets.token_hex(4)}{UNFINISHED}"
        # "x" never follows a link and never opens what is there
        file = (path.parent / name).open(mode.replace("w", "x"), encoding=encoding)
        if fcntl is None:
            return path.parent / name, file
        descriptor = os.dup(file.fileno())
        held.callback(os.close, descriptor)
        with suppress(OSError):  # of file systems without locks
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        if os.fstat(descriptor).st_nlink:  # nobody took it for a dead one's before it was locked
            return path.parent / name, file
        file.close()


def _remove_if_nobody_holds(path: Path) -> None:
    with suppress(OSError), ExitStack() as held:
        if fcntl is not None:
            file = held.enter_context(path.open("rb"))
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()


def _sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    try:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise InputError(
                f"{folder}: the disk failed to keep a file's name ({error.strerror or error}): "
                "use another folder"
            ) from None
