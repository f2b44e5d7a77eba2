"""Scripts to be swept that train nothing: their errors are written into them."""

from textwrap import dedent

# An error that falls as 1 / epoch from a start; every trainer thing is real but the step.
FALLING = """
    from pathlib import Path

    from dltut.exceptions import InputError
    from dltut.machine.arguments import Count
    from dltut.training import Checkpoint, Monitor, Trainer


    def main(
        start: float = 0.5,
        max_epochs: Count = 4,
        n_hidden: tuple[int, ...] = (10,),
        floor: float = 0.0,
        run_dir: Path | None = None,
        resume: bool = False,
        dry_run: bool = False,
    ):
        if floor > start:
            raise InputError(f"floor = {floor} is above start = {start}")
        if dry_run:
            return None
        cost = float("nan") if start > 1 else 1.0
        if start == 1:
            raise MemoryError
        monitor = Monitor({"valid_error": lambda: max(floor, start / trainer.log.epoch)})
        trainer = Trainer(lambda index: cost, 2, [monitor, Checkpoint(run_dir, resume=resume)])
        return trainer.run(max_epochs)
"""
NUMBER = """
    import math


    def main(x: float = 0.0, fails: bool = False):
        return math.nan if fails else (x - 1) ** 2
"""


def written(folder, text, name="script.py"):
    """A script in a folder."""
    path = folder / name
    path.write_text(dedent(text))
    return path
