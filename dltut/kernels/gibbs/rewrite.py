"""What a Gibbs chain has computed already."""

from pytensor.graph.rewriting.basic import node_rewriter

from dltut.kernels.dense import Affine
from dltut.kernels.engine.graph import made_by
from dltut.kernels.gibbs.op import GibbsChain


@node_rewriter([Affine])
def mean_of_hidden_units(fgraph, node):
    """The mean of the hidden units at the end of a chain, given its visible ones.

    ::

        Affine{sigmoid}(third output of GibbsChain(state, h, W, hbias, vbias), W, hbias)
                                        ->  its fifth output
    """
    v, W, hbias = node.inputs
    chain = made_by(v, GibbsChain)
    is_end = chain and v is chain.outputs[2] and [W, hbias] == chain.inputs[2:4]
    return [chain.outputs[4]] if is_end and node.op.activation == "sigmoid" else None
