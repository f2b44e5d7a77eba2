"""The one error that a user's input can cause, the nearest valid name, text from outside."""

import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches

LONGEST = 80  # characters of a name or text from outside that a message quotes
LONGEST_MESSAGE = 2000
MOST_NAMES = 20  # that a hint lists
HIDDEN = ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")  # what a terminal obeys or does not show


class InputError(ValueError):
    r"""What was given cannot be used; the message is one line that says what to do.

    Scripts and the command line print it without a traceback and end with status 2. A terminal
    cannot be steered by it, whatever names it holds.

    Examples
    --------
    >>> print(InputError("there is no picture 5\n\x1b[2J.png: check its name"))
    there is no picture 5\n\x1b[2J.png: check its name
    """

    def __init__(self, message: object = ""):
        super().__init__(printable(message, LONGEST_MESSAGE))


class NoFile(InputError):
    """A file that is to be read is not there, perhaps not yet."""


class NoColumn(InputError, AttributeError):
    """A split lacks a column, an attribute of it, that is asked for.

    Parameters
    ----------
    name : str
    columns : names
        That the split has.
    part : str
        What the data set calls the split, such as valid.

    Examples
    --------
    >>> print(NoColumn("x", ["words", "y"], "train"))
    the train split has no column x: it has words, y; choose other data, or a model of these
    """

    def __init__(self, name: str, columns: Iterable[str], part: str = ""):
        has = ", ".join(columns)
        split = f"{part} split" if part else "split"
        super().__init__(
            f"the {split} has no column {name}: it has {has}; choose other data, or a model of "
            "these"
        )


ROOT = "the whole"  # begins keys that stand in nothing else


@contextmanager
def at(*keys) -> Iterator[None]:
    """Let an `InputError` of the block know where in what was given it belongs.

    Parameters
    ----------
    *keys
        Keys and numbers of items, the outermost first; before them `ROOT`, if what is around is
        not where they stand.

    Raises
    ------
    InputError
        The same.

    Notes
    -----
    Its attribute ``keys`` says so; for an experiment, `dltut.experiment.tree.place_of` finds the
    place in the file.

    Examples
    --------
    >>> try:
    ...     with at("layers", 2):
    ...         raise InputError("there is no layer Dens")
    ... except InputError as error:
    ...     print(error.keys)
    ('layers', 2)
    """
    try:
        yield
    except InputError as error:
        own = getattr(error, "keys", ())
        error.keys = own if ROOT in own else (*keys, *own)
        raise


def nearest(name: str, valid: Iterable[str]) -> str:
    """A hint naming the valid name closest to `name`, or the first of them if none is close.

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
    match = close_match(name, names)
    if match:
        return f"did you mean {printable(match)}?"
    more = [f"... ({len(names)} in all)"] if len(names) > MOST_NAMES else []
    return "valid names: " + ", ".join([*map(printable, names[:MOST_NAMES]), *more])


def close_match(name: str, valid: Iterable[str]) -> str | None:
    """The valid name that `name` is probably meant to be, whatever its capitals.

    Examples
    --------
    >>> close_match("numba", ["NUMBA", "JAX"])
    'NUMBA'
    """
    spelt = {str(each)[:LONGEST].casefold(): str(each) for each in valid}
    matches = get_close_matches(str(name)[:LONGEST].casefold(), spelt, n=1)
    return spelt[matches[0]] if matches else None


def quoted(text: object) -> str:
    r"""Text from a file or a user as a message shows it: in quotes, printable, not too long.

    Examples
    --------
    >>> print(quoted("cat\x1b[2J\nerror: none"))
    'cat\x1b[2J\nerror: none'
    >>> len(quoted("a" * 1000))
    82
    """
    return f"'{printable(text)}'"


def printable(text: object, longest: int = LONGEST) -> str:
    r"""Text in one line that a terminal shows and does not obey, its middle left out if it is long.

    Examples
    --------
    >>> print(printable("5.png\x1b[31m\n"))
    5.png\x1b[31m\n
    >>> printable("a very long name.png", 15)
    'a very...me.png'
    """
    try:
        text = str(text)
    except ValueError:  # Python refuses to write out a number of more than 4,300 digits
        text = "a number of thousands of digits"
    if len(text) > longest:
        end = (longest - 3) // 2
        text = f"{text[: longest - 3 - end]}...{text[len(text) - end :]}"
    if text.isprintable():  # as nearly all are
        return text
    return "".join(
        each.encode("unicode_escape").decode() if unicodedata.category(each) in HIDDEN else each
        for each in text
    )
