"""Streams of random numbers that advance by themselves, for both of Theano's kinds."""

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.graph.basic import Apply, Variable
from pytensor.scalar import upcast
from pytensor.tensor.shape import Shape

from dltut.machine.rng import Streams
from dltut.theano.gof.op import Op
from dltut.theano.quiet import silently
from dltut.theano.tensor.allocation import filled

DEFAULT_SEED = 12345
LARGEST_SEED = 2**32


class RandomBase:
    """What both kinds have; the same seed gives the same numbers, which are not Theano's.

    Parameters
    ----------
    seed : int or list of int, optional

    Attributes
    ----------
    state_updates : list of pairs
        (state, next state) of every draw that was made.
    """

    def __init__(self, seed=None):
        self.default_instance_seed = seed
        self._streams = Streams(_whole_seed(seed))
        self.state_updates = []

    def __getstate__(self):
        """What a pickle holds."""
        return dict(self.__dict__)

    def updates(self) -> list:
        """(state, next state) of every draw that was made."""
        return list(self.state_updates)

    def seed(self, seed=None) -> None:
        """Begin all draws anew, from another seed or from the same."""
        seed = _whole_seed(self.default_instance_seed if seed is None else seed)
        self._streams.seed = seed
        for number, (state, _) in enumerate(self.state_updates):
            state.set_value(np.array([seed, number, 0], dtype="uint32"))

    def _uniform(self, like):
        """Numbers in [0, 1) of the shape and width of `like`, whose state advances by itself."""
        draw = self._streams.uniform(like)
        state, following = draw.owner.inputs[0], draw.owner.outputs[0]
        silently(setattr, state, "default_update", following)
        self.state_updates.append((state, following))
        draw.rng, draw.update = state, (state, following)
        return draw

    def uniform(self, size=None, low=0.0, high=1.0, ndim=None, dtype=None, nstreams=None, **others):
        """Numbers between two bounds.

        Parameters
        ----------
        size : sequence or vector, optional
            Default: the shape of the bounds.
        low, high : number or variable
        ndim : int, optional
        dtype : str, optional
        nstreams, **others
            Unread.
        """
        low, high = _floats(low, dtype), _floats(high, dtype)
        dtype = dtype or upcast(pytensor.config.floatX, low.dtype, high.dtype)
        draw = self._uniform(_like(size, dtype, ndim, low, high))
        if _is(low, 0) and _is(high, 1):
            return draw
        return _marked((high - low).astype(dtype) * draw + low.astype(dtype), draw)

    def normal(self, size=None, avg=0.0, std=1.0, ndim=None, dtype=None, nstreams=None, **others):
        """Normal numbers, by Box and Muller.

        Parameters
        ----------
        size : sequence or vector, optional
            Default: the shape of mean and deviation.
        avg, std : number or variable
        ndim : int, optional
        dtype : str, optional
        nstreams, **others
            Unread, but ``truncate=True`` keeps within two deviations.
        """
        avg, std = _floats(avg, dtype), _floats(std, dtype)
        dtype = dtype or upcast(pytensor.config.floatX, avg.dtype, std.dtype)
        like = _like(size, dtype, ndim, avg, std)
        if others.get("truncate"):
            return self._truncated(like, avg, std, dtype)
        first, second = self._uniform(like), self._uniform(like)
        angle = np.asarray(2 * np.pi, dtype=dtype) * second
        standard = pt.sqrt(-2 * pt.log(1 - first)) * pt.cos(angle)
        if _is(avg, 0) and _is(std, 1):
            return _marked(standard, first)
        return _marked(standard * std.astype(dtype) + avg.astype(dtype), first)

    def truncated_normal(self, size=None, avg=0.0, std=1.0, ndim=None, dtype=None, **others):
        """Normal numbers within two deviations.

        Parameters
        ----------
        size, avg, std, ndim, dtype, **others
            As for `normal`.
        """
        return self.normal(size, avg, std, ndim, dtype, truncate=True)

    def _truncated(self, like, avg, std, dtype):
        """By the inverse of the distribution: 0.0228 to 0.9772 of it lie within two deviations."""
        tail = 0.022750131948179195
        u = self._uniform(like)
        inside = np.asarray(2 * (1 - 2 * tail), dtype=dtype) * u + np.asarray(2 * tail - 1, dtype)
        standard = np.asarray(np.sqrt(2), dtype=dtype) * pt.erfinv(inside)
        return _marked(standard * std.astype(dtype) + avg.astype(dtype), u)

    def binomial(
        self, size=None, n=1, p=0.5, ndim=None, dtype="int64", nstreams=None, prob=None, **others
    ):
        """How many of n trials succeed.

        Parameters
        ----------
        size : sequence or vector, optional
            Default: the shape of p.
        n : int
        p : number or variable
            The probability of one.
        ndim : int, optional
        dtype : str
        nstreams, prob, **others
            Unread; `prob` is the older name of p.
        """
        p = _floats(p if prob is None else prob)
        like = _like(size, _width(p), ndim, p, pt.as_tensor_variable(n))
        if _is(n, 1):
            draw = self._uniform(like)
            return _marked(pt.lt(draw, p).astype(dtype), draw)
        trials = filled(np.array(0, like.dtype), [n, *like.shape])
        draw = self._uniform(trials)
        return _marked(pt.lt(draw, p).sum(axis=0).astype(dtype), draw)

    def multinomial(
        self, size=None, n=1, pvals=None, ndim=None, dtype="int64", nstreams=None, **others
    ):
        """How often each of several outcomes comes in n trials.

        Parameters
        ----------
        size : sequence, optional
            Default: the rows of `pvals`.
        n : int
        pvals : vector or matrix
            Probabilities along the last axis.
        ndim : int, optional
        dtype : str
        nstreams, **others
            Unread.
        """
        pvals = _floats([0.5, 0.5] if pvals is None else pvals)
        n_outcomes = pvals.shape[-1]
        rows = _rows_like(size, pvals)
        before = pt.cumsum(pvals, axis=-1)
        times = 1 if _is(n, 1) else n
        trials = filled(np.array(0, _width(pvals)), [times, *rows.shape])
        draw = self._uniform(trials)
        last = pt.shape_padright(before[..., -1])
        chosen = pt.sum(pt.ge(pt.shape_padright(draw) * last, before), axis=-1)
        chosen = pt.minimum(chosen, n_outcomes - 1)
        hits = pt.eq(pt.shape_padright(chosen), pt.arange(n_outcomes))
        return _marked(hits.sum(axis=0).astype(dtype), draw)

    def choice(
        self,
        size=None,
        a=None,
        replace=True,
        p=None,
        ndim=None,
        dtype="int64",
        nstreams=None,
        **others,
    ):
        """Numbers below `a`, or elements of it.

        Parameters
        ----------
        size : int or sequence, optional
        a : int or vector
        replace : bool
            Whether one may be chosen twice.
        p : vector, optional
            Of probabilities; or a matrix, a row for each sample.
        ndim : int, optional
        dtype : str
        nstreams, **others
            Unread.
        """
        p = None if p is None else _floats(p)
        if p is not None and p.ndim == 2:
            return self._without_replacement(_first(size), p, dtype)
        a = pt.as_tensor_variable(2 if a is None and p is None else p.shape[0] if a is None else a)
        n = a.shape[0] if a.ndim else a
        shape = _shape(size)
        if not replace:
            index = self._some(shape, n, p)
        elif p is None:
            index = self.random_integers(size, 0, n - 1, ndim)
        else:
            draw = self._uniform(_like(size, _width(p), ndim))
            total = pt.cumsum(p)
            index = pt.searchsorted(total, draw.flatten() * total[-1], side="right")
            index = pt.minimum(index, n - 1).reshape(draw.shape, ndim=draw.ndim)
        return (a[index] if a.ndim else index).astype(dtype)

    def _some(self, shape: list, n, p):
        """So many different numbers below n."""
        keys = self._uniform(filled(np.array(0.0), [n]))
        if p is not None:
            keys = pt.log(-pt.log1p(-keys)) - pt.log(p)
        count = pt.prod(pt.stack(shape)) if shape else 1
        return pt.argsort(keys)[:count].reshape(shape, ndim=len(shape))

    def multinomial_wo_replacement(
        self, size=None, n=1, pvals=None, ndim=None, dtype="int64", **others
    ):
        """For each row of probabilities n different outcomes.

        Parameters
        ----------
        size : optional
        n : int
        pvals : matrix
        ndim, dtype, **others
            As for `multinomial`.
        """
        return self._without_replacement(n, _floats(pvals), dtype)

    def _without_replacement(self, n, pvals, dtype):
        keys = self._uniform(pvals)
        order = pt.argsort(pt.log(-pt.log1p(-keys)) - pt.log(pvals), axis=-1)
        return order[:, :n].astype(dtype)

    def random_integers(self, size=None, low=0, high=1, ndim=None, dtype="int64", **others):
        """Whole numbers from `low` to `high`, both included.

        Parameters
        ----------
        size : sequence or vector, optional
        low, high : int or variable
        ndim : int, optional
        dtype : str
        **others
            Unread.
        """
        low, high = pt.as_tensor_variable(low), pt.as_tensor_variable(high)
        draw = self._uniform(_like(size, "float64", ndim, low, high))
        count = high - low + 1
        return _marked((low + pt.floor(draw * count)).astype(dtype), draw)

    def permutation(self, size=None, n=1, ndim=None, dtype="int64", **others):
        """The numbers below n in a random order.

        Parameters
        ----------
        size : sequence, optional
            How many permutations.
        n : int
        ndim, dtype, **others
            As for `uniform`.
        """
        draw = self._uniform(filled(np.array(0.0), [*_shape(size), n]))
        return _marked(pt.argsort(draw, axis=-1).astype(dtype), draw)

    def shuffle_row_elements(self, input):
        """`input` with the elements of each row in a random order."""
        x = pt.as_tensor_variable(input)
        draw = self._uniform(filled(np.array(0.0), x.shape))
        return pt.take_along_axis(x, pt.argsort(draw, axis=-1), axis=-1)

    def poisson(self, size=None, lam=1.0, ndim=None, dtype="int64", **others):
        """How often something rare happens.

        Parameters
        ----------
        size : sequence or vector, optional
        lam : number or variable
            How often on average.
        ndim, dtype, **others
            As for `uniform`.
        """
        lam = _floats(1.0 if lam is None else lam)
        like = _like(size, "float64", ndim, lam)
        seed = self._uniform(pt.as_tensor(0.0, dtype="float64"))
        return _marked(_Poisson()(seed, lam + like).astype(dtype), seed)


