"""The trials of a sweep: claimed, run and finished by one process or by several, each once."""

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import optuna
from optuna.pruners import BasePruner
from optuna.trial import FrozenTrial, TrialState, create_trial

from dltut.exceptions import InputError
from dltut.machine.files import make_folder
from dltut.sweeps.journal import CLAIM, TRIALS, Locks, open_journal
from dltut.sweeps.search import none
from dltut.sweeps.space import Space

STARTS = 5  # of a trial whose process dies each time before it has reported anything


@dataclass
class Outcome:
    """How a trial ended.

    Attributes
    ----------
    outcome : {"complete", "pruned", "failed"}
    value : float, optional
        The best of its channel; a trial that failed has none.
    channel : str
    lower : bool
        Whether lower is better.
    epoch : int, optional
        That of the best.
    reason : str
        Why it failed.
    """

    outcome: str
    value: float | None = None
    channel: str = "value"
    lower: bool = True
    epoch: int | None = None
    reason: str = ""


RUNNING = asdict(Outcome("running", channel=""))


class Study:
    """The trials of a sweep, in a folder that any number of processes may work on at once.

    Parameters
    ----------
    folder : path
        Made if need be; ``study.journal`` in it is Optuna's, and its other tools read it.
    space : dict
        {argument: `Choices` or `Range`}.
    search : `dltut.sweeps.search.Random`, TPE or Grid
    n_trials : int
    pruner : optional
        From `dltut.sweeps.search`.

    Raises
    ------
    InputError
        If the folder cannot be used, or its file is damaged.

    Examples
    --------
    >>> import tempfile
    >>> from dltut.sweeps.search import Random
    >>> from dltut.sweeps.space import Range
    >>> space = {"x": Range(-1.0, 1.0)}
    >>> study = Study(tempfile.mkdtemp(), space, Random(seed=1), n_trials=3)
    >>> study.work(lambda trial: Outcome("complete", value=trial.arguments["x"] ** 2))
    >>> [row["trial"] for row in study.rows()]
    [0, 1, 2]

    Notes
    -----
    A trial is written into the file whole, with all its arguments, and has a lock that ends with
    its process. So whoever looks for work sees which trials have lost their process, and runs them
    first, with their number, their arguments and their folder: a trial is never drawn twice, and
    never counted twice.
    """

    def __init__(
        self,
        folder: str | os.PathLike,
        space: Space,
        search,
        n_trials: int,
        pruner: BasePruner | None = None,
    ):
        self.folder, self.space = Path(folder), space
        self.search, self.n_trials = search, n_trials
        try:
            make_folder(self.folder)
            self.locks = Locks(self.folder / ".lock")
            storage = open_journal(self.folder / "study.journal", self.locks)
        except OSError as error:
            raise InputError(
                f"{folder} cannot be used ({error.strerror or error}): choose another --run-dir"
            ) from None
        given = {"study_name": "sweep", "storage": storage, "pruner": pruner or none()}
        given["sampler"] = optuna.samplers.RandomSampler(0)  # which is never asked
        with self.locks.held(CLAIM):
            is_new = not optuna.get_all_study_names(storage)
            self._study = (optuna.create_study if is_new else optuna.load_study)(**given)

    def work(self, run: Callable[["Trial"], Outcome]) -> None:
        """Run trials until there is none left to begin.

        Parameters
        ----------
        run : callable
            ``run(trial) -> Outcome``. An error of it ends the work, and the trial is run again when
            the sweep goes on.
        """
        while (trial := self.claim()) is not None:
            outcome = None
            try:
                outcome = run(trial)
            finally:
                if outcome is None:
                    self._give_back(trial)
            self.finish(trial, outcome)

    def claim(self) -> "Trial | None":
        """A trial for this process: one that has lost its own, else a new one; None if all began.

        It is this process's until `finish`, or until the process ends.
        """
        with self.locks.held(CLAIM):
            trials = self._trials()
            for each in trials:
                is_running = each.state == TrialState.RUNNING
                if is_running and self.locks.take(TRIALS + each.number):
                    trial = self._started(each)
                    if trial is not None:
                        return trial
            if len(trials) >= self.n_trials:
                return None
            self.locks.take(TRIALS + len(trials))
            kept = self.search.drawn(self.space, len(trials), trials)
            distributions = {name: each.distribution for name, each in self.space.items()}
            new = create_trial(state=TrialState.RUNNING, params=kept, distributions=distributions)
            self._study.add_trial(new)
            return self._started(self._trials()[-1])

    def finish(self, trial: "Trial", outcome: Outcome) -> None:
        """Write how a trial ended, and give it back."""
        trial.note("outcome", asdict(outcome))
        if outcome.outcome == "complete":
            self._study.tell(trial.number, outcome.value if outcome.lower else -outcome.value)
        else:  # from failed trials, too, a search learns where not to look
            self._study.tell(trial.number, state=TrialState.PRUNED)
        self.locks.release(TRIALS + trial.number)

    def rows(self) -> list[dict]:
        """The trials in the order of their numbers.

        Returns
        -------
        list of dict
            trial (the number), outcome (complete, pruned, failed or running), value, channel,
            lower, epoch, reason, and arguments.
        """
        return [
            {"trial": each.number, "arguments": self._arguments(each)}
            | (each.user_attrs["outcome"] if each.state.is_finished() else RUNNING)
            for each in self._trials()
        ]

    def _trials(self) -> list[FrozenTrial]:
        return self._study.get_trials(deepcopy=False)

    def _arguments(self, frozen):
        return {name: each.value(frozen.params[name]) for name, each in self.space.items()}

    def _started(self, frozen) -> "Trial | None":
        """The trial, once more begun; None if it was begun too often, which is written."""
        handle = optuna.trial.Trial(self._study, frozen._trial_id)
        folder = self.folder / f"trial-{frozen.number:04}"
        trial = Trial(frozen.number, self._arguments(frozen), folder, handle, frozen.last_step)
        if trial.starts >= STARTS:
            reason = f"its process died {STARTS} times: out of memory?"
            self.finish(trial, Outcome("failed", reason=reason))
            return None
        trial.note("starts", trial.starts + 1)
        return trial

    def _give_back(self, trial):
        trial.note("starts", trial.starts - 1)
        self.locks.release(TRIALS + trial.number)


@dataclass
class Trial:
    """A trial that this process runs.

    Attributes
    ----------
    number : int
    arguments : dict
        What was drawn for it.
    folder : path
        For its run; not made yet.
    """

    number: int
    arguments: dict
    folder: Path
    _handle: optuna.trial.Trial
    _reported: int | None

    @property
    def starts(self) -> int:
        """How often a process began it, since one last reported something."""
        return self._handle.user_attrs.get("starts", 0)

    def note(self, name: str, value: int | dict) -> None:
        """Write something about it into the study's file."""
        if value != self._handle.user_attrs.get(name):
            self._handle.set_user_attr(name, value)

    def report(self, epoch: int, value: float, lower: bool = True) -> bool:
        """Report how good it is after an epoch.

        Parameters
        ----------
        epoch : int
            One that was reported before, by a process that died, is not reported again.
        value : float
        lower : bool
            Whether lower is better.

        Returns
        -------
        bool
            Whether it should be pruned.
        """
        if self._reported is not None and epoch < self._reported:
            return False
        if epoch != self._reported:
            self._handle.report(value if lower else -value, epoch)
            self._reported = epoch
            self.note("starts", 1)
        return self._handle.should_prune()
