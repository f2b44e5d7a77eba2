"""The two operations for NUMBA mode."""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.kernels.engine.symbols import compiled_form
from dltut.kernels.shapes.op import Checked, Filled


@numba_njit
def filled(value, shape):
    """An array of a shape, a tuple of numbers, with one number everywhere."""
    out = np.empty(shape, value.dtype)
    flat, number = out.reshape(out.size), value.item()
    for i in range(flat.size):
        flat[i] = number
    return out


FORMS = {
    1: lambda value, i: filled(value, (i.item(),)),
    2: lambda value, i, j: filled(value, (i.item(), j.item())),
    3: lambda value, i, j, k: filled(value, (i.item(), j.item(), k.item())),
    4: lambda value, i, j, k, m: filled(value, (i.item(), j.item(), k.item(), m.item())),
    5: lambda value, i, j, k, m, n: filled(
        value, (i.item(), j.item(), k.item(), m.item(), n.item())
    ),
}  # by the number of axes


@compiled_form(Filled)
def array_of_one_number(op, node):
    """A loop over all elements."""
    form = FORMS[len(op.shape)]
    form.__name__ = "array_of_one_number"  # PyTensor writes a function around it
    return numba_njit(form)


@compiled_form(Checked)
def checked(op, node):
    """Comparisons of lengths."""
    wanted = np.array([-1 if length is None else length for length in op.shape])
    n_axes, refusal = len(wanted), op.refusal

    @numba_njit
    def itself(x):
        """The array."""
        for i in range(n_axes):
            assert wanted[i] < 0 or x.shape[i] == wanted[i], refusal
        return x

    return itself
