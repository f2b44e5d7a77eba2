"""What a compiled function is made of, looked at before PyTensor is asked."""

from collections.abc import Mapping

from pytensor.compile.io import SymbolicInput, SymbolicOutput
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant, Variable

from dltut.exceptions import InputError, printable

WRAP = "make a number or an array one with pytensor.tensor.as_tensor"


def checked_inputs(inputs) -> list:
    """The inputs of a function, each a variable of its own.

    Parameters
    ----------
    inputs : list or tuple of variables

    Raises
    ------
    InputError
        If they are anything else.

    Examples
    --------
    >>> checked_inputs("x")
    Traceback (most recent call last):
        ...
    dltut.exceptions.InputError: inputs is 'x' (str); expected a list of variables
    """
    if not isinstance(inputs, list | tuple):
        raise InputError(f"inputs is {_shown(inputs)}; expected a list of variables")
    seen = set()
    for i, each in enumerate(inputs):
        if not isinstance(each, Variable | SymbolicInput):
            raise InputError(f"inputs[{i}] is {_shown(each)}; expected a variable")
        variable = getattr(each, "variable", each)
        if isinstance(variable, SharedVariable | Constant):
            raise InputError(
                f"inputs[{i}] is {_shown(variable)}, which has a value: leave it out of the "
                "inputs, or put another variable in its place by givens"
            )
        if variable in seen:
            raise InputError(f"inputs[{i}] is {_shown(variable)} again: name it once")
        seen.add(variable)
    return [*inputs]


def checked_outputs(outputs) -> list[Variable]:
    """The outputs of a function in a list; of none, an empty one.

    Parameters
    ----------
    outputs : variable, list or tuple of variables, or None

    Raises
    ------
    InputError
        If they are anything else.
    """
    is_list = isinstance(outputs, list | tuple)
    listed = [] if outputs is None else [*outputs] if is_list else [outputs]
    for i, each in enumerate(listed):
        place = f"outputs[{i}]" if is_list else "outputs"
        if isinstance(each, SymbolicOutput):
            raise InputError(
                f"{place} is a pytensor.Out: give its variable, {_shown(each.variable)}; whether "
                "an array is borrowed is decided here"
            )
        if not isinstance(each, Variable):
            raise InputError(f"{place} is {_shown(each)}; expected a variable: {WRAP}")
    return listed


def checked_pairs(name: str, pairs) -> dict:
    """Updates or givens as a dictionary from variables to variables.

    Parameters
    ----------
    name : str
        What they are.
    pairs : dict, list of pairs, or None

    Raises
    ------
    InputError
        If they are anything else.
    """
    try:
        made = dict(pairs or {})
        n = len(pairs or {})
    except (TypeError, ValueError):
        shown = _shown(pairs)
        expected = "a dictionary or a list of pairs, of a variable and a variable"
        raise InputError(f"{name} is {shown}; expected {expected}") from None
    for key, value in made.items():
        if not isinstance(key, Variable):
            raise InputError(f"{name} has the key {_shown(key)}; expected a variable")
        if name == "updates" and not isinstance(key, SharedVariable):
            raise InputError(
                f"updates has the key {_shown(key)}, which keeps no value: expected a shared "
                "variable, as pytensor.shared makes them"
            )
        if not isinstance(value, Variable):
            place = f"{name}[{printable(key)}]"
            raise InputError(f"{place} is {_shown(value)}; expected a variable: {WRAP}")
        _check_type(name, key, value)
    if n != len(made) and not isinstance(pairs, Mapping):
        raise InputError(f"{name} names a variable twice: give each one value")
    return made


def check_apart(inputs, givens) -> None:
    """See that no input is replaced by the givens, too.

    Raises
    ------
    InputError
        If one is.
    """
    for i, each in enumerate(inputs):
        if getattr(each, "variable", each) in givens:
            raise InputError(f"inputs[{i}] is {_shown(each)}, which givens replaces: leave one out")


def _check_type(name: str, key: Variable, value: Variable) -> None:
    try:
        key.type.filter_variable(value)
    except TypeError:
        raise InputError(
            f"{name} puts {_shown(value)}, in the place of {_shown(key)}: convert it, as with "
            "pytensor.tensor.cast"
        ) from None


def _shown(given) -> str:
    """What was given in a few words, with its type."""
    if isinstance(given, Variable):
        return f"{printable(given)}, {printable(given.type)}"
    text = printable(repr(given), 60)
    return text if given is None else f"{text} ({type(given).__name__})"
