"""``theano.tensor.nnet.abstract_conv``: convolutions and their gradients, on our kernels."""

import warnings

import numpy as np
import pytensor.tensor as pt

from dltut.kernels.conv import Convolution, ConvolutionInputGradient, ConvolutionWeightGradient
from dltut.machine.shared import as_floats
from dltut.nn.conv import conv2d as plain_conv2d
from dltut.nn.conv import dilated
from dltut.theano.names import NotServed, passed_on
from dltut.theano.tensor.allocation import filled


def conv2d(
    input,
    filters,
    input_shape=None,
    filter_shape=None,
    border_mode="valid",
    subsample=(1, 1),
    filter_flip=True,
    image_shape=None,
    filter_dilation=(1, 1),
    num_groups=1,
    unshared=False,
    **others,
):
    """Convolve pictures with filters.

    Parameters
    ----------
    input : tensor4, shape (batch, channels, rows, columns)
    filters : tensor4, shape (maps, channels, rows, columns)
    input_shape, filter_shape, image_shape : tuple, optional
        Unread: shapes are those of the values.
    border_mode : {"valid", "full", "half"}, int, pair of int or of pairs
    subsample, filter_dilation : pair of int
    filter_flip : bool
    num_groups : int
    unshared : bool
        Only False.
    **others
        Unread, with a warning, as in Theano.
    """
    check_shared(unshared)
    for name in ("imshp_logical", "kshp_logical"):
        if others.pop(name, None) is not None:
            raise ValueError(f"conv2d has no {name} any more: insert the zeros yourself")
    if others:
        warnings.warn(f"{others.keys()} are left unread by conv2d", stacklevel=2)
    x, w = ranked(input, 4), dilated(ranked(filters, 4), filter_dilation)
    x, border_mode = bordered(x, border_mode)
    options = {
        "border_mode": border_mode,
        "subsample": _whole(subsample),
        "filter_flip": filter_flip,
    }
    channels, maps = x.shape[1] // num_groups, w.shape[0] // num_groups
    parts = zip(groups(x, channels, num_groups, axis=1), groups(w, maps, num_groups), strict=True)
    return joined([plain_conv2d(*pair, **options) for pair in parts], axis=1)


def check_shared(unshared: bool) -> None:
    """Refuse filters that differ from place to place."""
    if unshared:
        raise NotServed("unshared=True is not served: use theano.tensor.nnet.neighbours")


def groups(x, size, num_groups: int, axis: int = 0) -> list:
    """The parts of x along an axis, itself if it is one group.

    Parameters
    ----------
    x : variable
    size : int or scalar
        Of a part.
    num_groups, axis : int
    """
    if num_groups == 1:
        return [x]
    before = (slice(None),) * axis
    return [x[(*before, slice(g * size, (g + 1) * size))] for g in range(num_groups)]


def joined(parts: list, axis: int):
    """The parts one behind the other."""
    return parts[0] if len(parts) == 1 else pt.concatenate(parts, axis=axis)


def ranked(x, ndim: int):
    """`x` as a variable of floats with so many axes.

    Raises
    ------
    TypeError
        If it has more or fewer.
    """
    x = pt.as_tensor_variable(x)
    if x.ndim != ndim:
        raise TypeError(f"a convolution needs {ndim} axes; {x} has {x.ndim}")
    return as_floats(x)


def _whole(numbers) -> tuple[int, ...]:
    return tuple(int(each) for each in numbers)


def _sides(w):
    return [w.shape[axis] for axis in range(2, w.ndim)]


def bordered(x, border_mode):
    """(pictures, border mode): a border that is not the same on both sides is put on at once."""
    if isinstance(border_mode, str):
        return x, border_mode
    if isinstance(border_mode, int | np.integer):
        return x, (int(border_mode),) * (x.ndim - 2)
    pairs = [each if isinstance(each, tuple | list) else (each, each) for each in border_mode]
    if all(before == after for before, after in pairs):
        return x, tuple(int(before) for before, _ in pairs)
    return padded(x, pairs), "valid"


def padded(x, pairs):
    """`x` with so many zeros before and after along each of its last axes."""
    sides = [n + before + after for n, (before, after) in zip(_sides(x), pairs, strict=True)]
    inside = [slice(p[0], p[0] + n) for n, p in zip(_sides(x), pairs, strict=True)]
    zeros = filled(np.array(0, x.dtype), (x.shape[0], x.shape[1], *sides))
    return pt.set_subtensor(zeros[(slice(None), slice(None), *inside)], x)


