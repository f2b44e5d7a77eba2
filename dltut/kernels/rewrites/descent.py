"""Steps of gradient descent, however they are written."""

from pytensor.graph.fg import Output
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.graph.traversal import ancestors
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.shape import SpecifyShape

from dltut.kernels.dense import MatrixProduct
from dltut.kernels.descent import DenseUpdate, Step
from dltut.kernels.rewrites.dense import made_by, used_once
from dltut.kernels.rewrites.linear import as_scalar, linear_terms
from dltut.kernels.sums import SumOfSquares


@node_rewriter([Elemwise])
def descent(fgraph, node):
    """``p - rate * (gradient + decay * p)``, however it is written, as one step.

    A gradient that is a product ``x.T @ delta``, or the sum of two, is never stored.
    """
    (output,) = node.outputs
    if not output.type.ndim or output.type.dtype not in ("float32", "float64"):
        return None
    terms = linear_terms(output)
    roots = [term for term in terms if term.owner is None and term.type == output.type]
    if len(terms) not in (2, 3) or len(roots) != 1 or not leaves_graph(fgraph, output):
        return None
    (p,) = roots
    gradients = [term for term in terms if term is not p]
    if any(g.dtype != p.dtype or g.broadcastable != p.broadcastable for g in gradients):
        return None
    keep, *rates = (as_scalar(terms[term], p.dtype) for term in (p, *gradients))
    products = [outer_product(fgraph, gradient) for gradient in gradients]
    if all(products):
        factors = zip(products, rates, strict=True)
        given = [each for product, rate in factors for each in (*product.inputs, rate)]
        return [DenseUpdate()(p, keep, *given)[0]]
    return [Step()(p, gradients[0], keep, rates[0])] if len(gradients) == 1 else None


def outer_product(fgraph, gradient):
    """The node of ``x.T @ delta`` if that is all the gradient is, and is needed for, else None."""
    claim = made_by(gradient, SpecifyShape)  # of the parameter's shape, which the step checks too
    product = made_by(claim.inputs[0] if claim else gradient, MatrixProduct)
    is_outer = product and product.op.left_turned and not product.op.right_turned
    if is_outer and used_once(fgraph, gradient) and used_once(fgraph, product.outputs[0]):
        return product
    return None


def leaves_graph(fgraph, variable) -> bool:
    """Whether `variable` is what the function returns, or a shared variable's next value."""
    return any(isinstance(client.op, Output) for client, _ in fgraph.clients[variable])


@node_rewriter([DenseUpdate, Step])
def step_in_place(fgraph, node):
    """A step that overwrites its parameter."""
    if node.op.inplace:
        return None
    return type(node.op)(inplace=True)(*node.inputs, return_list=True)


@node_rewriter([SumOfSquares])
def squares_of_step(fgraph, node):
    """The squares of a parameter come with its step, unless the step depends on them."""
    (p,) = node.inputs
    for user, position in fgraph.clients[p]:
        is_step = isinstance(user.op, DenseUpdate) and position == 0
        if is_step and node.outputs[0] not in ancestors(user.inputs):
            return [user.outputs[1]]
    return None


FUSIONS = (descent, squares_of_step)
IN_PLACE = (step_in_place,)
