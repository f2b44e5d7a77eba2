"""Logistic regression: its cost and both gradients, from one pass over the examples."""

from dltut.kernels.softmax_regression.op import SoftmaxRegression

__all__ = ["SoftmaxRegression"]
