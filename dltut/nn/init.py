"""Initial values of weights: each initializer is a function ``(rng, shape) -> array``.

`rng` is a ``numpy.random.RandomState`` (the tutorials' seeds then give the tutorials' weights) or a
``numpy.random.Generator``. Shapes are (n_in, n_out) or (maps, channels, rows, columns).
"""

from collections.abc import Callable, Mapping

import numpy as np
import pytensor.tensor as pt

from dltut.exceptions import InputError
from dltut.machine.arguments import checked_arguments
from dltut.machine.rng import Rng
from dltut.nn.names import Names

Initializer = Callable[[Rng, tuple[int, ...]], np.ndarray]


def fans(shape: tuple[int, ...]) -> tuple[float, float]:
    """How many inputs each unit has and how many units each input reaches.

    Raises
    ------
    InputError
        If the shape has fewer than two axes.

    Examples
    --------
    >>> fans((784, 500)), fans((20, 1, 5, 5))
    ((784, 500), (25, 500))
    """
    if len(shape) < 2:
        raise InputError(f"fans need a weight of two axes or more; the shape is {shape}")
    if len(shape) == 2:
        return shape[0], shape[1]
    field = int(np.prod(shape[2:]))
    return shape[1] * field, shape[0] * field


def constant(value: float = 0.0) -> Initializer:
    """Every element equal to `value`."""
    return lambda rng, shape: np.full(shape, value)


def uniform(limit: float) -> Initializer:
    """Uniform between -limit and limit."""
    return lambda rng, shape: rng.uniform(low=-limit, high=limit, size=shape)


def normal(deviation: float = 0.01) -> Initializer:
    """Normal with mean 0 and the given standard deviation."""
    return lambda rng, shape: rng.normal(0.0, deviation, size=shape)


