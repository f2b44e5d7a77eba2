"""The card that is not there."""

import numpy as np
import pytest

import dltut.theano as theano
import dltut.theano.tensor as T
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
