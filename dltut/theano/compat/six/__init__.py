"""``theano.compat.six``: the package ``six``, which Theano carried with it."""

from dltut.theano.names import passed_on

__path__ = []  # what is inside is found in the package itself
__all__ = ["PY2", "PY3", "add_metaclass", "iteritems", "itervalues", "moves", "string_types"]
__getattr__ = passed_on(__name__, "six")
