"""Rows of tables that a model is asked about."""

from collections.abc import Iterator, Mapping

import numpy as np
from PIL import Image

from dltut.datasets.kinds import Numbers
from dltut.datasets.layouts import read_inputs
from dltut.datasets.pictures import read_picture
from dltut.datasets.tables import Table, inputs_in
from dltut.exceptions import InputError
from dltut.tasks.inputs.reader import FAR, Example, Reader


class TableReader(Reader):
    """Rows of numbers: files, mappings of columns, prepared rows."""

    def __init__(self, inputs: Numbers):
        names = inputs.names if len(inputs.names) <= 6 else (*inputs.names[:5], "...")
        expected = f"a CSV file with the columns {', '.join(names)}, or a row of data.test.x"
        super().__init__(inputs, (len(inputs.names),), "row", expected)

    def examples(self, given, number):
        """The rows of a file or of columns, standardised as the training rows were.

        Raises
        ------
        InputError
            If a picture is given, or columns are not equally long.
        """
        if isinstance(given, Image.Image):
            raise InputError(f"row {number} is a picture: give {self.expected}")
        if not isinstance(given, Mapping):
            yield from super().examples(given, number)
            return
        columns = {str(name): np.atleast_1d(values) for name, values in given.items()}
        lengths = {name: len(values) for name, values in columns.items()}
        if len({*lengths.values()}) > 1:
            raise InputError(f"the columns are not equally long: {lengths}")
        cells = [c if c.dtype.kind in "biuf" else c.astype(str).tolist() for c in columns.values()]
        lines = range(1, 1 + max(lengths.values(), default=0))
        table = Table("the table", list(columns), cells, lines)
        yield from self.numbered(inputs_in(table, self.inputs), "row ")

    def file(self, path) -> Iterator[Example]:
        """The rows of a CSV or npy file.

        Raises
        ------
        InputError
            If it is no such file, or does not have the columns that the model learned from.
        """
        try:
            rows = read_inputs(path, self.inputs)
        except InputError:
            if _is_picture(path):
                raise InputError(
                    f"{path} is a picture, but the model learned rows of a table: "
                    f"give {self.expected}"
                ) from None
            raise
        yield from self.numbered(rows, f"{path}, row ")

    def numbered(self, rows: np.ndarray, prefix: str) -> Iterator[Example]:
        """An example a row, named by its number after the prefix."""
        for number, x in enumerate(rows, start=1):
            yield Example(f"{prefix}{number}", self.original(x), self.ready(x))

    def original(self, x) -> dict[str, float]:
        """The numbers in their own units."""
        return dict(zip(self.inputs.names, self.inputs.original(x).tolist(), strict=True))

    def shown(self, x) -> dict[str, float]:
        """Prepared numbers in their own units, or as they are if something was done to them."""
        if not self.inputs.transforms:
            return self.original(x)
        return dict(zip(self.inputs.names, x.tolist(), strict=True))

    def doubts(self, x) -> str:
        """Whether these may be in their own units."""
        if self.inputs.mean is None or np.abs(x).max() <= FAR:
            return ""
        return (
            f"{np.abs(x).max():.3g} standard deviations from what was learned: an array is taken "
            "as standardised, such as data.test.x; {name: number} is in the columns' own units"
        )


def _is_picture(path) -> bool:
    try:
        read_picture(path)
    except InputError:
        return False
    return True
