"""A signature says which plain values a file may give."""

from collections.abc import Callable, Sequence
from typing import Literal

import numpy as np
import pytest

from dltut.exceptions import InputError
from dltut.machine.arguments import checked_arguments


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
