"""``theano.sandbox.cuda.blas``: convolutions of the card, on our kernels."""

from dltut.theano.names import passed_on
from dltut.theano.tensor.nnet import abstract_conv
from dltut.theano.tensor.signal.pool import Pool as GpuDownsampleFactorMax


class GpuCorrMM:
    """Cross-correlation of pictures with filters.

    Parameters
    ----------
    border_mode, subsample, pad
        As for ``conv2d``; `pad` is the older name of a border.
    """

    def __init__(self, border_mode="valid", subsample=(1, 1), pad=(0, 0)):
        self.border_mode = border_mode if tuple(pad) == (0, 0) else tuple(pad)
        self.subsample = subsample

    def __call__(self, img, kern):
        """The maps."""
        return abstract_conv.conv2d(
            img,
            kern,
            border_mode=self.border_mode,
            subsample=self.subsample,
            filter_flip=False,
        )


__all__ = ["GpuCorrMM", "GpuDownsampleFactorMax"]
__getattr__ = passed_on(__name__)
