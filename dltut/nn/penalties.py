"""Penalties that keep weights small."""

from collections.abc import Sequence

import pytensor.tensor as pt

from dltut.exceptions import InputError


def l1(weights: Sequence):
    """Sum of the absolute values of every weight.

    Parameters
    ----------
    weights : list of variables
        The matrices to penalise; biases are usually left out.

    Returns
    -------
    scalar
    """
    return _total(pt.abs(each).sum() for each in _listed(weights))


def l2(weights: Sequence):
    """Sum of the squares of every weight.

    Parameters
    ----------
    weights : list of variables
        The matrices to penalise; biases are usually left out.

    Returns
    -------
    scalar
        Without the factor 1/2 and without the root, as in the tutorials.
    """
    return _total((each**2).sum() for each in _listed(weights))


def _listed(weights):
    if not isinstance(weights, list | tuple) or not weights:
        raise InputError(
            f"a penalty takes a list of weights, such as model.weights; got {weights!r}"
        )
    return weights


def _total(terms):
    first, *rest = terms
    return sum(rest, start=first)
