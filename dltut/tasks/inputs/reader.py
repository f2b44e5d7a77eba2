"""One thing that a model is asked about, and what reads such things."""

from collections.abc import Iterator
from math import prod
from os import PathLike
from typing import NamedTuple

import numpy as np
from PIL import Image

from dltut.datasets.kinds import Kind
from dltut.exceptions import InputError
from dltut.machine.files import is_folder

FAR = 20  # standard deviations from what was learned


class Example(NamedTuple):
    """One thing that a model is asked about.

    Attributes
    ----------
    name : str
        The file and the row in it, from 1; or the number, from 0, of what is not in a file.
    given : PIL image, {name: number}, window of a series, or text
        As it was given.
    x : float32 array, shape (channels, rows, columns) or (n_columns,); int32 (n,) of words
        As the model sees it.
    note : str
        What is odd about it, if anything is.
    """

    name: str
    given: Image.Image | dict[str, float] | str
    x: np.ndarray
    note: str = ""


class Reader:
    """Examples of one kind out of whatever holds them.

    Attributes
    ----------
    shape : tuple of int
        Of an example.
    what : str
        What an example is called.
    expected : str
        What can be given.
    """

    def __init__(self, inputs: Kind, shape: tuple[int, ...], what: str, expected: str):
        self.inputs, self.shape, self.what, self.expected = inputs, shape, what, expected

    def examples(self, given, number: int) -> Iterator[Example]:
        """The examples in one of the things that were given, which are numbered from 0.

        Raises
        ------
        InputError
            If there are none in it.
        """
        if isinstance(given, str | PathLike):
            if given == "":  # which is the present folder for the system
                raise InputError(f"{self.what} {number} has an empty name: give {self.expected}")
            if is_folder(given):
                raise InputError(f"{given} is a folder: name the files in it, such as {given}/*")
            yield from self.file(given)
        else:
            yield self.array(given, number)

    def ready(self, x: np.ndarray) -> np.ndarray:
        """An example after the transforms of the training rows, as the model sees it."""
        rows = x.reshape(1, -1)
        for transform in self.inputs.transforms:
            rows = transform(rows)
        return rows.reshape(x.shape)

    def rows(self, x: np.ndarray) -> np.ndarray:
        """An array's rows, or it alone where it has the numbers of one."""
        is_several = x.ndim > 1 and prod(x.shape[1:]) == prod(self.shape)
        is_one = x.ndim < 2 or x.size == prod(self.shape)
        return x[None] if is_one and not is_several else x

    def array(self, given, number: int) -> Example:
        """An array that holds the numbers of one example, prepared.

        Raises
        ------
        InputError
            If it does not.
        """
        name = f"{self.what} {number}"
        try:
            x = np.asarray(given, dtype=np.float32)
        except (TypeError, ValueError):
            x = np.array(0)
        if not x.ndim:
            raise InputError(f"{name} is of type {type(given).__name__}: give {self.expected}")
        if x.size != prod(self.shape):
            raise InputError(
                f"{name} has shape {x.shape}; the model takes {prod(self.shape)} values, "
                f"a prepared {self.what} of shape {self.shape}: give {self.expected}"
            )
        x = x.reshape(self.shape)
        return Example(name, self.shown(x), x, self.doubts(x))
