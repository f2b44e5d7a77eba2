"""``theano.compile``: functions, shared variables, modes, and operations from functions."""

from pytensor.compile.builders import OpFromGraph
from pytensor.compile.debug.profiling import ProfileStats
from pytensor.compile.io import Out, SymbolicInput, SymbolicOutput
from pytensor.compile.ops import DeepCopyOp, ViewOp
from pytensor.tensor.shape import Shape, Shape_i, SpecifyShape, shape_i, specify_shape

from dltut.theano.compile.function import Function, function
from dltut.theano.compile.io import In, Param
from dltut.theano.compile.mode import (
    FAST_COMPILE,
    FAST_RUN,
    Mode,
    get_default_mode,
    get_mode,
    predefined_linkers,
    predefined_modes,
    predefined_optimizers,
    register_mode,
)
from dltut.theano.compile.monitormode import MonitorMode
from dltut.theano.compile.ops import as_op
from dltut.theano.compile.sharedvalue import SharedVariable, shared, shared_constructor
from dltut.theano.names import passed_on

__all__ = [
    "FAST_COMPILE",
    "FAST_RUN",
    "DeepCopyOp",
    "Function",
    "In",
    "Mode",
    "MonitorMode",
    "OpFromGraph",
    "Out",
    "Param",
    "ProfileStats",
    "Shape",
    "Shape_i",
    "SharedVariable",
    "SpecifyShape",
    "SymbolicInput",
    "SymbolicOutput",
    "ViewOp",
    "as_op",
    "function",
    "get_default_mode",
    "get_mode",
    "predefined_linkers",
    "predefined_modes",
    "predefined_optimizers",
    "register_mode",
    "shape_i",
    "shared",
    "shared_constructor",
    "specify_shape",
]

__getattr__ = passed_on(
    __name__,
    "pytensor.compile",
    "pytensor.compile.mode",
    "pytensor.compile.maker",
    "pytensor.compile.executor",
    refused={"ProfileMode": "use theano.function(profile=True)"},
)
