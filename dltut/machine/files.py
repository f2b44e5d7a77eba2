"""Files: written whole or not at all, read through gzip when they are packed."""

import gzip
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from dltut.exceptions import InputError

UNFINISHED = ".part"


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
    """
    path = Path(path)
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        encoding = None if "b" in mode else "utf-8"
        with tempfile.NamedTemporaryFile(
            mode,
            dir=path.parent,
            prefix=f".{path.name}.",
            suffix=UNFINISHED,
            delete=False,
            encoding=encoding,
        ) as file:
            temporary = file.name
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except OSError as error:
        raise InputError(
            f"{path} could not be written ({error.strerror or error}); the file that stood there "
            "before is untouched: free some space or choose another folder"
        ) from None
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def remove_unfinished(folder: str | os.PathLike) -> None:
    """Delete what processes that were killed in the middle of `atomic` have left in a folder."""
    for path in Path(folder).glob(f".*{UNFINISHED}"):
        path.unlink(missing_ok=True)


@contextmanager
def open_unpacked(path: str | os.PathLike) -> Iterator[IO[bytes]]:
    """Open a file for reading, through gzip if its first bytes say so, whatever its name is.

    Raises
    ------
    InputError
        If there is no such file.
    """
    with ExitStack() as stack:
        try:
            file = stack.enter_context(Path(path).open("rb"))
            is_packed = file.peek(2)[:2] == b"\x1f\x8b"
        except OSError as error:
            reason = error.strerror.lower()
            raise InputError(f"{path} cannot be read ({reason}): check its name") from None
        yield stack.enter_context(gzip.GzipFile(fileobj=file)) if is_packed else file


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
