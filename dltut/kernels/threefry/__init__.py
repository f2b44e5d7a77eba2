"""Uniform draws from a counter: the same bits in every mode, on a CPU and through JAX."""

from dltut.kernels.threefry.op import Draw, Numbers, Uniform, threefry2x32, uniform

__all__ = ["Draw", "Numbers", "Uniform", "threefry2x32", "uniform"]
