"""``theano.tensor.nnet.blocksparse``: products of blocks, of which there is none here."""

from dltut.theano.names import passed_on

__getattr__ = passed_on(__name__)
