"""Logistic regression, found by its cost."""

from pytensor.graph.rewriting.basic import node_rewriter

from dltut.kernels.cross_entropy import CrossEntropy
from dltut.kernels.dense import Affine, MatrixProduct
from dltut.kernels.engine.gemm import COLUMNS
from dltut.kernels.engine.graph import made_by, used_once
from dltut.kernels.softmax_regression.op import SoftmaxRegression
from dltut.kernels.sums import ChannelSums


@node_rewriter([CrossEntropy])
def softmax_regression(fgraph, node):
    """The cost of a layer of few classes with its gradients, if no other layer is below.

    With more classes than fill two vectors, the gradient is better left to the step, which does
    not store it. ::

        CrossEntropy(Affine{linear}(x, W, b), y)        ->  SoftmaxRegression(x, W, b, y)
        MatrixProduct{left_transposed}(x, delta)        ->  its second output
        ChannelSums(delta)                              ->  its third
    """
    (scores, y), (cost, delta) = node.inputs, node.outputs
    layer = made_by(scores, Affine)
    if not (layer and layer.op.activation == "linear" and used_once(fgraph, scores)):
        return None
    x, W, b = layer.inputs
    n_classes = W.type.shape[1]
    if n_classes is None or n_classes >= COLUMNS:
        return None
    users = {type(user.op): user for user, _ in fgraph.clients[delta]}
    if len(fgraph.clients[delta]) != 2 or set(users) != {MatrixProduct, ChannelSums}:
        return None
    product, sums = users[MatrixProduct], users[ChannelSums]
    if product.op != MatrixProduct(True, False) or product.inputs != [x, delta]:
        return None
    results = SoftmaxRegression()(x, W, b, y)
    return dict(zip((cost, *product.outputs, *sums.outputs), results, strict=True))
