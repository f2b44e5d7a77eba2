"""``theano.gof.callcache``: Theano's cache of calls, which nothing uses any more."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__)
