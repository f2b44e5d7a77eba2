"""``theano.gof.link``: what runs a graph."""

from collections.abc import Callable

from pytensor.link import basic
from pytensor.link.basic import PerformLinker
from pytensor.link.c.basic import CLinker, DualLinker, OpWiseCLinker

from dltut.theano.names import passed_on


class WrapLinker(basic.WrapLinker):
    """Runs a graph operation by operation, each through a function.

    Parameters
    ----------
    linkers : list of linker
        Those that compiled C run the operations in Python here.
    wrapper : callable
        Gets the number of an operation, its application, and what runs it by each linker.
    """

    def __init__(self, linkers, wrapper):
        compiling = CLinker | DualLinker | OpWiseCLinker
        super().__init__(
            [PerformLinker() if isinstance(each, compiling) else each for each in linkers],
            wrapper if isinstance(wrapper, _Called) else _Called([wrapper]),
        )


class _Called:
    """Calls functions as Theano did, which did not hand over the graph."""

    def __init__(self, functions: list[Callable]):
        self.functions = functions

    def __call__(self, graph, *arguments):
        for function in self.functions:
            function(*arguments)


def WrapLinkerMany(linkers, wrappers):
    """A `WrapLinker` of several functions, called one after the other."""
    return WrapLinker(linkers, _Called(wrappers))


__all__ = [
    "CLinker",
    "DualLinker",
    "OpWiseCLinker",
    "PerformLinker",
    "WrapLinker",
    "WrapLinkerMany",
]
__getattr__ = passed_on(__name__, "pytensor.link.basic", "pytensor.link.utils")
