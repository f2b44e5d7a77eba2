"""The hint for a misspelt name, and text from outside that cannot steer a terminal."""

import time

import pytest

from dltut.exceptions import MOST_NAMES, InputError, close_match, nearest, printable, quoted


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("foatX", "did you mean floatX?"),
        ("FLOATX", "did you mean floatX?"),
        ("devise", "did you mean device?"),
        ("colour", "valid names: device, floatX"),
        (None, "valid names: device, floatX"),
    ],
)
def test_nearest(name, hint):
    assert nearest(name, ["floatX", "device"]) == hint


def test_of_many_names_only_the_first_are_listed():
    names = [f"name{i:04}" for i in range(5000)]
    hint = nearest("?", names)
    assert hint.count("name") == 1 + MOST_NAMES and hint.endswith("name0019, ... (5000 in all)")
    assert nearest("?", names[:MOST_NAMES]).endswith("name0019")


def test_a_name_of_any_length_is_compared_in_no_time():
    start = time.monotonic()
    assert close_match("x" * 1_000_000, ["floatX", "y" * 1_000_000]) is None
    assert close_match("\0" * 1_000_000, [f"name{i}" for i in range(100)]) is None
    assert time.monotonic() - start < 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ünï 五.png", "ünï 五.png"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\x1b]0;title\x07\x9b31m", r"\x1b]0;title\x07\x9b31m"),
        ("\udcff\u202egnp.exe\u2028", r"\udcff\u202egnp.exe\u2028"),
        (None, "None"),
    ],
)
def test_foreign_text_is_shown_and_not_obeyed(text, shown):
    assert printable(text) == shown and quoted(text) == f"'{shown}'"
    assert "\x1b" not in nearest("?", [text])


def test_long_text_loses_its_middle():
    shown = printable("begin" + "." * 10_000 + "end")
    assert len(shown) == 80 and shown.startswith("begin") and shown.endswith("end")
    assert printable("a" * 80) == "a" * 80


def test_an_input_error_is_one_line_for_people_whatever_it_holds():
    assert issubclass(InputError, ValueError)
    assert str(InputError("there is no ünï\x1b[2J\n.png")) == r"there is no ünï\x1b[2J\n.png"
    assert len(str(InputError("n" * 1_000_000))) == 2000
    assert str(InputError()) == ""
