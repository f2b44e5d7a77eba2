"""What comes next in a series."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from dltut.datasets.base import Split
from dltut.datasets.kinds import Numbers, Series
from dltut.tasks.regression import Regression
from dltut.viz import continuation_picture, forecast_picture, horizon_picture

POINTS = 120  # forecasts of one step that are drawn
PANELS = 3  # forecasts of several steps that are drawn
AT_ONCE = 4096  # rows
LISTED = 4  # numbers in a line
MODEL, PERSISTENCE, LINEAR = "the model", "persistence", "linear regression"


@dataclass(frozen=True)
class Forecasting(Regression):
    """The next values of a series, one step ahead or several; an answer is in their own units.

    Parameters
    ----------
    inputs : Series
        What a window is.
    targets : Numbers
        `Series.following`: the columns at the next step, then at the one after it.
    linear : tuple, optional
        The coefficients of linear regression on the same windows, (steps * columns + 1, n_targets),
        the last row the constants; `with_linear` finds them. Pictures and tables compare with it.

    Notes
    -----
    Two forecasts cost nothing, and a model should be better than both: *persistence* says that all
    stays as it is, and *linear regression* weighs the values of the window.

    Examples
    --------
    >>> window = Series(("power",), 3)
    >>> x = np.array([[1.0, 2, 3], [2, 3, 4], [3, 4, 5], [7, 8, 9]])
    >>> task = Forecasting(window, window.following(2)).with_linear(Split(x, x[:, 1:] + 2))
    >>> task.persistence(x[:1]), task.linear_forecast(x[:1]).round(3)
    (array([[3., 3.]]), array([[4., 5.]]))
    """

    inputs: Series
    targets: Numbers
    linear: tuple = ()

    def with_linear(self, train: Split) -> "Forecasting":
        """The same task with linear regression fitted to these windows, by least squares.

        Parameters
        ----------
        train : Split
        """
        n = train.x.shape[1] + 1
        products, against = np.zeros((n, n)), np.zeros((n, train.y.shape[1]))
        for x, y in _pieces(train.x, train.y):
            rows = np.column_stack([x, np.ones(len(x))]).astype("float64")
            products += rows.T @ rows
            against += rows.T @ y
        found = np.linalg.lstsq(products, against, rcond=1e-12)[0]
        return replace(self, linear=tuple(map(tuple, found.tolist())))

    def persistence(self, x: np.ndarray) -> np.ndarray:
        """Each column's last value again and again, in its own units, (n, n_targets)."""
        last = np.asarray(x)[:, -len(self.inputs.names) :]
        return self.answer(np.tile(last, len(self.targets.names) // last.shape[1]))

    def linear_forecast(self, x: np.ndarray) -> np.ndarray:
        """What linear regression says, in its own units, (n, n_targets)."""
        weights = np.array(self.linear)
        return self.answer(np.asarray(x) @ weights[:-1] + weights[-1])

    def forecasts(self, model, x: np.ndarray) -> dict[str, np.ndarray]:
        """What the model, persistence, and linear regression if it was fitted say of windows.

        Parameters
        ----------
        model : model
        x : array, shape (n, steps * columns)
        """
        known = {MODEL: self.answers(model, x), PERSISTENCE: self.persistence(x)}
        return known | ({LINEAR: self.linear_forecast(x)} if len(self.linear) else {})

    def errors(self, model, split: Split) -> dict[str, tuple[float, float]]:
        """{forecast: (root of the mean square of the errors, mean of their size)} on a split.

        Parameters
        ----------
        model : model
        split : Split
        """
        y = self.answer(split.y)
        off = {name: each - y for name, each in self.forecasts(model, split.x).items()}
        return {
            name: (float(np.sqrt((each**2).mean())), float(np.abs(each).mean()))
            for name, each in off.items()
        }

    def line(self, answer, top=3) -> str:
        """The next values under their names; the first and the last, if there are many."""
        told = super().line(answer, top).split(", ")
        return ", ".join(told if len(told) <= LISTED else [*told[: LISTED - 1], "...", told[-1]])

    def picture(self, example, answer):
        """The window and the values that are said to follow, beside those of the baselines."""
        window, d = example.x.reshape(1, -1), len(self.inputs.names)
        said = {MODEL: answer[None], PERSISTENCE: self.persistence(window)}
        if len(self.linear):
            said[LINEAR] = self.linear_forecast(window)
        following = {name: each.reshape(-1, d) for name, each in said.items()}
        return continuation_picture(self.inputs.original(window)[0], following, self.inputs.names)

    def pictures(self, model, split) -> dict:
        """The forecasts beside what came, with residuals; and how the error grows with the steps.

        Of a series of several columns the first is drawn.
        """
        d, name = len(self.inputs.names), self.inputs.names[0]
        y = self.answer(split.y)[:, ::d]  # (n, ahead)
        said = {k: each[:, ::d] for k, each in self.forecasts(model, split.x).items()}
        if y.shape[1] == 1:
            some = slice(None, POINTS)
            drawn = {k: each[some].T for k, each in said.items()}
            title = [f"{name}, each forecast one step ahead"]
            return {"forecast.png": forecast_picture(y[some].T, drawn, titles=title)}
        some = np.linspace(0, len(y) - 1, PANELS + 2).astype(int)[1:-1]
        history = self.inputs.original(split.x[some])[:, :, 0]
        drawn = {k: each[some] for k, each in said.items()}
        titles = [f"{name}, test window {k + 1:,}" for k in some]
        errors = {k: np.sqrt(((each - y) ** 2).mean(axis=0)) for k, each in said.items()}
        return {
            "forecast.png": forecast_picture(y[some], drawn, history, titles),
            "horizon.png": horizon_picture(errors, f"of {name}"),
        }


def _pieces(x, y) -> Iterator[tuple]:
    yield from ((x[k : k + AT_ONCE], y[k : k + AT_ONCE]) for k in range(0, len(x), AT_ONCE))
