"""``theano.printing``: what a graph looks like, and values while it is computed."""

from pytensor.printing import (
    PPrinter,
    Print,
    debugprint,
    min_informative_str,
    pp,
    pprint,
)

from dltut.theano.names import passed_on, refuse

REASON = "it drew pictures with pydot; theano.printing.debugprint shows a graph as text"
pydotprint = refuse("theano.printing.pydotprint", REASON)
pydotprint_variables = refuse("theano.printing.pydotprint_variables", REASON)
pydot_imported = False

__all__ = [
    "PPrinter",
    "Print",
    "debugprint",
    "min_informative_str",
    "pp",
    "pprint",
    "pydotprint",
    "pydotprint_variables",
]
__getattr__ = passed_on(__name__, "pytensor.printing")
