"""How arrays met numbers in old NumPys, and what an array of one element was good for."""

import numpy as np
import pytest

from dltut.old_code import arithmetic
from dltut.old_code.meaning import divided

ONES = np.ones(2, "float32")


@pytest.mark.parametrize(
    "number", [np.float64(0.5), np.int64(3), np.array(0.5), np.float32(2), 0.5, True]
)
def test_an_array_of_floats_keeps_its_type_beside_a_number(number):
    for helper, _ in arithmetic.OPERATIONS.values():
        assert arithmetic.HELPERS[helper](ONES, number).dtype == np.float32, helper
        assert arithmetic.HELPERS[helper](number, ONES).dtype == np.float32, helper
    assert divided(ONES, number).dtype == np.float32


@pytest.mark.parametrize(
    ("array", "number", "dtype"),
    [
        (np.arange(2, dtype="int32"), np.int64(1), "int32"),
        (np.arange(2, dtype="int32"), np.float64(1), "float64"),
        (np.arange(2, dtype="uint8"), np.int64(300), "int64"),
        (ONES, np.array([0.5]), "float64"),
        (ONES, np.complex128(1), "complex128"),
    ],
)
def test_what_is_wider_in_kind_or_an_array_itself_gives_way_to_none(array, number, dtype):
    assert arithmetic.HELPERS["__added__"](array, number).dtype == dtype


def test_texts_and_expressions_are_what_they_are():
    assert arithmetic.HELPERS["__remainder__"]("%d", np.array([3])) == "3"
    assert arithmetic.HELPERS["__added__"]("a", "b") == "ab"
    assert arithmetic.formatted("%(a).1f", {"a": np.array([1.5])}) == "1.5"
    with pytest.raises(TypeError):
        arithmetic.formatted("%d", np.zeros(2))


def test_no_array_of_numbers_is_none_or_a_text():
    assert arithmetic.same(ONES, None) is arithmetic.same(ONES, "full") is False
    assert arithmetic.differs(ONES, None) is True
    assert arithmetic.same(np.array(["a", "b"]), "a").tolist() == [True, False]
    assert arithmetic.same(None, None) is arithmetic.differs("same", "full") is True


def test_a_program_has_them(ran):
    out, _ = ran(
        """
        import math
        import numpy as np
        W = np.ones((2, 3), 'float32') * np.sqrt(6. / np.sum([1, 2])) / np.float64(2)
        one = np.array([2.5])
        if W != None and not (W == 'normal'):
            print W.dtype, float(one), int(one),
            print '%.1f %s' % (one, 3), '%d' % one, math.floor(one) / 4
        """
    )
    assert out == ["float32 2.5 2 2.5 3 2 0.5"]
    assert ran("float = lambda value: 'mine'\nprint float(1)\n")[0] == ["mine"]
