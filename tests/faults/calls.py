# ruff: noqa: PTH100  (names as the system gets them: links are not followed)
"""The file calls of a block inside one folder: counted, and the n-th of them failing or deadly.

What Python asks of the operating system is met where Python asks it: `open`, every `write` behind
its buffers, `fsync`, and the functions of `os` that pathlib and the library call.
"""

import builtins
import errno
import io
import os
from contextlib import ExitStack, contextmanager
from pathlib import Path
from unittest.mock import patch

import safetensors

ERRORS = {name: getattr(errno, name) for name in ("ENOSPC", "EIO", "EACCES")}
KILLS = ("killed before", "killed after", "killed in the middle")
HOWS = (*ERRORS, "full", "half", *KILLS)  # full: nothing can be written from then on
WRITING = {"create", "write", "fsync", "replace", "rename", "mkdir", "truncate"}
DEAD = 77  # the status of a process that was killed here


class Calls:
    """What stands in the place of the file calls.

    Parameters
    ----------
    folder : path
        Calls about other places go their way.
    n : int, optional
        The call that is to go wrong, from 0.
    how : str
        One of `HOWS`.
    is_for_cuts : bool
        Whether the operations keep what was written: of a long run those are gigabytes.

    Attributes
    ----------
    made : list of (str, path)
        The calls so far.
    operations : list of tuples
        What changed the disk, for `faults.disks`.
    """

    def __init__(self, folder, n=None, how="EIO", is_for_cuts=False):
        self.folder, self.n, self.how = os.path.realpath(folder), n, how
        self.is_for_cuts = is_for_cuts
        self.made, self.operations, self.paths = [], [], {}

    def is_inside(self, path):
        if not isinstance(path, str | bytes | os.PathLike):
            return False
        path = os.path.abspath(os.fsdecode(path))
        return path == self.folder or path.startswith(self.folder + os.sep)

    def meet(self, name, path, do, half=None):
        """Do what was asked, or what is to happen in its place."""
        number = len(self.made)
        self.made.append((name, os.path.relpath(path, self.folder)))
        if self.how == "full" and self.n is not None and number >= self.n and name in WRITING:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        if number != self.n or self.how == "full":
            return do()
        if self.how in ERRORS:
            number = ERRORS[self.how]
            raise OSError(number, os.strerror(number), str(path))
        if self.how in ("half", "killed in the middle"):
            (half or do)()
        if self.how == "killed after":
            do()
        if self.how in KILLS:
            os._exit(DEAD)
        # what is no write has been done when the error comes
        raise OSError(errno.EIO, os.strerror(errno.EIO), str(path))


class File(io.FileIO):
    """A file whose writes and reads are met."""

    def __init__(self, calls, path, mode):
        self.calls, self.path = calls, os.path.abspath(os.fsdecode(path))
        self.is_written = not set(mode).isdisjoint("wax+")
        is_new = self.is_written and not os.path.lexists(self.path)
        name = "create" if is_new else "open"

        def opened():
            super(File, self).__init__(path, mode)
            if is_new:
                calls.operations.append(("create", self.path))
            elif "w" in mode:
                calls.operations.append(("truncate", self.path, 0))

        calls.meet(name, self.path, opened)
        calls.paths[self.fileno()] = self.path

    def write(self, data):
        data = bytes(data)

        def written(data=data):
            place = (
                super(File, self).tell()
                if "a" not in self.mode
                else os.fstat(self.fileno()).st_size
            )
            kept = data if self.calls.is_for_cuts else None
            self.calls.operations.append(("write", self.path, place, kept))
            return super(File, self).write(data)

        return self.calls.meet("write", self.path, written, lambda: written(data[: len(data) // 2]))

    def readinto(self, buffer):
        return self.calls.meet("read", self.path, lambda: super(File, self).readinto(buffer))

    def readall(self):
        return self.calls.meet("read", self.path, lambda: super(File, self).readall())

    def truncate(self, size=None):
        def cut():
            self.calls.operations.append(("truncate", self.path, size))
            return super(File, self).truncate(size)

        return self.calls.meet("truncate", self.path, cut)

    def close(self):
        if self.closed:
            return
        self.calls.paths.pop(self.fileno(), None)
        super().close()
        if self.is_written:
            self.calls.meet("close", self.path, lambda: None)


@contextmanager
def met(folder, n=None, how="EIO", is_for_cuts=False):
    """Meet the file calls of the block.

    Returns
    -------
    Calls
    """
    calls = Calls(folder, n, how, is_for_cuts)
    with ExitStack() as patches:
        for owner, name, stand_in in _stand_ins(calls):
            patches.enter_context(patch.object(owner, name, stand_in))
        yield calls


def _stand_ins(calls):
    usual = {name: getattr(os, name) for name in ("open", "fsync")}
    opened = io.open

    def open_file(
        file, mode="r", buffering=-1, encoding=None, errors=None, newline=None, *rest, **more
    ):
        if not calls.is_inside(file):
            return opened(file, mode, buffering, encoding, errors, newline, *rest, **more)
        raw = File(calls, file, mode.replace("b", "").replace("t", ""))
        if buffering == 0:
            return raw
        kind = io.BufferedReader if not raw.writable() else io.BufferedWriter
        kind = io.BufferedRandom if "+" in mode else kind
        buffered = kind(raw)
        if "b" in mode:
            return buffered
        return io.TextIOWrapper(buffered, encoding or "utf-8", errors, newline)

    def open_descriptor(path, flags, *rest, **more):
        if not calls.is_inside(path):
            return usual["open"](path, flags, *rest, **more)
        path = os.path.abspath(os.fsdecode(path))
        is_new = bool(flags & os.O_CREAT) and not os.path.lexists(path)

        def do():
            descriptor = usual["open"](path, flags, *rest, **more)
            calls.paths[descriptor] = path
            if is_new:
                calls.operations.append(("create", path))
            return descriptor

        return calls.meet("create" if is_new else "open", path, do)

    def fsync(descriptor):
        path = calls.paths.get(descriptor)
        if path is None:
            return usual["fsync"](descriptor)
        # of the real disk nothing is asked: no machine dies here
        return calls.meet("fsync", path, lambda: calls.operations.append(("fsync", path)))

    def safe_open(path, *rest, **more):
        real = safetensors_open
        if not calls.is_inside(path):
            return real(path, *rest, **more)
        return calls.meet("open", path, lambda: real(path, *rest, **more))

    safetensors_open = safetensors.safe_open
    yield builtins, "open", open_file
    yield io, "open", open_file
    yield os, "open", open_descriptor
    yield os, "fsync", fsync
    yield safetensors, "safe_open", safe_open
    for name in "replace rename unlink remove mkdir rmdir stat scandir listdir".split():
        yield os, name, _function(calls, name, getattr(os, name))


def _function(calls, name, usual):
    changes = name not in ("stat", "scandir", "listdir")

    def stand_in(*paths, **more):
        if not (paths and calls.is_inside(paths[0])):
            return usual(*paths, **more)

        def do():
            found = usual(*paths, **more)
            if changes:
                names = (
                    os.path.abspath(os.fsdecode(each))
                    for each in paths
                    if not isinstance(each, int)
                )
                calls.operations.append((name, *names))
            return found

        return calls.meet(name, Path(os.fsdecode(paths[0])), do)

    return stand_in
