import numpy as np

import dltut.theano as theano
import dltut.theano.tensor as T


def test_nothing_of_nothing_is_nothing():
    """The home is spoken through ``T``, and says nothing of being old."""
    x, y = T.dvectors("xy")
    both = theano.function([x, y], [T.xlogx.xlogx(x), T.xlogx.xlogy0(x, y)], mode="FAST_COMPILE")
    with np.errstate(divide="ignore", invalid="ignore"):
        one, other = both([0, 2], [0, 3])
    np.testing.assert_allclose(one, [0, 2 * np.log(2)])
    np.testing.assert_allclose(other, [0, 2 * np.log(3)])
