"""Theano's public names, with its behaviour, on PyTensor and our kernels.

``import dltut.theano as theano`` and old code runs. What it changes in PyTensor's variables, so
that they can do what Theano's could, stands in `dltut.theano.lending`.
"""

from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.link.c.type import Generic, generic

from dltut.theano import lending
from dltut.theano.compile import (
    In,
    Mode,
    OpFromGraph,
    Out,
    Param,
    ProfileStats,
    SymbolicInput,
    SymbolicOutput,
    as_op,
    function,
    predefined_linkers,
    predefined_modes,
    predefined_optimizers,
    shared,
)
from dltut.theano.configuration import change_flags, config
from dltut.theano.gof import Op, OpenMPOp, Type
from dltut.theano.gradient import Lop, Rop, grad, subgraph_grad
from dltut.theano.misc.safe_asarray import _asarray
from dltut.theano.names import passed_on
from dltut.theano.printing import pp, pprint
from dltut.theano.scan_module import clone, foldl, foldr, map, reduce, scan, scan_checkpoints
from dltut.theano.tensor import dot, get_scalar_constant_value
from dltut.theano.updates import OrderedUpdates
from dltut.theano.version import version as __version__

LENT = lending.lend()

from dltut.theano import (  # noqa: E402 - after the names above, as in Theano
    compat,
    compile,
    gof,
    gradient,
    ifelse,
    printing,
    sandbox,
    scalar,
    scan_module,
    tensor,
)

__api_version__ = 1
__all__ = [
    "Apply",
    "Constant",
    "FunctionGraph",
    "Generic",
    "In",
    "Lop",
    "Mode",
    "Op",
    "OpFromGraph",
    "OpenMPOp",
    "OrderedUpdates",
    "Out",
    "Param",
    "ProfileStats",
    "Rop",
    "SymbolicInput",
    "SymbolicOutput",
    "Type",
    "Variable",
    "__version__",
    "_asarray",
    "as_op",
    "change_flags",
    "clone",
    "compat",
    "compile",
    "config",
    "dot",
    "foldl",
    "foldr",
    "function",
    "generic",
    "get_scalar_constant_value",
    "gof",
    "grad",
    "gradient",
    "ifelse",
    "map",
    "pp",
    "pprint",
    "predefined_linkers",
    "predefined_modes",
    "predefined_optimizers",
    "printing",
    "reduce",
    "sandbox",
    "scalar",
    "scan",
    "scan_checkpoints",
    "scan_module",
    "shared",
    "subgraph_grad",
    "tensor",
]
__getattr__ = passed_on(
    __name__, "dltut.theano.compile", "dltut.theano.gof", "pytensor", "pytensor.graph.basic"
)
