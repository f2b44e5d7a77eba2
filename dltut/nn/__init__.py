"""Mathematics on symbolic variables: expressions in, expressions out, nothing remembered."""

from dltut.nn import activations, corruption, init
from dltut.nn.conv import conv1d, conv2d, conv2d_transpose
from dltut.nn.costs import (
    absolute_error,
    binary_cross_entropy,
    errors,
    label_errors,
    negative_log_likelihood,
    squared_error,
)
from dltut.nn.penalties import l1, l2
from dltut.nn.pool import pool1d, pool2d
from dltut.nn.resize import concatenate, crop, upsample2d
from dltut.nn.sequences import mean_over_time, trimmed

__all__ = [
    "absolute_error",
    "activations",
    "binary_cross_entropy",
    "concatenate",
    "conv1d",
    "conv2d",
    "conv2d_transpose",
    "corruption",
    "crop",
    "errors",
    "init",
    "l1",
    "l2",
    "label_errors",
    "mean_over_time",
    "negative_log_likelihood",
    "pool1d",
    "pool2d",
    "squared_error",
    "trimmed",
    "upsample2d",
]
