"""Series whose next values a model is asked for."""

from collections.abc import Iterator, Mapping

import numpy as np

from dltut.datasets.kinds import Series
from dltut.datasets.series import Recording, read_series
from dltut.exceptions import InputError
from dltut.tasks.inputs.reader import FAR, Example, Reader


class SeriesReader(Reader):
    """The end of a series: what comes after it is asked."""

    def __init__(self, inputs: Series):
        columns = ", ".join(inputs.names)
        expected = f"a CSV file with {inputs.steps} rows or more of {columns}, or rows of x"
        super().__init__(inputs, inputs.shape, "window", expected)

    def examples(self, given, number):
        """The last steps of a file, or of columns in their own units.

        Raises
        ------
        InputError
            If the columns are not there, or not equally long.
        """
        if not isinstance(given, Mapping):
            yield from super().examples(given, number)
            return
        columns = {str(name): np.ravel(values) for name, values in given.items()}
        missing = [name for name in self.inputs.names if name not in columns]
        if missing or len({len(each) for each in columns.values()}) > 1:
            raise InputError(
                f"columns {', '.join(columns)} of {[len(each) for each in columns.values()]} "
                f"values: give {', '.join(self.inputs.names)}, equally long"
            )
        values = np.stack([columns[name] for name in self.inputs.names], axis=1)
        yield self.last(
            Recording(values, self.inputs.names, f"window {number}"), f"window {number}"
        )

    def file(self, path) -> Iterator[Example]:
        """The last steps in a CSV file."""
        yield self.last(read_series(path, self.inputs.names), str(path))

    def last(self, recording: Recording, name: str) -> Example:
        """The end of a recording as an example.

        Parameters
        ----------
        recording : Recording
        name : str
            Of the example.

        Raises
        ------
        InputError
            If it is shorter than a window, or has a gap there.
        """
        end = recording.values[-self.inputs.steps :]
        missing = np.isnan(end).any(axis=1)
        if len(end) < self.inputs.steps or missing.any():
            gap = f", and {missing.sum()} of the last {len(end)} are missing" * bool(missing.any())
            raise InputError(
                f"{name} has {len(recording)} values{gap}; the model takes the last "
                f"{self.inputs.steps}, without a gap"
            )
        x = self.inputs.columns.standardised(end)
        return Example(name, end, x, self.doubts(x))

    def shown(self, x):
        """The window in its own units."""
        return self.inputs.original(x)[0]

    def doubts(self, x) -> str:
        """Whether the values are far from those that were learned."""
        if self.inputs.mean is None or np.abs(x).max() <= FAR:
            return ""
        return f"values {np.abs(x).max():.3g} standard deviations from those that were learned"
