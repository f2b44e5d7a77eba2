"""``theano.tensor.signal.pool``: the largest, summed or mean value of each window."""

import math
from collections.abc import Iterable

import pytensor.tensor as pt
from pytensor.graph.basic import Variable

from dltut.nn.pool import pool2d
from dltut.theano.names import NotServed, passed_on
from dltut.theano.tensor.signal.windows import pooled


def pool_2d(
    input,
    ws=None,
    ignore_border=None,
    stride=None,
    pad=(0, 0),
    mode="max",
    ds=None,
    st=None,
    padding=None,
):
    """Pool over the last two axes.

    Parameters
    ----------
    input : variable with two axes at least
    ws : pair of int or variable
        Rows and columns of a window; those that are variables cost more time.
    ignore_border : bool, optional
        Whether a window that does not fit is left out; nothing said is False, as in Theano.
    stride : pair of int, optional
    pad : pair of int
    mode : {"max", "sum", "average_inc_pad", "average_exc_pad"}
    ds, st, padding
        The older names of `ws`, `stride` and `pad`.
    """
    ws, stride = _numbers(ws if ds is None else ds), _numbers(stride if st is None else st)
    pad = _numbers(pad if padding is None else padding)
    x = pt.as_tensor_variable(input)
    if x.ndim < 2:
        raise NotServed(f"pool_2d needs rows and columns; {x} has {x.ndim} axes")
    if _has_variables(ws, stride, pad):
        return pooled(x, _pair(ws), _pair(stride), _pair(pad), bool(ignore_border), mode)
    options = {"stride": stride, "ignore_border": bool(ignore_border), "pad": pad, "mode": mode}
    options["ties"] = "all"  # as in Theano
    if x.ndim == 4:
        return pool2d(x, ws, **options)
    lead = [x.shape[axis] for axis in range(x.ndim - 2)]
    flat = x.reshape((-1, 1, x.shape[-2], x.shape[-1]), ndim=4)
    maps = pool2d(flat, ws, **options)
    return maps.reshape((*lead, maps.shape[2], maps.shape[3]), ndim=x.ndim)


def _numbers(given):
    """Whole numbers where they are known, of a pair, a vector or one number; None as it is."""
    if given is None or isinstance(given, int):
        return given
    if isinstance(given, Variable) and given.ndim == 1:
        given = [given[axis] for axis in range(pt.get_vector_length(given))]
    return tuple(map(_number, given)) if isinstance(given, Iterable) else _number(given)


def _number(given):
    known = pt.get_underlying_scalar_constant_value(given, raise_not_constant=False)
    return known if isinstance(known, Variable) else int(known)


def _has_variables(*sizes) -> bool:
    return any(isinstance(each, Variable) for size in sizes for each in _pair(size) or ())


def _pair(size, n: int = 2):
    """One size for each axis."""
    return size if size is None or isinstance(size, tuple) else (size,) * n


def pool_3d(
    input,
    ws=None,
    ignore_border=None,
    stride=None,
    pad=(0, 0, 0),
    mode="max",
    ds=None,
    st=None,
    padding=None,
):
    """Pool over the last three axes: over the last two, then over the first of them.

    Parameters
    ----------
    input : variable with three axes at least
    ws, stride, pad : three int
    ignore_border, mode, ds, st, padding
        As for `pool_2d`.
    """
    ws = _numbers(ws if ds is None else ds)
    stride = _numbers(stride if st is None else st) or ws
    pad = _numbers(pad if padding is None else padding)
    if _has_variables(ws, stride, pad):
        x = pt.as_tensor_variable(input)
        return pooled(x, _pair(ws, 3), _pair(stride, 3), _pair(pad, 3), bool(ignore_border), mode)
    inner = pool_2d(input, ws[1:], ignore_border, stride[1:], pad[1:], mode)
    turned = pt.moveaxis(inner, -3, -1)
    outer = pool_2d(turned, (1, ws[0]), ignore_border, (1, stride[0]), (0, pad[0]), mode)
    return pt.moveaxis(outer, -1, -3)


def max_pool_2d_same_size(input, patch_size):
    """`input` with zeros wherever it is not the largest of its window."""
    x = pt.as_tensor_variable(input)
    pooled = pool_2d(x, patch_size, ignore_border=True)
    return pt.grad(pooled.sum(), x) * x


class Pool:
    """Theano's operation: ``Pool(ignore_border, mode)(x, ws, stride, pad)``; it tells shapes too.

    Parameters
    ----------
    ignore_border : bool
    mode : str
    ndim : int
    openmp : bool, optional
    """

    def __init__(self, ignore_border=False, mode="max", ndim=2, openmp=None):
        self.ignore_border, self.mode, self.ndim = ignore_border, mode, ndim

    def __call__(self, x, ws, stride=None, pad=None):
        """The pooled maps.

        Parameters
        ----------
        x : variable
        ws, stride, pad : tuple of int
        """
        pools = pool_3d if self.ndim == 3 else pool_2d
        return pools(x, ws, self.ignore_border, stride, pad or (0,) * self.ndim, self.mode)

    @staticmethod
    def out_shape(
        imgshape,
        ws=None,
        ignore_border=False,
        stride=None,
        pad=None,
        ndim=2,
        ds=None,
        st=None,
        padding=None,
    ):
        """The shape of the pooled maps, as a list.

        Parameters
        ----------
        imgshape : sequence
        ws, stride, pad : tuple of int
        ignore_border : bool
        ndim : int
        ds, st, padding
            Older names.
        """
        ws = ws if ds is None else ds
        stride = (stride if st is None else st) or ws
        pad = (pad if padding is None else padding) or (0,) * ndim
        sides = [
            _side(n + 2 * p, w, s, ignore_border)
            for n, w, s, p in zip(imgshape[-ndim:], ws, stride, pad, strict=True)
        ]
        return [*imgshape[:-ndim], *sides]


def _side(n, window: int, step: int, ignore_border: bool):
    if ignore_border:
        return (n - window) // step + 1
    if step >= window:
        return (n - 1) // step + 1
    return (
        max(0, math.ceil((n - window) / step)) + 1
        if isinstance(n, int)
        else _symbolic(n, window, step)
    )


def _symbolic(n, window: int, step: int):
    return pt.maximum(0, (n - 1 - window + step) // step) + 1


__getattr__ = passed_on(__name__)
