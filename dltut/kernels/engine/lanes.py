"""Elementwise loops over many rows of memory at once, as vector instructions.

LLVM turns a loop into vectors if it can tell that what is written is not what is read next. With
more than a few arrays it gives up asking; here it is told.
"""

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from pytensor.link.numba.dispatch.basic import numba_njit

in_line = numba_njit(forceinline=True)  # a loop with a call in it would be no vector's
_INTEGER = ir.IntType(64)


@intrinsic
def for_each(typing, function, count, places, constants, like):
    """Call a function of single numbers at each place of rows, and keep what it returns.

    Parameters
    ----------
    function : function, compiled by `in_line`
        Of a number from each row, and of the constants; without branches. It returns a tuple, which
        is kept in the last rows, as many as it has members.
    count : int
        The length of the rows.
    places : tuple of int
        The addresses of the rows, no two of which overlap.
    constants : tuple of numbers
    like : array
        For the type of the numbers.
    """
    real = like.dtype
    kinds = (*(real,) * len(places), *constants.types)
    signature_of_function = function.get_call_type(typing, kinds, {})

    def code(context, builder, signature, values):
        """The loop; loads and stores say that the others are elsewhere."""
        compiled = context.get_function(function, signature_of_function)
        kind = context.get_value_type(real).as_pointer()
        rows = [builder.inttoptr(row, kind) for row in cgutils.unpack_tuple(builder, values[2])]
        scopes = _scopes(builder, len(rows))
        wanted = signature_of_function.args[len(rows) :]
        given = [
            context.cast(builder, value, *pair)
            for value, *pair in zip(
                cgutils.unpack_tuple(builder, values[3]), constants.types, wanted, strict=True
            )
        ]
        with cgutils.for_range(builder, values[1], intp=_INTEGER) as loop:
            spots = [builder.gep(row, [loop.index]) for row in rows]
            numbers = [builder.load(spot) for spot in spots]
            for number, scope in zip(numbers, scopes, strict=True):
                _mark(number, scope)
            results = cgutils.unpack_tuple(builder, compiled(builder, [*numbers, *given]))
            last = slice(len(rows) - len(results), None)
            for result, spot, scope in zip(results, spots[last], scopes[last], strict=True):
                _mark(builder.store(result, spot), scope)
        return context.get_dummy_value()

    return types.void(function, count, places, constants, like), code


def _scopes(builder, count: int) -> list[dict]:
    """For each row what is said of its loads and stores: whose they are, and whose not."""
    module = builder.module
    name = module.get_unique_name(f"{builder.function.name}.rows")
    domain = module.add_metadata([name])
    scopes = [module.add_metadata([f"{name}.{i}", domain]) for i in range(count)]
    return [
        {
            "alias.scope": module.add_metadata([scope]),
            "noalias": module.add_metadata([each for each in scopes if each is not scope]),
        }
        for scope in scopes
    ]


def _mark(instruction, scope: dict) -> None:
    """Say it of one load or store."""
    for name, value in scope.items():
        instruction.set_metadata(name, value)
