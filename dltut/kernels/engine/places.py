"""Where parts of arrays lie, without what Numba does to cut them.

A slice takes some three hundred lines of LLVM's code: it may count from the end, reach beyond it,
run backwards, and counts the owners of its array. What is here takes some twenty, and looks at none
of that.
"""

from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import make_array, populate_array

from dltut.kernels.engine.vectors import INTEGER


@intrinsic
def spot(typing, array, place):
    """The address of an element.

    Parameters
    ----------
    array : array
    place : tuple of int
        As many as the array has dimensions. What is beyond the end has an address, too.
    """

    def code(context, builder, signature, values):
        """Where the first one lies, and the steps from there."""
        return _address(context, builder, array, *values)

    return types.intp(array, place), code


@intrinsic
def piece(typing, array, place, n):
    """Some elements of an array, from one on, that lie side by side in memory: (n,).

    Parameters
    ----------
    array : array
        An argument of the function: the piece does not keep it alive.
    place : tuple of int
    n : int
    """
    kind = types.Array(array.dtype, 1, "C", readonly=not array.mutable)

    def code(context, builder, signature, values):
        """An array that has no owner."""
        part, size = make_array(kind)(context, builder), context.get_abi_sizeof
        data = _address(context, builder, array, *values[:2])
        itemsize = INTEGER(size(context.get_data_type(array.dtype)))
        populate_array(
            part,
            data=builder.inttoptr(data, part.data.type),
            shape=[values[2]],
            strides=[itemsize],
            itemsize=itemsize,
            meminfo=None,
        )
        return part._getvalue()

    return kind(array, place, types.intp), code


def _address(context, builder, kind, array, place):
    """Generate the address of an element of an array."""
    array = make_array(kind)(context, builder, array)
    address = builder.ptrtoint(array.data, INTEGER)
    steps = cgutils.unpack_tuple(builder, array.strides)
    for index, step in zip(cgutils.unpack_tuple(builder, place), steps, strict=True):
        address = builder.add(address, builder.mul(index, step))
    return address
