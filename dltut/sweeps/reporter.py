"""One trial of a sweep: a script or experiment run with a trial's arguments, watched, pruned."""

from collections.abc import Mapping
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from math import isfinite
from numbers import Real

from dltut.exceptions import InputError, nearest
from dltut.machine.channels import better, rises
from dltut.machine.files import make_folder
from dltut.sweeps.study import Outcome, Trial
from dltut.sweeps.targets import Target
from dltut.training import Criterion, Log, accompanied

PRUNED = "pruned: other trials were better by then"
DIVERGED = "is not finite"  # in the reason that the loop gives


class EveryTrial(InputError):
    """A mistake that every trial of the sweep would meet."""


class Reporter(Criterion):
    """Report the best of a channel after each epoch to the study, and end what is to be pruned.

    Parameters
    ----------
    trial : `dltut.sweeps.Trial`
    channel, lower
        As in `dltut.training.Criterion`. Of several trainings, such as pretraining and finetuning,
        the last one that has the channel counts.

    Attributes
    ----------
    log : Log or None
        That of the training which counts.
    """

    log: Log | None = None
    _ended: Log | None = None

    def __init__(self, trial: Trial, channel: str | None = None, lower: bool | None = None):
        self.trial = trial
        super().__init__(channel, lower)

    def restart(self) -> None:
        """As at the beginning."""
        self._best, self._epoch = None, None

    def between_batches(self, trainer) -> None:
        """Report what is new.

        Raises
        ------
        StopIteration
            If the trial is to be pruned.
        """
        if self._is_pruned(trainer.log):
            raise StopIteration(PRUNED)

    next_look = Criterion.with_others

    def after_training(self, trainer) -> None:
        """Look at a training that had ended before, and at how this one has."""
        self._ended = trainer.log
        self._is_pruned(trainer.log)

    def outcome(self) -> Outcome:
        """How the trial ended.

        Raises
        ------
        EveryTrial
            If nothing was trained that has the channel.
        KeyboardInterrupt
            If it was broken off.
        """
        reason = (self._ended and self._ended.stop_reason) or ""
        if reason == "interrupted":
            raise KeyboardInterrupt
        if DIVERGED in reason:
            return Outcome("failed", reason=reason)
        if self.log is None:
            told = "no channel says which trial is the best: name a channel"
            raise EveryTrial(f"{told}{self._such_as()}")
        channel, lower = self.judged(self.log)
        if self._best is None:
            return Outcome("failed", reason=f"{channel} was never a number")
        word = "pruned" if self.log.stop_reason == PRUNED else "complete"
        return Outcome(word, self._best, channel, lower, self._epoch)

    def _such_as(self):
        """The first channels that were measured, on the validation set if there is one."""
        rows = self._ended.rows if self._ended else []
        names = [name for name in (rows[-1] if rows else ()) if "_" in name]
        names = [name for name in names if name.startswith("valid_")] or names
        return f", such as channel: {' or '.join(names[:2])}" if names else ""

    def _is_pruned(self, log):
        rows = self.unread(log)
        if self.channel is None and log.watched is None:
            return False  # such as pretraining
        return any([self._reported(log, row) for row in rows])

    def _reported(self, log, row):
        channel, lower = self.judged(log)
        if channel not in row:
            if row is log.rows[0] and log.watched is not None:
                raise EveryTrial(f"the log's rows have no {channel}; {nearest(channel, row)}")
            return False
        self.log = log
        if better(row[channel], self._best, lower):
            self._best, self._epoch = row[channel], row["epoch"]
        n_epochs = (row["iteration"] + 1) // log.n_batches
        if self._best is None or not n_epochs:
            return False
        return self.trial.report(n_epochs, self._best, lower)


def run_trial(
    target: Target,
    fixed: Mapping,
    trial: Trial,
    channel: str | None = None,
    lower: bool | None = None,
) -> Outcome:
    """Run a trial in its folder, where ``output.txt`` gets what it prints.

    Parameters
    ----------
    target : Script or ExperimentFile
    fixed : dict
        The values that all trials share.
    trial : Trial
    channel : str, optional
        What is judged; the watched channel unless given.
    lower : bool, optional
        Whether lower is better.

    Returns
    -------
    Outcome
        That of one which failed has the reason.

    Raises
    ------
    EveryTrial
        If the reason of its failure has nothing to do with its own arguments: with those that are
        fixed alone, a dry run fails just so.
    """
    make_folder(trial.folder)
    with ExitStack() as around:
        file = around.enter_context((trial.folder / "output.txt").open("a", encoding="utf-8"))
        around.enter_context(redirect_stdout(file))
        around.enter_context(redirect_stderr(file))
        try:
            reporter = Reporter(trial, channel, lower)
            with accompanied(reporter):
                returned = target.run({**fixed, **trial.arguments}, trial.folder)
        except EveryTrial:
            raise
        except InputError as error:
            if _dry_run_fails_so(target, fixed, str(error)):
                raise EveryTrial(error) from None
            return Outcome("failed", reason=str(error))
        except (MemoryError, RuntimeError) as error:
            if isinstance(error, RuntimeError) and "RESOURCE_EXHAUSTED" not in str(error):
                raise
            return Outcome("failed", reason="out of memory")
    if isinstance(returned, Real) and reporter.log is None:
        return _outcome_of(float(returned), channel or "value", lower)
    return reporter.outcome()


def _dry_run_fails_so(target, fixed, message):
    try:
        target.dry_run(fixed)
    except InputError as error:
        return str(error) == message
    return False


def _outcome_of(value, channel, lower):
    """That of a script which returns a number."""
    lower = not rises(channel) if lower is None else lower
    if not isfinite(value):
        return Outcome("failed", channel=channel, lower=lower, reason=f"it returned {value}")
    return Outcome("complete", value, channel, lower)
