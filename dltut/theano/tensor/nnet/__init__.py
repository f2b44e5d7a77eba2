"""``theano.tensor.nnet``: what networks are made of, on our kernels."""

from dltut.theano.names import names_of, passed_on
from dltut.theano.tensor.nnet.abstract_conv import (
    conv2d,
    conv2d_grad_wrt_inputs,
    conv2d_grad_wrt_weights,
    conv2d_transpose,
    separable_conv2d,
)
from dltut.theano.tensor.nnet.bn import batch_normalization
from dltut.theano.tensor.nnet.conv import ConvOp
from dltut.theano.tensor.nnet.nnet import (
    binary_crossentropy,
    categorical_crossentropy,
    confusion_matrix,
    crossentropy_categorical_1hot,
    crossentropy_softmax_1hot,
    crossentropy_softmax_1hot_with_bias,
    crossentropy_softmax_argmax_1hot_with_bias,
    elu,
    h_softmax,
    logsoftmax,
    relu,
    selu,
    sigmoid_binary_crossentropy,
    softmax,
    softmax_with_bias,
    softsign,
)
from dltut.theano.tensor.nnet.sigm import hard_sigmoid, sigmoid, softplus, ultra_fast_sigmoid
from dltut.theano.tensor.nnet.volumes import (
    conv3d,
    conv3d_grad_wrt_inputs,
    conv3d_grad_wrt_weights,
)

__all__ = [
    "ConvOp",
    "batch_normalization",
    "binary_crossentropy",
    "categorical_crossentropy",
    "confusion_matrix",
    "conv2d",
    "conv2d_grad_wrt_inputs",
    "conv2d_grad_wrt_weights",
    "conv2d_transpose",
    "conv3d",
    "conv3d_grad_wrt_inputs",
    "conv3d_grad_wrt_weights",
    "crossentropy_categorical_1hot",
    "crossentropy_softmax_1hot",
    "crossentropy_softmax_1hot_with_bias",
    "crossentropy_softmax_argmax_1hot_with_bias",
    "elu",
    "h_softmax",
    "hard_sigmoid",
    "logsoftmax",
    "relu",
    "selu",
    "separable_conv2d",
    "sigmoid",
    "sigmoid_binary_crossentropy",
    "softmax",
    "softmax_with_bias",
    "softplus",
    "softsign",
    "ultra_fast_sigmoid",
]
HOMES = ("dltut.theano.tensor.nnet.nnet", "dltut.theano.tensor.nnet.sigm")
__getattr__ = passed_on(
    __name__,
    *HOMES,
    refused={
        "ctc": "connectionist temporal classification needed a C library; write it with theano.scan"
    },
)
__all__ += names_of(*HOMES)  # whatever ``import *`` gave
