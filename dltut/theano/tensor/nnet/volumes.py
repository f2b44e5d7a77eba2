"""Convolutions of volumes, and their gradients: sums of convolutions of pictures."""

import numpy as np
from pytensor.compile.sharedvalue import SharedVariable

from dltut.theano.gradient import Lop
from dltut.theano.names import NotServed
from dltut.theano.tensor.allocation import filled
from dltut.theano.tensor.nnet.abstract_conv import Abstract, check_shared, conv2d, padded, ranked


def conv3d(
    input,
    filters,
    input_shape=None,
    filter_shape=None,
    border_mode="valid",
    subsample=(1, 1, 1),
    filter_flip=True,
    filter_dilation=(1, 1, 1),
    num_groups=1,
    unshared=False,
):
    """Convolve volumes with filters: the sum of two-dimensional convolutions.

    Parameters
    ----------
    input : tensor5, shape (batch, channels, depth, rows, columns)
    filters : tensor5, shape (maps, channels, depth, rows, columns)
        How deep it is must be known when the graph is built.
    input_shape, filter_shape, border_mode, subsample, filter_flip, filter_dilation
        As for `conv2d`.
    num_groups, unshared
        As for `conv2d`.
    """
    check_shared(unshared)
    x, w = ranked(input, 5), ranked(filters, 5)
    depth, step, gap = _depth(w, filter_shape), int(subsample[0]), int(filter_dilation[0])
    reach = (depth - 1) * gap + 1
    sides = {"valid": 0, "full": reach - 1, "half": reach // 2}
    if isinstance(border_mode, str):
        front, around = sides[border_mode], border_mode
    else:
        whole = (border_mode,) * 3 if isinstance(border_mode, int) else tuple(border_mode)
        front, around = whole[0], whole[1:]
    x = padded(x, [(front, front), (0, 0), (0, 0)]) if front else x
    n = (x.shape[2] - reach) // step + 1
    flat = {
        "border_mode": around,
        "subsample": subsample[1:],
        "filter_flip": filter_flip,
        "filter_dilation": filter_dilation[1:],
        "num_groups": num_groups,
    }
    taps = [
        _slices(x[:, :, k * gap : k * gap + (n - 1) * step + 1 : step], w[:, :, tap], n, flat)
        for k in range(depth)
        for tap in [depth - 1 - k if filter_flip else k]
    ]
    total = taps[0]
    for each in taps[1:]:
        total = total + each
    return total


def _slices(x, w, n, options):
    """One convolution of all slices of volumes: (batch, maps, n, out rows, out columns)."""
    flat = x.dimshuffle(0, 2, 1, 3, 4)
    flat = flat.reshape((x.shape[0] * n, *(x.shape[a] for a in (1, 3, 4))), ndim=4)
    maps = conv2d(flat, w, **options)
    whole = maps.reshape((x.shape[0], n, *(maps.shape[a] for a in (1, 2, 3))), ndim=5)
    return whole.dimshuffle(0, 2, 1, 3, 4)


def _depth(w, filter_shape) -> int:
    if filter_shape is not None and filter_shape[2] is not None:
        return int(filter_shape[2])
    if w.type.shape[2] is not None:
        return w.type.shape[2]
    if isinstance(w, SharedVariable):
        return w.get_value(borrow=True).shape[2]
    raise NotServed("conv3d needs to know how deep the filters are: give it filter_shape")


def conv3d_grad_wrt_inputs(
    output_grad, filters, input_shape, filter_shape=None, num_groups=1, **options
):
    """The gradient of volumes from that of the maps.

    Parameters
    ----------
    output_grad : tensor5, shape (batch, maps, out depth, out rows, out columns)
    filters : tensor5, shape (maps, channels, depth, rows, columns)
    input_shape : sequence of int, None or scalar
    filter_shape, num_groups, **options
        As for `conv3d`.
    """
    up, w = ranked(output_grad, 5), ranked(filters, 5)
    lengths = (up.shape[0], w.shape[1] * num_groups, None, None, None)
    shape = [b if a is None else a for a, b in zip(input_shape, lengths, strict=True)]
    x = filled(np.array(0, up.dtype), shape)
    maps = conv3d(x, w, filter_shape=filter_shape, num_groups=num_groups, **options)
    return Lop(maps, x, up)


def conv3d_grad_wrt_weights(
    input, output_grad, filter_shape, input_shape=None, num_groups=1, **options
):
    """The gradient of filters from that of the maps.

    Parameters
    ----------
    input : tensor5, shape (batch, channels, depth, rows, columns)
    output_grad : tensor5, shape (batch, maps, out depth, out rows, out columns)
    filter_shape : sequence of int, None or scalar
        Its depth is a number.
    input_shape, num_groups, **options
        As for `conv3d`.
    """
    x, up = ranked(input, 5), ranked(output_grad, 5)
    lengths = (up.shape[1], x.shape[1] // num_groups, None, None, None)
    shape = [b if a is None else a for a, b in zip(filter_shape, lengths, strict=True)]
    w = filled(np.array(0, up.dtype), shape)
    maps = conv3d(x, w, num_groups=num_groups, **options)
    return Lop(maps, w, up)


class AbstractConv3d(Abstract):
    """`conv3d`, of volumes and filters."""

    n_axes = 3

    def __call__(self, img, kern):
        """The maps."""
        return conv3d(img, kern, filter_shape=self.kshp, **self.options)


class AbstractConv3d_gradInputs(Abstract):
    """`conv3d_grad_wrt_inputs`, of filters, the maps' gradient and the sides of the volumes."""

    n_axes = 3

    def __call__(self, kern, topgrad, shape, add_assert_shape=True):
        """The volumes' gradient.

        Parameters
        ----------
        kern, topgrad : tensor5
        shape : sequence or vector
        add_assert_shape : bool
        """
        sides = [None, None, *(shape[axis] for axis in range(3))]
        return conv3d_grad_wrt_inputs(topgrad, kern, sides, self.kshp, **self.options)


class AbstractConv3d_gradWeights(Abstract):
    """`conv3d_grad_wrt_weights`, of volumes, the maps' gradient and the sides of the filters."""

    n_axes = 3

    def __call__(self, img, topgrad, shape, add_assert_shape=True):
        """The filters' gradient.

        Parameters
        ----------
        img, topgrad : tensor5
        shape : sequence or vector
            Where it is a vector, ``kshp`` must tell how deep the filters are.
        add_assert_shape : bool
        """
        depth = shape[0] if self.kshp is None else self.kshp[2]
        sides = [None, None, depth, shape[1], shape[2]]
        return conv3d_grad_wrt_weights(img, topgrad, sides, **self.options)


__all__ = [
    "AbstractConv3d",
    "AbstractConv3d_gradInputs",
    "AbstractConv3d_gradWeights",
    "conv3d",
    "conv3d_grad_wrt_inputs",
    "conv3d_grad_wrt_weights",
]
