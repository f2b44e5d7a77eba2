"""``theano.sandbox``: what was new in Theano and stayed so."""

from dltut.theano.sandbox import cuda, linalg, neighbours, rng_mrg, softsign

__all__ = ["cuda", "linalg", "neighbours", "rng_mrg", "softsign"]
