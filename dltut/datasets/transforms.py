"""Inputs made more alike before anything learns from them: standardised, of one contrast, whitened.

A transform is fitted to the training part alone and then done to all parts. The data set's kind of
inputs lists what was done, so that a model file says it and `predict` does it again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

import numpy as np

from dltut.exceptions import InputError, nearest
from dltut.machine.arguments import checked_arguments
from dltut.machine.checks import check_numbers

MOST_STORED = 256  # columns whose whitening a model file holds


class Transform:
    """What is done to the rows of x; its subclasses are frozen dataclasses."""

    def fitted(self, x: np.ndarray) -> "Transform":
        """The transform with all that it needs to know of the training rows, shape (n, d)."""
        return self

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Rows transformed, shape (n, d), float32."""
        raise NotImplementedError

    @property
    def name(self) -> str:
        """As descriptions name it."""
        return next(name for name, each in TRANSFORMS.items() if each is type(self))

    @property
    def facts(self) -> dict:
        """The same as plain values; `transform_from` makes the transform again."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        plain = {k: v.tolist() if isinstance(v, np.ndarray) else v for k, v in values.items()}
        return {"name": self.name, **plain}


@dataclass(frozen=True, eq=False)
class Standardise(Transform):
    """Each column with mean 0 and standard deviation 1.

    Parameters
    ----------
    whole : bool
        Whether all columns have one mean and one deviation, as pixels may.
    mean, scale : array, shape (d,) or (1,)
        Those of the training part, by `fitted`; the scale of a column that does not vary is 1.

    Examples
    --------
    >>> x = np.array([[20.0, 1.0], [40.0, 1.0]])
    >>> Standardise().fitted(x)(x)
    array([[-1.,  0.],
           [ 1.,  0.]], dtype=float32)
    """

    whole: bool = False
    mean: np.ndarray | None = None
    scale: np.ndarray | None = None

    def fitted(self, x: np.ndarray) -> "Standardise":
        """With the means and deviations of these rows."""
        x = np.asarray(x, dtype=np.float64)
        rows = x.reshape(-1, 1) if self.whole else x
        mean, scale = rows.mean(axis=0), rows.std(axis=0)
        scale[scale <= 1e-12 * np.abs(mean)] = 1.0  # what is left of rounding is no deviation
        return replace(self, mean=mean, scale=scale)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Rows in standard deviations from the mean."""
        _check_fitted(self, "mean", self.mean)
        return ((np.float64(x) - self.mean) / self.scale).astype(np.float32)

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """Rows in the units that they had."""
        return (np.float64(x) * self.scale + self.mean).astype(np.float32)


