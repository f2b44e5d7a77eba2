"""A signature says which plain values a file may give, and how a flag's text is read."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import pytest

from dltut.exceptions import InputError
from dltut.machine.arguments import (
    Between,
    Count,
    Seed,
    Size,
    checked_arguments,
    fits,
    from_text,
    kinds,
    words,
)


def build(
    rng,
    n_hidden: int | Sequence[int],
    activation: Callable | str = np.tanh,
    dropout: float = 0.0,
    W=None,
    decay=0.9,
    width: Literal["float32", "float64"] | None = None,
    rescale: bool = True,
    penalties: dict[str, float] = (),
    parts: Sequence[dict] = (),
):
    pass


def check(**given):
    return checked_arguments(build, {"n_hidden": 5} | given, "my.yaml", filled=["rng"])


@pytest.mark.parametrize(
    "given",
    [
        *({"n_hidden": 5}, {"n_hidden": [5, 6]}, {"n_hidden": []}, {"activation": "tanh"}),
        *({"dropout": 1}, {"dropout": 0.5}, {"decay": 1}, {"width": "float32"}, {"width": None}),
        *({"rescale": False}, {"penalties": {"l1": 0, "l2": 0.5}}, {"parts": [{"name": "x"}, {}]}),
    ],
)
def test_what_fits(given):
    assert check(**given) == {"n_hidden": 5} | given


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"n_hiden": 5}, r"there is no n_hiden; did you mean n_hidden\?"),
        ({"rng": 5}, "there is no rng; valid names: activation, decay, dropout, n_hidden"),
        ({"W": 5}, "there is no W; "),
        ({"n_hidden": "5"}, "n_hidden is '5'; expected a whole number or a list, each a whole nu"),
        ({"n_hidden": 5.0}, "n_hidden is 5.0; expected a whole number or"),
        ({"n_hidden": True}, "n_hidden is True; expected a whole number or"),
        ({"n_hidden": [5, "x"]}, r"n_hidden is \[5, 'x'\]; expected"),
        ({"n_hidden": None}, "n_hidden is None; expected"),
        ({"activation": 3}, "activation is 3; expected text"),
        ({"dropout": "high"}, "dropout is 'high'; expected a number"),
        ({"dropout": True}, "dropout is True; expected a number"),
        ({"dropout": float("inf")}, "dropout is inf; expected a number"),
        ({"decay": [1]}, r"decay is \[1\]; expected a number"),
        ({"width": "float16"}, "width is 'float16'; expected float32 or float64 or null"),
        ({"width": []}, r"width is \[\]; expected float32 or"),
        ({"rescale": "yes"}, "rescale is 'yes'; expected true or false"),
        ({"rescale": 1}, "rescale is 1; expected true or false"),
        ({"penalties": {"l1": "x"}}, "penalties is .*; expected keys, each with a number"),
        ({"penalties": 3}, "penalties is 3; expected keys, each with a number"),
        ({"parts": {"name": "x"}}, "parts is .*; expected a list, each keys with values"),
    ],
)
def test_what_does_not(given, message):
    with pytest.raises(InputError, match=f"my.yaml: {message}"):
        check(**given)


def test_what_is_missing():
    with pytest.raises(InputError, match="here: n_hidden is missing: give a whole number or a l"):
        checked_arguments(build, {}, "here", filled=["rng"])


def test_what_takes_nothing():
    with pytest.raises(InputError, match="here: there is no x; it takes no arguments"):
        checked_arguments(lambda: None, {"x": 1}, "here")


def test_kinds_of_what_is_not_annotated():
    def f(a, b=1, c=0.5, d="x", e=True, g=(1, 2), h=None, i=np.tanh, *, j: Size = 3): ...

    found = kinds(f)
    assert [found[name] for name in "abcdeghi"] == [
        *(float, int, float, str, bool, tuple[int, ...], None, None),
    ]
    assert found["j"] is Size


@pytest.mark.parametrize(
    ("texts", "kind", "value"),
    [
        ("5", int, 5),
        ("5", float, 5.0),
        (".5", float, 0.5),
        ("1e-4", float, 1e-4),
        ("x", str, "x"),
        ("a/b", Path, Path("a/b")),
        ("a/b", Path | None, Path("a/b")),
        ("2", Literal[1, 2], 2),
        ("drop", Literal["drop", "keep"], "drop"),
        ("5", float | tuple[float, ...], 5.0),
        ("5 6", float | tuple[float, ...], (5.0, 6.0)),
        ("5", tuple[int, ...], (5,)),
        ("5 x", tuple[int | str, ...], (5, "x")),
        ("0", Count, 0),
        ("4294967295", Seed, 2**32 - 1),
    ],
)
def test_texts_are_read(texts, kind, value):
    found = from_text(texts.split(), kind, "it")
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    ("texts", "kind", "message"),
    [
        ("5.5", int, "it is '5.5'; expected a whole number"),
        ("x", int | None, "it is 'x'; expected a whole number"),
        ("5 6", int, "it is '5 6'; expected a whole number"),
        ("5 x", tuple[int, ...], "it is '5 x'; expected one or more, each a whole number"),
        ("9", Literal[1, 2], "it is '9'; expected 1 or 2"),
        ("0", Size, "it is '0'; expected a whole number, 1 or above"),
        ("4294967296", Seed, "it is '4294967296'; expected a whole number, from 0 to 4294967295"),
        ("-inf", float, "it is '-inf'; expected a number"),
    ],
)
def test_texts_that_mean_nothing(texts, kind, message):
    with pytest.raises(InputError) as caught:
        from_text(texts.split(), kind, "it")
    assert str(caught.value) == message


def test_a_range_has_its_ends():
    kind = Annotated[float, Between(0.5, 1)]
    assert [fits(value, kind) for value in (0.4, 0.5, 1, 1.1, float("nan"))] == [
        *(False, True, True, False, False),
    ]
    assert words(kind) == "a number, from 0.5 to 1"
