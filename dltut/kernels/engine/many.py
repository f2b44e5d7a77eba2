"""Many calls of a compiled graph in one, so that Python is not entered between them.

A loop, compiled for the types of its arguments alone, calls the graph's machine code by its
address. What a call hands back for a shared variable is what the next call gets.
"""

import hashlib
from functools import cache

import numpy as np
from numba import types
from numba.core import cgutils
from numba.core.dispatcher import Dispatcher
from numba.extending import intrinsic

from dltut.kernels.engine.symbols import kept_on_disk, version_of
from dltut.machine.stopwatch import not_counted
from dltut.machine.undisturbed import undisturbed

NUMBER = types.Array(types.int64, 0, "C")


def many_calls(compiled, first: int, n: int):
    """What a compiled function of one whole number gives for first, first + 1, ...

    Parameters
    ----------
    compiled : PyTensor's function
        It gives one number, and has been called.
    first, n : int

    Returns
    -------
    array or None
        Of type float64, shape (n,), or shorter: it ends with the first number that is not finite.
        None, and nothing is done, where it cannot be done without Python: in other modes, or where
        what comes out for a shared variable is of another kind than its value.
    """
    graph = getattr(compiled.vm, "jit_fn", None)
    if not isinstance(graph, Dispatcher):
        return None
    _, *storages = compiled.vm.inputs
    values, places = tuple(each[0] for each in storages), compiled.maker.fgraph.update_mapping
    following = tuple(places[result] for result in sorted(places))
    kinds = (NUMBER, *(graph.typeof_pyval(value) for value in values))
    found = graph.overloads.get(kinds)
    if found is None or not _is_closed(kinds, found.signature.return_type, following):
        return None
    loop = _loop(kinds, found.signature.return_type, following)
    address = found.library.get_pointer_to_function(found.fndesc.mangled_name)
    numbers, values = loop(address, first, n, values)
    for storage, value in zip(storages, values, strict=True):
        storage[0] = value
    return numbers


def _is_closed(kinds, results, following) -> bool:
    """Whether the first result is a number and the others can take the places of arguments."""
    if not isinstance(results, types.BaseTuple) or len(results) != 1 + len(following):
        return False
    cost, *rest = results
    is_number = isinstance(cost, types.Array) and cost.ndim == 0
    is_real = is_number and isinstance(cost.dtype, types.Float)
    same = (kinds[place] == kind for place, kind in zip(following, rest, strict=True))
    return is_real and all(same)


@cache
@undisturbed
def _loop(kinds, results, following):
    """The compiled loop for arguments and results of these types."""
    text = f"{kinds} {results} {following} {version_of(_is_closed)}"
    name = "dltut_many_" + hashlib.sha256(text.encode()).hexdigest()[:16]
    loop = kept_on_disk(_loop_of(kinds, results, following), name, final_function=True)
    with not_counted():
        loop.compile((types.int64, types.int64, types.int64, types.BaseTuple.from_types(kinds[1:])))
    return loop


def _loop_of(kinds, results, following):
    """The loop, to be compiled."""
    call, advanced = _call_of(kinds, results), _advanced_of(kinds[1:], results, following)

    def many(place, first, n, values):
        """The numbers that n calls give, and the values after them."""
        number, costs = np.empty((), np.int64), np.empty(n)
        for i in range(n):
            number[()] = first + i
            made = call(place, (number, *values))
            costs[i] = made[0][()]
            values = advanced(values, made)
            if not np.isfinite(costs[i]):
                return costs[: i + 1], values
        return costs, values

    return many


def _call_of(kinds, results):
    """An intrinsic that calls machine code at an address with the arguments in a tuple."""

    @intrinsic
    def call(typing, place, packed):
        """What a function of these arguments and results gives."""

        def code(context, builder, signature, values):
            """Call it; what it raises is passed on."""
            convention = context.call_conv
            kind = convention.get_function_type(results, kinds).as_pointer()
            function = builder.inttoptr(values[0], kind)
            given = cgutils.unpack_tuple(builder, values[1])
            status, made = convention.call_function(builder, function, results, kinds, given)
            with cgutils.if_unlikely(builder, status.is_error):
                convention.return_status_propagate(builder, status)
            return made

        return results(place, packed), code

    return call


def _advanced_of(kinds, results, following):
    """An intrinsic that puts results in the places of what they come after."""

    @intrinsic
    def advanced(typing, before, made):
        """The arguments, less the first, of the next call."""

        def code(context, builder, signature, values):
            """Take each from where it is, and count one more who has it."""
            old, new = (cgutils.unpack_tuple(builder, each) for each in values)
            for result, place in enumerate(following, start=1):
                old[place - 1] = new[result]
            for kind, value in zip(kinds, old, strict=True):
                context.nrt.incref(builder, kind, value)
            return context.make_tuple(builder, before, old)

        return before(before, made), code

    return advanced
