"""What a sweep's file says."""

from dataclasses import dataclass, field
from math import inf
from pathlib import Path

from dltut.exceptions import InputError
from dltut.experiment.reading import parsed, read_text
from dltut.experiment.tree import plain
from dltut.machine.arguments import Size, checked_arguments
from dltut.sweeps.search import Grid, grid_size, made
from dltut.sweeps.space import read_space
from dltut.sweeps.targets import ExperimentFile, Script, found

USUAL_TRIALS = 50


@dataclass
class Sweep:
    """A sweep, as a file describes it.

    Parameters
    ----------
    space : dict
        {argument: {choices: [...]}} or {argument: {low: ..., high: ...}}, see
        `dltut.sweeps.read_space`.
    script : str, optional
        A Python file with a function ``main``; this or `experiment`.
    experiment : str, optional
        A YAML file; the arguments are paths in it, such as ``rule.learning_rate``.
    fixed : dict
        Arguments that all trials share.
    search : dict
        ``{name: random, grid or tpe, seed: ...}``.
    prune : dict
        ``{name: none, median or halving, after: epochs, ...}``.
    channel : str, optional
        What the trials are sorted and pruned by; the channel that they watch unless given.
    lower : bool, optional
        Whether lower is better, if the name of the channel does not say it.
    n_trials : int, optional
        How many trials there are: 50, or the whole grid.
    beside : path
        Where the file stands.

    Attributes
    ----------
    target : Script or ExperimentFile
    choices : dict
        {argument: `dltut.sweeps.Choices` or Range}.

    Raises
    ------
    InputError
        If a name is unknown, an argument or value does not fit, or there is nothing to run.
    """

    space: dict
    script: str | None = None
    experiment: str | None = None
    fixed: dict = field(default_factory=dict)
    search: dict | str = "tpe"
    prune: dict | str = "none"
    channel: str | None = None
    lower: bool | None = None
    n_trials: Size | None = None
    beside: Path = Path()

    def __post_init__(self):
        if (self.script is None) == (self.experiment is None):
            raise InputError("name what to run: either a script or an experiment")
        kind = Script if self.script else ExperimentFile
        self.target = kind(found(self.script or self.experiment, self.beside))
        self.choices = read_space(self.space)
        self.searching, self.pruner = made("search", self.search), made("prune", self.prune)
        for name in self.space.keys() & self.fixed.keys():
            raise InputError(f"{name} is fixed and searched: keep one")
        self.target.checked(self.fixed)
        for name, each in self.choices.items():
            for value in each.extremes():
                self.target.checked({**self.fixed, name: value})
        most = grid_size(self.choices) if isinstance(self.searching, Grid) else inf
        self.n_trials = min(self.n_trials or inf, most)
        if self.n_trials == inf:
            self.n_trials = USUAL_TRIALS


def read_sweep(path: str | Path, **changes) -> Sweep:
    """The sweep that a file describes.

    Parameters
    ----------
    path : path
        Such as scripts/sweeps/logistic.yaml.
    **changes
        Values that stand in the place of the file's, unless they are None.

    Raises
    ------
    InputError
        With the file: if it is not YAML, or something in it does not fit.
    """
    given = plain(parsed(read_text(path), path))
    if not isinstance(given, dict):
        raise InputError(f"{path} holds no keys with values: expected script: ... and space: ...")
    changes = {name: value for name, value in changes.items() if value is not None}
    try:
        checked = checked_arguments(Sweep, given, "the sweep", filled=["beside"])
        return Sweep(**checked | changes, beside=Path(path).parent)
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
