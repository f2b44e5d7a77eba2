"""``theano.sandbox.cuda.rng_curand``: random numbers of the card, which are ours."""

from dltut.theano.names import passed_on
from dltut.theano.sandbox.rng_mrg import MRG_RandomStreams as CURAND_RandomStreams

__all__ = ["CURAND_RandomStreams"]
__getattr__ = passed_on(__name__)
