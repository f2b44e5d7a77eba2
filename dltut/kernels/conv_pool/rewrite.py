"""Convolutions with their max-pools, biases and tanh."""

import pytensor.scalar as ps
import pytensor.tensor as pt
from pytensor.graph.rewriting.basic import node_rewriter
from pytensor.tensor.elemwise import CAReduce
from pytensor.tensor.shape import Reshape

from dltut.kernels.conv import Convolution, ConvolutionInputGradient, ConvolutionWeightGradient
from dltut.kernels.conv_pool.op import PooledConvolution, PooledConvolutionGradients
from dltut.kernels.engine.graph import (
    made_by,
    rearranged,
    scalar_operation,
    users,
    users_and_shapes,
)
from dltut.kernels.pool import Pooling, PoolingGradient
from dltut.kernels.sums import ChannelSums

MOST_BITS = 64  # of a whole number, one for each element of a window


@node_rewriter([Convolution])
def conv_pool(fgraph, node):
    """A convolution that only a max-pool, and the pool's gradient, need.

    ::

        Pooling{max}(Convolution(x, w))         ->  pooled of PooledConvolution(x, w)
        ConvolutionWeightGradient(x, d, w)  }   ->  PooledConvolutionGradients(x, w, places, up)
        ConvolutionInputGradient(d, w, x)   }
            where d is PoolingGradient(Convolution(x, w), up)
    """
    x, w = node.inputs
    if x.dtype != w.dtype or not x.dtype.startswith("float"):
        return None
    pools = users(fgraph, node.outputs[0])
    if not pools or not all(map(_tiles, pools)):
        return None
    if len({each.op._props() for each in pools}) != 1:
        return None
    properties = *node.op._props(), pools[0].op.ws, pools[0].op.ties
    places = any(isinstance(each.op, PoolingGradient) for each in pools)
    pooled, *positions = PooledConvolution(*properties, places=places)(x, w, return_list=True)
    replacements = {}
    for each in pools:
        if isinstance(each.op, Pooling):
            replacements[each.outputs[0]] = pooled
            continue
        gradients = _gradients(fgraph, each, node)
        if gradients is None:
            return None
        of_input = ConvolutionInputGradient in gradients
        made = PooledConvolutionGradients(*properties, of_input=of_input)(
            x, w, *positions, each.inputs[1], return_list=True
        )
        for kind, new in zip(
            (ConvolutionWeightGradient, ConvolutionInputGradient), made, strict=False
        ):
            replacements |= {old: new for old in gradients.get(kind, ())}
    return replacements


def _tiles(node) -> bool:
    """Whether a node takes, or passes on to, the maxima of windows side by side."""
    op = node.op
    if isinstance(op, PoolingGradient) and node.inputs[1].owner is node:
        return False
    return (
        isinstance(op, Pooling | PoolingGradient)
        and (op.mode, op.pad, op.ignore_border) == ("max", (0, 0), True)
        and op.stride == op.ws
        and (op.ties == "first" or op.ws[0] * op.ws[1] < MOST_BITS)
    )


def _gradients(fgraph, pool_gradient, convolution):
    """{kind: outputs} of the convolution's gradients that need the pool's; None if others do."""
    found, delta, (x, w) = {}, pool_gradient.outputs[0], convolution.inputs
    wanted = {ConvolutionWeightGradient: [x, delta, w], ConvolutionInputGradient: [delta, w, x]}
    for user in users(fgraph, delta):
        kind = type(user.op)
        if kind not in wanted or user.inputs != wanted[kind]:
            return None
        if user.op._props() != convolution.op._props():
            return None
        found.setdefault(kind, []).append(user.outputs[0])
    return found


@node_rewriter([PooledConvolution])
def conv_pool_with_tanh(fgraph, node):
    """Tanh of pooled maps and a bias, also where a reshape has come between.

    Who wants the shape of the pooled maps alone, gets that of the result. ::

        Tanh(Add(pooled, DimShuffle{x, 0, x, x}(b)))
                                        ->  pooled of PooledConvolution{tanh}(x, w, b)
    """
    pooled, *positions = node.outputs
    sums, shapes = users_and_shapes(fgraph, pooled)
    if node.op.tanh or len(sums) != 1 or not isinstance(scalar_operation(sums[0]), ps.Add):
        return None
    b = _bias(sums[0], pooled)
    if b is None:
        return None
    *properties, _, wants_places = node.op._props()
    with_tanh = PooledConvolution(*properties, tanh=True, places=wants_places)
    squashed, *places = with_tanh(*node.inputs, b, return_list=True)
    squashes, more_shapes = _squashes(fgraph, sums[0].outputs[0], squashed)
    if not squashes:
        return None
    of_shapes = {each.outputs[0]: each.op(squashed) for each in (*shapes, *more_shapes)}
    return squashes | of_shapes | dict(zip(positions, places, strict=True))


