"""Mathematics on symbolic variables: expressions in, expressions out, nothing remembered."""

from dltut.nn import activations, init
from dltut.nn.conv import conv2d
from dltut.nn.costs import errors, negative_log_likelihood, squared_error
from dltut.nn.penalties import l1, l2
from dltut.nn.pool import pool2d

__all__ = [
    "activations",
    "conv2d",
    "errors",
    "init",
    "l1",
    "l2",
    "negative_log_likelihood",
    "pool2d",
    "squared_error",
]
