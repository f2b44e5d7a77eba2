"""``theano.tensor.signal``: pooling, and convolution of single pictures."""

from dltut.theano.tensor.signal import conv, downsample, pool

__all__ = ["conv", "downsample", "pool"]