def _squashes(fgraph, total, squashed):
    """What stands in the place of every tanh of `total`, and nodes that want its shape alone.

    Nothing if anything else needs `total`.
    """
    replacements = {}
    others, shapes = users_and_shapes(fgraph, total)
    for user in others:
        if isinstance(scalar_operation(user), ps.Tanh):
            replacements[user.outputs[0]] = squashed
            continue
        lasts = users(fgraph, user.outputs[0]) if isinstance(user.op, Reshape) else [user]
        if not all(isinstance(scalar_operation(last), ps.Tanh) for last in lasts):
            return {}, []
        reshaped = Reshape(user.op.ndim)(squashed, user.inputs[1])
        replacements |= {last.outputs[0]: reshaped for last in lasts}
    return replacements, shapes


def _bias(node, pooled):
    """The vector that is added to every map, one number for each, or None."""
    others = [each for each in node.inputs if each is not pooled]
    if len(node.inputs) != 2 or len(others) != 1:
        return None
    b = rearranged(others[0], "x", 0, "x", "x")
    same = b is not None and b.type.broadcastable[0] == pooled.type.broadcastable[1]
    return b if same and b.dtype == pooled.dtype else None


@node_rewriter([PooledConvolutionGradients])
def gradients_with_tanh(fgraph, node):
    """Gradients that begin behind the tanh, and that of the bias with them.

    What is multiplied by the slope must have a number for each of the maps' numbers. ::

        PooledConvolutionGradients(x, w, places, Mul(Sub(1, Sqr(t)), up))   }
        Sum{0, 2, 3}(Mul(Sub(1, Sqr(t)), up))                               }
            where t is pooled of PooledConvolution{tanh}(x, w, b)
                                ->  PooledConvolutionGradients{tanh}(x, w, places, up, t)
    """
    x, w, positions, up = node.inputs[:4]
    layer = made_by(positions, PooledConvolution)
    if node.op.tanh or not layer or not layer.op.tanh:
        return None
    squashed = layer.outputs[0]
    before = _through_tanh(up, squashed)
    if before is None:
        return None
    *properties, of_input = node.op._props()
    new = PooledConvolutionGradients(*properties[:-1], tanh=True, of_input=of_input)(
        x, w, positions, before, squashed, return_list=True
    )
    replacements = dict(zip(node.outputs, new, strict=False))
    for user in users(fgraph, up):
        if user is not node and not _sums_maps(user):
            return None
        if user is not node:
            replacements[user.outputs[0]] = new[-1]
    return replacements


def _through_tanh(up, squashed):
    """What is multiplied by ``1 - squashed**2`` to give `up`, or None."""
    if not isinstance(scalar_operation(up.owner), ps.Mul) or len(up.owner.inputs) != 2:
        return None
    for slope, before in (up.owner.inputs, up.owner.inputs[::-1]):
        if not isinstance(scalar_operation(slope.owner), ps.Sub) or not _is_like(before, squashed):
            continue
        one, square = slope.owner.inputs
        if (
            isinstance(scalar_operation(square.owner), ps.Sqr)
            and square.owner.inputs[0] is squashed
            and pt.get_underlying_scalar_constant_value(one, raise_not_constant=False) == 1
        ):
            return before
    return None


def _is_like(one, other) -> bool:
    """Whether one tensor has a number for each of another's: none is repeated."""
    return (one.dtype, one.broadcastable) == (other.dtype, other.broadcastable)


def _sums_maps(node) -> bool:
    """Whether a node adds up each map over the batch."""
    if isinstance(node.op, ChannelSums):
        return True
    return (
        isinstance(node.op, CAReduce)
        and isinstance(node.op.scalar_op, ps.Add)
        and node.op.axis == (0, 2, 3)
    )
