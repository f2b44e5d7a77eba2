"""``theano.tensor.nnet.conv3d2d``: volumes convolved, with time as the second axis."""

from dltut.theano.names import passed_on
from dltut.theano.tensor.nnet import volumes


def conv3d(signals, filters, signals_shape=None, filters_shape=None, border_mode="valid"):
    """Convolve volumes of shape (batch, time, channels, rows, columns) with filters.

    Parameters
    ----------
    signals, filters : tensor5
    signals_shape, filters_shape : tuple, optional
    border_mode : {"valid", "full", "half"} or tuple
    """
    shape = filters_shape and tuple(filters_shape[axis] for axis in (0, 2, 1, 3, 4))
    maps = volumes.conv3d(
        signals.dimshuffle(0, 2, 1, 3, 4),
        filters.dimshuffle(0, 2, 1, 3, 4),
        filter_shape=shape,
        border_mode=border_mode,
    )
    return maps.dimshuffle(0, 2, 1, 3, 4)


__getattr__ = passed_on(__name__)
