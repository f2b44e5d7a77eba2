"""``theano.tensor.raw_random``: draws from a generator that is passed along."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__, "pytensor.tensor.random.type", "pytensor.tensor.random.basic")
