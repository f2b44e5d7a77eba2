"""64 bits on JAX for our functions alone, whatever JAX is set to elsewhere.

JAX narrows all numbers to 32 bits unless a setting of the whole process says otherwise; PyTensor
makes that setting from floatX when it first loads JAX. Our graphs have the widths that are written
in them, so ours are compiled, called and given their data in a context of their own.
"""

from contextlib import nullcontext

import jax
import numpy as np
from pytensor.link.jax.linker import JAXLinker

from dltut.kernels.engine.device import is_card

try:
    from jax import enable_x64
except ImportError:  # of older versions
    from jax.experimental import enable_x64


def wide():
    """A context in which JAX knows both float widths; it costs a few microseconds.

    Examples
    --------
    >>> with wide():
    ...     print(jax.numpy.ones(2, "float64").dtype)
    float64
    """
    return enable_x64(True)


class WideLinker(JAXLinker):
    """PyTensor's linker for JAX, whose functions are compiled and run in both float widths."""

    def fgraph_convert(self, fgraph, *args, **kwargs):
        """A function of JAX that does what a graph says, with constants as wide as they are."""
        with wide():
            return super().fgraph_convert(fgraph, *args, **kwargs)

    def jit_compile(self, fn):
        """What calls the function, its attribute `jitted`, which JAX compiles at its first call.

        Results of 64 bits, such as an error rate, are NumPy's where JAX would not compute with
        them; what goes back into shared variables stays on the device. Its attribute `started`
        waits for none.
        """
        jitted, exact = super().jit_compile(fn), exact_products()
        updates = getattr(self.fgraph, "update_mapping", None) or {}
        outputs = [
            place
            for place, variable in enumerate(self.fgraph.outputs)
            if place not in updates and getattr(variable.type, "dtype", "")[-2:] == "64"
        ]

        def started(*arguments):
            """The values of all outputs, on the device, where they may still be computed."""
            with wide(), exact():
                return jitted(*arguments)

        def call(*arguments):
            """The values of all outputs."""
            values = started(*arguments)
            if outputs:
                values = list(values)
                for place in outputs:
                    values[place] = usable(values[place])
            return values

        call.jitted, call.started = jitted, started
        return call


def usable(value):
    """An array of 64 bits as anybody can go on with it: NumPy's where JAX is set to 32.

    Fetching it waits for it.
    """
    return value if jax.config.jax_enable_x64 else np.asarray(value)


def exact_products():
    """What makes a context in which a GPU uses all 24 bits of float32: else it would take 11.

    Returns
    -------
    callable
        Of nothing; what it returns is the context.
    """
    chosen = jax.config.jax_default_matmul_precision
    if chosen is not None or not is_card():
        return nullcontext
    return lambda: jax.default_matmul_precision("float32")
