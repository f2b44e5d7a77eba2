"""Learning rules with a memory: one pass over a parameter, its state and its gradient, in place."""

from dltut.kernels.rules.op import Rule

__all__ = ["Rule"]