class _Poisson(Op):
    """Poisson numbers for rates, from one number in [0, 1)."""

    __props__ = ()

    def make_node(self, seed, rates):
        """Of a scalar and rates whole numbers of their shape."""
        return Apply(self, [seed, rates], [pt.TensorType("int64", shape=rates.type.shape)()])

    def perform(self, node, inputs, output_storage):
        """By NumPy."""
        seed, rates = inputs
        rng = np.random.default_rng(int(float(seed) * 2**53))
        output_storage[0][0] = np.asarray(rng.poisson(rates), dtype="int64")

    def connection_pattern(self, node):
        """Whole numbers have no gradient."""
        return [[False], [False]]


def _marked(variable, draw):
    """A variable with the state of its draw beside it, as Theano had it."""
    variable.rng, variable.update = draw.rng, draw.update
    return variable


def _whole_seed(seed) -> int:
    if seed is None:
        return DEFAULT_SEED
    numbers = np.atleast_1d(np.asarray(seed)).ravel()
    whole = DEFAULT_SEED if not len(numbers) else 0
    for each in numbers:
        whole = (whole * 1_000_003 + int(each)) % LARGEST_SEED
    return whole


def _floats(value, dtype=None):
    """A number or variable as a variable; Python's numbers do not widen what they meet."""
    if isinstance(value, Variable):
        return value if value.dtype.startswith("float") else value.astype(pytensor.config.floatX)
    array = np.asarray(value)
    if array.ndim == 0 or array.dtype.kind in "iub":
        array = array.astype(dtype or pytensor.config.floatX)
    return pt.as_tensor_variable(array)


