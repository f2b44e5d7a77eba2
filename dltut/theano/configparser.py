"""``theano.configparser``: where settings came from."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "dltut.theano.configuration", "pytensor.configparser")
