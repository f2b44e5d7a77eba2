import dltut.theano as theano
import dltut.theano.tensor as T
from dltut.theano.ifelse import ifelse


def test_of_two_lists_one_comes_back():
    c, x = T.iscalar("c"), T.dscalar("x")
    one, two = ifelse(c, [x, x + 1], [x * 2, x * 3])
    made = theano.function([c, x], [one, two], mode="FAST_COMPILE")
    assert [float(each) for each in made(1, 5)] == [5, 6]
    assert [float(each) for each in made(0, 5)] == [10, 15]


def test_branches_of_two_widths_meet():
    found = ifelse(T.iscalar("c"), T.fscalar("x"), T.dscalar("y"))
    assert found.dtype == "float64"
