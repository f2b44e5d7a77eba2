"""What prepares the inputs of Pylearn2's data sets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from dltut.exceptions import InputError
from dltut.experiment.pylearn2.arguments import Flag
from dltut.experiment.pylearn2.examples import Examples
from dltut.machine.arguments import Amount, Count, Size


@dataclass(kw_only=True)
class Preprocessor:
    """What changes inputs; some learn first how, from the data set that may fit it."""

    def fit(self, x: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
        """What is done with x and with other rows, given the rows that it learns from."""
        raise NotImplementedError

    def applied(self, examples: Examples, can_fit: bool) -> Examples:
        """The examples with changed inputs.

        Raises
        ------
        InputError
            If it may not learn from these and has not learned from others before.
        """
        if can_fit:
            self.change = self.fit(examples.split.x)
        elif not hasattr(self, "change"):
            raise InputError(
                f"{type(self).__name__} has learned from no data: give fit_preprocessor: true to "
                "the training set, and the same preprocessor (an anchor) to the others"
            )
        return examples.with_x(self.change(examples.split.x))


@dataclass(kw_only=True)
class Standardize(Preprocessor):
    """Mean 0 and deviation 1, column by column or over all."""

    global_mean: Flag = False
    global_std: Flag = False
    std_eps: Amount = 1e-4

    def fit(self, x):
        """Subtract the mean of these rows, divide by their deviation."""
        mean = x.mean(None if self.global_mean else 0, dtype="float64")
        scale = x.std(None if self.global_std else 0, dtype="float64") + self.std_eps
        return lambda x: ((x - mean) / scale).astype("float32")


@dataclass(kw_only=True)
class RemoveMean(Preprocessor):
    """Mean 0 of each column."""

    axis: Literal[0] = 0

    def fit(self, x):
        """Subtract the mean of these rows."""
        mean = x.mean(axis=0, dtype="float64")
        return lambda x: (x - mean).astype("float32")


@dataclass(kw_only=True)
class GlobalContrastNormalization(Preprocessor):
    """The mean of each example taken from it, and its contrast made `scale`."""

    subtract_mean: Flag = True
    scale: Amount = 1.0
    sqrt_bias: Amount = 0.0
    use_std: Flag = False
    min_divisor: Amount = 1e-8
    batch_size: Size | None = None

    def fit(self, x):
        """There is nothing to learn: each example is taken by itself."""

        def normalised(x):
            x = x.astype("float64")
            x = x - x.mean(axis=1, keepdims=True) if self.subtract_mean else x
            n = x.shape[1] - 1 if self.use_std else 1
            norms = np.sqrt(self.sqrt_bias + (x**2).sum(axis=1, keepdims=True) / n) / self.scale
            return (x / np.where(norms < self.min_divisor, 1.0, norms)).astype("float32")

        return normalised

    def applied(self, examples, can_fit):
        """The examples with normalised contrast."""
        return super().applied(examples, can_fit=True)


@dataclass(kw_only=True)
class ZCA(Preprocessor):
    """Columns without correlation, turned back so that pictures stay pictures."""

    n_components: Size | None = None
    n_drop_components: Count | None = None
    filter_bias: Amount = 0.1
    store_inverse: Flag = True

    def fit(self, x):
        """Whiten by the covariance of these rows, whose small values `filter_bias` lifts."""
        mean = x.mean(axis=0, dtype="float64")
        variances, directions = np.linalg.eigh(np.cov(x - mean, rowvar=False, bias=True))
        n = len(variances)
        kept = slice(n - (self.n_components or n), n - (self.n_drop_components or 0))
        scaled = directions[:, kept] / np.sqrt(variances[kept] + self.filter_bias)
        whitening = scaled @ directions[:, kept].T
        return lambda x: ((x - mean) @ whitening).astype("float32")


@dataclass(kw_only=True)
class Pipeline(Preprocessor):
    """Several, one after the other."""

    items: Sequence[Preprocessor] = ()

    def applied(self, examples, can_fit):
        """The examples, changed by each in turn."""
        for each in self.items:
            examples = each.applied(examples, can_fit)
        return examples
