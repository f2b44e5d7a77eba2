"""``theano.tensor.basic``: functions of arrays whose names or arguments were others."""

import pytensor.tensor as pt

from dltut.theano.names import passed_on
from dltut.theano.tensor.arithmetic import (
    all,
    any,
    choose,
    div_proxy,
    int_or_true_div,
    iround,
    log,
    max_and_argmax,
    mean,
    norm,
    round,
    sum,
    switch,
)
from dltut.theano.tensor.broadcasting import (
    Rebroadcast,
    addbroadcast,
    patternbroadcast,
    unbroadcast,
)
from dltut.theano.tensor.conversion import (
    all_dtypes,
    as_tensor_variable,
    cast,
    complex_dtypes,
    continuous_dtypes,
    discrete_dtypes,
    float_dtypes,
    get_scalar_constant_value,
    int_dtypes,
    integer_dtypes,
    uint_dtypes,
)
from dltut.theano.tensor.products import batched_dot, batched_tensordot, dot
from dltut.theano.tensor.shaping import (
    alloc,
    concatenate,
    flatten,
    ones,
    ones_like,
    reshape,
    split,
    stack,
    tile,
    zeros,
    zeros_like,
)

abs_ = pt.abs
sgn = pt.sign
trace = pt.trace
inv = pt.reciprocal
psi = pt.psi
nonzero_values = pt.nonzero_values
tensor_copy = pt.tensor_copy


def hashtype(self) -> int:
    """The hash of an object's class."""
    return hash(type(self))


__all__ = [
    "Rebroadcast",
    "abs_",
    "addbroadcast",
    "all",
    "all_dtypes",
    "alloc",
    "any",
    "as_tensor_variable",
    "batched_dot",
    "batched_tensordot",
    "cast",
    "choose",
    "complex_dtypes",
    "concatenate",
    "continuous_dtypes",
    "discrete_dtypes",
    "div_proxy",
    "dot",
    "flatten",
    "float_dtypes",
    "get_scalar_constant_value",
    "int_dtypes",
    "int_or_true_div",
    "integer_dtypes",
    "inv",
    "iround",
    "log",
    "max_and_argmax",
    "mean",
    "nonzero_values",
    "norm",
    "ones",
    "ones_like",
    "patternbroadcast",
    "psi",
    "reshape",
    "round",
    "sgn",
    "split",
    "stack",
    "sum",
    "switch",
    "tensor_copy",
    "tile",
    "trace",
    "uint_dtypes",
    "unbroadcast",
    "zeros",
    "zeros_like",
]
__getattr__ = passed_on(
    __name__,
    "dltut.theano.tensor.type",
    "dltut.theano.gradient",
    "pytensor.tensor.basic",
    "pytensor.tensor.math",
    "pytensor.tensor.shape",
    "pytensor.tensor.exceptions",
    "pytensor.tensor",
)