def conv2d_grad_wrt_inputs(
    output_grad,
    filters,
    input_shape,
    filter_shape=None,
    border_mode="valid",
    subsample=(1, 1),
    filter_flip=True,
    filter_dilation=(1, 1),
    num_groups=1,
    unshared=False,
):
    """The gradient of pictures from that of the maps: a convolution the other way round.

    Parameters
    ----------
    output_grad : tensor4, shape (batch, maps, out rows, out columns)
    filters : tensor4, shape (maps, channels, rows, columns)
    input_shape : sequence of int, None or scalar
    filter_shape, border_mode, subsample, filter_flip, filter_dilation, num_groups, unshared
        As for `conv2d`.
    """
    check_shared(unshared)
    up, w = ranked(output_grad, 4), dilated(ranked(filters, 4), filter_dilation)
    lengths = (up.shape[0], w.shape[1], None, None)
    shape = [b if a is None else a for a, b in zip(input_shape, lengths, strict=True)]
    like, border = bordered(
        filled(np.array(0, up.dtype), (shape[0], w.shape[1], *shape[2:])), border_mode
    )
    gradient = ConvolutionInputGradient(border, _whole(subsample), bool(filter_flip))
    maps = w.shape[0] // num_groups
    parts = zip(groups(up, maps, num_groups, axis=1), groups(w, maps, num_groups), strict=True)
    found = joined([gradient(*pair, like) for pair in parts], axis=1)
    if border == "valid" and border_mode != "valid":
        pairs = [p if isinstance(p, tuple | list) else (p, p) for p in border_mode]
        inside = [slice(p[0], p[0] + n) for n, p in zip(shape[2:], pairs, strict=True)]
        return found[(slice(None), slice(None), *inside)]
    return found


def conv2d_grad_wrt_weights(
    input,
    output_grad,
    filter_shape,
    input_shape=None,
    border_mode="valid",
    subsample=(1, 1),
    filter_flip=True,
    filter_dilation=(1, 1),
    num_groups=1,
    unshared=False,
):
    """The gradient of filters from that of the maps.

    Parameters
    ----------
    input : tensor4, shape (batch, channels, rows, columns)
    output_grad : tensor4, shape (batch, maps, out rows, out columns)
    filter_shape : sequence of int, None or scalar
    input_shape, border_mode, subsample, filter_flip, filter_dilation, num_groups, unshared
        As for `conv2d`.
    """
    check_shared(unshared)
    x, up = ranked(input, 4), ranked(output_grad, 4)
    channels, maps = x.shape[1] // num_groups, up.shape[1] // num_groups
    sides = [(n - 1) * step + 1 for n, step in zip(filter_shape[2:], filter_dilation, strict=True)]
    x, border = bordered(x, border_mode)
    like = filled(np.array(0, x.dtype), (maps, channels, *sides))
    gradient = ConvolutionWeightGradient(border, _whole(subsample), bool(filter_flip))
    parts = zip(
        groups(x, channels, num_groups, axis=1), groups(up, maps, num_groups, axis=1), strict=True
    )
    found = joined([gradient(*pair, like) for pair in parts], axis=0)
    rows, columns = _whole(filter_dilation)
    return found[:, :, ::rows, ::columns]


def conv2d_transpose(
    input,
    filters,
    output_shape,
    filter_shape=None,
    border_mode="valid",
    input_dilation=(1, 1),
    filter_flip=True,
    filter_dilation=(1, 1),
    num_groups=1,
    unshared=False,
):
    """A convolution the other way round, "deconvolution".

    Parameters
    ----------
    input : tensor4
    filters : tensor4, shape (maps of the input, channels of the result, rows, columns)
    output_shape : sequence
    filter_shape, border_mode, input_dilation, filter_flip, filter_dilation, num_groups, unshared
        As for `conv2d`; `input_dilation` is its subsample.
    """
    return conv2d_grad_wrt_inputs(
        input,
        filters,
        output_shape,
        border_mode=border_mode,
        subsample=input_dilation,
        filter_flip=filter_flip,
        filter_dilation=filter_dilation,
        num_groups=num_groups,
        unshared=unshared,
    )


def separable_conv2d(
    input,
    depthwise_filters,
    pointwise_filters,
    num_channels,
    **options,
):
    """Each channel by itself, then all of them in each place.

    Parameters
    ----------
    input : tensor4
    depthwise_filters, pointwise_filters : tensor4
    num_channels : int
    **options
        Of `conv2d`.
    """
    apart = conv2d(input, depthwise_filters, num_groups=num_channels, **options)
    return conv2d(apart, pointwise_filters)


class Abstract:
    """A convolution as Theano's operations were called: made first, then given variables.

    Parameters
    ----------
    imshp, kshp : tuple, optional
    border_mode, subsample, filter_flip, filter_dilation, num_groups, unshared
        As for `conv2d`.
    """

    n_axes = 2

    def __init__(
        self,
        imshp=None,
        kshp=None,
        border_mode="valid",
        subsample=None,
        filter_flip=True,
        filter_dilation=None,
        num_groups=1,
        unshared=False,
    ):
        self.imshp, self.kshp = imshp, kshp
        self.options = {
            "border_mode": border_mode,
            "subsample": subsample or (1,) * self.n_axes,
            "filter_flip": filter_flip,
            "filter_dilation": filter_dilation or (1,) * self.n_axes,
            "num_groups": num_groups,
            "unshared": unshared,
        }


