"""``theano.printing``: what a graph looks like, and values while it is computed."""

import pytensor.printing
from pytensor.printing import PPrinter, Print, min_informative_str, pp, pprint

from dltut.theano.compile.function import Function
from dltut.theano.names import passed_on, refuse

REASON = "it drew pictures with pydot; theano.printing.debugprint shows a graph as text"
pydotprint = refuse("theano.printing.pydotprint", REASON)
pydotprint_variables = refuse("theano.printing.pydotprint_variables", REASON)
pydot_imported = False


def debugprint(obj, *arguments, **options):
    """Print a graph as a tree: of variables, of compiled functions, of a list of these.

    Parameters
    ----------
    obj : variable, function, or list of these
    *arguments, **options
        ``depth``, ``print_type``, ``file`` and the others of PyTensor's.
    """
    several = isinstance(obj, list | tuple | set)
    plain = [getattr(each, "_whole", each) if isinstance(each, Function) else each
             for each in (obj if several else [obj])]  # fmt: skip
    options.pop("stop_on_name", None)
    return pytensor.printing.debugprint(plain if several else plain[0], *arguments, **options)


def var_descriptor(obj) -> str:
    """How a variable is computed, in one line, which is the same for equal graphs."""
    return " ".join(debugprint(obj, file="str", id_type="").split())


__all__ = [
    "PPrinter",
    "Print",
    "debugprint",
    "min_informative_str",
    "pp",
    "pprint",
    "pydotprint",
    "pydotprint_variables",
    "var_descriptor",
]
__getattr__ = passed_on(__name__, "pytensor.printing")
