"""Pipes and devices in the place of files: an archive can hold links to any of them."""

import os
import signal

import pytest
from faults.forks import outcome
from fuzz.readers import READERS

SECONDS = 5  # a pipe is waited for without an end
KINDS = {
    "a pipe": os.mkfifo,
    "zeros without an end": lambda path: path.symlink_to("/dev/zero"),
}


def read(reader, path):
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(SECONDS)
    reader.read(path)


NAMES = [each for each in READERS if "packed" not in each and each != "flags"]  # of no file


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_file_is_not_waited_for(name, tmp_path):
    reader = READERS[name]
    for number, (kind, make) in enumerate(KINDS.items()):
        folder = tmp_path / str(number)
        path = folder / "files" / reader.name
        path.parent.mkdir(parents=True)
        reader.beside(path.parent.parent if "/" in reader.name else path.parent)
        path.unlink(missing_ok=True)
        make(path)
        ended, what = outcome(read, reader, path)
        assert ended in ("error", "done"), f"{kind}: {what}"
