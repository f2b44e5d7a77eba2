"""Products with their transposes, biases and activations.

Each rewrite shows what it looks for and what it puts there; letters are variables, the rest are
operations.
"""

import pytensor.scalar as ps
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.math import Dot

from dltut.kernels.dense.op import Affine, MatrixProduct
from dltut.kernels.engine.graph import made_by, rearranged, used_once


@node_rewriter([Dot])
def product_of_transposed(fgraph, node):
    """A product with its transposes inside.

    ::

        Dot(DimShuffle{1, 0}(a), b)     ->  MatrixProduct{left_transposed}(a, b)
    """
    a, b = node.inputs
    if a.dtype != b.dtype or a.dtype not in ("float32", "float64"):
        return None
    left, right = rearranged(a, 1, 0), rearranged(b, 1, 0)
    product = MatrixProduct(left is not None, right is not None)
    return [product(a if left is None else left, b if right is None else right)]


@node_rewriter([Elemwise])
def affine(fgraph, node):
    """``x @ W + b`` as one operation, if nobody else needs the product.

    The bias must have a number for each column: one that PyTensor repeats stays outside. ::

        Add(MatrixProduct(x, W), DimShuffle{x, 0}(b))   ->  Affine{linear}(x, W, b)
    """
    if not isinstance(node.op.scalar_op, ps.Add) or len(node.inputs) != 2:
        return None
    for sums, row in (node.inputs, node.inputs[::-1]):
        product, bias = made_by(sums, MatrixProduct), rearranged(row, "x", 0)
        if (
            product
            and bias is not None
            and not (product.op.left_transposed or product.op.right_transposed)
            and bias.dtype == sums.dtype
            and row.type.broadcastable[1] == sums.type.broadcastable[1]
            and used_once(fgraph, sums)
        ):
            return [Affine("linear")(*product.inputs, bias)]
    return None


@node_rewriter([Elemwise])
def affine_with_activation(fgraph, node):
    """The tanh or sigmoid of ``x @ W + b`` in the same operation, if nobody else needs the sum.

    ::

        Tanh(Affine{linear}(x, W, b))   ->  Affine{tanh}(x, W, b)
    """
    name = {ps.Tanh: "tanh", ps.Sigmoid: "sigmoid"}.get(type(node.op.scalar_op))
    layer = made_by(node.inputs[0], Affine)
    if name and layer and layer.op.activation == "linear" and used_once(fgraph, node.inputs[0]):
        return [Affine(name)(*layer.inputs)]
    return None
