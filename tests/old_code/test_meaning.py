"""What operators, methods and classes meant."""

import numpy as np
import pytensor.tensor as pt
import pytest

from dltut.old_code.meaning import attribute, divided, divided_in_place, in_order, listed


@pytest.mark.parametrize(
    ("a", "b", "quotient"),
    [(7, 2, 3), (-7, 2, -4), (7.0, 2, 3.5), (True, 2, 0), (np.int32(7), 2, 3)],
)
def test_whole_numbers_have_whole_quotients(a, b, quotient):
    assert divided(a, b) == quotient
    assert divided_in_place(a, b) == quotient


def test_arrays_and_expressions_have_them_too():
    assert divided(np.array([5, 6]), 2).tolist() == [2, 3]
    assert divided(np.array([5.0, 6.0]), 2).tolist() == [2.5, 3.0]
    assert divided(pt.lscalar(), 2).dtype == "int64"
    assert divided(pt.dscalar(), 2).dtype == "float64"


def test_an_array_is_divided_in_place():
    values = np.array([5.0, 6.0])
    assert divided_in_place(values, 2) is values
    assert values.tolist() == [2.5, 3.0]


def test_old_attributes():
    values = {"a": 1}
    assert list(attribute(values, "itervalues")()) == [1]
    assert next(attribute(values, "iteritems")()) == ("a", 1)
    assert attribute(values, "has_key")("a")
    assert attribute("text", "decode")("utf-8") == "text"
    assert attribute(b"text", "decode")("utf-8") == "text"
    assert attribute(ValueError("bad"), "message") == "bad"
    assert attribute(listed, "func_name") == "listed"
    assert attribute(np.zeros(1, "u1"), "tostring")() == b"\0"
    assert attribute(np.array([1, 5]), "ptp")() == 4
    assert attribute(iter([3]), "next")() == 3
    with pytest.raises(AttributeError, match="has no attribute 'items'"):
        attribute(3, "iteritems")


def test_what_has_an_attribute_keeps_it():
    class Own:
        message = "mine"

        def iteritems(self):
            return "mine"

    assert attribute(Own(), "message") == attribute(Own(), "iteritems")() == "mine"


def test_sorting_by_a_comparison():
    assert in_order([1, 3, 2], lambda a, b: b - a) == [3, 2, 1]
    assert in_order([1, -3], lambda a, b: a - b, abs, True) == [-3, 1]


def test_classes_and_generators(ran):
    out, _ = ran(
        """
        class Two(object):
            left = 2
            def __iter__(self): return self
            def __nonzero__(self): return False
            def __div__(self, other): return 'divided'
            def __eq__(self, other): return True
            def next(self):
                if not self.left: raise StopIteration
                self.left -= 1
                return self.left

        def few():
            yield 1
            if True:
                raise StopIteration()

        values = [3, 1, 2]
        values.sort(lambda a, b: cmp(b, a))
        n = 7
        n /= 2
        print list(Two()), bool(Two()), Two() / 2, hash(Two()) != 0, list(few()), values, n
        """
    )
    assert out == ["[1, 0] False divided True [1] [3, 2, 1] 3"]


def test_division_is_true_where_the_file_says_so(ran):
    assert ran("from __future__ import division\nprint 7 / 2\n")[0] == ["3.5"]
    assert ran("print(7 / 2)\n")[0] == ["3.5"]