def glorot_tutorial(
    activation: Callable | None = None, pool: tuple[int, int] = (1, 1)
) -> Initializer:
    r"""The tutorials' rule, Glorot's: uniform within :math:`\pm\sqrt{6 / (n_{in} + n_{out})}`.

    Parameters
    ----------
    activation : callable, optional
        For ``pt.sigmoid`` the bound is four times as wide.
    pool : pair of int
        Pool behind a convolution: by its size fewer units are reached.

    References
    ----------
    .. [1] Glorot, Bengio (2010), Understanding the difficulty of training deep feedforward
       neural networks.
    """
    gain = 4 if activation is pt.sigmoid else 1

    def draw(rng, shape):
        n_in, n_out = fans(shape)
        bound = np.sqrt(6.0 / (n_in + n_out // int(np.prod(pool))))
        return gain * rng.uniform(low=-bound, high=bound, size=shape)

    return draw


def glorot_uniform(gain: float = 1.0) -> Initializer:
    r"""Uniform with variance :math:`2\,gain^2 / (n_{in} + n_{out})` (Glorot, Bengio 2010)."""
    return lambda rng, shape: uniform(gain * np.sqrt(6.0 / sum(fans(shape))))(rng, shape)


def glorot_normal(gain: float = 1.0) -> Initializer:
    r"""Normal with variance :math:`2\,gain^2 / (n_{in} + n_{out})` (Glorot, Bengio 2010)."""
    return lambda rng, shape: normal(gain * np.sqrt(2.0 / sum(fans(shape))))(rng, shape)


def he_uniform(gain: float = np.sqrt(2.0)) -> Initializer:
    r"""Uniform with variance :math:`gain^2 / n_{in}`, for rectifiers (He et al. 2015)."""
    return lambda rng, shape: uniform(gain * np.sqrt(3.0 / fans(shape)[0]))(rng, shape)


def he_normal(gain: float = np.sqrt(2.0)) -> Initializer:
    r"""Normal with variance :math:`gain^2 / n_{in}`, for rectifiers (He et al. 2015)."""
    return lambda rng, shape: normal(gain * np.sqrt(1.0 / fans(shape)[0]))(rng, shape)


def bilinear() -> Initializer:
    """Filters by which a transposed convolution upsamples linearly, each map by itself.

    Raises
    ------
    InputError
        When called, if the shape is not (n, n, rows, columns).

    References
    ----------
    .. [1] Long, Shelhamer, Darrell (2015), Fully convolutional networks for semantic segmentation.

    Examples
    --------
    >>> bilinear()(None, (1, 1, 1, 4))
    array([[[[0.25, 0.75, 0.75, 0.25]]]])
    """

    def tent(n):
        if n == 1:
            return np.ones(1)
        half = (n + 1) // 2
        return 1 - np.abs(np.arange(n) - (n - 1) / 2) / half

    def drawn(rng, shape):
        if len(shape) != 4 or shape[0] != shape[1]:
            raise InputError(
                f"bilinear filters send each map to itself: expected (n, n, rows, columns), not "
                f"{shape}"
            )
        return np.eye(shape[0])[:, :, None, None] * np.outer(tent(shape[2]), tent(shape[3]))

    return drawn


def orthogonal(gain: float = 1.0) -> Initializer:
    """Orthonormal rows or columns, whichever are fewer, times `gain` (Saxe et al. 2014)."""

    def draw(rng, shape):
        flat = shape[0], int(np.prod(shape[1:]))
        u, _, v = np.linalg.svd(rng.normal(size=flat), full_matrices=False)
        return gain * (u if u.shape == flat else v).reshape(shape)

    return draw


def sparse(n_nonzero: int = 15, deviation: float = 1.0) -> Initializer:
    """Exactly `n_nonzero` normal weights into each unit, the others 0 (Martens 2010).

    Raises
    ------
    InputError
        When drawn for units with fewer inputs than that.
    """

    def draw(rng, shape):
        if len(shape) != 2:
            raise InputError(f"sparse weights have shape (n_in, n_out); the shape is {shape}")
        n_in, n_out = shape
        if not 0 < n_nonzero <= n_in:
            raise InputError(f"{n_nonzero} nonzero weights of {n_in} inputs: choose 1 to {n_in}")
        W = np.zeros(shape)
        for unit in range(n_out):
            chosen = rng.permutation(n_in)[:n_nonzero]
            W[chosen, unit] = rng.normal(0.0, deviation, size=n_nonzero)
        return W

    return draw


def chrono(n_steps: int, cell: str = "lstm") -> Initializer:
    r"""Biases of a cell's gates with which each unit begins by remembering for a time of its own.

    These times are drawn between 1 and `n_steps` - 1. A gate with the bias :math:`\log t` keeps
    :math:`t / (t + 1)` of a memory in a step; so much less is written.

    Parameters
    ----------
    n_steps : int
        Over which something is to be remembered; at least 3.
    cell : {"lstm", "gru"}
        Whose gates they are: i, f, o, c or r, u, c.

    Raises
    ------
    InputError
        If there are too few steps, or no such cell; when drawn, if biases of another shape are
        asked for.

    References
    ----------
    .. [1] Tallec, Ollivier (2018), Can recurrent neural networks warp time?

    Examples
    --------
    >>> i, f, o, c = chrono(100)(np.random.default_rng(1), (8,)).reshape(4, 2).round(1)
    >>> i, f
    (array([-3.9, -4.5]), array([3.9, 4.5]))
    """
    signs = {"lstm": [-1, 1, 0, 0], "gru": [0, -1, 0]}
    if cell not in signs:
        raise InputError(f"chrono knows the gates of lstm and gru, not of {cell!r}")
    if n_steps < 3:
        raise InputError(f"chrono is for 3 steps or more, not {n_steps}")

    def draw(rng, shape):
        n_gates = len(signs[cell])
        if len(shape) != 1 or shape[0] % n_gates:
            raise InputError(f"biases of {n_gates} gates side by side have one axis, not {shape}")
        times = rng.uniform(1, n_steps - 1, shape[0] // n_gates)
        return np.outer(signs[cell], np.log(times)).ravel()

    return draw


INITIALIZERS = Names(
    "initializer",
    constant=constant,
    uniform=uniform,
    normal=normal,
    glorot_uniform=glorot_uniform,
    glorot_normal=glorot_normal,
    he_uniform=he_uniform,
    he_normal=he_normal,
    bilinear=bilinear,
    orthogonal=orthogonal,
    sparse=sparse,
    chrono=chrono,
)


def initializer(described: Mapping | str) -> Initializer:
    """The initializer that plain values describe, as a file does.

    Parameters
    ----------
    described : dict or str
        ``{"name": ..., argument: value, ...}``, or the name alone.

    Raises
    ------
    InputError
        If there is none of that name, or an argument does not fit it.

    Examples
    --------
    >>> initializer({"name": "constant", "value": 2.0})(np.random.default_rng(1), (2,))
    array([2., 2.])
    """
    given = {"name": described} if isinstance(described, str) else dict(described)
    name = given.pop("name", None)
    make = INITIALIZERS.function(name)
    return make(**checked_arguments(make, given, f"initializer {name}"))
