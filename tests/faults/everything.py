"""All that `test_faults` tries a part of: every call in every way, the scripts, random kills.

``python tests/faults/everything.py`` takes hours; ``--every 20`` takes each twentieth call, and
``--each 3`` three faults of each script. The scripts run in the mode that starts fastest: files
are what is tested. ``--kills 1000`` kills forks that train with SIGKILL at random moments, which
starts a thousand runs in the time of one process; ``--processes 20`` kills whole processes, as
``tests/kill_and_resume.py`` does.
"""

import importlib.util
import os
import random
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from faults import kinds  # noqa: E402
from faults.calls import HOWS  # noqa: E402
from faults.forks import outcome  # noqa: E402
from faults.trying import (  # noqa: E402
    assert_cuts_harmless,
    assert_harmless,
    assert_kills_harmless,
    begun,
    recorded,
    silently,
)
from kill_and_resume import prove  # noqa: E402

from dltut.commands import flags  # noqa: E402

KINDS = (kinds.plain, kinds.pretraining, kinds.several)
SMALL = {"quick": True, "resume": True, "pictures": False, "checkpoint_seconds": 0.0}


def main(
    every: int = 1,
    cuts: int = 1000,
    kills: int = 1000,
    processes: int = 50,
    scripts: tuple[str, ...] = ("*",),
    each: int = 0,
    seed: int = 0,
):
    """Try faults in the calls of all kinds of runs, power cuts, the scripts, and random kills.

    Parameters
    ----------
    every : int
        Each so-many-th call is tried, in each way; at least one is.
    cuts : int
        States of the disk after a power cut, of each kind.
    kills : int
        How many forks are killed at random, of each kind.
    processes : int
        How many processes are killed at random.
    scripts : sequence of str
        Patterns of the training scripts that are tried, without ``train_``; "-" for none.
    each : int
        How many faults of each script are tried, as they are drawn; 0: as of the kinds.
    seed : int
        Of what is drawn.
    """
    draw = random.Random(seed)
    os.environ["THEANO_FLAGS"] = "mode=FAST_COMPILE"
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary, "it")
        for script in KINDS:
            tell(script.__name__, tried(script, folder, every, draw))
            n = assert_cuts_harmless(script, folder, cuts, draw) if cuts else 0
            tell(f"{script.__name__}, power cuts", f"{cuts} states in {n} operations")
            n = assert_kills_harmless(script, folder, kills, draw) if kills else 0
            tell(f"{script.__name__}, kills", f"{kills} in {n} runs")
        paths = {path for name in scripts for path in ROOT.glob(f"scripts/train_{name}.py")}
        for path in sorted(paths):
            script = of_file(path)
            ended, what = outcome(lambda script=script: recorded(begun(folder, None), script) and 0)
            assert ended in ("done", "error"), f"{path.name}, in peace: {what}"
            if ended == "error":  # as without the data that it asks for
                tell(path.name, f"left out, for in peace it ends so: {what}")
                continue
            tell(path.name, tried(script, folder, every, draw, each))
        if processes:
            tell("processes", prove(Path(temporary), processes, draw, "FAST_COMPILE"))


def tell(what, found):
    print(f"{what}: {found}", flush=True)


def of_file(path):
    """A training script as a function of its run's folder."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return lambda folder: flags.call(module.main, run_dir=folder, **SMALL)


def tried(script, folder, every, draw, n_drawn=0):
    """How many faults were harmless: of each so-many-th call in each way, or of those drawn."""
    n_calls = len(silently(recorded, begun(folder, None), script).made)
    whole = kinds.traces(folder / "run")
    faults = [(draw.choice(HOWS), draw.randrange(n_calls)) for _ in range(n_drawn)]
    for how in () if n_drawn else HOWS:
        first = draw.randrange(min(every, n_calls))
        faults += [(how, number) for number in range(first, n_calls, every)]
    for how, number in faults:
        assert_harmless(script, folder, number, how, whole)
    return f"{len(faults)} faults in {n_calls} calls"


if __name__ == "__main__":
    flags.run(main)
