"""``theano.sandbox.cuda.dnn``: without a card there is no cuDNN; our kernels do the same."""

from dltut.theano.names import passed_on, refuse
from dltut.theano.tensor.nnet import abstract_conv, bn, volumes
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


def dnn_batch_normalization_train(
    inputs, gamma, beta, mode="per-activation", epsilon=1e-4, **others
):
    """The normalised batch, its mean, and one over its deviation.

    Parameters
    ----------
    inputs, gamma, beta : variable
    mode : {"per-activation", "spatial"}
    epsilon : float
    **others
        Unread.
    """
    return bn.batch_normalization_train(inputs, gamma, beta, mode, epsilon)[:3]


def dnn_batch_normalization_test(
    inputs, gamma, beta, mean, var, mode="per-activation", epsilon=1e-4, **others
):
    """A batch normalised by given means and variances.

    Parameters
    ----------
    inputs, gamma, beta, mean, var : variable
    mode : {"per-activation", "spatial"}
    epsilon : float
    **others
        Unread.
    """
    return bn.batch_normalization_test(inputs, gamma, beta, mean, var, mode, epsilon)


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


class GpuDnnConvDesc:
    """What a convolution of cuDNN was told beforehand.

    Parameters
    ----------
    border_mode, subsample
        As for ``conv2d``.
    *more : str or pair of int
        ``conv_mode`` and ``dilation`` in their order, which was not always the same.
    conv_mode : {"conv", "cross"}
    dilation : pair of int
    num_groups : int
    precision : str, optional
        Unread.
    """

    def __init__(
        self,
        border_mode="valid",
        subsample=(1, 1),
        *more,
        conv_mode="conv",
        dilation=(1, 1),
        num_groups=1,
        precision=None,
    ):
        words = [each for each in more if each in ("conv", "cross")]
        pairs = [each for each in more if isinstance(each, tuple | list)]
        self.options = {
            "border_mode": border_mode,
            "subsample": subsample,
            "filter_flip": (words or [conv_mode])[0] == "conv",
            "filter_dilation": (pairs or [dilation])[0],
            "num_groups": num_groups,
        }

    def __call__(self, *shapes):
        """Itself: shapes are those of the values."""
        return self


class _Told:
    """An operation of cuDNN: made first, then given variables and what it is told.

    Parameters
    ----------
    **options
        ``algo``, ``workmem`` and ``inplace``, which are unread.
    """

    def __init__(self, **options):
        self.unread = options

    def __call__(self, first, second, output, desc, alpha=None, beta=None):
        """Alpha times the result, and beta times what `output` was.

        Parameters
        ----------
        first, second, output : tensor4
            The last has the shape of the result.
        desc : GpuDnnConvDesc
        alpha, beta : scalar, optional
            1 and 0 if nothing is said.
        """
        made = self._made(first, second, output.shape, desc.options)
        made = made if alpha is None else alpha * made
        return made if beta is None else made + beta * output


class GpuDnnConv(_Told):
    """``conv2d``, of pictures and filters."""

    def _made(self, img, kern, shape, options):
        return abstract_conv.conv2d(img, kern, **options)


class GpuDnnConvGradI(_Told):
    """The gradient of pictures, of filters and of the maps' gradient: "deconvolution"."""

    def _made(self, kern, topgrad, shape, options):
        shape = [None, None, shape[2], shape[3]]
        return abstract_conv.conv2d_grad_wrt_inputs(topgrad, kern, shape, **options)


class GpuDnnConvGradW(_Told):
    """The gradient of filters, of pictures and of the maps' gradient."""

    def _made(self, img, topgrad, shape, options):
        shape = [None, None, shape[2], shape[3]]
        return abstract_conv.conv2d_grad_wrt_weights(img, topgrad, shape, **options)


GpuDnnPool = refuse("theano.sandbox.cuda.dnn.GpuDnnPool", REASON)
GpuDnnPoolDesc = refuse("theano.sandbox.cuda.dnn.GpuDnnPoolDesc", REASON)
__getattr__ = passed_on(__name__)
