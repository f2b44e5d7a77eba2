"""A process that works on a sweep: ``python -m dltut.sweeps.worker FOLDER``, started by `run`.

It ends with the process that started it, whatever ended that one: its standard input ends then.
"""

import os
import sys
import threading
from pathlib import Path

from dltut.commands.flags import mistakes_reported
from dltut.sweeps.run import work


def main(folder: Path) -> None:
    """Work on the sweep in a folder.

    Parameters
    ----------
    folder : path
    """
    threading.Thread(target=_end_with_the_parent, daemon=True).start()
    with mistakes_reported():
        work(folder)


def _end_with_the_parent():
    os.read(0, 1)  # not sys.stdin, whose lock Python would wait for at its end
    os._exit(1)  # a sweep loses nothing by it


if __name__ == "__main__":
    main(Path(sys.argv[1]))
