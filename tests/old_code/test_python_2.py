"""Python 2's grammar: what is nested too deeply ends early, and nothing between tokens is lost."""

import time

import pytest

from dltut.old_code.source import parse

python_2 = pytest.importorskip("dltut.old_code.python_2", reason="needs dltut[theano]")


DEEP = {
    "brackets": "print " + "(" * 250,
    "signs": "print " + "-" * 9000 + "x",
    "signs in many lines": ("y = " + "-" * 1300 + "x\n") * 20 + "print x",
    "backquotes": "`" * 9000,
    "backquotes that end": ("`" * 25 + "x" + "`" * 25 + "+") * 200 + "x",
}


@pytest.mark.parametrize("what", DEEP)
def test_what_is_nested_too_deeply_is_refused_before_it_is_read_to_its_end(what):
    began = time.process_time()
    with pytest.raises(SyntaxError, match="nested"):
        parse(DEEP[what], "old.py")
    assert time.process_time() - began < 1  # each took 2 to 20 seconds


def test_what_stands_between_tokens_stays():
    text = "if x:  # why\n    # what\n\n    print x, \\\n      y  # \u2028 who\n# end\n"
    driver = python_2.Converter([], {}).driver
    assert str(driver.parse_string(text)) == text
    assert [each.lineno for each in driver.parse_string(text).leaves() if each.value == "y"] == [5]
