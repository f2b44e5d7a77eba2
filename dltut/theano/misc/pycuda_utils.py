"""``theano.misc.pycuda_utils``: arrays for PyCUDA, of which there are none."""

from dltut.theano.names import passed_on, refuse

to_gpuarray = refuse("theano.misc.pycuda_utils.to_gpuarray", "arrays stay NumPy's here")
to_cudandarray = refuse("theano.misc.pycuda_utils.to_cudandarray", "arrays stay NumPy's here")
__getattr__ = passed_on(__name__)
