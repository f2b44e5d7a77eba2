"""Products with their transposes, biases and activations."""

import pytensor.scalar as ps
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from pytensor.tensor.math import Dot

from dltut.kernels.dense import Affine, MatrixProduct
from dltut.kernels.gibbs import GibbsChain


def made_by(variable, kind):
    """The node of an operation of this kind that made `variable`, or None."""
    owner = variable.owner
    return owner if owner and isinstance(owner.op, kind) else None


def used_once(fgraph, variable) -> bool:
    """Whether a single node, and no output, needs `variable`."""
    return len(fgraph.clients[variable]) == 1


@node_rewriter([Dot])
def product_of_turned(fgraph, node):
    """``Dot`` with its transposes inside."""
    a, b = node.inputs
    if a.dtype != b.dtype or a.dtype not in ("float32", "float64"):
        return None
    (a, left), (b, right) = _turned(a), _turned(b)
    return [MatrixProduct(left, right)(a, b)]


def _turned(matrix):
    owner = made_by(matrix, DimShuffle)
    if owner and tuple(owner.op.new_order) == (1, 0):
        return owner.inputs[0], True
    return matrix, False


@node_rewriter([Elemwise])
def affine(fgraph, node):
    """``x @ W + b`` as one operation."""
    if not isinstance(node.op.scalar_op, ps.Add) or len(node.inputs) != 2:
        return None
    for sums, bias in (node.inputs, node.inputs[::-1]):
        product, row = made_by(sums, MatrixProduct), made_by(bias, DimShuffle)
        if (
            product
            and row
            and tuple(row.op.new_order) == ("x", 0)
            and not (product.op.left_turned or product.op.right_turned)
            and row.inputs[0].dtype == sums.dtype
            and bias.type.broadcastable[1] == sums.type.broadcastable[1]
            and used_once(fgraph, sums)
        ):
            return [Affine("linear")(*product.inputs, row.inputs[0])]
    return None


@node_rewriter([Elemwise])
def affine_with_activation(fgraph, node):
    """The tanh or sigmoid of ``x @ W + b`` in the same operation."""
    name = {ps.Tanh: "tanh", ps.Sigmoid: "sigmoid"}.get(type(node.op.scalar_op))
    layer = made_by(node.inputs[0], Affine)
    if name and layer and layer.op.activation == "linear" and used_once(fgraph, node.inputs[0]):
        return [Affine(name)(*layer.inputs)]
    return None


@node_rewriter([Affine])
def mean_of_hidden_units(fgraph, node):
    """The mean of the hidden units at the end of a Gibbs chain, which the chain has computed."""
    v, W, hbias = node.inputs
    chain = made_by(v, GibbsChain)
    is_end = chain and v is chain.outputs[2] and [W, hbias] == chain.inputs[2:4]
    return [chain.outputs[4]] if is_end and node.op.activation == "sigmoid" else None


FUSIONS = (product_of_turned, affine, affine_with_activation, mean_of_hidden_units)
