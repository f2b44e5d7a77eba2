"""How well a Boltzmann machine guesses one bit of a picture from all the others."""

from math import gcd

import numpy as np
import pytensor.tensor as pt

from dltut.exceptions import InputError


def pseudo_likelihood(rbm, x, bit):
    r"""Estimate of the log pseudo-likelihood from one bit, averaged over the batch.

    .. math:: \log \prod_i p(x_i \mid x_{-i}) \approx
              n \log p(x_i \mid x_{-i}) = n \log \mathrm{sigmoid}(F(x') - F(x))

    Parameters
    ----------
    rbm : RBM
        With binary visible units.
    x : matrix, shape (batch, n_visible)
        Rounded to bits here: above one half is 1.
    bit : integer scalar, or vector of shape (batch,)
        Which one, i: the same for all rows, or one for each. The mean over all bits is exact. Let
        many fixed ones be a shared variable: compiled code with large constants is not kept.

    Returns
    -------
    scalar
        In nats, at most 0.

    Raises
    ------
    InputError
        If the visible units are not bits.

    Notes
    -----
    Here x' is x with bit i flipped. Its hidden scores are those of x plus
    :math:`(1 - 2 x_i) W_i`, so that one matrix product serves both free energies.

    Examples
    --------
    >>> import numpy as np
    >>> from dltut.models import RBM
    >>> rbm = RBM(np.random.RandomState(123), 4, 3, W=np.zeros((4, 3)))
    >>> value = rbm.pseudo_likelihood(np.eye(4), 0)  # a coin for each of four bits: -4 ln 2
    >>> round(float(value.eval(mode="FAST_COMPILE")), 6)
    -2.772589
    """
    if rbm.visible != "binary":
        raise InputError("Gaussian units cannot be flipped: watch the reconstruction cost instead")
    v = pt.gt(x, 0.5).astype(rbm.W.dtype)
    chosen = pt.eq(pt.atleast_1d(bit)[:, None], np.arange(rbm.n_visible))  # (1 or batch, n_visible)
    change = (chosen * (1 - 2 * v)).sum(axis=1)  # (batch,)
    scores = rbm.hidden_scores(v)
    flipped = scores + change[:, None] * rbm.W[bit]
    rise = (pt.softplus(scores) - pt.softplus(flipped)).sum(axis=1) - change * rbm.vbias[bit]
    return -rbm.n_visible * pt.softplus(-rise).mean()


def scattered_bits(number, n_visible: int):
    """The bit of each number 0, 1, ...: far from the last few, and all of them after n_visible.

    Parameters
    ----------
    number : integer variable or array
        It may be larger than n_visible.
    n_visible : int

    Notes
    -----
    In a picture the first bits are its upper rim, which is easy to guess. Steps of about 0.618
    times n_visible (the golden ratio) spread even a few hundred bits over the whole picture.

    Examples
    --------
    >>> scattered_bits(np.arange(8), 8)
    array([0, 5, 2, 7, 4, 1, 6, 3])
    """
    stride = next(
        s for s in range(round(0.618 * n_visible), n_visible + 1) if gcd(s, n_visible) == 1
    )
    return number * stride % n_visible
