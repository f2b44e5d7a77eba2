"""Default updates of shared variables that PyTensor only takes when they are named."""

from collections.abc import Iterable

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable

from dltut.theano.gof.graph import inputs


def narrower_updates(
    outputs: Iterable[Variable],
    updates: list[tuple],
    givens: list[tuple],
    no_default_updates: bool | list,
) -> list[tuple]:
    """Pairs of a shared variable and its default update, where more is known of the update's shape.

    Theano had no such knowledge. PyTensor refuses these, unless they stand among the updates.

    Parameters
    ----------
    outputs : iterable of variables
    updates, givens : list of pairs
    no_default_updates : bool or list
        As `function` takes it.
    """
    if no_default_updates is True:
        return []
    replaced = [old for old, _ in givens]
    left = {*replaced, *(shared for shared, _ in updates), *(no_default_updates or ())}
    found, reached = [], [*outputs, *(value for _, value in [*updates, *givens])]
    while reached:
        shared = [each for each in inputs(reached, replaced) if isinstance(each, SharedVariable)]
        moved = [
            each
            for each in shared
            if each not in left and isinstance(each.default_update, Variable)
        ]
        left.update(moved)
        reached = [each.default_update for each in moved]
        found += [(each, each.default_update) for each in moved if _is_narrower(each)]
    return found


def _is_narrower(shared: SharedVariable) -> bool:
    update = shared.default_update.type
    return update != shared.type and shared.type.is_super(update)


__all__ = ["narrower_updates"]
