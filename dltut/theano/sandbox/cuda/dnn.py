"""``theano.sandbox.cuda.dnn``: without a card there is no cuDNN; our kernels do the same."""

from dltut.theano.names import passed_on, refuse
from dltut.theano.tensor.nnet import abstract_conv, volumes
from dltut.theano.tensor.nnet import nnet as networks
from dltut.theano.tensor.signal.pool import pool_2d

REASON = "it belongs to cuDNN; theano.tensor.nnet.conv2d and theano.tensor.signal.pool serve"


def dnn_available(*arguments) -> bool:
    """Whether cuDNN is there: no."""
    return False


dnn_available.avail = False
dnn_available.msg = "cuDNN is not used here: convolutions run on dltut's own kernels"
dnn_present = dnn_available


def version(raises=True):
    """The version of cuDNN: none, -1.

    Raises
    ------
    RuntimeError
        If it is asked for with `raises`.
    """
    if raises:
        raise RuntimeError(dnn_available.msg)
    return -1


def dnn_conv(
    img,
    kerns,
    border_mode="valid",
    subsample=(1, 1),
    conv_mode="conv",
    direction_hint=None,
    workmem=None,
    algo=None,
    precision=None,
    **others,
):
    """Convolve pictures with filters.

    Parameters
    ----------
    img, kerns : tensor4
    border_mode, subsample
        As for ``conv2d``.
    conv_mode : {"conv", "cross"}
        With or without flipped filters.
    direction_hint, workmem, algo, precision, **others
        Unread.
    """
    return abstract_conv.conv2d(
        img, kerns, border_mode=border_mode, subsample=subsample, filter_flip=conv_mode == "conv"
    )


def dnn_conv3d(img, kerns, border_mode="valid", subsample=(1, 1, 1), conv_mode="conv", **others):
    """Convolve volumes with filters.

    Parameters
    ----------
    img, kerns : tensor5
    border_mode, subsample, conv_mode, **others
        As for `dnn_conv`.
    """
    flip = conv_mode == "conv"
    return volumes.conv3d(
        img, kerns, border_mode=border_mode, subsample=subsample, filter_flip=flip
    )


def dnn_pool(img, ws, stride=None, mode="max", pad=None):
    """Pool over the last two axes; a window that does not fit is left out.

    Parameters
    ----------
    img : tensor4
    ws, stride, pad : pair of int
    mode : str
    """
    mode = "average_inc_pad" if mode == "average" else mode
    stride = (1,) * len(ws) if stride is None else stride
    return pool_2d(img, ws, True, stride, (0, 0) if pad is None else pad, mode)


class GpuDnnSoftmax:
    """The softmax of cuDNN, as ours.

    Parameters
    ----------
    tensor_format, algo, mode : str, optional
        Unread.
    """

    def __init__(self, tensor_format=None, algo=None, mode=None):
        self.mode = mode

    def __call__(self, x):
        """The softmax of each row."""
        return networks.softmax(x)


GpuDnnConvDesc = refuse("theano.sandbox.cuda.dnn.GpuDnnConvDesc", REASON)
GpuDnnConv = refuse("theano.sandbox.cuda.dnn.GpuDnnConv", REASON)
GpuDnnConvGradI = refuse("theano.sandbox.cuda.dnn.GpuDnnConvGradI", REASON)
GpuDnnConvGradW = refuse("theano.sandbox.cuda.dnn.GpuDnnConvGradW", REASON)
GpuDnnPool = refuse("theano.sandbox.cuda.dnn.GpuDnnPool", REASON)
GpuDnnPoolDesc = refuse("theano.sandbox.cuda.dnn.GpuDnnPoolDesc", REASON)
__getattr__ = passed_on(__name__)
