"""The experiments of a file, one after the other: each is built when those before it have run."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from dltut.commands.run import Run
from dltut.exceptions import InputError, NoFile
from dltut.experiment.build import build
from dltut.experiment.changing import changed, replaced
from dltut.experiment.folds import STOPPED, CrossValidated
from dltut.experiment.plan import Experiment, experiment_of, located
from dltut.experiment.reading import blanks_of, parsed, read_text
from dltut.experiment.roles import Role
from dltut.experiment.train import Train, runs_folder
from dltut.experiment.tree import Items, Node, described, is_pylearn2
from dltut.machine.notices import say
from dltut.training import Criterion, Log, RunFolder

PHASE = "PYLEARN2_TRAIN_PHASE"
_PHASE = "\ue000"  # stands for it until it is known which experiment of the file this is


@dataclass
class Phase:
    """One experiment of a file.

    Parameters
    ----------
    node : Node
    name : str
        The folder within the run's own; empty if there is but one.
    experiment : Experiment, optional
        What the node says, in our own language; of Pylearn2's there is none.
    names : dict
        {dotted name: adapter} of Pylearn2's language.
    memo : dict
        What is built of the file already.
    """

    node: Node
    name: str = ""
    experiment: Experiment | None = None
    names: Mapping[str, Callable] = field(default_factory=dict)
    memo: dict = field(default_factory=dict)

    @property
    def arguments(self) -> dict:
        """What the run's config.json says of it."""
        if self.experiment is None:
            return {"experiment": described(self.node)}
        return asdict(self.experiment)

    def training(self, run: Run) -> Train | CrossValidated:
        """What it comes down to.

        Parameters
        ----------
        run : Run

        Raises
        ------
        InputError
            With the place.
        """
        if self.experiment is not None:
            with located(self.node):
                return self.experiment.training(run)
        run.configure(run.data_dir)
        folder = runs_folder(run)
        context = {"data_dir": run.data_dir, "quick": run.quick, "folder": folder}
        train = build(self.node, self.names, context, self.memo)
        if not isinstance(train, Train | CrossValidated):
            raise InputError(f"{self.node.place}: this makes no Train: begin with !obj:...Train")
        return train

    def run(self, run: Run, budget: Sequence[Criterion] = ()) -> Log:
        """Train it.

        Parameters
        ----------
        run : Run
        budget : sequence of Criterion
            What ends this session.

        Raises
        ------
        InputError
            With the place.
        """
        with located(self.node):
            return self.training(run).within(budget).run(run, self.name)


class TimeBudget(Criterion):
    """Stop at the end of the epoch in which the seconds of this session are used up.

    Parameters
    ----------
    seconds : float
        From now on, compiling among them; a resumed run has as many again.
    """

    def __init__(self, seconds: float):
        self.seconds, self.end = seconds, time.monotonic() + seconds
        self._first = -1
        super().__init__()

    def before_training(self, trainer) -> None:
        """However little time there is, a session does something."""
        self._first = trainer.log.iteration

    def is_used_up(self, log) -> bool:
        """Whether no time is left, and something was done since the session began."""
        return log.iteration > self._first and time.monotonic() >= self.end

    def should_stop(self, log) -> str | None:
        """The reason, at an epoch's end when no time is left."""
        if not (log.epoch_ended and self.is_used_up(log)):
            return None
        return f"time budget of {self.seconds:g} seconds used up"

    next_look = Criterion.with_others


def read_phases(
    path: str | Path,
    settings: Sequence[str] = (),
    roles: Mapping[str, Role] | None = None,
    names: Mapping[str, Callable] | None = None,
    environment: Mapping[str, str] | None = None,
) -> list[Phase]:
    """The experiments that a file describes: one, or a list of them.

    Parameters
    ----------
    path : path
    settings : sequence of str
        ``NAME=VALUE``: a value for ``%(NAME)s`` in the file where that stands there; else the value
        at a path in the experiment, such as ``rule.learning_rate=0.05``.
    roles : dict, optional
        What the names of our own language stand for; default: the library's parts.
    names : dict, optional
        {dotted name: adapter} of Pylearn2's language.
    environment : dict, optional
        What ``${NAME}`` stands for, before the environment is asked. Among it
        ``${PYLEARN2_TRAIN_PHASE}`` is the name of the experiment's folder, phase1, phase2, ...

    Raises
    ------
    InputError
        With file, line and column.
    """
    text = read_text(path)
    blanks, changes = _settings(settings, blanks_of(text))
    node = parsed(text, path, blanks, {**(environment or {}), PHASE: _PHASE})
    for where, value in changes:
        node = changed(node, where, value)
    if not isinstance(node, Items):
        return [_phase(replaced(node, _PHASE, "phase1"), "", roles, names or {}, {})]
    if not node.items:
        raise InputError(f"{node.place}: this list is empty; expected experiments")
    memo = {}
    named = {f"phase{i}": each for i, each in enumerate(node.items, start=1)}
    return [
        _phase(replaced(each, _PHASE, name), name, roles, names or {}, memo)
        for name, each in named.items()
    ]


def run_phases(phases: Sequence[Phase], run: Run, seconds: float | None = None) -> Log:
    """Train what a file describes, one after the other; the later see the files of the earlier.

    Parameters
    ----------
    phases : sequence of Phase
    run : Run
        To be resumed, it goes on in the phase in which it was stopped.
    seconds : float, optional
        The run ends at the end of the epoch in which they are used up.

    Returns
    -------
    Log
        Of the last phase that ran.

    Raises
    ------
    InputError
        With the place.
    """
    budget = [] if seconds is None else [TimeBudget(seconds)]
    log = None
    for phase, later in zip(phases, [*phases[1:], None], strict=True):
        if later is not None and run.resume and _has_begun(run, later):
            say(f"{phase.name} is done")
            continue
        try:
            log = phase.run(run, budget)
        except NoFile as error:
            if not run.dry_run or log is None:
                raise
            say(f"dry run: {phase.name} waits for a file of an earlier one: {error}")
            continue
        if later is not None and (
            log.stop_reason == STOPPED or any(b.is_used_up(log) for b in budget)
        ):
            say(f"{later.name} has not begun: to go on, give the same command with --resume")
            break
    return log


def _phase(node: Node, name: str, roles, names: Mapping, memo: dict) -> Phase:
    if is_pylearn2(node):
        return Phase(node, name, None, names, memo)
    return Phase(node, name, experiment_of(node, roles))


def _settings(given: Sequence[str], blanks: set[str]) -> tuple[dict, list]:
    """What is told apart: {blank: value}, and pairs of paths and values."""
    values, changes = {}, []
    for each in given:
        name, equals, value = each.partition("=")
        if not equals or not name:
            raise InputError(f"--set {each}: give a name and a value, rule.learning_rate=0.05")
        if name in blanks:
            values[name] = value
        else:
            changes.append((name, value))
    return values, changes


def _has_begun(run: Run, phase: Phase) -> bool:
    return RunFolder(run.folder / phase.name).holds_a_run
