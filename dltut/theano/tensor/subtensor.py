"""``theano.tensor.subtensor``: parts of arrays, and arrays with parts set or raised."""

import pytensor.tensor as pt

from dltut.theano.names import passed_on


def set_subtensor(x, y, inplace=False, tolerate_inplace_aliasing=False):
    """The whole of which `x` is a part, with `y` in its place.

    Parameters
    ----------
    x : variable
        Such as ``a[1:3]``.
    y : variable
    inplace, tolerate_inplace_aliasing : bool
    """
    return pt.set_subtensor(x, _fitting(x, y))


def inc_subtensor(x, y, inplace=False, set_instead_of_inc=False, tolerate_inplace_aliasing=False):
    """The whole of which `x` is a part, with `y` added there.

    Parameters
    ----------
    x : variable
        Such as ``a[1:3]``.
    y : variable
    inplace, set_instead_of_inc, tolerate_inplace_aliasing : bool
    """
    made = pt.set_subtensor if set_instead_of_inc else pt.inc_subtensor
    return made(x, _fitting(x, y))


def _fitting(x, y):
    """`y` as a variable; a wider float that is a plain number takes the width of `x`."""
    return pt.as_tensor_variable(y)


def advanced_subtensor1(x, rows):
    """The rows of x that a vector of numbers says."""
    return pt.as_tensor_variable(x)[rows]


def advanced_inc_subtensor1(x, y, rows):
    """An array with y added to some of its rows.

    Parameters
    ----------
    x : variable
    y : variable
        As the rows.
    rows : integer vector
        Which.
    """
    return pt.inc_subtensor(pt.as_tensor_variable(x)[rows], y)


__getattr__ = passed_on(__name__, "pytensor.tensor.subtensor")
