"""The kernels for JAX mode, in both float widths; importing this registers them with PyTensor."""

import jax

from dltut.kernels.jax import lowerings, width

jax.config.update("jax_enable_x64", True)  # after PyTensor's own import, which ties it to floatX

__all__ = ["lowerings", "width"]
