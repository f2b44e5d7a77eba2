"""Rules with a memory for NUMBA mode: a tile of each gradient, then the rule while it is hot."""

import hashlib

import numpy as np
from numba import from_dtype, types
from numba.cpython.unsafe.tuple import tuple_setitem
from pytensor.link.numba.cache import compile_numba_function_src
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_and_cache_key

from dltut.exceptions import InputError
from dltut.kernels.dense.numba import NO_BIAS, multiply_block
from dltut.kernels.engine.blocks import blocks_for, by_rows, count_of_blocks, side_of_block
from dltut.kernels.engine.gemm import COLUMNS, COPY_LEFT_FROM, ROWS, prepare
from dltut.kernels.engine.lanes import for_each
from dltut.kernels.engine.symbols import arrays, kernel
from dltut.kernels.engine.threads import in_parallel
from dltut.kernels.engine.version import source_version
from dltut.kernels.rules.op import REFUSED, Rule
from dltut.kernels.rules.scalars import function_of
from dltut.kernels.sums.numba import squares_of

FLAT = 8192  # elements of a block where no gradient is a product
WIDE = 1024  # columns of a tile, at most
SMALL, LARGE = 2**13, 2**16  # elements of a tile: of short sums, and of long ones


@numba_njit
def tile_of(rows, columns, terms):
    """Rows and columns of a tile of a gradient that is a product with so many terms in its sums.

    A small one is still in the nearest cache when the rule comes to it. Where sums are long, a
    product copies a factor first, which only large tiles repay.
    """
    width, work = min(columns, WIDE), rows * columns * terms
    elements = LARGE if terms >= COPY_LEFT_FROM else SMALL
    step = COLUMNS if columns < COLUMNS else ROWS
    height = max(1, elements // (max(width, 1) * step)) * step
    return min(height, side_of_block(rows, step, blocks_for(rows, work))), max(width, 1)


def rule_of(unit, leaves: int, products: int, n_arrays: int, squares: tuple):
    """What carries out a rule on arrays of one shape, to be compiled.

    Parameters
    ----------
    unit : compiled function
        Of a number of each leaf, product and state and of the scalars the next states, a tuple.
    leaves, products, n_arrays : int
        How many leaves and products there are, and leaves and states.
    squares : tuple of int
        The states whose squares are summed.
    """
    places, n_squares = (0,) * (n_arrays + products), len(squares)
    squared = (*(leaves + i for i in squares), 0)  # Numba has no empty tuple of numbers

    @numba_njit
    def multiply(top, left, factors, buffers):
        """A tile of each product."""
        (height, width), nothing = buffers.shape[1:], buffers[0, 0, :0]
        for j in range(products):
            a, b = factors[2 * j][:, top:], factors[2 * j + 1][:, left:]
            side = max(height, width)
            multiply_block(0, side, True, False, a, b, nothing, NO_BIAS, buffers[j])

    @numba_njit
    def shape_of_tile(rows, columns, factors):
        """Its rows and columns, see `tile_of`."""
        return tile_of(rows, columns, len(factors[0]))

    if not products:

        @numba_njit
        def multiply(top, left, factors, buffers):
            """There are no products."""

        @numba_njit
        def shape_of_tile(rows, columns, factors):
            """Elements of a block."""
            return FLAT, columns

    @numba_njit
    def addresses(given, buffers, r, at, row):
        """Where row r of a tile lies in each array, which begins `at` there, and in the buffers."""
        found = places
        for j in range(n_arrays):
            spot = np.intp(given[j].ctypes.data) + (at + r * row) * given[0].itemsize
            found = tuple_setitem(found, j if j < leaves else j + products, spot)
        for j in range(products):
            spot = np.intp(buffers[j].ctypes.data) + r * buffers.shape[2] * buffers.itemsize
            found = tuple_setitem(found, leaves + j, spot)
        return found

    @numba_njit
    def block(i, height, width, rows, columns, given, factors, scalars, partial):
        """Tile i: its part of each product, and the rule."""
        like, across = given[0], count_of_blocks(columns, width)
        top, left = i // across * height, i % across * width
        height, width = min(height, rows - top), min(width, columns - left)
        buffers = np.empty((products, height, width), like.dtype)
        multiply(top, left, factors, buffers)
        at, whole = top * columns + left, width == columns
        pieces, length = (1, height * width) if whole else (height, width)
        for j in range(n_squares):
            for r in range(pieces):
                start = at + r * columns
                partial[j, i] += squares_of(given[squared[j]][start : start + length])
        for r in range(pieces):
            for_each(unit, length, addresses(given, buffers, r, at, columns), scalars, like)

    def rule(rows, columns, given, factors, scalars, sums):
        """The states, overwritten, and sums of the squares of what some were.

        Parameters
        ----------
        rows, columns : int
            Of the arrays; where no gradient is a product, all elements are rows.
        given : tuple of array
            Leaves and states (rows * columns,).
        factors : tuple of array
            Two of each product, x (batch, rows) and delta (batch, columns).
        scalars : tuple of numbers
        sums : array, shape (number of squares,)
        """
        height, width = shape_of_tile(rows, columns, factors)
        blocks = count_of_blocks(rows, height) * count_of_blocks(columns, width)
        partial = np.zeros((n_squares, blocks), np.float64)
        arguments = height, width, rows, columns, given, factors, scalars, partial
        in_parallel(block, blocks, arguments)
        for j in range(n_squares):
            total = 0.0
            for i in range(blocks):
                total += partial[j, i]
            sums[j] = total

    return rule


@numba_njit
def refuse():
    """One line for every rule."""
    raise InputError(REFUSED)


@register_funcify_and_cache_key(Rule)
def compiled_rule(op, node=None, **_):
    """A function of the arrays, and its key in the cache."""
    dtype = node.outputs[0].type.dtype
    ndim, n_arrays = node.outputs[0].type.ndim, op.leaves + op.states
    unit, key = function_of(op.composite, dtype)
    key = f"{key} {op.leaves} {op.products} {op.squares}"
    prepare(dtype)
    flat, matrix, sums = *arrays(dtype, 1, layout="C"), *arrays(dtype, 2), *arrays(dtype, 1)
    factors = types.UniTuple(matrix, 2 * op.products) if op.products else types.Tuple(())
    scalars = [
        from_dtype(np.dtype(each.type.dtype)) for each in node.inputs[op.first + op.states :]
    ]
    kinds = types.UniTuple(flat, n_arrays), factors, types.Tuple(scalars), sums
    rule = rule_of(unit, op.leaves, op.products, n_arrays, op.squares)
    fill = kernel(rule, (types.intp, types.intp, *kinds), (key,))
    source = source_of(op, ndim, len(scalars), dtype)
    values = {"fill": fill, "np": np, "refuse": refuse, "by_rows": by_rows}
    key = hashlib.sha256(f"{source} {key} {source_version(__file__)}".encode()).hexdigest()
    function = compile_numba_function_src(source, "rule", values, cache_key=key)
    return numba_njit(function), key


def source_of(op, ndim: int, n_scalars: int, dtype: str) -> str:
    """The text of a function of a rule's inputs, which differ in number and kind."""
    leaves, states = _names("leaf", op.leaves), _names("state", op.states)
    xs, deltas, scalars = (
        _names(name, n)
        for name, n in (("x", op.products), ("delta", op.products), ("scalar", n_scalars))
    )
    factors = [name for pair in zip(xs, deltas, strict=True) for name in pair]
    lines = [f"def rule({', '.join([*leaves, *factors, *states, *scalars])}):"]
    for name in factors:
        lines += [f"{name} = by_rows({name})"]
    for x, delta in zip(xs, deltas, strict=True):
        shape = f"({x}.shape[1], {delta}.shape[1])"
        lines += [f"if state0.shape != {shape} or len({x}) != len({delta}):", "    refuse()"]
    for name in [*leaves, *states[1:]]:
        lines += [f"if {name}.shape != state0.shape:", "    refuse()"]
    for name in states:
        how = (
            f"np.ascontiguousarray({name})"
            if op.inplace
            else f"np.ascontiguousarray({name}).copy()"
        )
        lines += [f"{name} = {how}"]
    given = [f"np.ascontiguousarray({name}).reshape(-1)" for name in leaves]
    given += [f"{name}.reshape(-1)" for name in states]
    sums = [f"square{i}" for i in range(len(op.squares))]
    rows, columns = ("state0.shape[0]", "state0.shape[1]") if op.products else ("state0.size", 1)
    numbers = [f"{name}.item()" for name in scalars]
    lines += [
        f"sums = np.empty({len(sums)}, np.{dtype})",
        f"fill(({rows}, {columns}, {_tuple(given)}, {_tuple(factors)}, {_tuple(numbers)}, sums))",
        *(f"{name} = np.asarray(sums[{i}])" for i, name in enumerate(sums)),
        f"return {', '.join([*states, *sums])}",
    ]
    return "\n    ".join(lines)


def _names(name: str, n: int) -> list[str]:
    return [f"{name}{i}" for i in range(n)]


def _tuple(names: list[str]) -> str:
    return f"({', '.join(names)}{',' * (len(names) == 1)})"
