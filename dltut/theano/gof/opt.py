"""``theano.gof.opt``: rewrites of graphs, by the names that they had."""

from pytensor.graph.rewriting.basic import EquilibriumGraphRewriter as EquilibriumOptimizer
from pytensor.graph.rewriting.basic import GraphRewriter as Optimizer
from pytensor.graph.rewriting.basic import MergeOptimizer, copy_stack_trace
from pytensor.graph.rewriting.basic import NodeRewriter as LocalOptimizer
from pytensor.graph.rewriting.basic import PatternNodeRewriter as PatternSub
from pytensor.graph.rewriting.basic import SequentialGraphRewriter as SeqOptimizer
from pytensor.graph.rewriting.basic import SequentialNodeRewriter as LocalOptGroup
from pytensor.graph.rewriting.basic import SubstitutionNodeRewriter as OpSub
from pytensor.graph.rewriting.basic import WalkingGraphRewriter as TopoOptimizer
from pytensor.graph.rewriting.basic import dfs_rewriter as out2in
from pytensor.graph.rewriting.basic import graph_rewriter as optimizer
from pytensor.graph.rewriting.basic import node_rewriter as local_optimizer

from dltut.theano.names import passed_on

OpKeyOptimizer = TopoOptimizer


def OpRemove(op):
    """A rewrite that leaves out an operation which only passes on its input."""

    @local_optimizer([op])
    def removed(fgraph, node):
        return [node.inputs[0]] if node.op == op else None

    return removed


__all__ = [
    "EquilibriumOptimizer",
    "LocalOptGroup",
    "LocalOptimizer",
    "MergeOptimizer",
    "OpKeyOptimizer",
    "OpRemove",
    "OpSub",
    "Optimizer",
    "PatternSub",
    "SeqOptimizer",
    "TopoOptimizer",
    "copy_stack_trace",
    "local_optimizer",
    "optimizer",
    "out2in",
]
__getattr__ = passed_on(__name__, "pytensor.graph.rewriting.basic")
