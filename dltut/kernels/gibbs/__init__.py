"""Gibbs chains of restricted Boltzmann machines, whole chains at a time."""

from dltut.kernels.gibbs.op import VISIBLE, GibbsChain, check_shapes

__all__ = ["VISIBLE", "GibbsChain", "check_shapes"]
