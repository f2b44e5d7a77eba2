"""Convolution for NUMBA mode: the patches of one image as columns, one matrix product an image."""

import numpy as np
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from dltut.errors import InputError
from dltut.kernels.conv import Conv2d, Conv2dInputGradient, Conv2dWeightGradient
from dltut.kernels.numba.version import source_version


def _border(op):
    """The padding as a compiled function of the kernel's sides."""
    mode = {"valid": 0, "full": 1, "half": 2}.get(op.border_mode, 3)
    given = op.border_mode if mode == 3 else (0, 0)

    @numba_njit
    def pads(rows, columns):
        if mode == 1:
            return rows - 1, columns - 1
        if mode == 2:
            return rows // 2, columns // 2
        return given

    return pads


def _tools(op):
    """Compiled helpers: the filters as a matrix, patches into columns and columns back."""
    flip, pads = op.filter_flip, _border(op)
    step_rows, step_columns = op.subsample

    @numba_njit
    def out_shape(x, w):
        if x.shape[1] != w.shape[1]:
            raise InputError(
                "the pictures have not as many channels as the filters: "
                "both second axes must be equal"
            )
        pad_rows, pad_columns = pads(w.shape[2], w.shape[3])
        free_rows = x.shape[2] + 2 * pad_rows - w.shape[2]
        free_columns = x.shape[3] + 2 * pad_columns - w.shape[3]
        if free_rows < 0 or free_columns < 0:
            raise InputError(
                "a filter does not fit into an image and the zeros around: "
                "use a smaller filter, larger pictures or border_mode='half'"
            )
        return free_rows // step_rows + 1, free_columns // step_columns + 1

    @numba_njit
    def matrix(w):
        maps, channels, rows, columns = w.shape
        result = np.empty((maps, channels * rows * columns), dtype=w.dtype)
        for m in range(maps):
            k = 0
            for c in range(channels):
                for i in range(rows):
                    for j in range(columns):
                        if flip:
                            result[m, k] = w[m, c, rows - 1 - i, columns - 1 - j]
                        else:
                            result[m, k] = w[m, c, i, j]
                        k += 1
        return result

    @numba_njit
    def fill_columns(image, kernel_rows, kernel_columns, patches):
        """patches: (channels * kernel rows * kernel columns, out rows, out columns)."""
        channels, rows, columns = image.shape
        pad_rows, pad_columns = pads(kernel_rows, kernel_columns)
        k = 0
        for c in range(channels):
            for i in range(kernel_rows):
                for j in range(kernel_columns):
                    for r in range(patches.shape[1]):
                        row = r * step_rows + i - pad_rows
                        for s in range(patches.shape[2]):
                            column = s * step_columns + j - pad_columns
                            if 0 <= row < rows and 0 <= column < columns:
                                patches[k, r, s] = image[c, row, column]
                            else:
                                patches[k, r, s] = 0
                    k += 1

    @numba_njit
    def add_columns(patches, kernel_rows, kernel_columns, image):
        channels, rows, columns = image.shape
        pad_rows, pad_columns = pads(kernel_rows, kernel_columns)
        k = 0
        for c in range(channels):
            for i in range(kernel_rows):
                for j in range(kernel_columns):
                    for r in range(patches.shape[1]):
                        row = r * step_rows + i - pad_rows
                        if 0 <= row < rows:
                            for s in range(patches.shape[2]):
                                column = s * step_columns + j - pad_columns
                                if 0 <= column < columns:
                                    image[c, row, column] += patches[k, r, s]
                    k += 1

    return out_shape, matrix, fill_columns, add_columns


@register_funcify_default_op_cache_key(Conv2d)
def conv2d(op, node, **kwargs):
    out_shape, matrix, fill_columns, _ = _tools(op)

    @numba_njit
    def convolve(x, w):
        rows, columns = out_shape(x, w)
        filters = matrix(w)
        out = np.empty((x.shape[0], w.shape[0], rows, columns), dtype=x.dtype)
        patches = np.empty((filters.shape[1], rows, columns), dtype=x.dtype)
        flat = patches.reshape(filters.shape[1], rows * columns)
        for n in range(x.shape[0]):
            fill_columns(x[n], w.shape[2], w.shape[3], patches)
            out[n] = np.dot(filters, flat).reshape(w.shape[0], rows, columns)
        return out

    return convolve, source_version()


@register_funcify_default_op_cache_key(Conv2dInputGradient)
def input_gradient(op, node, **kwargs):
    out_shape, matrix, _, add_columns = _tools(op)

    @numba_njit
    def gradient_of_input(up, w, x):
        rows, columns = out_shape(x, w)
        transposed = np.ascontiguousarray(matrix(w).T)
        gradient = np.zeros(x.shape, dtype=x.dtype)
        for n in range(x.shape[0]):
            delta = np.ascontiguousarray(up[n]).reshape(w.shape[0], rows * columns)
            patches = np.dot(transposed, delta).reshape(transposed.shape[0], rows, columns)
            add_columns(patches, w.shape[2], w.shape[3], gradient[n])
        return gradient

    return gradient_of_input, source_version()


@register_funcify_default_op_cache_key(Conv2dWeightGradient)
def weight_gradient(op, node, **kwargs):
    out_shape, matrix, fill_columns, _ = _tools(op)

    @numba_njit
    def gradient_of_weights(x, up, w):
        rows, columns = out_shape(x, w)
        size = w.shape[1] * w.shape[2] * w.shape[3]
        patches = np.empty((size, rows, columns), dtype=x.dtype)
        transposed = patches.reshape(size, rows * columns).T
        gradient = np.zeros((w.shape[0], size), dtype=x.dtype)
        for n in range(x.shape[0]):
            fill_columns(x[n], w.shape[2], w.shape[3], patches)
            delta = np.ascontiguousarray(up[n]).reshape(w.shape[0], rows * columns)
            gradient += np.dot(delta, transposed)
        return matrix(gradient.reshape(w.shape)).reshape(w.shape)

    return gradient_of_weights, source_version()
