"""The few operations that carry the time, one file each.

Each Op has a NumPy `perform` as its reference; `dltut.kernels.numba` and `dltut.kernels.jax`
hold the same mathematics for the two backends; `dltut.machine.backend` imports them when needed.
"""
