"""``theano.tensor.nnet.conv``: the older convolution."""

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
    """Convolve pictures with filters, which are flipped.

    Parameters
    ----------
    input, filters : tensor4
    image_shape, filter_shape : tuple, optional
        Unread: shapes are those of the values.
    border_mode : {"valid", "full"}
    subsample : pair of int
    **options
        What steered Theano's loops, unread, but for zeros that it put in between: see `conv2d` of
        ``abstract_conv``.
    """
    logical = {name: each for name, each in options.items() if name.endswith("_logical")}
    return abstract_conv.conv2d(
        input, filters, border_mode=border_mode, subsample=subsample, **logical
    )


class ConvOp:
    """Theano's older operation; what is left of it tells shapes."""

    @staticmethod
    def getOutputShape(inshp, kshp, stride=(1, 1), mode="valid"):
        """The sides of the maps.

        Parameters
        ----------
        inshp, kshp, stride : pair of int
        mode : {"valid", "full"}
        """
        return tuple(
            abstract_conv.get_conv_shape_1axis(n, k, mode, s)
            for n, k, s in zip(inshp, kshp, stride, strict=True)
        )


__getattr__ = passed_on(__name__)
