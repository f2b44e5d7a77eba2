import io

import dltut.theano as theano
import dltut.theano.tensor as T
from dltut.theano.printing import debugprint


def test_functions_and_variables_as_trees():
    x = T.dvector("x")
    double = theano.function([x], 2 * T.exp(x), mode="FAST_COMPILE")
    for given in (double, [double], 2 * T.exp(x), (x, double)):
        text = io.StringIO()
        debugprint(given, file=text)
        assert "x" in text.getvalue()
    assert "Exp" in debugprint(double, file="str")


def test_descriptions_are_those_of_equal_graphs():
    x = T.dvector("x")
    one, other = (theano.printing.var_descriptor(T.exp(x) * 2) for _ in range(2))
    assert one == other != theano.printing.var_descriptor(T.exp(x) * 3)
    assert "\n" not in one
