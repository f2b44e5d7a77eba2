"""``theano.tensor.nnet.Conv3D``: volumes correlated, with channels last."""

from dltut.theano.names import passed_on
from dltut.theano.tensor.nnet import volumes


def conv3D(V, W, b, d):
    """Correlate volumes (batch, rows, columns, time, channels) with filters, and add b.

    Parameters
    ----------
    V, W : tensor5
    b : vector
    d : sequence of three int
        Steps.
    """
    maps = volumes.conv3d(
        V.dimshuffle(0, 4, 1, 2, 3),
        W.dimshuffle(0, 4, 1, 2, 3),
        subsample=tuple(int(each) for each in d),
        filter_flip=False,
    )
    return maps.dimshuffle(0, 2, 3, 4, 1) + b


__getattr__ = passed_on(__name__)
