"""``theano.sandbox.cuda.opt``: rewrites for the card, which nothing asks for."""

from dltut.theano.names import passed_on


def register_opt(*tags, **options):
    """A decorator that leaves a rewrite as it is: it would be for the card.

    Parameters
    ----------
    *tags, **options
        Unread.
    """
    return _unchanged


def _unchanged(rewrite):
    return rewrite


__getattr__ = passed_on(__name__)
