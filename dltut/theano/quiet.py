"""Calls of PyTensor's old names, without the news that they are old."""

import warnings


def silently(call, *arguments, **options):
    """What a call of PyTensor's gives, without the news of what it will drop some day.

    Parameters
    ----------
    call : callable
    *arguments, **options
        What it gets.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        warnings.simplefilter("ignore", FutureWarning)
        return call(*arguments, **options)
