"""Steps of gradient descent, however they are written."""

from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.graph.traversal import ancestors
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.shape import SpecifyShape
from pytensor.tensor.type_other import NoneTypeT

from dltut.kernels.dense import MatrixProduct
from dltut.kernels.descent.linear import as_scalar, linear_terms
from dltut.kernels.descent.op import DenseUpdate, Step
from dltut.kernels.engine.graph import leaves_graph, made_by, used_once
from dltut.kernels.sums import SumOfSquares


@node_rewriter([Elemwise])
def descent(fgraph, node):
    """``p - rate * (gradient + decay * p)``, however it is written, as one step.

    What leaves the graph is taken apart into terms. One of them, with nothing before it, is the
    parameter; the others are gradients, which must have a number for each of its own. One that
    is a product ``x.T @ delta``, or the sum of two, is never stored. ::

        Sub(W, Mul(rate, MatrixProduct{left_transposed}(x, delta)))
                                        ->  DenseUpdate(W, 1, x, delta, -rate)
        Sub(b, Mul(rate, g))            ->  Step(b, g, 1, -rate)
    """
    output = node.outputs[0]
    is_real = output.type.dtype in ("float32", "float64")
    if not (output.type.ndim and is_real and leaves_graph(fgraph, output)):
        return None
    terms = linear_terms(output, most=3) or {}
    roots = [term for term in terms if term.owner is None and term.type == output.type]
    if len(terms) < 2 or len(roots) != 1:
        return None
    (p,) = roots
    gradients = [term for term in terms if term is not p]
    if any(g.dtype != p.dtype or g.broadcastable != p.broadcastable for g in gradients):
        return None
    keep, *rates = (as_scalar(terms[term], p.dtype) for term in (p, *gradients))
    products = [outer_product(fgraph, gradient, p) for gradient in gradients]
    if all(products):
        factors = zip(products, rates, strict=True)
        inputs = [each for product, rate in factors for each in (*product.inputs, rate)]
        return [DenseUpdate()(p, keep, *inputs)[0]]
    if len(gradients) > 1 or _is_shared(fgraph, gradients[0]):
        return None
    return [Step()(p, gradients[0], keep, rates[0])]


def _is_shared(fgraph, gradient) -> bool:
    """Whether other updates need the same arrays: PyTensor computes all of them in one pass.

    So it is with rules that have a memory, such as adadelta.
    """
    node = made_by(gradient, Elemwise)
    if node is None:
        return False
    arrays = [gradient, *(each for each in node.inputs if not all(each.type.broadcastable))]
    return not all(used_once(fgraph, each) for each in arrays)


def outer_product(fgraph, gradient, p, users=()):
    """The node of ``x.T @ delta`` if that is all the gradient is, and is needed for, else None.

    PyTensor may have it claim the parameter's static shape, which the step checks anyhow; other
    claims stay.

    Parameters
    ----------
    fgraph : FunctionGraph
    gradient, p : matrix
        The parameter is p.
    users : sequence of nodes
        All that may need it; by default any one.
    """
    claim = made_by(gradient, SpecifyShape)
    if claim and not _is_static(claim, p.type.shape):
        return None
    product = made_by(claim.inputs[0] if claim else gradient, MatrixProduct)
    is_outer = product and product.op.left_transposed and not product.op.right_transposed
    if not is_outer or (claim and not used_once(fgraph, product.outputs[0])):
        return None
    clients = [user for user, _ in fgraph.clients[gradient]]
    return product if len(clients) == 1 or all(user in users for user in clients) else None


def _is_static(claim, shape: tuple) -> bool:
    """Whether a claim is that of a static shape, with None for what it leaves open."""
    (made,) = claim.outputs
    opens = [isinstance(each.type, NoneTypeT) for each in claim.inputs[1:]]
    return made.type.shape == shape and opens == [side is None for side in shape]


@node_rewriter([DenseUpdate, Step])
def step_in_place(fgraph, node):
    """A step that overwrites its parameter; PyTensor refuses where the old one is still needed.

    By then it is known whether anybody wants the squares of a dense one.
    """
    if node.op.inplace:
        return None
    wanted = {"squares": bool(fgraph.clients[node.outputs[1]])} if len(node.outputs) > 1 else {}
    return type(node.op)(inplace=True, **wanted)(*node.inputs, return_list=True)


@node_rewriter([SumOfSquares])
def squares_of_step(fgraph, node):
    """The squares of a parameter come with its step, unless the step depends on them.

    ::

        SumOfSquares(W)     ->  second output of DenseUpdate(W, ...)
    """
    (p,) = node.inputs
    for user, position in fgraph.clients[p]:
        is_step = isinstance(user.op, DenseUpdate) and position == 0
        if is_step and node.outputs[0] not in ancestors(user.inputs):
            return [user.outputs[1]]
    return None
