"""Cross-validation of Pylearn2: folds of a data set, and a training for each."""

from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from functools import partial
from os import PathLike
from pathlib import Path

import numpy as np

from dltut.datasets.folds import fold_numbers
from dltut.exceptions import InputError
from dltut.experiment.folds import CrossValidated
from dltut.experiment.part import Part
from dltut.experiment.pylearn2.algorithms import Algorithm
from dltut.experiment.pylearn2.arguments import Flag
from dltut.experiment.pylearn2.examples import Data, Examples
from dltut.experiment.pylearn2.extensions import Changing, PlotManager, save_best
from dltut.experiment.pylearn2.models import Model
from dltut.experiment.pylearn2.preprocessing import Preprocessor
from dltut.experiment.pylearn2.train import train
from dltut.experiment.train import ENDLESS, Train
from dltut.machine.arguments import Count, Seed, Size
from dltut.training import Extension

SEED = 1234  # of folds that are drawn


@dataclass(kw_only=True)
class Fold(Data):
    """Some examples of a data set."""

    given: Examples

    def read(self) -> Examples:
        """The examples."""
        return self.given


@dataclass(kw_only=True)
class DatasetKFold:
    """A data set in folds, each of which is the test part once, the others together the training.

    Notes
    -----
    The folds follow one another as the examples stand, unless they are shuffled; their sizes differ
    by one example at most.
    """

    dataset: Data
    n_folds: Size = 3
    shuffle: Flag = False
    random_state: Seed | np.random.RandomState | None = None
    preprocessor: Preprocessor | None = None
    fit_preprocessor: Flag = False

    def __post_init__(self):
        if self.n_folds < 2:
            raise InputError(f"n_folds is {self.n_folds}: there are two folds at least")

    def __len__(self) -> int:
        return self.n_folds

    def __iter__(self) -> Iterator[dict[str, Data]]:
        """{"train": data set, "test": data set} of each fold."""
        return map(self.fold, range(self.n_folds))

    def fold(self, k: int) -> dict[str, Data]:
        """The two data sets of the fold with this number, counted from 0.

        Parameters
        ----------
        k : int

        Raises
        ------
        InputError
            If there are fewer examples than folds.
        """
        examples = self.dataset.examples
        n = len(examples.split)
        if n < self.n_folds:
            raise InputError(f"{n} examples do not make {self.n_folds} folds: choose fewer")
        number = self._numbers(examples)
        parts = {"train": number != k, "test": number == k}
        return {name: Fold(given=self._part(examples, rows, name)) for name, rows in parts.items()}

    def _part(self, examples: Examples, rows: np.ndarray, name: str) -> Examples:
        part = replace(examples, split=examples.split[np.flatnonzero(rows)])
        if self.preprocessor is None:
            return part
        return self.preprocessor.applied(part, name == "train" and bool(self.fit_preprocessor))

    def _numbers(self, examples: Examples) -> np.ndarray:
        """The fold of each example."""
        numbers = np.sort(np.arange(len(examples.split)) % self.n_folds)
        if not self.shuffle:
            return numbers
        order = np.random.RandomState(self._seed).permutation(len(numbers))
        return numbers[np.argsort(order, kind="stable")]

    @property
    def _seed(self) -> int:
        given = self.random_state
        if isinstance(given, np.random.RandomState):  # the same however often it is asked
            return int(deepcopy(given).randint(2**31))
        return SEED if given is None else given


class StratifiedDatasetKFold(DatasetKFold):
    """As `DatasetKFold`, each class shared out evenly."""

    def _numbers(self, examples):
        if "y" not in examples.split.columns or examples.split.y.ndim != 1:
            raise InputError("StratifiedDatasetKFold needs classes: take DatasetKFold")
        return fold_numbers(examples.split.y, self.n_folds, self._seed)


def save_best_of_fold(
    channel_name: str,
    save_path: PathLike | None = None,
    store_best_model: Flag = False,
    start_epoch: Count = 0,
    higher_is_better: Flag = False,
    tag_key: str | None = None,
    save_folds: Flag = False,
) -> Part:
    """The best model of each fold, in a file of its own: ``best_fold1.pkl`` for ``best.pkl``.

    Parameters
    ----------
    channel_name, save_path, store_best_model, start_epoch, higher_is_better, tag_key
        As of ``MonitorBasedSaveBest``.
    save_folds : bool
        Not known here: each fold has its file.
    """
    given = save_path, store_best_model, start_epoch, higher_is_better, tag_key
    return save_best(channel_name, *given)


def train_cv(
    dataset_iterator: DatasetKFold,
    model: Model | Sequence[Model],
    algorithm: Algorithm,
    save_path: PathLike | None = None,
    save_freq: Count = 0,
    extensions: Sequence[Changing | PlotManager | Extension | Part] | None = None,
    allow_overwrite: Flag = True,
    save_folds: Flag = False,
) -> CrossValidated:
    """A training for each fold, which is monitored on train and test.

    Parameters
    ----------
    dataset_iterator : DatasetKFold
    model : Model or list of Model
        One for all folds, which begins anew for each, or one for each.
    algorithm : Algorithm
        Its monitoring data sets are those of the fold.
    save_path : str, optional
        The models at the end: ``cv_fold1.pkl`` and so on for ``cv.pkl``.
    save_freq : int
        Epochs; 0 writes them at the end.
    extensions : list, optional
    allow_overwrite : bool
    save_folds : bool
        Not known here: each fold has its file.

    Raises
    ------
    InputError
        If there is not one model for each fold.
    """
    models = [model] * len(dataset_iterator) if isinstance(model, Model) else list(model)
    if len(models) != len(dataset_iterator):
        raise InputError(f"{len(models)} models for {len(dataset_iterator)} folds: give one each")
    given = {"save_freq": save_freq or ENDLESS, "allow_overwrite": allow_overwrite}
    make = partial(_of_fold, dataset_iterator, algorithm, save_path, list(extensions or []), given)
    return CrossValidated([partial(make, k, each) for k, each in enumerate(models)])


def _of_fold(folds, algorithm, save_path, extensions, given, k: int, model: Model) -> Train:
    data = folds.fold(k)
    criterion = deepcopy(algorithm.termination_criterion)  # which counts for itself
    algorithm = replace(algorithm, termination_criterion=criterion, monitoring_dataset=data)
    own = [_named(each, k) for each in extensions]
    path = None if save_path is None else named_for(save_path, k)
    return train(data["train"], model, algorithm, path, extensions=own, **given)


def named_for(path: PathLike, k: int) -> str:
    """The file of a fold.

    Parameters
    ----------
    path : path
    k : int
        Counted from 0.

    Examples
    --------
    >>> named_for("models/best.pkl", 0)
    'models/best_fold1.pkl'
    """
    given = Path(path)
    return given.with_name(f"{given.stem}_fold{k + 1}{given.suffix}").as_posix()


def _named(extension, k: int):
    """An extension of a fold, which writes into files of its own."""
    if not isinstance(extension, Part) or "path" not in extension.arguments:
        return deepcopy(extension)
    path = named_for(extension.arguments["path"], k)
    return replace(extension, arguments={**extension.arguments, "path": path})
