"""Straight-line code for NUMBA mode: elements are read, computed with and written by name."""

import hashlib

import numpy as np
from pytensor.link.numba.cache import compile_numba_function_src
from pytensor.link.numba.dispatch.basic import (
    numba_funcify_and_cache_key,
    numba_njit,
    register_funcify_and_cache_key,
)

from dltut.kernels.engine.version import source_version
from dltut.kernels.straight.op import StraightCode


@register_funcify_and_cache_key(StraightCode)
def straight_code(op, node=None, **_):
    """A function of the arrays, and its key in the cache."""
    inner = op.composite.make_node(*op.composite.inputs)
    compute, key = numba_funcify_and_cache_key(op.composite, node=inner)
    shapes = [each.type.shape for each in node.inputs], list(op.shapes)
    dtypes = [each.type.dtype for each in node.outputs]
    if key is not None:
        text = f"{key} {shapes} {dtypes} {source_version(__file__)}"
        key = hashlib.sha256(text.encode()).hexdigest()
    source, values = source_of(*shapes, dtypes), {"compute": compute, "np": np}
    function = compile_numba_function_src(source, "straight_code", values, cache_key=key)
    return numba_njit(function), key


def source_of(given: list, made: list, dtypes: list) -> str:
    """The text of a function of arrays.

    Parameters
    ----------
    given, made : list of tuple of int
        Shapes of the inputs and of the outputs.
    dtypes : list of str
        Of the outputs.

    Examples
    --------
    >>> print(source_of([(2,), ()], [(2,)], ["float32"]))
    def straight_code(x0, x1):
        y0 = np.empty((2,), np.float32)
        y0[0], y0[1] = compute(x0[0], x0[1], x1[()])
        return y0
    """
    inputs = [
        f"x{i}[{_index(place)}]" for i, shape in enumerate(given) for place in np.ndindex(shape)
    ]
    outputs = [
        f"y{i}[{_index(place)}]" for i, shape in enumerate(made) for place in np.ndindex(shape)
    ]
    lines = [f"def straight_code({', '.join(f'x{i}' for i in range(len(given)))}):"]
    for i, (shape, dtype) in enumerate(zip(made, dtypes, strict=True)):
        lines.append(f"    y{i} = np.empty({tuple(shape)}, np.{dtype})")
    lines.append(f"    {', '.join(outputs)} = compute({', '.join(inputs)})")
    lines.append(f"    return {', '.join(f'y{i}' for i in range(len(made)))}")
    return "\n".join(lines)


def _index(place: tuple) -> str:
    return ", ".join(map(str, place)) or "()"
