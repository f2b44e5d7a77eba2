"""Elementary functions in single precision for NUMBA mode."""

from pytensor.link.numba.dispatch.basic import register_funcify_and_cache_key

from dltut.kernels.elementary.op import Exp32, Log32, Sigmoid32, Softplus32, Tanh32
from dltut.kernels.engine import elementary
from dltut.kernels.engine.symbols import version_of


@register_funcify_and_cache_key(Exp32)
@register_funcify_and_cache_key(Log32)
@register_funcify_and_cache_key(Tanh32)
@register_funcify_and_cache_key(Sigmoid32)
@register_funcify_and_cache_key(Softplus32)
def compiled(op, **_):
    """The function of the same name, and a key for PyTensor's cache."""
    name = type(op).__name__.lower()
    function = getattr(elementary, name)
    return function, f"{name} {version_of(function.py_func)}"
