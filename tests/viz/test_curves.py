"""The lines of learning curves are the rows of the log."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from dltut.exceptions import InputError
from dltut.training import Log
from dltut.viz import channel_names, learning_curves, running_mean
from dltut.viz.curves import thinned

ROWS = [
    {"epoch": 1, "minibatch": 9, "iteration": 9, "train_cost": 1.5, "valid_error": 0.5},
    {"epoch": 2, "minibatch": 9, "iteration": 19, "train_cost": float("nan"), "valid_error": 0.25},
    {"epoch": 3, "minibatch": 9, "iteration": 29, "train_cost": 0.5, "valid_error": 0.3},
]
for row, best in zip(ROWS, (True, True, False), strict=True):
    row |= {"best": best} | ({"test_error": row["valid_error"] + 0.01} if best else {})

figure_of = learning_curves.__wrapped__


def lines(figure):
    """{label: (x, y)} of every panel."""
    return [
        {line.get_label(): np.array(line.get_data()).tolist() for line in axes.lines}
        for axes in figure.axes
    ]


def test_costs_and_errors_have_a_panel_each():
    cost, errors = lines(figure_of({"mlp": ROWS}))
    best = {"best: epoch 2": [[2, 2], [0, 1]]}  # from the bottom to the top
    assert cost == {"training cost": [[1, 3], [1.5, 0.5]]} | best  # NaN is no place on the paper
    assert errors == {
        "validation error": [[1, 2, 3], [50, 25, 30]],
        "test error": [[1, 2], [51, 26]],
        **best,
    }


def test_every_measure_has_a_panel_and_only_rates_are_in_percent():
    row = {"epoch": 1, "train_cost": 2.0, "valid_cost": 3.0, "valid_squared_error": 2900.0}
    row = {"test_squared_error": 3000.0} | row | {"valid_f1": 0.5, "learning_rate": 0.1}
    figure = figure_of({"a": [row]})
    titles = ["cost", "squared error", "validation f1 (%)"]
    assert [axes.get_title() for axes in figure.axes] == titles
    assert lines(figure) == [
        {"training cost": [[1], [2]], "validation cost": [[1], [3]]},
        {"validation squared error": [[1], [2900]], "test squared error": [[1], [3000]]},
        {"validation f1": [[1], [50]]},
    ]
    four = figure_of({"a": [row | {"valid_accuracy": 0.9}]})
    assert four.get_figheight() == 2 * figure.get_figheight()


def test_the_largest_mean_and_smallest_are_in_one_panel_and_weights_are_drawn_once():
    rows = []
    for n in (1, 2, 3):
        row = {"epoch": n, "train_objective": 1 / n, "train_nll": 1 / n, "valid_nll": 1 / n}
        for k, kind in enumerate(("min", "mean", "max")):
            row |= {f"{split}_norms_{kind}": n + k for split in ("train", "valid")}
        rows.append(row)
    figure = figure_of({"mlp": rows})
    titles = [axes.get_title() for axes in figure.axes]
    assert titles == ["training objective", "validation nll", "norms: max, mean, min"]
    norms = figure.axes[2]
    assert len(norms.lines) == 3 and norms.get_legend() is None
    widths = {tuple(line.get_ydata()): line.get_linewidth() for line in norms.lines}
    assert widths[(2, 3, 4)] > widths[(1, 2, 3)] == widths[(3, 4, 5)]
    chosen = figure_of({"mlp": rows}, ["train_norms_max", "valid_norms_max"])
    assert [len(axes.lines) for axes in chosen.axes] == [2]  # who asks for both gets both


def test_a_start_that_makes_all_else_flat_is_told_and_not_drawn():
    rows = [{"epoch": n, "valid_error": e} for n, e in enumerate([0.9, 0.05, 0.04, 0.03, 0.02])]
    [axes] = figure_of({"mlp": rows}).axes
    assert axes.get_title() == "validation error (%), 90 before training"
    assert axes.get_ylim() == pytest.approx((2 - 0.24, 5 + 0.24))
    assert figure_of({"mlp": rows}, yrange=(0, None)).axes[0].get_ylim()[1] > 90
    near = [row | {"valid_error": row["valid_error"] if row["epoch"] else 0.06} for row in rows]
    assert figure_of({"mlp": near}).axes[0].get_title() == "validation error (%)"


def test_the_best_row_is_marked_on_every_line():
    """The last row that is called best, with a dot where a channel has a number there."""
    cost, errors = figure_of({"a": ROWS}).axes
    dots = [each.get_offsets().tolist() for each in errors.collections]
    assert dots == [[[2, 25]], [[2, 26]]]
    assert [len(each.get_offsets()) for each in cost.collections] == [0]  # it was NaN
    runs = {"a": ROWS, "b": ROWS[:1], "c": [{"epoch": 1, "valid_error": 0.5}]}
    (errors,) = figure_of(runs, ["valid_error"], x="epoch").axes
    dots = [each.get_offsets().tolist() for each in errors.collections]
    assert dots == [[[2, 25]], [[1, 50]], []]
    assert not [line for line in errors.lines if "best" in line.get_label()]


def test_several_runs_and_other_axes():
    runs = {"a": ROWS, "b": [ROWS[0] | {"seconds": 0.5}, ROWS[1]]}
    (errors,) = lines(figure_of(runs, ["valid_error"], x="iteration"))
    assert errors == {"a": [[9, 19, 29], [50, 25, 30]], "b": [[9, 19], [50, 25]]}
    with pytest.raises(InputError, match="the log of a has no seconds in every row: choose"):
        learning_curves(runs, x="second")


def test_columns_are_drawn_as_rows_are():
    columns = {
        "epoch": np.array([1.0, 2, 3]),
        "examples": np.array([20.0, 40, 60]),
        "valid_error": np.array([0.5, 0.25, 0.3]),
        "test_error": np.array([0.51, 0.26, np.nan]),
        "best": np.array([1.0, 1, 0]),
    }
    (drawn,) = lines(figure_of({"a": columns}))
    assert drawn == lines(figure_of({"a": ROWS}))[1]
    (drawn,) = lines(figure_of({"a": columns}, x="example"))
    assert drawn["test error"] == [[20, 40], [51, 26]]


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=300), st.integers(4, 60))
def test_thinned_lines_keep_their_outline(values, n):
    points = np.stack([np.arange(len(values)), values])
    few = thinned(points, n)
    assert few.shape[1] <= max(n, min(len(values), n))
    assert set(map(tuple, few.T)) <= set(map(tuple, points.T)) and (np.diff(few[0]) > 0).all()
    assert (few[1].min(), few[1].max()) == (min(values), max(values))
    assert (few[:, [0, -1]] == points[:, [0, -1]]).all()


def test_a_million_rows_are_few_points():
    values = np.sin(np.arange(1_000_000) / 1e5)
    (axes,) = figure_of({"a": {"epoch": np.arange(1e6), "valid_cost": values}}, smooth=True).axes
    for line in axes.lines:
        assert 1000 < len(line.get_xdata()) <= 2000
        x, y = line.get_data()
        np.testing.assert_allclose(y, np.sin(x / 1e5), atol=0.05)


def test_a_run_has_no_line_for_what_it_did_not_measure():
    runs = {"a": ROWS, "b": [{"epoch": 1, "train_cost": 3.0, "valid_squared_error": 9.0}]}
    found = lines(figure_of(runs))
    assert [list(each) for each in found] == [
        ["a", "b"],
        ["a, validation error", "a, test error"],
        ["b"],
    ]


def test_a_log_says_what_its_cost_is_called():
    """That of a Boltzmann machine may be a pseudo-likelihood, which should rise."""
    log = Log(n_batches=10, cost_name="pseudo-likelihood")
    for row in ROWS:
        log.append({"epoch": row["epoch"], "iteration": row["iteration"], "train_cost": -90.0})
    (axes,) = figure_of({"rbm": log}).axes
    assert axes.get_title() == "pseudo-likelihood"
    assert lines(axes.figure) == [{"pseudo-likelihood": [[1, 2, 3], [-90] * 3]}]
    (axes,) = figure_of({"rbm": log}, x="seconds").axes
    np.testing.assert_array_equal(axes.lines[0].get_xdata(), log.clock)


def test_seconds():
    rows = [row | {"seconds": 2.0 * i} for i, row in enumerate(ROWS)]
    (errors,) = lines(figure_of({"a": rows}, ["valid_error"], x="seconds"))
    assert errors["validation error"] == [[0, 2, 4], [50, 25, 30]]
    assert errors["best: epoch 2"][0] == [2, 2]


def test_channels_that_are_not_usual():
    rows = [{"epoch": 1, "iteration": 0, "learning_rate": 0.1, "best": False}]
    assert channel_names(rows) == ["learning_rate"]
    assert lines(figure_of({"a": rows})) == [{"learning rate": [[1], [0.1]]}]


def test_smooth_lines_lie_before_pale_ones():
    rows = [{"epoch": i, "valid_error": (i % 2) / 100} for i in range(40)]
    (axes,) = figure_of({"a": rows}, smooth=True).axes
    raw, smooth = axes.lines
    assert raw.get_alpha() < 0.5 and set(raw.get_ydata()) == {0, 1}
    np.testing.assert_allclose(smooth.get_ydata()[1:-1], 0.5, atol=0.2)


def test_vertical_range():
    (axes,) = figure_of({"a": ROWS}, ["valid_error"], yrange=(None, 40)).axes
    assert axes.get_ylim()[1] == 40 and axes.get_ylim()[0] > 0


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=30), st.integers(1, 12))
def test_running_mean_against_a_loop(values, width):
    means = running_mean(np.array(values), width)
    for i in range(len(values)):
        reach = min(width // 2, i, len(values) - 1 - i)
        assert means[i] == pytest.approx(np.mean(values[i - reach : i + reach + 1]), abs=1e-9)


def test_picture_has_every_colour(tmp_path):
    picture = learning_curves({name: ROWS for name in "ab"})
    assert isinstance(picture, Image.Image) and picture.size[0] > picture.size[1] > 300
    colours = {colour for _, colour in picture.getcolors(1 << 20)}
    assert {(42, 111, 176), (217, 116, 43)} <= colours


@pytest.mark.parametrize(
    "runs, arguments, message",
    [
        ({"a": []}, {}, "nothing to draw: the log has no rows yet"),
        ({}, {}, "nothing to draw"),
        ({"a": ROWS}, {"channels": ["valid_eror"]}, r"no channel 'valid_eror'.*valid_error\?"),
        ({"a": ROWS}, {"channels": []}, "no channel is named"),
        ({"a": ROWS}, {"x": "epochs"}, r"x='epochs' is no axis; did you mean epoch\?"),
    ],
)
def test_messages(runs, arguments, message):
    with pytest.raises(InputError, match=message):
        learning_curves(runs, **arguments)
