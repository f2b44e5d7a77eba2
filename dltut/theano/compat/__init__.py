"""``theano.compat``: what Pythons 2 and 3 had under different names."""

from collections import Counter, OrderedDict, defaultdict
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from functools import partial
from itertools import zip_longest as izip_longest

from dltut.theano.names import passed_on

PY3 = True
exc_message = str
izip = zip
imap = map
maketrans = str.maketrans


def cmp(x, y) -> int:
    """-1, 0 or 1, as x is less than, equal to or more than y."""
    return (x > y) - (x < y)


def decode(text):
    """A text of bytes."""
    return text.decode("utf-8")


def decode_iter(texts):
    """Texts of bytes."""
    return (each.decode("utf-8") if isinstance(each, bytes) else each for each in texts)


def get_unbound_function(unbound):
    """The function of a method that is asked of its class: that is one today."""
    return getattr(unbound, "__func__", unbound)


__all__ = [
    "Callable",
    "Counter",
    "Iterable",
    "Mapping",
    "MutableMapping",
    "OrderedDict",
    "defaultdict",
    "izip_longest",
    "partial",
]
__getattr__ = passed_on(__name__)
