"""``theano.compile.pfunc``: the older home of `function` and `Param`."""

from dltut.theano.compile.function import function as pfunc
from dltut.theano.compile.io import Param
from dltut.theano.compile.sharedvalue import SharedVariable, shared
from dltut.theano.names import passed_on

__all__ = ["Param", "SharedVariable", "pfunc", "shared"]
__getattr__ = passed_on(__name__, "pytensor.compile.rebuild")
