"""Our elementary functions in PyTensor's elementwise graphs of single precision."""

from pytensor.link.numba.dispatch.basic import (
    numba_funcify_and_cache_key,
    register_funcify_and_cache_key,
)
from pytensor.scalar.basic import Exp, Log, Tanh
from pytensor.scalar.math import Sigmoid, Softplus

from dltut.kernels.numba.elementary import exp32, log32, sigmoid32, softplus32, tanh32
from dltut.kernels.numba.version import source_version


def _register(kind, single):
    of_pytensor = numba_funcify_and_cache_key.dispatch(kind)

    @register_funcify_and_cache_key(kind)
    def elementary(op, node, **kwargs):
        if node.inputs[0].type.dtype != "float32":
            return of_pytensor(op, node=node, **kwargs)
        return single, f"{single.__name__} {source_version()}"


KINDS = (Exp, exp32), (Log, log32), (Tanh, tanh32), (Sigmoid, sigmoid32), (Softplus, softplus32)
for kind, single in KINDS:
    _register(kind, single)
