"""``theano.tensor``: arrays in graphs; what is not here by name is PyTensor's of the same name."""

import pytensor.tensor as pt
from pytensor.compile.ops import ViewOp
from pytensor.tensor.elemwise import CAReduce
from pytensor.tensor.shape import specify_shape
from pytensor.tensor.variable import TensorConstant, TensorVariable

from dltut.theano.gof.graph import Variable
from dltut.theano.gof.op import hashtype
from dltut.theano.gradient import (
    Lop,
    Rop,
    consider_constant,
    grad,
    hessian,
    jacobian,
    numeric_grad,
    verify_grad,
)
from dltut.theano.names import names_of, passed_on
from dltut.theano.tensor import nnet, signal
from dltut.theano.tensor import sort as _sorting
from dltut.theano.tensor import var as _variables
from dltut.theano.tensor.elemwise import DimShuffle, Elemwise
from dltut.theano.tensor.shared_randomstreams import RandomStreams
from dltut.theano.tensor.sharedvar import tensor_constructor as _shared
from dltut.theano.tensor.type import TensorType

# Functions that are called like the modules, which are imported first.
sort, var = _sorting.sort, pt.var
AsTensorError = _variables.AsTensorError

__all__ = [
    "AsTensorError",
    "CAReduce",
    "DimShuffle",
    "Elemwise",
    "Lop",
    "RandomStreams",
    "Rop",
    "TensorConstant",
    "TensorType",
    "TensorVariable",
    "Variable",
    "ViewOp",
    "_shared",
    "consider_constant",
    "grad",
    "hashtype",
    "hessian",
    "jacobian",
    "nnet",
    "numeric_grad",
    "signal",
    "sort",
    "specify_shape",
    "var",
    "verify_grad",
]
HOMES = (
    "dltut.theano.tensor.type",
    "dltut.theano.tensor.basic",
    "dltut.theano.tensor.subtensor",
    "dltut.theano.tensor.extra_ops",
    "dltut.theano.tensor.io",
    "dltut.theano.tensor.opt",
    "pytensor.tensor",
    "pytensor.tensor.basic",
    "pytensor.tensor.math",
    "pytensor.tensor.elemwise",
    "pytensor.tensor.type",
    "pytensor.tensor.variable",
    "pytensor.tensor.subtensor",
    "pytensor.tensor.sharedvar",
    "pytensor.tensor.type_other",
    "pytensor.tensor.exceptions",
)
__getattr__ = passed_on(__name__, *HOMES)
__all__ += names_of(*HOMES)  # whatever ``import *`` gave


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
