"""Linkers that hand each operation to a function, as Theano's did."""

import numpy as np

import dltut.theano as theano
import dltut.theano.tensor as T


def test_functions_see_each_operation_and_run_it():
    seen = []

    def count(number, node, run):
        seen.append(type(node.op).__name__)

    def compute(number, node, run):
        assert len(run.inputs) == len(node.inputs)
        run()

    linker = theano.gof.WrapLinkerMany([theano.gof.OpWiseCLinker()], [count, compute])
    x = T.dvector("x")
    mode = theano.compile.Mode(linker, optimizer="fast_compile")
    doubled = theano.function([x], T.exp(x) * 2, mode=mode)
    assert np.allclose(doubled([0.0, 1.0]), [2.0, 2 * np.e])
    assert "Elemwise" in seen