def _width(variable) -> str:
    return variable.dtype if variable.dtype in ("float32", "float64") else "float32"


def _is(value, number) -> bool:
    """Whether a value is this number, known when the graph is built."""
    if isinstance(value, Variable):
        data = getattr(value, "data", None)
        return data is not None and np.ndim(data) == 0 and data == number
    return np.ndim(value) == 0 and value == number


def _shape(size) -> list:
    """The lengths of the axes of a size: numbers, variables, vectors."""
    if size is None:
        return []
    if isinstance(size, Variable):
        if size.ndim == 0:
            return [size]
        return [size[axis] for axis in range(pt.get_vector_length(size))]
    if isinstance(size, int | np.integer):
        return [int(size)]
    return list(size)


def _first(size):
    shape = _shape(size)
    return shape[0] if shape else 1


def _like(size, dtype: str, ndim, *parameters):
    """An array whose shape a draw takes."""
    dtype = dtype if dtype in ("float32", "float64") else "float32"
    zero = pt.as_tensor(0, dtype=dtype)
    if size is None or (isinstance(size, list | tuple) and not size and _ndim(parameters)):
        for each in parameters:
            zero = zero + pt.zeros_like(each).astype(dtype) if each.ndim else zero
        return zero
    if isinstance(size, Variable) and size.owner is not None and isinstance(size.owner.op, Shape):
        whole = size.owner.inputs[0]
        return whole if whole.dtype == dtype else pt.zeros_like(whole, dtype=dtype)
    if isinstance(size, Variable) and size.ndim == 1 and ndim is not None:
        return filled(zero, [size[axis] for axis in range(ndim)])
    return filled(zero, _shape(size)) if _shape(size) else zero


def _ndim(parameters) -> int:
    return max((each.ndim for each in parameters), default=0)


def _rows_like(size, pvals):
    shape = _shape(size)
    if shape:
        return filled(np.array(0, _width(pvals)), shape)
    return pvals[..., 0]
