"""The one error that a user's input can cause, and the nearest valid name for a misspelt one."""

from collections.abc import Iterable
from difflib import get_close_matches


class InputError(ValueError):
    """What was given cannot be used; the message is one line that says what to do.

    Scripts and the command line print it without a traceback and end with status 2.
    """


def nearest(name: str, valid: Iterable[str]) -> str:
    """A hint naming the valid name closest to `name`, or all of them if none is close.

    Examples
    --------
    >>> nearest("foatX", ["floatX", "device"])
    'did you mean floatX?'
    >>> nearest("colour", ["floatX", "device"])
    'valid names: device, floatX'
    >>> nearest("numba", ["NUMBA", "JAX"])
    'did you mean NUMBA?'
    """
    names = sorted(str(each) for each in valid)
    spelt = {each.casefold(): each for each in names}
    matches = get_close_matches(str(name).casefold(), spelt, n=1)
    return f"did you mean {spelt[matches[0]]}?" if matches else "valid names: " + ", ".join(names)
