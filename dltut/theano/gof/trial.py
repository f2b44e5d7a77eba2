"""``compute_test_value``: what a graph gives for the test values of its inputs, while it is built.

An operation that does not fit fails in the line that applies it, not when a function is called.
"""

import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import pytensor
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.op import Op
from pytensor.graph.utils import MethodNotDefined

from dltut.theano.configuration import config
from dltut.theano.gof.op import get_test_value

PLAIN_CALL = Op.__call__
OURS = ("pytensor.", "dltut.theano.", "dltut.kernels.", "dltut.nn.")
REWRITING = ("pytensor.compile.", "pytensor.graph.rewriting.", "pytensor.link.")
HIDDEN = ("pytensor.scan.", "pytensor.gradient")  # what they make inside has no test values


def switch(level: str) -> None:
    """Let operations compute test values, or no longer.

    Parameters
    ----------
    level : {"off", "ignore", "warn", "raise"}
        What is done where an input has none.
    """
    Op.__call__ = PLAIN_CALL if level == "off" else _call_and_try


def _call_and_try(op, *inputs, **options):
    made = PLAIN_CALL(op, *inputs, **options)
    outputs = made if isinstance(made, list | tuple) else [made]
    node = next((each.owner for each in outputs if isinstance(each, Variable)), None)
    homes = list(_homes())
    if node is not None and not _begins(homes, REWRITING):
        _try(node, is_hidden=_begins(homes, HIDDEN))
    return made


def _homes() -> Iterator[str]:
    """The modules of the calls that led from the program to here."""
    frame = sys._getframe(2)
    while frame is not None:
        home = f"{frame.f_globals.get('__name__', '')}."
        if not home.startswith(OURS):
            return
        yield home
        frame = frame.f_back


def _begins(homes: list[str], beginnings: tuple[str, ...]) -> bool:
    return any(each.startswith(beginnings) for each in homes)


def _try(node: Apply, is_hidden: bool) -> None:
    """Give the outputs of an application their test values.

    Parameters
    ----------
    node : Apply
    is_hidden : bool
        Whether the program does not see it, so that nothing is said of missing values.
    """
    values = {}
    for number, variable in enumerate(node.inputs):
        try:
            values[variable] = _known(variable)
        except AttributeError:
            if not is_hidden:
                _miss(f"input {number} ({variable}) of {node.op} has no tag.test_value")
            return
    for variable, value in _computed(node, values):
        variable.tag.test_value = value


def _known(variable: Variable):
    """The test value of a variable, or of what it was made of where a rewrite made it."""
    made = variable.owner is not None and not hasattr(variable.tag, "test_value")
    if made and not hasattr(variable, "get_value"):
        _try(variable.owner, is_hidden=True)
    return get_test_value(variable)


def _miss(message: str) -> None:
    if config.compute_test_value == "raise":
        raise ValueError(f"theano.config.compute_test_value: {message}")
    if config.compute_test_value == "warn":
        warnings.warn(f"theano.config.compute_test_value: {message}", stacklevel=5)


def _computed(node: Apply, values: dict) -> list[tuple]:
    """Pairs of an output and its value; none if Python cannot compute it."""
    changed = {i for numbers in node.op.destroy_map.values() for i in numbers}
    storage = {
        each: [_copy(values[each]) if number in changed else values[each]]
        for number, each in enumerate(node.inputs)
    }
    known = {each: [True] for each in node.inputs}
    storage |= {each: [None] for each in node.outputs}
    known |= {each: [False] for each in node.outputs}
    try:
        with pytensor.config.change_flags(mode="FAST_COMPILE"), switched_off():
            thunk = node.op.make_thunk(node, storage, known, [], impl="py")
            thunk()
    except (MethodNotDefined, NotImplementedError):
        return []
    return [(each, storage[each][0]) for each in node.outputs]


def _copy(value):
    from copy import deepcopy

    return deepcopy(value)


@contextmanager
def switched_off() -> Iterator[None]:
    """Compute no test values in a block: in what is built while a function is compiled."""
    with config.change_flags(compute_test_value="off"):
        yield


def taught(fn, sequences, outputs_info, non_sequences):
    """The function of a loop's step, whose arguments get test values from what they come from.

    Parameters
    ----------
    fn : callable
    sequences, outputs_info, non_sequences
        As `scan` has them.
    """
    if config.compute_test_value == "off":
        return fn
    values = [
        *(value for each in _listed(sequences) for value in _steps(each, "input", [0])),
        *(value for each in _listed(outputs_info) for value in _steps(each, "initial", [-1])),
        *(_value(each) for each in _listed(non_sequences)),
    ]

    def with_values(*arguments):
        """Call it, once the arguments have them."""
        for variable, value in zip(arguments, values, strict=False):
            if value is not None and isinstance(variable, Variable):
                variable.tag.test_value = value
        return fn(*arguments)

    return with_values


def _listed(given) -> list:
    if given is None:
        return []
    return list(given) if isinstance(given, list | tuple) else [given]


def _steps(given, key: str, taps: list[int]) -> list:
    """The value of each tap of a sequence or of an output; None where it is not known."""
    if isinstance(given, dict):
        taps = given.get("taps", taps) or []
        taps = [taps] if isinstance(taps, int) else taps
        given = given.get(key)
    if given is None:
        return []
    value = _value(given)
    if value is None or (key == "initial" and list(taps) == [-1]):
        return [value] * len(taps)
    first = min(0, *taps) if key == "input" else min(taps)
    return [value[tap - first] if len(value) > tap - first else None for tap in taps]


def _value(given):
    try:
        return get_test_value(given)
    except (AttributeError, TypeError):
        return None


__all__ = ["switch", "switched_off", "taught"]
