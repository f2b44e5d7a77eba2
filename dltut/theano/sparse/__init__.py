"""``theano.sparse``: matrices that are mostly zeros."""

from pytensor.sparse.type import SparseTensorType as SparseType
from pytensor.sparse.variable import SparseConstant
from pytensor.sparse.variable import SparseVariable as SparseVariable

from dltut.theano.names import passed_on

enable_sparse = True
__all__ = ["SparseConstant", "SparseType", "SparseVariable"]
__getattr__ = passed_on(
    __name__, "pytensor.sparse.variable", "pytensor.sparse", "pytensor.sparse.basic"
)
