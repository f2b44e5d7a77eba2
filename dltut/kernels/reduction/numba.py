"""Reductions for NUMBA mode."""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.kernels.engine.symbols import arrays, compiled_form, kernel
from dltut.kernels.reduction.op import Reduction


@numba_njit
def larger(a, b):
    """The larger of two; NaN if one is."""
    return a if a >= b or a != a else b


@numba_njit
def smaller(a, b):
    """The smaller of two; NaN if one is."""
    return a if a <= b or a != a else b


@numba_njit
def added(a, b):
    """Their sum."""
    return a + b


@numba_njit
def multiplied(a, b):
    """Their product."""
    return a * b


@numba_njit
def both(a, b):
    """Whether both are true."""
    return a and b


@numba_njit
def either(a, b):
    """Whether one is true."""
    return a or b


OPERATIONS = {"add": added, "mul": multiplied, "maximum": larger, "minimum": smaller}
OPERATIONS |= {"and": both, "or": either}


def loop_of(kind: str):
    """The loop of a kind of reduction, to be compiled."""
    operation = OPERATIONS[kind]

    def reduction(x, out):
        """Reduce x (before, n, after) to out (before, after), which holds what to begin with."""
        before, n, after = x.shape
        of_out = out.dtype.type
        for i in range(before):
            if after == 1:
                result = out[i, 0]
                for j in range(n):
                    result = operation(result, of_out(x[i, j, 0]))
                out[i, 0] = result
            else:
                for j in range(n):
                    for k in range(after):
                        out[i, k] = operation(out[i, k], of_out(x[i, j, k]))

    reduction.__name__ = f"reduction_{kind}"
    return reduction


def beginning_of(kind: str, dtype: np.dtype):
    """What changes no number when the two are put together."""
    if kind in ("add", "or"):
        return dtype.type(0)
    if kind in ("mul", "and"):
        return dtype.type(1)
    if dtype.kind == "b":
        return dtype.type(kind == "minimum")
    if dtype.kind == "f":
        return dtype.type(-np.inf if kind == "maximum" else np.inf)
    limits = np.iinfo(dtype)
    return dtype.type(limits.min if kind == "maximum" else limits.max)


@compiled_form(Reduction)
def reduction(op, node):
    """What becomes of all numbers along the axes."""
    given, inner, outer = node.inputs[0].type, np.dtype(op.accumulated), np.dtype(op.dtype)
    x, out = arrays(given.dtype, 3, layout="C"), arrays(op.accumulated, 2, layout="C")
    fill = kernel(loop_of(op.kind), (*x, *out), (op.kind,))
    first, last = op.axes[0], op.axes[-1] + 1
    beginning, is_all = beginning_of(op.kind, inner), len(op.axes) == given.ndim

    @numba_njit
    def product(shape, begin, end):
        """Of some lengths."""
        n = 1
        for axis in range(begin, end):
            n *= shape[axis]
        return n

    @numba_njit
    def reduced(x):
        """The result (before, after) of x (any shape)."""
        before, n = product(x.shape, 0, first), product(x.shape, first, last)
        after = product(x.shape, last, x.ndim)
        out = np.full((before, after), beginning, inner)
        fill((np.ascontiguousarray(x).reshape((before, n, after)), out))
        return out.astype(outer)

    if is_all:

        @numba_njit
        def reduction(x):
            """Of x (any shape) a scalar."""
            return reduced(x).reshape(())

    else:

        @numba_njit
        def reduction(x):
            """Of x (any shape) the result, without the axes."""
            return reduced(x).reshape(x.shape[:first] + x.shape[last:])

    return reduction
