"""``theano.configdefaults``: the settings."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "dltut.theano.configuration")
