"""Products with their transposes, biases and activations; steps of gradient descent."""

import pytensor.scalar as ps
from pytensor.graph.fg import Output
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.tensor.elemwise import CAReduce, DimShuffle, Elemwise
from pytensor.tensor.math import Dot
from pytensor.tensor.shape import SpecifyShape

from dltut.kernels.dense import Affine, ChannelSums, DenseUpdate, MatrixProduct, Step, SumOfSquares
from dltut.kernels.rewrites.linear import as_scalar, linear_terms, scalar_operation


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


@node_rewriter([Elemwise])
def descent(fgraph, node):
    """``p - rate * (gradient + decay * p)``, however it is written, as one step.

    A gradient that is a product ``x.T @ delta`` is never stored.
    """
    (output,) = node.outputs
    if not output.type.ndim or output.type.dtype not in ("float32", "float64"):
        return None
    terms = linear_terms(output)
    roots = [term for term in terms if term.owner is None and term.type == output.type]
    if len(terms) != 2 or len(roots) != 1 or not leaves_graph(fgraph, output):
        return None
    (p,) = roots
    (gradient,) = (term for term in terms if term is not p)
    if gradient.type.dtype != p.dtype or gradient.type.broadcastable != p.type.broadcastable:
        return None
    keep, rate = (as_scalar(terms[term], p.dtype) for term in (p, gradient))
    claim = made_by(gradient, SpecifyShape)  # of the parameter's shape, which the step checks too
    product = made_by(claim.inputs[0] if claim else gradient, MatrixProduct)
    is_outer = product and product.op.left_turned and not product.op.right_turned
    if is_outer and used_once(fgraph, gradient) and used_once(fgraph, product.outputs[0]):
        return [DenseUpdate()(p, *product.inputs, keep, rate)[0]]
    return [Step()(p, gradient, keep, rate)]


def leaves_graph(fgraph, variable) -> bool:
    """Whether `variable` is what the function returns, or a shared variable's next value."""
    return any(isinstance(client.op, Output) for client, _ in fgraph.clients[variable])


@node_rewriter([DenseUpdate, Step])
def step_in_place(fgraph, node):
    """A step that overwrites its parameter."""
    if node.op.inplace:
        return None
    return type(node.op)(inplace=True)(*node.inputs, return_list=True)


@node_rewriter([CAReduce])
def sum_of_squares(fgraph, node):
    """``(x**2).sum()`` without storing the squares."""
    (squares,) = node.inputs
    if not isinstance(node.op.scalar_op, ps.Add) or node.op.axis not in (
        None,
        tuple(range(squares.type.ndim)),
    ):
        return None
    if not isinstance(scalar_operation(squares), ps.Sqr) or not squares.dtype.startswith("float"):
        return None
    return [SumOfSquares()(squares.owner.inputs[0])]


@node_rewriter([SumOfSquares])
def squares_of_step(fgraph, node):
    """The squares of a parameter come with its step."""
    (p,) = node.inputs
    for user, position in fgraph.clients[p]:
        if isinstance(user.op, DenseUpdate) and position == 0:
            return [user.outputs[1]]
    return None


@node_rewriter([CAReduce])
def channel_sums(fgraph, node):
    """A sum over every axis but the second."""
    (x,) = node.inputs
    others = tuple(axis for axis in range(x.type.ndim) if axis != 1)
    is_sum = isinstance(node.op.scalar_op, ps.Add) and x.type.ndim > 1
    if not is_sum or node.op.axis != others or x.dtype not in ("float32", "float64"):
        return None
    return [ChannelSums()(x)]


FUSIONS = (
    product_of_turned,
    affine,
    affine_with_activation,
    descent,
    sum_of_squares,
    squares_of_step,
    channel_sums,
)
IN_PLACE = (step_in_place,)
