"""Our modes leave other people's functions alone, and start nothing before they are used."""

import os
import subprocess
import sys

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.compile.builders import OpFromGraph
from pytensor.graph.fg import FunctionGraph

from dltut import function
from dltut.nn.loop import scan

PROGRAM = """
import sys, threading
import numpy as np, pytensor, pytensor.tensor as pt

mode = sys.argv[1]
x, wide, y = pt.fmatrix("x"), pt.dmatrix("wide"), pt.ivector("y")
mixed = pt.tanh(x) + pt.sigmoid(x) * pt.softplus(x) - pt.exp(x) / pt.log(x * x + 2)
outputs = [mixed, mixed.sum(), pt.tanh(x).mean(axis=1)]
values = np.random.default_rng(0).normal(size=(40, 60))


def seen():
    results = pytensor.function([x], outputs, mode=mode)(values.astype("float32"))
    return [(str(each.dtype), np.asarray(each).tobytes()) for each in results] + settings()


def settings():
    if mode == "NUMBA":
        return []
    import jax, jax.numpy as jnp
    widths = [str(each.dtype) for each in (jnp.arange(3), jnp.ones(2) / 3, jnp.asarray(values))]
    names = "jax_enable_x64", "jax_default_matmul_precision"
    return widths + [getattr(jax.config, name) for name in names]


before = seen()
import dltut.kernels.modes
from dltut import function
from dltut.nn import errors
helpers = [sum(each.name == "dltut" for each in threading.enumerate())]
step = function([x, wide, y], [*outputs, wide.sum(), errors(wide, y)], mode=mode)
*ours, total, rate = step(values.astype("float32"), values, np.zeros(40, "int32"))
helpers.append(sum(each.name == "dltut" for each in threading.enumerate()))
print(before == seen())
print(before[0][1] != np.asarray(ours[0]).tobytes())
print(*helpers)
print(*(each.dtype for each in (*ours, total, rate)), (1 * total).dtype)
share = (values.argmax(axis=1) != 0).mean()
print(abs(total - values.sum()) < 1e-12, float(100 * rate) == 100 * share)
"""


@pytest.mark.parametrize("mode", ["NUMBA", "JAX"])
def test_other_functions_do_not_change(mode):
    """Bits of results, widths of JAX arrays, and settings, before and after ours are used."""
    flags = f"{os.environ.get('PYTENSOR_FLAGS', '')},floatX=float32".removeprefix(",")
    environment = os.environ | {"PYTENSOR_FLAGS": flags, "NUMBA_NUM_THREADS": "2"}
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, mode]
    ended = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    same, ours_differ, helpers, widths, numbers = ended.stdout.splitlines()
    assert same == "True"
    assert (ours_differ, helpers) == (("True", "0 1") if mode == "NUMBA" else ("False", "0 0"))
    assert widths == "float32 float32 float32 float64 float64 float64"
    assert numbers == "True True"


@pytest.mark.parametrize("mode", ["NUMBA", "JAX"])
def test_the_inside_of_names(mode):
    """Softmax is such a name: it computes in the width, and with the functions, of other graphs."""
    x, values = pt.fmatrix("x"), np.linspace(-3, 3, 60, dtype="float32")[None]
    named = [pt.special.softmax(x, axis=1), pt.special.log_softmax(x, axis=1)]
    compiled = function([x], named, mode=mode)
    softmax, logarithms = compiled(values)
    assert softmax.dtype == logarithms.dtype == "float32"
    wanted = np.exp(values.astype("float64"))
    np.testing.assert_allclose(softmax, wanted / wanted.sum(), rtol=1e-6)
    np.testing.assert_allclose(logarithms, np.log(wanted / wanted.sum()), rtol=1e-6)
    if mode == "NUMBA":
        nodes = compiled._function.maker.fgraph.toposort()
        names = [node.op.fgraph for node in nodes if isinstance(node.op, OpFromGraph)]
        names = [graph for graph in names if isinstance(graph, FunctionGraph)]
        is_frozen = not isinstance(named[0].owner.op.fgraph, FunctionGraph)  # since PyTensor 3.3
        assert len(names) == (0 if is_frozen else 2)
        assert all("exp32" in pytensor.dprint(graph, file="str").lower() for graph in names)


@pytest.mark.parametrize("mode", ["NUMBA", "JAX"])
def test_the_inside_of_loops(mode):
    """Loops, and loops in loops, compute what single steps of the same functions do."""
    x, tenth = pt.fvector("x"), np.float32(0.1)

    def once(a):
        return pt.tanh(a) + tenth * pt.exp(-(a**2).sum())

    def twice(a):
        return scan(once, [a], n_steps=2)[0][-1]

    looped = scan(twice, [x], n_steps=3)[0][-1]
    step = function([x], once(x), mode=mode)
    wanted = value = np.linspace(-1, 2, 9, dtype="float32")
    for _ in range(6):
        wanted = np.asarray(step(wanted))
    found = np.asarray(function([x], looped, mode=mode)(value))
    assert found.dtype == "float32"
    np.testing.assert_allclose(found, wanted, rtol=0 if mode == "NUMBA" else 1e-6)
