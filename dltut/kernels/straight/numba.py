"""Straight-line code for NUMBA mode: elements are read, computed with and written by name."""

import hashlib
from math import prod

import numpy as np
from pytensor.link.numba.cache import compile_numba_function_src
from pytensor.link.numba.dispatch.basic import (
    numba_funcify_and_cache_key,
    numba_njit,
    register_funcify_and_cache_key,
)

from dltut.kernels.engine.version import source_version
from dltut.kernels.straight.op import StraightCode, StraightLoop


@register_funcify_and_cache_key(StraightCode)
def straight_code(op, node=None, **_):
    """A function of the arrays, and its key in the cache."""
    return _translated("straight_code", source_of, op.composite, node.inputs, node.outputs)


@register_funcify_and_cache_key(StraightLoop)
def straight_loop(op, node=None, **_):
    """A function of the number of steps and the arrays, and its key in the cache."""
    return _translated("straight_loop", source_of_loop, op.composite, node.inputs[1:], node.outputs)


def _translated(name, source_of, composite, given, made):
    inner = composite.make_node(*composite.inputs)
    compute, key = numba_funcify_and_cache_key(composite, node=inner)
    shapes = [[each.type.shape for each in arrays] for arrays in (given, made)]
    dtypes = [each.type.dtype for each in made]
    if key is not None:
        text = f"{key} {name} {shapes} {dtypes} {source_version(__file__)}"
        key = hashlib.sha256(text.encode()).hexdigest()
    source, values = source_of(*shapes, dtypes), {"compute": compute, "np": np}
    function = compile_numba_function_src(source, name, values, cache_key=key)
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
    return "\n".join(
        [
            f"def straight_code({_names('x', given)}):",
            *_new_arrays(made, dtypes),
            f"    {_elements('y', made)} = compute({_elements('x', given)})",
            f"    return {_names('y', made)}",
        ]
    )


def source_of_loop(given: list, made: list, dtypes: list) -> str:
    """The text of a loop whose states are the first of the arrays given, and the arrays made.

    Examples
    --------
    >>> print(source_of_loop([(2,), ()], [(2,)], ["float32"]))
    def straight_loop(n_steps, x0, x1):
        s0, s1, c0 = x0[0], x0[1], x1[()]
        for _ in range(n_steps[()]):
            s0, s1 = compute(s0, s1, c0)
        y0 = np.empty((2,), np.float32)
        y0[0], y0[1] = s0, s1
        return y0
    """
    n_states, n = (sum(map(prod, shapes)) for shapes in (made, given))
    states = ", ".join(f"s{i}" for i in range(n_states))
    all_given = ", ".join([states, *(f"c{i}" for i in range(n - n_states))])
    return "\n".join(
        [
            f"def straight_loop(n_steps, {_names('x', given)}):",
            f"    {all_given} = {_elements('x', given)}",
            "    for _ in range(n_steps[()]):",
            f"        {states} = compute({all_given})",
            *_new_arrays(made, dtypes),
            f"    {_elements('y', made)} = {states}",
            f"    return {_names('y', made)}",
        ]
    )


def _names(letter: str, shapes: list) -> str:
    return ", ".join(f"{letter}{i}" for i in range(len(shapes)))


def _elements(letter: str, shapes: list) -> str:
    return ", ".join(
        f"{letter}{i}[{', '.join(map(str, place)) or '()'}]"
        for i, shape in enumerate(shapes)
        for place in np.ndindex(shape)
    )


def _new_arrays(shapes: list, dtypes: list) -> list[str]:
    kinds = enumerate(zip(shapes, dtypes, strict=True))
    return [f"    y{i} = np.empty({tuple(shape)}, np.{dtype})" for i, (shape, dtype) in kinds]
