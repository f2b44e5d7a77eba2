"""One training for each fold of the data, and what they come to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from dltut.commands.run import Run
from dltut.datasets import Dataset, mean_and_deviation
from dltut.experiment.train import Train
from dltut.machine.notices import say
from dltut.training import Log, RunFolder, read_log

TOLD = ("objective", "misclass", "nll", "error", "loss", "cost")  # last words of what is told
STOPPED = "interrupted"


@dataclass
class CrossValidated:
    """A training for each fold, each in a folder of its own: fold1, fold2, ...

    Parameters
    ----------
    folds : sequence of callable
        Without arguments; each makes the `Train` of its fold when it is due, for the data of all
        folds together may be large.
    budget : sequence of Criterion
        What ends the session, in whatever fold.
    """

    folds: Sequence[Callable[[], Train]]
    budget: Sequence = ()

    @property
    def data(self) -> Dataset:
        """That of the first fold."""
        return self.folds[0]().data

    def within(self, budget: Sequence) -> "CrossValidated":
        """The same, until criteria end the session."""
        return replace(self, budget=[*self.budget, *budget])

    def run(self, run: Run, part: str = "") -> Log:
        """Train them, one after the other, and tell means and deviations of their last rows.

        Parameters
        ----------
        run : Run
            To be resumed, it goes on in the fold in which it was stopped.
        part : str
            The folder within the run's own.

        Returns
        -------
        Log
            Of the last one that ran.

        Raises
        ------
        InputError
            As `Train.run`.
        """
        names = [f"{part}/fold{k}".lstrip("/") for k in range(1, len(self.folds) + 1)]
        rows, log = [], None
        for name, later, fold in zip(names, [*names[1:], None], self.folds, strict=True):
            if later and run.resume and RunFolder(run.folder / later).holds_a_run:
                say(f"{name} is done")
                rows.append(read_log(run.folder / name)[-1])
                continue
            log = fold().within(self.budget).run(run, name)
            if run.dry_run:
                return log
            if log.stop_reason == STOPPED or any(each.is_used_up(log) for each in self.budget):
                told = f"{later} has not begun" if later else f"{name} has not ended"
                say(f"{told}: to go on, give the same command with --resume")
                return log
            rows += log.rows[-1:]
        if means := mean_of(rows):
            print(means)
        return log


def mean_of(rows: Sequence[Mapping]) -> str:
    """Lines about what all rows have: costs and errors, with their means and deviations.

    Parameters
    ----------
    rows : sequence of dict
        The last row of each fold.

    Examples
    --------
    >>> print(mean_of([{"epoch": 5, "test_misclass": 0.1}, {"epoch": 7, "test_misclass": 0.2}]))
    test_misclass  0.15 +- 0.0707 (2 folds)
    """
    names = [name for name in (rows[0] if len(rows) > 1 else ()) if name.endswith(TOLD)]
    common = [name for name in names if all(name in row for row in rows)]
    return mean_and_deviation({n: [row[n] for row in rows] for n in common}) if common else ""
