"""What no reader may do: take much memory or time, run, write, connect, import, or look around."""

import os
import resource
import signal
import sys
import time
from contextlib import contextmanager
from pathlib import Path

MEMORY = 64 * 2**20  # bytes beside ten times the file's size
PAGE = resource.getpagesize()
SECONDS = 1.0  # of the processor, beside one for each megabyte of the file

ACTS = set(
    """os.system os.exec os.posix_spawn os.spawn os.fork os.forkpty subprocess.Popen pty.spawn
    socket.__new__ socket.connect socket.bind socket.getaddrinfo pickle.find_class ctypes.dlopen
    ctypes.dlsym code.__new__ os.remove os.rename os.rmdir os.mkdir os.symlink os.link os.chmod
    os.chown os.truncate os.putenv os.chdir os.kill shutil.rmtree shutil.move shutil.copyfile
    urllib.Request tempfile.mkstemp tempfile.mkdtemp webbrowser.open exec import
    """.split()
)


OURS = str(Path(__file__).parents[2]) + os.sep


class TooSlow(BaseException):
    """The time is over; nothing catches it."""


class Watch:
    """Looks at what is done inside of ``with watch.over(path)``; its hook stays for good."""

    def __init__(self):
        self.acts, self.folder = [], None
        self.home = tuple({sys.prefix, sys.base_prefix, str(Path(__file__).parents[2]), "/proc"})
        self.peak = os.open("/proc/self/clear_refs", os.O_WRONLY)
        self.now = os.open("/proc/self/statm", os.O_RDONLY)
        sys.addaudithook(self._hook)
        signal.signal(signal.SIGPROF, self._end)

    def _hook(self, event, arguments):
        if self.folder is None:
            return
        if event == "open":
            path, mode = arguments[0], arguments[1]
            if isinstance(path, int):
                return
            path = os.path.abspath(os.fsdecode(path))  # noqa: PTH100
            writes = isinstance(mode, str) and set(mode) & set("wax+")
            if writes or not path.startswith((self.folder, *self.home)):
                self.acts.append(f"open {path} {mode}")
        elif event == "import" and str(arguments[0]).startswith("encodings."):
            return  # Python's own, of which a program names one in its first line
        elif event in ACTS and arguments[:1] != (b"THEANO_FLAGS",):
            if event == "exec" and getattr(arguments[0], "co_filename", "").startswith(OURS):
                return  # such as a script of the library, which a sweep names
            self.acts.append(f"{event} {str(arguments)[:200]}")

    def _end(self, *_):
        if self.folder is not None:
            raise TooSlow

    @contextmanager
    def over(self, folder, size: int, allowance: float = 1):
        """Watch the block; what it did wrong is in the list afterwards.

        Room that was asked for and not used is not seen here but by `room`.
        """
        self.acts.clear()
        faults = []
        os.write(self.peak, b"5")  # it begins anew
        before = PAGE * int(os.pread(self.now, 99, 0).split()[1])
        seconds = allowance * (SECONDS + size / 2**20)
        began = time.process_time()
        self.folder = str(folder)
        signal.setitimer(signal.ITIMER_PROF, 3 * seconds, 1.0)
        try:
            yield faults
        except TooSlow:
            pass
        finally:
            self.folder = None
            signal.setitimer(signal.ITIMER_PROF, 0)
            took = time.process_time() - began
            limit = allowance * (MEMORY + 10 * size)
            # the status is dear to read, and the cheap number may be that of a parent
            if 1024 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before > limit:
                grown = self._status()["VmHWM"] - before
                if grown > limit:
                    faults.append(f"{grown // 2**20} MB for {size} bytes")
            if took > seconds:
                faults.append(f"{took:.1f} s for {size} bytes")
            faults += dict.fromkeys(self.acts)

    def room(self) -> int:
        """Bytes of the largest room that this process has ever asked for."""
        return self._status()["VmPeak"]

    def _status(self) -> dict[str, int]:
        """Sizes of the process in bytes."""
        with open("/proc/self/status", "rb") as file:  # noqa: PTH123
            lines = [line.split() for line in file if line.startswith(b"Vm")]
        return {name[:-1].decode(): 1024 * int(size) for name, size, *_ in lines}