@dataclass(frozen=True, eq=False)
class ContrastNormalise(Transform):
    r"""Each example without its mean, and of one length: global contrast normalisation.

    .. math:: s \, \frac{x - m}{\max(\epsilon, \sqrt{b + \lVert x - m \rVert^2})}

    where :math:`m` is the mean of the example's values.

    Parameters
    ----------
    scale : float
        The length afterwards.
    subtract_mean : bool
        Whether the example's mean is taken away.
    deviation : bool
        Whether to divide by the standard deviation of the example instead of its length.
    bias : float
        Added under the root, so that dull examples stay duller.
    epsilon : float
        The least that is divided by.

    Examples
    --------
    >>> ContrastNormalise(scale=55)(np.array([[1.0, 4.0, 4.0, 1.0]]))
    array([[-27.5,  27.5,  27.5, -27.5]], dtype=float32)
    """

    scale: float = 1.0
    subtract_mean: bool = True
    deviation: bool = False
    bias: float = 0.0
    epsilon: float = 1e-8

    def __post_init__(self):
        check_numbers(lambda v: 0 < v < np.inf, "above 0", scale=self.scale, epsilon=self.epsilon)
        check_numbers(lambda v: 0 <= v < np.inf, "0 or above", bias=self.bias)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Rows of one contrast."""
        x = np.float64(x)
        if self.subtract_mean:
            x = x - x.mean(axis=1, keepdims=True)
        squares = x.var(axis=1) if self.deviation else (x**2).sum(axis=1)
        divisors = np.maximum(self.epsilon, np.sqrt(self.bias + squares))
        return (self.scale * x / divisors[:, None]).astype(np.float32)


@dataclass(frozen=True, eq=False)
class ZCA(Transform):
    r"""Whitened, and as near to what it was as can be: no two columns are correlated any more.

    .. math:: (x - m) \, V (\Lambda + b)^{-1/2} V^T, \qquad V \Lambda V^T = \mathrm{cov}(x)

    Parameters
    ----------
    bias : float
        Added to the variance along each axis, so that those of noise are not blown up. Without it
        the covariance afterwards is the identity.
    mean, matrix : array, shape (d,) and (d, d)
        m, and what comes behind it, by `fitted`.

    Notes
    -----
    A model file holds the matrix of at most 256 columns; of more, `predict` takes rows that are
    transformed already.

    References
    ----------
    .. [1] Bell, Sejnowski (1997), The "independent components" of natural scenes are edge filters.
    .. [2] Krizhevsky (2009), Learning multiple layers of features from tiny images, appendix A.

    Examples
    --------
    >>> x = np.array([[1.0, 1.0], [-1.0, -1.0], [2.0, -2.0], [-2.0, 2.0]])
    >>> white = ZCA(bias=0.0).fitted(x)
    >>> np.cov(white(x).T, bias=True).round(5)
    array([[1., 0.],
           [0., 1.]])
    """

    bias: float = 0.1
    mean: np.ndarray | None = None
    matrix: np.ndarray | None = None

    def __post_init__(self):
        check_numbers(lambda v: 0 <= v < np.inf, "0 or above", bias=self.bias)

    def fitted(self, x: np.ndarray) -> "ZCA":
        """With the mean and the whitening matrix of these rows.

        Raises
        ------
        InputError
            If a column is a sum of others, which cannot be whitened without a bias.
        """
        x = np.asarray(x, dtype=np.float64)
        mean = x.mean(axis=0)
        variances, axes = np.linalg.eigh(np.cov((x - mean).T, bias=True).reshape(x.shape[1], -1))
        variances = variances + self.bias
        if variances[0] <= 1e-10 * variances[-1]:
            raise InputError(
                f"these {x.shape[1]} columns do not vary in every direction, so they cannot be "
                "whitened: give a bias above 0, such as 0.1"
            )
        return replace(self, mean=mean, matrix=(axes / np.sqrt(variances)) @ axes.T)

    def __call__(self, x: np.ndarray) -> np.ndarray:
        """Rows whitened."""
        _check_fitted(self, "matrix", self.matrix)
        return ((np.float64(x) - self.mean) @ self.matrix).astype(np.float32)

    def inverse(self, x: np.ndarray) -> np.ndarray:
        """Rows as they were."""
        return (np.linalg.solve(self.matrix, np.float64(x).T).T + self.mean).astype(np.float32)

    @property
    def facts(self) -> dict:
        """As plain values; of more than 256 columns without the matrix."""
        is_small = self.matrix is None or len(self.matrix) <= MOST_STORED
        return super().facts if is_small else {"name": "zca", "bias": self.bias}


TRANSFORMS = {"standardise": Standardise, "contrast_normalise": ContrastNormalise, "zca": ZCA}


def transform_from(described: Mapping | str) -> Transform:
    """The transform that plain values describe: a file's, or the facts of one that was fitted.

    Parameters
    ----------
    described : dict or str
        ``{"name": ..., argument: value, ...}`` or the name alone: standardise, contrast_normalise,
        zca.

    Raises
    ------
    InputError
        If there is none of that name, or an argument does not fit it.

    Examples
    --------
    >>> transform_from({"name": "zca", "bias": 0.5})
    ZCA(bias=0.5, mean=None, matrix=None)
    """
    given = {"name": described} if isinstance(described, str) else dict(described)
    name = given.pop("name", None)
    if name not in TRANSFORMS:
        raise InputError(f"there is no transform {name!r}: {nearest(name, TRANSFORMS)}")
    make = TRANSFORMS[name]
    arrays = {"mean", "matrix"} | ({"scale"} if make is Standardise else set())
    plain = {key: value for key, value in given.items() if key not in arrays}
    checked_arguments(make, plain, f"transform {name}")
    fitted = {key: given[key] for key in given.keys() & arrays}
    return make(**plain, **{k: None if v is None else np.array(v) for k, v in fitted.items()})


def transformed(data, *transforms: "Transform | Mapping | str"):
    """A data set whose x went through transforms, each fitted to the training part as it finds it.

    Parameters
    ----------
    data : Dataset
        It is not changed.
    *transforms : Transform, dict or str
        One after the other; a description as in `transform_from` will do.

    Returns
    -------
    Dataset
        Its ``inputs.transforms`` has what was done, for model files.

    Raises
    ------
    InputError
        If its inputs are neither pictures nor numbers.

    Examples
    --------
    >>> from dltut.datasets import load
    >>> data = transformed(load("digits"), ContrastNormalise(), "standardise")
    >>> data
    Dataset(digits: 3,000 / 1,000 / 1,000 examples, pictures of 1 x 28 x 28, contrast_normalise, \
standardise, 10 classes)
    """
    if not hasattr(data.inputs, "transforms"):
        raise InputError(f"no transform takes the examples of {data.name}: {data.inputs}")
    for given in transforms:
        each = given if isinstance(given, Transform) else transform_from(given)
        done = each.fitted(data.train.x)
        inputs = replace(data.inputs, transforms=(*data.inputs.transforms, done))
        data = data.with_inputs(done, inputs)
    return data


def standardise(data, whole: bool = False):
    """A data set with columns of mean 0 and deviation 1, see `Standardise`."""
    return transformed(data, Standardise(whole))


def contrast_normalise(
    data,
    scale: float = 1.0,
    subtract_mean: bool = True,
    deviation: bool = False,
    bias: float = 0.0,
    epsilon: float = 1e-8,
):
    """A data set with examples of one contrast.

    Parameters
    ----------
    data : Dataset
    scale, subtract_mean, deviation, bias, epsilon
        As for `ContrastNormalise`.
    """
    return transformed(data, ContrastNormalise(scale, subtract_mean, deviation, bias, epsilon))


def zca(data, bias: float = 0.1):
    """A data set whose columns are not correlated any more, see `ZCA`."""
    return transformed(data, ZCA(bias))


def _check_fitted(transform, what, value) -> None:
    if value is None:
        raise InputError(
            f"the {what} of {transform.name} is not known: fit it first, .fitted(x); a model "
            f"file has none for more than {MOST_STORED} columns whitened: give rows that are "
            "transformed already, such as data.test.x"
        )
