"""What a rule does with single numbers, written out as the text of a function without branches.

LLVM turns a loop of it into vectors. PyTensor's own functions of numbers have branches and are
functions of functions.
"""

import hashlib

import numpy as np
import pytensor.scalar as ps
from pytensor.graph.basic import Constant
from pytensor.link.numba.cache import compile_numba_function_src
from pytensor.link.numba.dispatch.basic import numba_njit
from pytensor.scalar.math import Sigmoid, Softplus

from dltut.kernels.engine import elementary
from dltut.kernels.engine.elementary import choice
from dltut.kernels.engine.version import source_version

# Operations, by their inputs; those with one sign between them take any number.
SIGNS = {ps.Add: "+", ps.Mul: "*", ps.Sub: "-", ps.TrueDiv: "/", ps.Pow: "**"}
COMPARISONS = {ps.LT: "<", ps.GT: ">", ps.LE: "<=", ps.GE: ">=", ps.EQ: "==", ps.NEQ: "!="}
FORMULAS = {
    ps.Neg: "-{0}",
    ps.Sqr: "{0} * {0}",
    ps.Reciprocal: "one / {0}",
    ps.Identity: "{0}",
    ps.Cast: "{0}",
    ps.Sqrt: "np.sqrt({0})",
    ps.Abs: "abs({0})",
    ps.Sign: "choice({0} > zero, one, choice({0} < zero, -one, {0}))",
    ps.Maximum: "choice(({0} >= {1}) | ({0} != {0}), {0}, {1})",
    ps.Minimum: "choice(({0} <= {1}) | ({0} != {0}), {0}, {1})",
    ps.Clip: "choice({0} < {1}, {1}, choice({0} > {2}, {2}, {0}))",
    ps.Exp: "exp({0})",
    ps.Log: "log({0})",
    ps.Tanh: "tanh({0})",
    Sigmoid: "sigmoid({0})",
    Softplus: "softplus({0})",
}
NAMES = ("exp", "log", "tanh", "sigmoid", "softplus")
REALS = ("float32", "float64")


def is_known(op, inputs: list, output) -> bool:
    """Whether an operation on numbers can be written out, for these kinds of variables.

    Comparisons make conditions; all else makes real numbers, of whatever real and whole ones.
    """
    dtypes = [each.type.dtype for each in inputs]
    if any(dtype.startswith("complex") for dtype in dtypes):
        return False
    if type(op) in COMPARISONS or output.type.dtype not in REALS:
        return type(op) in COMPARISONS
    is_choice = isinstance(op, ps.Switch) and dtypes[0] == "bool"
    return is_choice or type(op) in (*SIGNS, *FORMULAS)


def function_of(composite, dtype: str):
    """A function of the inputs of a composite that returns its outputs, a tuple, and a key.

    Parameters
    ----------
    composite : Composite
        Of operations that are known.
    dtype : str
        Of the outputs.
    """
    source, constants = source_of(composite, dtype)
    text = f"{source} {[(each.dtype, each.tobytes()) for each in constants]}"
    key = hashlib.sha256(f"{text} {source_version(__file__)}".encode()).hexdigest()
    values = {name: getattr(elementary, name) for name in NAMES} | {"np": np, "choice": choice}
    values |= {f"constant{i}": value for i, value in enumerate(constants)}
    function = compile_numba_function_src(source, "unit", values, cache_key=key)
    options = {"fastmath": {"contract"}, "error_model": "numpy", "forceinline": True}
    return numba_njit(function, **options), key


def source_of(composite, dtype: str) -> tuple[str, list]:
    """The text of that function, and the constants that it names.

    Examples
    --------
    >>> x, y = ps.float32("x"), ps.float32("y")
    >>> print(source_of(ps.Composite([x, y], [ps.sqr(x) + y]), "float32")[0])
    def unit(x0, x1):
        y0 = np.float32(x0) * np.float32(x0)
        y1 = np.float32(y0) + np.float32(x1)
        return np.float32(y1),
    """
    fgraph, constants = composite.fgraph, []
    names = {each: f"x{i}" for i, each in enumerate(fgraph.inputs)}
    lines = [f"def unit({', '.join(names.values())}):"]
    for i, node in enumerate(fgraph.toposort()):
        for each in node.inputs:
            if isinstance(each, Constant) and each not in names:
                names[each] = f"constant{len(constants)}"
                constants.append(np.dtype(each.type.dtype).type(each.data))
        lines.append(f"y{i} = {expression(node, names)}")
        names[node.outputs[0]] = f"y{i}"
    results = ", ".join(f"np.{dtype}({names[each]})" for each in fgraph.outputs)
    return "\n    ".join([*lines, f"return {results},"]), constants


def expression(node, names: dict) -> str:
    """The text of one operation; all that it computes with is as wide as what it makes."""
    (output,), op = node.outputs, node.op
    given = [names[each] for each in node.inputs]
    if type(op) in COMPARISONS:
        return f" {COMPARISONS[type(op)]} ".join(given)
    real = f"np.{output.type.dtype}"
    if isinstance(op, ps.Switch):
        condition, yes, no = given
        return f"choice({condition}, {real}({yes}), {real}({no}))"
    given = [f"{real}({each})" for each in given]
    if type(op) in SIGNS:
        return f" {SIGNS[type(op)]} ".join(given)
    formula = FORMULAS[type(op)].replace("zero", f"{real}(0)").replace("one", f"{real}(1)")
    return formula.format(*given)
