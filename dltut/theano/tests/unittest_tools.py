"""``theano.tests.unittest_tools``: what Theano's tests were made with."""

import unittest

import numpy as np
import pytensor

from dltut.theano.compile.function import function
from dltut.theano.gradient import verify_grad as _verify_grad
from dltut.theano.names import passed_on


def fetch_seed(pseed=None) -> int:
    """The seed of the tests."""
    return 666 if pseed is None else int(pseed)


def seed_rng(pseed=None) -> int:
    """Do nothing but tell the seed: generators have owners here."""
    return fetch_seed(pseed)


def verify_grad(op, pt, n_tests=2, rng=None, **options):
    """Compare a gradient with finite differences.

    Parameters
    ----------
    op : callable
    pt : list of arrays
    n_tests : int
    rng : RandomState, optional
    **options
        Of `theano.gradient.verify_grad`.
    """
    rng = np.random.RandomState(fetch_seed()) if rng is None else rng
    _verify_grad(op, pt, n_tests, rng, **options)


def assert_allclose(expected, value, rtol=None, atol=None):
    """See that arrays are equal, up to rounding.

    Parameters
    ----------
    expected, value : array
    rtol, atol : float, optional
    """
    single = np.asarray(value).dtype == "float32" or pytensor.config.floatX == "float32"
    rtol = (1e-4 if single else 1e-7) if rtol is None else rtol
    np.testing.assert_allclose(value, expected, rtol=rtol, atol=atol or (1e-5 if single else 1e-8))


class InferShapeTester(unittest.TestCase):
    """Tests that an operation tells the shapes of what it makes."""

    def _compile_and_check(self, inputs, outputs, numeric_inputs, cls=None, **options):
        """Compare the shapes that the graph tells with those of the values.

        Parameters
        ----------
        inputs, outputs : list of variables
        numeric_inputs : list of arrays
        cls : class, optional
        **options
            Unread.
        """
        values = function(inputs, outputs, mode="FAST_COMPILE")(*numeric_inputs)
        shapes = function(inputs, [each.shape for each in outputs], mode="FAST_COMPILE")
        for value, shape in zip(values, shapes(*numeric_inputs), strict=True):
            assert np.shape(value) == tuple(shape)


__getattr__ = passed_on(__name__)
