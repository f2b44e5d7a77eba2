"""Curves as text: the dots lie where the numbers are."""

import numpy as np
import pytest

from dltut.exceptions import InputError
from dltut.viz import Standing, terminal_view
from dltut.viz.terminal import BLANK, DOTS, ESCAPES, LABEL, length

INNER = 60 - LABEL - 2


def standing(name="mlp", n=50, is_training=True, **more):
    epochs = np.arange(1, n + 1.0)
    columns = {"epoch": epochs, "iteration": 10 * epochs - 1, "minibatch": np.full(n, 9.0)}
    columns |= {"seconds": epochs, "valid_error": 0.5 / epochs, "best": np.ones(n)} | more
    state = "training" if is_training else "ended: max_epochs = 50 reached"
    return Standing(name, columns, state, is_training, 100)


def dots(lines):
    """The places of the dots of a chart, (row, column) from the top left."""
    found = set()
    for i, line in enumerate(lines):
        for j, letter in enumerate(line[LABEL + 1 :]):
            bits = ord(letter) - BLANK
            if 0 < bits < 256:
                found |= {
                    (4 * i + a, 2 * j + b) for a, b in zip(*np.nonzero(DOTS & bits), strict=True)
                }
    return found


def chart(lines, title):
    """The lines between a title and the axis below it."""
    start = next(i for i, line in enumerate(lines) if line.startswith(title)) + 1
    end = next(i for i in range(start, len(lines)) if "└" in lines[i])
    return lines[start:end]


def test_a_straight_line_is_a_diagonal():
    n = 2 * INNER
    run = standing(n=n, valid_error=np.linspace(1, 0, n), best=np.zeros(n))
    lines = terminal_view([run], 60, 24)
    found = chart(lines, "validation error (%)")
    height = len(found)
    slope = (4 * height - 1) / (n - 1)
    assert {(round(i * slope), i) for i in range(n)} <= dots(found)
    assert all(abs(row - column * slope) <= 1 for row, column in dots(found))
    assert [found[0][:LABEL].strip(), found[-1][:LABEL].strip()] == ["100", "0"]
    below = lines[lines.index(found[-1]) + 2]
    assert below.split() == ["1", "epoch", str(n)]


def test_the_best_row_has_a_mark():
    values = np.array([0.5, 0.1, 0.3])
    run = standing(n=3, valid_error=values, best=np.array([1.0, 1, 0]))
    found = chart(terminal_view([run], 60, 24), "validation error")
    assert found[-1].index("●") - LABEL - 1 == pytest.approx(INNER / 2, abs=1)
    assert sum("●" in line for line in found) == 1


def test_the_heading():
    head, facts, best, *_ = terminal_view([standing()], 80, 24)
    assert head.startswith("● mlp  epoch 50 of 100  ━") and head.endswith(" 50 %")
    assert facts == "  50.0 s, 1 epochs/s, at most 50.0 s left"
    assert best == "  best: validation error 1 % in epoch 50"
    head, facts, *_ = terminal_view([standing(is_training=False)], 80, 24)
    assert head.startswith("○ mlp") and facts.endswith("ended: max_epochs = 50 reached")
    waiting = Standing("new", {}, "waiting for its first row", True)
    assert terminal_view([waiting]) == ["● new  waiting for its first row"]


@pytest.mark.parametrize("width", [60, 61, 80, 99, 100, 143, 250])
@pytest.mark.parametrize("height", [10, 24, 60])
@pytest.mark.parametrize("n_runs", [1, 3])
@pytest.mark.parametrize("colour", [False, True])
def test_nothing_is_wider_or_higher_than_the_terminal(width, height, n_runs, colour):
    more = {"train_cost": np.arange(50.0), "test_error": np.arange(50) / 50, "norm": np.ones(50)}
    runs = [standing(f"a very long name of a run, {i}", **more) for i in range(n_runs)]
    lines = terminal_view(runs, width, height, colour=colour)
    assert len(lines) <= height and max(map(length, lines)) <= width
    assert len(lines) > 6 or height == 10
    for line in lines:  # what is coloured ends on its line
        assert line.count("\x1b[") == 2 * line.count("\x1b[0m")
    if colour:
        plain = [each.rstrip() for each in terminal_view(runs, width, height)]
        assert [ESCAPES.sub("", each).rstrip() for each in lines] == plain


def test_wide_terminals_have_two_curves_side_by_side():
    run = standing(train_cost=np.arange(50.0))
    one, two = terminal_view([run], 99, 40), terminal_view([run], 100, 40)
    assert [sum("validation error (%)" in each for each in lines) for lines in (one, two)] == [1, 1]
    assert any("training cost" in each and "validation error (%)" in each for each in two)
    assert not any("training cost" in each and "validation error (%)" in each for each in one)


def test_runs_have_colours_and_parts_of_a_measure_are_dashed():
    more = {"test_error": 0.6 / np.arange(1.0, 51)}
    lines = terminal_view([standing("a", **more), standing("b", **more)], 90, 24, colour=True)
    (title,) = [line for line in lines if "error" in line and "━━" in line]
    assert "\x1b[36m━━\x1b[0m a 1 %" in title and "\x1b[33m━━\x1b[0m b 1 %" in title
    assert "╍╍ test" in title


def test_ascii_alone():
    more = {"test_error": 0.6 / np.arange(1.0, 51)}
    lines = terminal_view([standing(**more)], 60, 24, plain=True)
    assert "\n".join(lines).isascii()
    assert any("*" in line for line in lines) and any("o" in line for line in lines)


def test_what_does_not_fit_is_named():
    more = {f"valid_h{i}_norm": np.ones(50) for i in range(3)} | {"train_cost": np.ones(50)}
    lines = terminal_view([standing(**more)], 60, 24)
    assert lines[-1] == "not drawn: h0_norm, h1_norm, h2_norm"
    drawn = terminal_view([standing(**more)], 60, 24, ["valid_h1_norm"])
    assert any(line.startswith("validation h1 norm") for line in drawn)
    with pytest.raises(InputError, match="did you mean valid_h1_norm"):
        terminal_view([standing(**more)], 60, 24, ["valid_h1_nrm"])


def test_other_axes_and_numbers_that_are_none():
    run = standing(n=3, valid_error=np.array([np.nan, np.inf, np.nan]))
    found = terminal_view([run], 60, 24, x="second")
    assert not dots(chart(found, "validation error")) and found[-1].split() == ["second"]
    run = standing(n=3, seconds=np.array([np.nan] * 3))
    with pytest.raises(InputError, match="the log of mlp has no seconds in every row"):
        terminal_view([run], x="second")


def test_a_constant_lies_in_the_middle():
    found = chart(terminal_view([standing(train_cost=np.full(50, 2.0))], 60, 24), "training cost")
    rows = {row for row, _ in dots(found)}
    assert len(rows) == 1 and abs(rows.pop() - 2 * len(found)) <= 1
