"""``theano.compile.monitormode``: the mode that shows every step."""

import numpy as np
import pytensor.compile.mode
from pytensor.link.basic import PerformLinker
from pytensor.printing import debugprint

from dltut.kernels.modes import mode_of
from dltut.theano.gof.link import WrapLinkerMany
from dltut.theano.names import passed_on


class MonitorMode(pytensor.compile.mode.Mode):
    """Runs a graph operation by operation, with a function before and one after each.

    Parameters
    ----------
    pre_func, post_func : callable, optional
        Of the number of an operation, its application, and what computes it.
    optimizer : str or query
        A name stands for few rewrites, so that the operations are those that the program wrote.
    linker
        Not to be given.
    """

    def __init__(self, pre_func=None, post_func=None, optimizer="default", linker=None):
        if isinstance(optimizer, str):
            optimizer = mode_of("FAST_COMPILE").provided_optimizer
        super().__init__(WrapLinkerMany([PerformLinker()], [self.eval]), optimizer)
        self.pre_func, self.post_func = pre_func, post_func

    def eval(self, i, node, fn) -> None:
        """Compute an operation, between the two functions.

        Parameters
        ----------
        i : int
        node : Apply
        fn
            What computes it.
        """
        if self.pre_func is not None:
            self.pre_func(i, node, fn)
        fn()
        if self.post_func is not None:
            self.post_func(i, node, fn)

    def clone(self, link_kwargs=None, optimizer="", **options):
        """Another with the same functions.

        Parameters
        ----------
        link_kwargs, **options
            Unread.
        optimizer : query, optional
        """
        optimizer = self.provided_optimizer if optimizer == "" else optimizer
        return type(self)(self.pre_func, self.post_func, optimizer)


def detect_nan(i, node, fn) -> None:
    """Print the operation that gives something that is not a number, and its values.

    Parameters
    ----------
    i : int
    node : Apply
    fn
        What computes it.
    """
    values = [output[0] for output in fn.outputs]
    if any(_is_broken(each) for each in values):
        print("*** NaN detected ***")
        debugprint(node)
        print(f"Inputs : {[each[0] for each in fn.inputs]}")
        print(f"Outputs: {values}")


def _is_broken(value) -> bool:
    return getattr(value, "dtype", None) is not None and bool(np.isnan(value).any())


__all__ = ["MonitorMode", "detect_nan"]
__getattr__ = passed_on(__name__, "pytensor.compile.debug.monitormode")
