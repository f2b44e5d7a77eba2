"""``theano.gof``: graphs: operations, their applications, variables, types."""

from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.utils import InconsistencyError, MissingInputError
from pytensor.graph.utils import MetaObject as object2
from pytensor.link.basic import Container, LocalLinker, PerformLinker
from pytensor.link.c.basic import CLinker, DualLinker, OpWiseCLinker
from pytensor.link.c.type import generic

from dltut.theano.gof.link import WrapLinker, WrapLinkerMany
from dltut.theano.gof.op import COp, Op, OpenMPOp, PureOp
from dltut.theano.gof.opt import (
    EquilibriumOptimizer,
    LocalOptimizer,
    MergeOptimizer,
    OpKeyOptimizer,
    OpRemove,
    OpSub,
    Optimizer,
    PatternSub,
    TopoOptimizer,
    local_optimizer,
    optimizer,
)
from dltut.theano.gof.type import Generic, Type
from dltut.theano.names import passed_on

__all__ = [
    "Apply",
    "CLinker",
    "COp",
    "Constant",
    "Container",
    "DualLinker",
    "EquilibriumOptimizer",
    "FunctionGraph",
    "Generic",
    "InconsistencyError",
    "LocalLinker",
    "LocalOptimizer",
    "MergeOptimizer",
    "MissingInputError",
    "Op",
    "OpKeyOptimizer",
    "OpRemove",
    "OpSub",
    "OpWiseCLinker",
    "OpenMPOp",
    "Optimizer",
    "PatternSub",
    "PerformLinker",
    "PureOp",
    "TopoOptimizer",
    "Type",
    "Variable",
    "WrapLinker",
    "WrapLinkerMany",
    "generic",
    "local_optimizer",
    "object2",
    "optimizer",
]
__getattr__ = passed_on(
    __name__,
    "dltut.theano.gof.opt",
    "dltut.theano.gof.graph",
    "dltut.theano.gof.toolbox",
    "pytensor.graph.basic",
    "pytensor.graph",
    "pytensor.link.vm",
    "pytensor.graph.features",
    "pytensor.graph.destroyhandler",
    "pytensor.link.c.params_type",
    refused={"Linker": "our modes choose it: give theano.function a mode"},
)
