"""One fault in one script, and what must hold after it."""

import contextlib
import io
import os
import shutil
import signal
import time

from faults.calls import DEAD, KILLS, met
from faults.disks import Disk, written
from faults.forks import outcome, started
from faults.kinds import traces


def recorded(folder, script, n=None, how="EIO", is_for_cuts=False):
    """The calls of a script in a folder of which it makes ``run``."""
    with met(folder, n, how, is_for_cuts) as calls:
        script(folder / "run")
    return calls


def silently(script, *arguments, **more):
    with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
        return script(*arguments, **more)


def begun(folder, before):
    """The folder, empty or with a copy of what was there before."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    if before is not None:
        shutil.copytree(before, folder / "run")
    return folder


def assert_harmless(script, folder, n, how, whole, before=None):
    """Let the n-th call go wrong, then run once more; all must be as in the run in peace.

    Parameters
    ----------
    script : callable
        ``script(folder)``.
    folder : path
        Is emptied.
    n : int
    how : str
        Of `faults.calls.HOWS`.
    whole : dict
        The traces of the run in peace.
    before : path, optional
        What the script finds.
    """
    begun(folder, before)
    ended, what = outcome(lambda: recorded(folder, script, n, how) and None)
    told = f"call {n}, {how}: {ended} {what}"
    assert ended in (("dead", "done") if how in KILLS else ("error", "done")), told
    assert ended != "dead" or what == DEAD, told
    assert ended != "error" or ("\n" not in what and str(folder) in what), told
    silently(script, folder / "run")
    assert_equal(traces(folder / "run"), whole, told)


def assert_equal(found, whole, told):
    """No file more, none less, and each equal, bit for bit."""
    assert found.keys() == whole.keys(), f"{told}: {sorted(found.keys() ^ whole.keys())}"
    for name, each in found.items():
        assert each == whole[name], f"{told}: {name} is another"


def assert_cuts_harmless(script, folder, cuts, draw):
    """A run is cut off after any of its operations, and goes on from what the disk has kept.

    Returns
    -------
    int
        How many operations it has.
    """
    operations = silently(recorded, begun(folder, None), script, is_for_cuts=True).operations
    whole = traces(folder / "run")
    for trial in range(cuts):
        disk, moment = Disk(folder), draw.randint(0, len(operations))
        for operation in operations[:moment]:
            disk.do(*operation)
        state = disk.cut(draw)
        written(*state, disk.folder, begun(folder, None))
        silently(script, folder / "run")
        assert_equal(traces(folder / "run"), whole, f"cut {trial} after {moment} operations")
    return len(operations)


def assert_kills_harmless(script, folder, kills, draw):
    """Forks that run a script are killed at random moments, and others go on until all is done.

    Returns
    -------
    int
        How many runs it took.
    """
    seconds = []
    for _ in range(3):  # of which the machine is busy with something else in some
        begun(folder, None)
        began = time.monotonic()
        assert outcome(script, folder / "run") == ("done", None)
        seconds.append(time.monotonic() - began)
    whole = traces(folder / "run")
    done, n_runs = 0, 0
    while done < kills:
        begun(folder, None)
        ended = None
        while ended != ("done", None) and done < kills:
            child, answer = started(script, folder / "run")
            time.sleep(draw.uniform(0, 1.5 * min(seconds)))
            os.kill(child, signal.SIGKILL)
            ended = answer()
            assert ended in (("done", None), ("dead", -signal.SIGKILL)), ended
            done += ended[0] == "dead"
        silently(script, folder / "run")
        assert_equal(traces(folder / "run"), whole, f"run {n_runs}, {done} kills")
        n_runs += 1
    return n_runs
