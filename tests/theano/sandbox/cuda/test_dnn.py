"""The card that is not there."""

import numpy as np
import pytest

import dltut.theano as theano
import dltut.theano.tensor as T
from dltut.theano.gpuarray.basic_ops import GpuAllocEmpty, gpu_alloc_empty, infer_context_name
from dltut.theano.sandbox import cuda
from dltut.theano.sandbox.cuda import basic_ops, blas, dnn, opt

X, W = np.random.RandomState(0).rand(1, 2, 5, 5), np.random.RandomState(1).rand(3, 2, 2, 2)


def test_it_is_not_there():
    assert not cuda.cuda_available
    assert not cuda.cuda_enabled
    assert not dnn.dnn_available()
    assert dnn.version(raises=False) == -1
    with pytest.raises(OSError, match="no gpu0"):
        cuda.use("gpu0", force=True)
    cuda.use("gpu0")
    with pytest.raises(ValueError, match="no card"):
        theano.gpuarray.type.get_context("dev0")
    assert not isinstance(T.dscalar(), cuda.CudaNdarrayVariable)


def test_moving_leaves_a_variable_as_it_is():
    x = T.fmatrix("x")
    assert basic_ops.gpu_contiguous(x) is x
    assert basic_ops.host_from_gpu(x) is x
    assert cuda.CudaNdarrayType((False, False))("y").type == x.type
    assert opt.register_opt()(len) is len


def test_its_convolutions_and_pools_are_ours():
    expected = T.nnet.conv2d(X, W, filter_flip=False)
    made = [
        dnn.dnn_conv(X, W, conv_mode="cross"),
        blas.GpuCorrMM()(X, W),
        expected,
        dnn.dnn_pool(X, (2, 2), (2, 2)),
        T.signal.pool.pool_2d(X, (2, 2), True),
    ]
    found = theano.function([], made, mode="FAST_COMPILE")()
    np.testing.assert_array_equal(found[0], found[2])
    np.testing.assert_array_equal(found[1], found[2])
    np.testing.assert_array_equal(found[3], found[4])


def test_its_batch_normalisation_is_ours():
    x, one = T.constant(X), T.ones(2)
    made = list(dnn.dnn_batch_normalization_train(x, one, one, "spatial"))
    made.append(dnn.dnn_batch_normalization_test(x, one, one, made[1], made[2] ** -2, "spatial", 0))
    batch, mean, inverse, again = theano.function([], made, mode="FAST_COMPILE")()
    np.testing.assert_allclose(batch.mean(axis=(0, 2, 3)), 1)
    np.testing.assert_allclose(mean.ravel(), X.mean(axis=(0, 2, 3)))
    np.testing.assert_allclose(inverse.ravel(), (X.var(axis=(0, 2, 3)) + 1e-4) ** -0.5)
    np.testing.assert_allclose(again, batch)


def test_a_convolution_that_is_told_beforehand_and_its_gradients():
    """The deconvolution of many generators is the gradient of pictures by hand."""
    x, w = T.dtensor4("x"), T.dtensor4("w")
    maps = T.nnet.conv2d(x, w, border_mode=(1, 1), subsample=(2, 2))
    up = T.sqrt(maps)
    desc = dnn.GpuDnnConvDesc((1, 1), (2, 2), "conv")(x.shape, w.shape)
    empty = gpu_alloc_empty(infer_context_name(x), dtype="float64")(*(x.shape[n] for n in range(4)))
    made = [
        maps,
        dnn.GpuDnnConv()(x, w, GpuAllocEmpty("float64")(*maps.shape), desc, alpha=2.0),
        *T.grad(None, [x, w], known_grads={maps: up}),
        dnn.GpuDnnConvGradI()(w, up, empty, desc),
        dnn.GpuDnnConvGradW()(x, up, w, desc, beta=0.0),
    ]
    found = theano.function([x, w], made, mode="FAST_COMPILE")(X, W)
    np.testing.assert_allclose(found[1], 2 * found[0])
    np.testing.assert_allclose(found[4], found[2])
    np.testing.assert_allclose(found[5], found[3])
