"""The kernels for JAX mode; importing this registers them with PyTensor and allows both float widths."""

import jax

from dltut.kernels.jax import lowerings

jax.config.update("jax_enable_x64", True)  # after PyTensor's own import, which ties it to floatX

__all__ = ["lowerings"]
