"""``theano.gof.type``: types of variables."""

from pytensor.graph.type import Type
from pytensor.link.c.type import CType, generic
from pytensor.link.c.type import Generic as Generic

from dltut.theano.names import passed_on

PureType = Type
SingletonType = Type

__all__ = ["CType", "Generic", "PureType", "SingletonType", "Type", "generic"]
__getattr__ = passed_on(__name__, "pytensor.link.c.type", "pytensor.graph.type")
