"""``theano.misc.pycuda_init``: PyCUDA, which is not used."""

pycuda_available = False
