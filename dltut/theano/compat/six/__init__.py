"""``theano.compat.six``: the package ``six``, which Theano carried with it."""

from dltut.theano.names import passed_on

__path__ = []  # what is inside is found in the package itself
__getattr__ = passed_on(__name__, "six")
