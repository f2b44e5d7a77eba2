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

from dltut.kernels.straight.op import StraightCode, StraightLoop


@register_funcify_and_cache_key(StraightCode)
def straight_code(op, node=None, **_):
    """A function of the arrays, and its key in the cache."""
    shapes = [[each.type.shape for each in arrays] for arrays in (node.inputs, node.outputs)]
    dtypes = [each.type.dtype for each in node.outputs]
    return _translated("straight_code", source_of(*shapes, dtypes), op.composite)


@register_funcify_and_cache_key(StraightLoop)
def straight_loop(op, node=None, **_):
    """A function of the number of steps and the arrays, and its key in the cache."""
    shapes = [[each.type.shape for each in arrays] for arrays in op.parts(node.inputs[1:])]
    of_one_step = [[shape[1:] for shape in part] for part in shapes[:2]]
    dtypes = [each.type.dtype for each in node.outputs]
    source = source_of_loop(*of_one_step, *shapes[2:], dtypes)
    return _translated("straight_loop", source, op.composite)


def _translated(name, source, composite):
    inner = composite.make_node(*composite.inputs)
    compute, key = numba_funcify_and_cache_key(composite, node=inner)
    if key is not None:
        key = hashlib.sha256(f"{key} {source}".encode()).hexdigest()
    values = {"compute": compute, "np": np}
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
    x, y = _names("x", given), _names("y", made)
    return "\n".join(
        [
            f"def straight_code({_listed(x)}):",
            *map(_new_array, y, made, dtypes),
            f"    {_listed(_elements(y, made))} = compute({_listed(_elements(x, given))})",
            f"    return {_listed(y)}",
        ]
    )


def source_of_loop(sequences: list, traced: list, others: list, constants: list, dtypes) -> str:
    """The text of a loop, which has room for all values of what is traced, even if few are wanted.

    Parameters
    ----------
    sequences, traced, others, constants : list of tuple of int
        Shapes of the arrays, see `StraightLoop`; of the first two those of one step.
    dtypes : list of str
        Of what is traced and of the other states.

    Examples
    --------
    >>> print(source_of_loop([()], [(2,)], [()], [(1,)], ["float32", "float64"]))
    def straight_loop(n_steps, a0, b0, c0, d0):
        n = n_steps[()]
        x0, x1, x2 = b0[0, 0], b0[0, 1], c0[()]
        y0 = np.empty((max(n + 1, len(b0)), 2), np.float32)
        y0[: len(b0)] = b0
        for i in range(n):
            x0, x1, x2 = compute(a0[i], x0, x1, x2, d0[0])
            y0[i + 1, 0], y0[i + 1, 1] = x0, x1
        z0 = np.empty((), np.float64)
        z0[()] = x2
        return y0[len(y0) - len(b0) :], z0
    """
    a, b, c, d = map(_names, "abcd", (sequences, traced, others, constants))
    y, z = _names("y", traced), _names("z", others)
    n_traced = sum(map(prod, traced))
    starts = _elements(b, traced, "0") + _elements(c, others)
    x = [f"x{i}" for i in range(len(starts))]
    given = [*_elements(a, sequences, "i"), *x, *_elements(d, constants)]
    rooms = [
        (f"max(n + 1, len({start}))", *map(str, shape))
        for start, shape in zip(b, traced, strict=True)
    ]
    wanted = [
        f"{all_of_it}[len({all_of_it}) - len({start}) :]"
        for all_of_it, start in zip(y, b, strict=True)
    ]
    return "\n".join(
        [
            f"def straight_loop({_listed(['n_steps', *a, *b, *c, *d])}):",
            "    n = n_steps[()]",
            f"    {_listed(x)} = {_listed(starts)}",
            *map(_new_array, y, rooms, dtypes),
            *[f"    {room}[: len({start})] = {start}" for room, start in zip(y, b, strict=True)],
            "    for i in range(n):",
            f"        {_listed(x)} = compute({_listed(given)})",
            *_assigned("        ", _elements(y, traced, "i + 1"), x[:n_traced]),
            *map(_new_array, z, others, dtypes[len(traced) :]),
            *_assigned("    ", _elements(z, others), x[n_traced:]),
            f"    return {_listed([*wanted, *z])}",
        ]
    )


def _names(letter: str, shapes: list) -> list[str]:
    return [f"{letter}{i}" for i in range(len(shapes))]


def _listed(names: list) -> str:
    return ", ".join(names)


def _assigned(indent: str, places: list, values: list) -> list[str]:
    return [f"{indent}{_listed(places)} = {_listed(values)}"] if places else []


def _elements(names: list, shapes: list, *step: str) -> list[str]:
    return [
        f"{name}[{_listed([*step, *map(str, place)]) or '()'}]"
        for name, shape in zip(names, shapes, strict=True)
        for place in np.ndindex(shape)
    ]


def _new_array(name: str, shape: tuple, dtype: str) -> str:
    sizes = f"{shape[0]}," if len(shape) == 1 else _listed([*map(str, shape)])
    return f"    {name} = np.empty(({sizes}), np.{dtype})"