class AbstractConv2d(Abstract):
    """`conv2d`, of pictures and filters."""

    def __call__(self, img, kern):
        """The maps."""
        return conv2d(img, kern, **self.options)


class AbstractConv2d_gradInputs(Abstract):
    """`conv2d_grad_wrt_inputs`, of filters, the maps' gradient and the sides of the pictures."""

    def __call__(self, kern, topgrad, shape, add_assert_shape=True):
        """The pictures' gradient.

        Parameters
        ----------
        kern, topgrad : tensor4
        shape : pair or vector
        add_assert_shape : bool
        """
        sides = [shape[0], shape[1]]
        return conv2d_grad_wrt_inputs(topgrad, kern, [None, None, *sides], **self.options)


class AbstractConv2d_gradWeights(Abstract):
    """`conv2d_grad_wrt_weights`, of pictures, the maps' gradient and the sides of the filters."""

    def __call__(self, img, topgrad, shape, add_assert_shape=True):
        """The filters' gradient.

        Parameters
        ----------
        img, topgrad : tensor4
        shape : pair or vector
        add_assert_shape : bool
        """
        sides = [shape[0], shape[1]]
        return conv2d_grad_wrt_weights(img, topgrad, [None, None, *sides], **self.options)


def get_conv_output_shape(
    image_shape, kernel_shape, border_mode, subsample, filter_dilation=None
) -> tuple:
    """The shape of the maps.

    Parameters
    ----------
    image_shape, kernel_shape : tuple
        (batch, channels, sides ...) and (maps, channels, sides ...).
    border_mode : {"valid", "full", "half"}, int or tuple
    subsample, filter_dilation : tuple
    """
    n = len(image_shape) - 2
    modes = border_mode if isinstance(border_mode, tuple | list) else (border_mode,) * n
    dilation = (1,) * n if filter_dilation is None else filter_dilation
    sides = map(get_conv_shape_1axis, image_shape[2:], kernel_shape[2:], modes, subsample, dilation)
    return image_shape[0], kernel_shape[0], *sides


def get_conv_shape_1axis(image_shape, kernel_shape, border_mode, subsample, dilation=1):
    """How many positions a filter has along one axis; None where a length is not known.

    Parameters
    ----------
    image_shape, kernel_shape : int or None
    border_mode : {"valid", "full", "half"}, int or pair of int
    subsample, dilation : int
    """
    if None in (image_shape, kernel_shape, border_mode, subsample, dilation):
        return None
    reach = (kernel_shape - 1) * dilation + 1
    sides = {"valid": 0, "full": reach - 1, "half": reach // 2}
    border = sides[border_mode] if isinstance(border_mode, str) else border_mode
    before, after = border if isinstance(border, tuple | list) else (border, border)
    return (image_shape + before + after - reach) // subsample + 1


def bilinear_kernel_2D(ratio, normalize=True):
    """The filter that makes a picture `ratio` times larger along straight lines."""
    one = bilinear_kernel_1D(ratio, normalize)
    return one[:, None] * one[None, :]


def bilinear_kernel_1D(ratio, normalize=True):
    """One axis of `bilinear_kernel_2D`."""
    up = pt.arange(1, ratio + 1)
    whole = pt.concatenate([up, pt.arange(ratio - 1, 0, -1)]).astype("floatX")
    return whole / ratio if normalize else whole


def bilinear_upsampling(
    input, ratio=None, frac_ratio=None, batch_size=None, num_input_channels=None, use_1D_kernel=True
):
    """Pictures `ratio` times larger, along straight lines, edges repeated.

    Parameters
    ----------
    input : tensor4
    ratio : int
    frac_ratio : None
    batch_size, num_input_channels, use_1D_kernel : optional
        Unread: they steered Theano's loops.
    """
    if frac_ratio is not None or ratio is None:
        raise NotServed("bilinear_upsampling by a fraction is not served: give a whole ratio")
    x = ranked(input, 4)
    x = pt.concatenate([x[:, :, :1], x, x[:, :, -1:]], axis=2)
    x = pt.concatenate([x[:, :, :, :1], x, x[:, :, :, -1:]], axis=3)
    rows, columns = x.shape[2], x.shape[3]
    flat = x.reshape((x.shape[0] * x.shape[1], 1, rows, columns), ndim=4)
    kernel = bilinear_kernel_2D(ratio).astype(x.dtype)[None, None]
    pad = 2 * ratio - (ratio - 1) // 2 - 1
    sides = [(n - 2) * ratio for n in (rows, columns)]
    large = conv2d_grad_wrt_inputs(
        flat, kernel, [None, None, *sides], border_mode=(pad, pad), subsample=(ratio, ratio)
    )
    return large.reshape((x.shape[0], x.shape[1], *sides), ndim=4)


__all__ = ["Convolution"]
__getattr__ = passed_on(
    __name__,
    "dltut.theano.tensor.nnet.volumes",
    refused={
        "bilinear_upsampling_frac": "use theano.tensor.nnet.abstract_conv.bilinear_upsampling"
    },
)
