"""``theano.tensor.signal.conv``: convolution of pictures with filters, each with each."""

import pytensor.tensor as pt

from dltut.theano.names import passed_on
from dltut.theano.tensor.nnet import abstract_conv


def conv2d(
    input,
    filters,
    image_shape=None,
    filter_shape=None,
    border_mode="valid",
    subsample=(1, 1),
    **options,
):
    """Convolve a picture, or several, with a filter, or several.

    Parameters
    ----------
    input, filters : matrix or tensor3
    image_shape, filter_shape : tuple, optional
    border_mode : {"valid", "full"}
    subsample : pair of int
    **options
        Unread.

    Returns
    -------
    variable
        (pictures, filters, rows, columns), without the axes that were not given.
    """
    x, w = pt.as_tensor_variable(input), pt.as_tensor_variable(filters)
    if x.ndim not in (2, 3) or w.ndim not in (2, 3):
        raise ValueError("signal.conv.conv2d needs pictures and filters of two or three axes")
    pictures = x.dimshuffle("x", 0, 1) if x.ndim == 2 else x
    kernels = w.dimshuffle("x", 0, 1) if w.ndim == 2 else w
    maps = abstract_conv.conv2d(
        pictures.dimshuffle(0, "x", 1, 2),
        kernels.dimshuffle(0, "x", 1, 2),
        border_mode=border_mode,
        subsample=subsample,
    )
    maps = maps if w.ndim == 3 else maps[:, 0]
    return maps if x.ndim == 3 else maps[0]


__getattr__ = passed_on(__name__)
