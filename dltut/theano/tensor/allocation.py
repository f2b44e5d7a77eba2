"""Arrays of a shape that is computed, made without computing the shape first."""

import pytensor.tensor as pt
from pytensor.graph.basic import Apply, Constant
from pytensor.tensor.basic import get_underlying_scalar_constant_value

from dltut.theano.configuration import config


def filled(value, sizes):
    """An array of a shape that is filled with a value.

    PyTensor looks for lengths that are known by working out the shapes of all that lies before: in
    a network of many layers each array of zeros takes seconds. Theano only looked at each length.

    Parameters
    ----------
    value : variable or number
    sizes : sequence of int or variable, or vector
        The shape.
    """
    sizes = [_size(each) for each in sizes]
    if config.compute_test_value != "off" or all(isinstance(each, Constant) for each in sizes):
        return pt.alloc(value, *sizes)
    unknown = [each if isinstance(each, Constant) else each.type() for each in sizes]
    model = pt.alloc(value, *unknown)
    node = Apply(model.owner.op, [model.owner.inputs[0], *sizes], [model.type()])
    return node.outputs[0]


def _size(length):
    """A length as a number where that can be seen from it, else as a variable."""
    length = pt.as_tensor_variable(length, ndim=0)
    known = get_underlying_scalar_constant_value(length, elemwise=True, raise_not_constant=False)
    return length if known is length or known is None else pt.constant(known, dtype=length.dtype)


__all__ = ["filled"]
