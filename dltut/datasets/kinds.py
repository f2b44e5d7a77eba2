"""What the inputs of a data set are, and its targets: plain values that a model file can carry.

A kind is any object with ``facts``, a dictionary of JSON values, and ``checked(values, part)``,
which returns a column as it should be or raises an `InputError`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from math import prod
from typing import ClassVar

import numpy as np

from dltut.datasets.scaling import WHITE
from dltut.datasets.transforms import Transform, transform_from
from dltut.datasets.words import PADDING, TOKENISERS, Vocabulary
from dltut.exceptions import InputError, nearest, printable

SMALLEST_SIDE = 8  # of a picture that comes as a row
NO_TAG = -1  # of a place without a word
VOID = -1  # of a pixel that counts for no class
PREPARATIONS = ("resize", "digit", "light on dark", "whole")


class Kind:
    """What the kinds of inputs and targets have in common.

    Attributes
    ----------
    column : str
        Of the class: the column that inputs of this kind are, such as ``words``.
    dtype : str or None
        Of the class: what a model takes them as; None for floats of the width in use.
    """

    column: ClassVar[str] = "x"
    dtype: ClassVar[str | None] = None

    @property
    def facts(self) -> dict:
        """The same as JSON values; `kind_from` makes the kind again."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        done = [each.facts for each in values.pop("transforms", ())]
        listed = {n: list(v) if isinstance(v, tuple) else v for n, v in values.items()}
        more = {"transforms": done} if done else {}
        return {"kind": type(self).__name__, **listed, **more}

    def stacked(self, examples: Sequence[np.ndarray]) -> np.ndarray:
        """Prepared examples as the rows that a model takes, shape (n, ...)."""
        return np.stack([each.ravel() for each in examples])


@dataclass(frozen=True)
class Pictures(Kind):
    """A row of x is a picture: channel after channel, row after row of pixels.

    Parameters
    ----------
    shape : (channels, rows, columns)
    preparation : {"resize", "digit", "light on dark", "whole"}
        How a picture from outside becomes like these, see `dltut.datasets.pictures.prepare`; a
        "whole" one keeps its rows and columns, for a model that takes any.
    white : float
        The value of a white pixel; bytes are divided by 256 unless another scale was stated.
    transforms : tuple of Transform, optional
        What was done to the rows then, see `dltut.datasets.transformed`.

    Examples
    --------
    >>> Pictures((3, 32, 32)).facts
    {'kind': 'Pictures', 'shape': [3, 32, 32], 'preparation': 'resize', 'white': 0.99609375}
    """

    shape: tuple[int, int, int] = (1, 28, 28)
    preparation: str = "resize"
    white: float = WHITE
    transforms: tuple[Transform, ...] = ()

    def __post_init__(self):
        shape = tuple(self.shape) if isinstance(self.shape, tuple | list) else (self.shape,)
        if len(shape) != 3 or not all(isinstance(n, int | np.integer) and n > 0 for n in shape):
            raise InputError(f"pictures of {shape}; expected (channels, rows, columns), each >= 1")
        object.__setattr__(self, "shape", tuple(map(int, shape)))
        if self.preparation not in PREPARATIONS:
            hint = nearest(self.preparation, PREPARATIONS)
            raise InputError(f"there is no preparation {self.preparation!r}: {hint}")
        if not isinstance(self.white, int | float) or not 0 < self.white < np.inf:
            raise InputError(f"white is {printable(self.white)}; expected a number above 0")

    def __str__(self) -> str:
        return f"pictures of {' x '.join(map(str, self.shape))}{_done(self.transforms)}"

    def stacked(self, examples: Sequence[np.ndarray]) -> np.ndarray:
        """Rows, or whole pictures (channels, rows, columns) that may differ in size, as objects."""
        if self.preparation != "whole":
            return super().stacked(examples)
        whole = np.empty(len(examples), dtype=object)
        whole[:] = list(examples)
        return whole

    def checked(self, values: np.ndarray, part: str) -> np.ndarray:
        """The rows, if they have the picture's size.

        Raises
        ------
        InputError
            If they have another.
        """
        if values.shape[1] != prod(self.shape):
            raise InputError(
                f"a {part} example has {values.shape[1]} values, expected {prod(self.shape)}, "
                f"a picture of {self.shape}"
            )
        return values


class _Named(Kind):
    def __post_init__(self):
        names = (self.names,) if isinstance(self.names, str) else tuple(map(str, self.names))
        object.__setattr__(self, "names", names)
        wrong = next((name for name in names if not name or names.count(name) > 1), None)
        if not names or wrong is not None:
            what = type(self).__name__.lower()
            said = f"the name {wrong!r}, empty or twice" if names else "no names"
            raise InputError(f"{what} with {said}; expected one name for each, no two alike")


@dataclass(frozen=True)
class Numbers(_Named):
    """Columns of numbers: the inputs of a table, or real targets.

    Parameters
    ----------
    names : tuple of str
        One for each column.
    mean, scale : tuple of float, optional
        What was taken from each column, and by what the rest was divided: those of the training
        part, or 0 and a scale that was stated. None: the numbers are as they were.
    transforms : tuple of Transform, optional
        What was done to the rows then, see `dltut.datasets.transformed`.

    Examples
    --------
    >>> ages = Numbers(("age",)).fitted(np.array([[20.0], [40.0]]))
    >>> ages.standardised([[20.0], [50.0]])
    array([[-1.],
           [ 2.]], dtype=float32)
    >>> ages.original([[2.0]])
    array([[50.]])
    """

    names: tuple[str, ...]
    mean: tuple[float, ...] | None = None
    scale: tuple[float, ...] | None = None
    transforms: tuple[Transform, ...] = ()

    def __post_init__(self):
        super().__post_init__()
        for name in ("mean", "scale"):
            values = getattr(self, name)
            if values is not None:
                values = tuple(float(each) for each in values)
                object.__setattr__(self, name, values)
                if len(values) != len(self.names):
                    raise InputError(
                        f"{len(values)} values of {name} for {len(self.names)} columns"
                    )

    def __str__(self) -> str:
        listed = f" ({self.names[0]})" if len(self.names) == 1 else "s"
        done = "" if self.mean is None else ", standardised"
        if self.mean and not any(self.mean) and len({*self.scale}) == 1:
            done = f", divided by {self.scale[0]:g}"
        return f"{len(self.names)} number{listed}{done}{_done(self.transforms)}"

    def fitted(self, values: np.ndarray) -> "Numbers":
        """The same columns with the mean and the standard deviation of these values.

        Parameters
        ----------
        values : array, shape (n, k), or (n,) for one column
            The training part. The scale of a column that does not vary is 1.
        """
        rows = np.asarray(values, dtype=np.float64).reshape(len(values), -1)  # (n, k)
        mean, scale = rows.mean(axis=0), rows.std(axis=0)
        scale[scale <= 1e-12 * np.abs(mean)] = 1.0  # what is left of rounding is no deviation
        return replace(self, mean=tuple(mean), scale=tuple(scale))

    def standardised(self, values) -> np.ndarray:
        """Numbers as they were, shape (n, k) or (n,), in the units of the model; float32."""
        if self.mean is None:
            return np.asarray(values, dtype=np.float32)
        values = np.asarray(values, dtype=np.float64)
        return ((values - np.array(self.mean)) / np.array(self.scale)).astype(np.float32)

    def original(self, values) -> np.ndarray:
        """The model's numbers, shape (n, k) or (n,), in the units that they had; float64."""
        values = np.asarray(values, dtype=np.float64)
        return values if self.mean is None else values * np.array(self.scale) + np.array(self.mean)

    def checked(self, values: np.ndarray, part: str) -> np.ndarray:
        """The columns as float32, if they are as many as the names.

        Raises
        ------
        InputError
            If they are not.
        """
        width = 1 if values.ndim == 1 else values.shape[1]
        if values.ndim > 2 or width != len(self.names):
            raise InputError(
                f"a {part} example has shape {values.shape[1:]}, expected {len(self.names)} "
                f"numbers: {_listed(self.names)}"
            )
        return values.astype(np.float32, copy=False)


@dataclass(frozen=True)
class Series(_Named):
    """A row of x is a window of a series: its columns at one step, then at the next, and so on.

    Parameters
    ----------
    names : tuple of str
        Of the columns.
    steps : int
        How many values of each column a window has.
    mean, scale : tuple of float, optional
        As of `Numbers`, one for each column, whichever the step.

    Examples
    --------
    >>> power = Series(("power", "voltage"), 3, mean=(1.0, 230.0), scale=(0.5, 10.0))
    >>> power.shape
    (3, 2)
    >>> power.original([[0, 0, 0, 1, 2, -1]])[0].tolist()
    [[1.0, 230.0], [1.0, 240.0], [2.0, 220.0]]
    >>> power.following(2).names
    ('power +1', 'voltage +1', 'power +2', 'voltage +2')
    """

    names: tuple[str, ...]
    steps: int
    mean: tuple[float, ...] | None = None
    scale: tuple[float, ...] | None = None

    transforms: ClassVar[tuple] = ()

    def __post_init__(self):
        super().__post_init__()
        if not isinstance(self.steps, int | np.integer) or self.steps < 1:
            raise InputError(f"a window of {printable(self.steps)} steps; expected 1 or more")
        object.__setattr__(self, "steps", int(self.steps))
        for name in ("mean", "scale"):
            object.__setattr__(self, name, getattr(self.columns, name))

    def __str__(self) -> str:
        return f"{self.steps} steps of {self.columns}"

    @property
    def columns(self) -> Numbers:
        """What there is at one step."""
        return Numbers(self.names, self.mean, self.scale)

    @property
    def shape(self) -> tuple[int, int]:
        """(steps, columns) of an example."""
        return self.steps, len(self.names)

    def following(self, ahead: int) -> Numbers:
        """What there is at each of the next steps, as targets."""
        names = [f"{name} +{step}" for step in range(1, ahead + 1) for name in self.names]
        stated = {name: getattr(self, name) for name in ("mean", "scale")}
        return Numbers(names, **{n: v and v * ahead for n, v in stated.items()})

    def original(self, rows) -> np.ndarray:
        """Windows in the units that they had, shape (n, steps, columns); float64."""
        return self.columns.original(np.asarray(rows).reshape(-1, *self.shape))

    def checked(self, values: np.ndarray, part: str) -> np.ndarray:
        """The rows as float32, if they have the window's size.

        Raises
        ------
        InputError
            If they have another.
        """
        if values.shape[1:] != (prod(self.shape),):
            raise InputError(
                f"a {part} example has shape {values.shape[1:]}, expected {prod(self.shape)} "
                f"numbers: {self.steps} steps of {_listed(self.names)}"
            )
        return values.astype(np.float32, copy=False)


@dataclass(frozen=True)
class Characters(_Named):
    """A row holds the numbers of characters that follow on each other in a text.

    Parameters
    ----------
    names : tuple of str
        The characters.
    steps : int
        How many a row has.

    Examples
    --------
    >>> letters = Characters(("a", "b", "n"), 6)
    >>> letters.numbers("banana").tolist(), letters.text([1, 0, 2])
    ([1, 0, 2, 0, 2, 0], 'ban')
    """

    names: tuple[str, ...]
    steps: int

    column: ClassVar[str] = "characters"
    dtype: ClassVar[str] = "int32"
    transforms: ClassVar[tuple] = ()

    def __str__(self) -> str:
        return f"{self.steps} of {len(self.names)} characters"

    def numbers(self, text: str) -> np.ndarray:
        """The numbers of a text's characters; those that are not known are left out."""
        known = {name: number for number, name in enumerate(self.names)}
        return np.array([known[each] for each in text if each in known], dtype=np.int64)

    def text(self, numbers: Sequence[int]) -> str:
        """The characters of these numbers."""
        return "".join(self.names[number] for number in numbers)

    def checked(self, values: np.ndarray, part: str) -> np.ndarray:
        """The numbers, if each is a character's.

        Raises
        ------
        InputError
            If one is not.
        """
        if values.ndim != 2 or values.min() < 0 or values.max() >= len(self.names):
            raise InputError(
                f"{part} characters of shape {values.shape}, {values.min()} to {values.max()}; "
                f"expected rows of numbers from 0 to {len(self.names) - 1}"
            )
        return values


@dataclass(frozen=True)
class Classes(_Named):
    """Each example is of one class: y is its number, from 0 on.

    Parameters
    ----------
    names : tuple of str
        The name of each number.
    """

    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"{len(self.names)} class{'es' * (len(self.names) > 1)}"

    def checked(self, values: np.ndarray, part: str) -> np.ndarray:
        """The labels as int64, if all are whole numbers below the number of classes.

        Raises
        ------
        InputError
            If one is not.
        """
        bad = (values != np.floor(values)) | (values < 0) | (values >= len(self.names))
        if bad.any():
            raise InputError(
                f"a {part} label is {values[bad].max():,.9g}, expected 0 to {len(self.names) - 1}: "
                f"there are {len(self.names)} classes"
            )
        return values.astype(np.int64, copy=False)


@dataclass(frozen=True)
class Labels(_Named):
    """Each example may have several labels at once: y holds a 0 or 1 for each, shape (n, k).

    Parameters
    ----------
    names : tuple of str
        The name of each label.
    """

    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"{len(self.names)} label{'s' * (len(self.names) > 1)}"

    def checked(self, values: np.ndarray, part: str) -> np.ndarray:
        """The columns as int64, if there is one of 0 and 1 for each label.

        Raises
        ------
        InputError
            If there is not.
        """
        if values.shape[1:] != (len(self.names),) or not np.isin(values, (0, 1)).all():
            raise InputError(
                f"{part} labels of shape {values.shape}; expected a column of 0 and 1 for each of "
                f"{_listed(self.names)}"
            )
        return values.astype(np.int64, copy=False)


@dataclass(frozen=True)
class Rolls(Kind):
    """Pieces of music as piano rolls: a row of 0 and 1 a frame, a column a note.

    Parameters
    ----------
    low, high : int
        MIDI numbers of the lowest note and of the one above the highest: 21 and 109 are the 88 keys
        of a piano, 60 is the middle C.
    dt : float
        Seconds of a frame.

    Examples
    --------
    >>> rolls = Rolls()
    >>> rolls.n_notes
    88
    >>> rolls.stacked([np.ones((2, 88)), np.ones((5, 88))]).shape
    (2, 5, 88)
    """

    low: int = 21
    high: int = 109
    dt: float = 0.3

    column: ClassVar[str] = "frames"

    def __post_init__(self):
        whole = all(isinstance(each, int | np.integer) for each in (self.low, self.high))
        if not whole or not 0 <= self.low < self.high <= 128:
            raise InputError(
                f"notes from {self.low} to {self.high}: expected 0 <= low < high <= 128, such as "
                "21 and 109, the keys of a piano"
            )
        if not isinstance(self.dt, int | float) or not 0.001 <= self.dt <= 60:
            raise InputError(f"dt is {self.dt}; it is the seconds of a frame, 0.001 to 60")

    def __str__(self) -> str:
        return f"piano rolls of {self.n_notes} notes, {self.dt:g} s a frame"

    @property
    def n_notes(self) -> int:
        """How many notes a frame has."""
        return self.high - self.low

    def stacked(self, rows: Sequence[np.ndarray]) -> np.ndarray:
        """Rolls of different lengths as one array, (n, longest, n_notes), silent after the end."""
        padded = np.zeros((len(rows), max(map(len, rows), default=0), self.n_notes), np.float32)
        for piece, roll in zip(padded, rows, strict=True):
            piece[: len(roll)] = roll
        return padded

    def checked(self, values: np.ndarray, part: str) -> np.ndarray:
        """The rolls as float32, if they have as many notes, each 0 or 1.

        Raises
        ------
        InputError
            If they do not.
        """
        if values.ndim != 3 or values.shape[2] != self.n_notes:
            raise InputError(
                f"{part} frames of shape {values.shape}; expected (n, longest, {self.n_notes})"
            )
        if not ((values == 0) | (values == 1)).all():
            raise InputError(f"{part} frames hold other numbers than 0, silent, and 1, sounding")
        return values.astype(np.float32, copy=False)


@dataclass(frozen=True)
class Words(Kind):
    """A row of the column ``words`` is a text: the number of each word, and 0 after the last.

    Parameters
    ----------
    vocabulary : Vocabulary or sequence of str
        The words that have a number, from 2 on; 1 is any other word. See `dltut.datasets.words`.
    longest : int, optional
        How many words of a text from outside are read; default: all.
    tokeniser : {"words", "folded", "spaces", "characters"}
        How such a text is cut: `dltut.datasets.words.words_of`, the same with all digits 0, at
        spaces, or letter by letter.

    Examples
    --------
    >>> inputs = Words(["a", "good", "film"], longest=4)
    >>> inputs.numbers("A good, good film!")
    array([2, 3, 1, 3], dtype=int32)
    >>> inputs.stacked([inputs.numbers("Good!"), inputs.numbers("a film")])
    array([[3, 1],
           [2, 4]], dtype=int32)
    >>> inputs.facts
    {'kind': 'Words', 'vocabulary': ['a', 'good', 'film'], 'longest': 4, 'tokeniser': 'words'}
    """

    vocabulary: Vocabulary
    longest: int | None = None
    tokeniser: str = "words"

    column: ClassVar[str] = "words"
    dtype: ClassVar[str] = "int32"

    def __post_init__(self):
        if not isinstance(self.vocabulary, Vocabulary):
            object.__setattr__(self, "vocabulary", Vocabulary(tuple(self.vocabulary)))
        if self.tokeniser not in TOKENISERS:
            hint = nearest(self.tokeniser, TOKENISERS)
            raise InputError(f"there is no tokeniser {self.tokeniser!r}: {hint}")
        if self.longest is not None and self.longest < 1:
            raise InputError(f"texts of at most {self.longest} words; expected at least 1")

    def __str__(self) -> str:
        longest = "" if self.longest is None else f", at most {self.longest:,} in a text"
        return f"{len(self.vocabulary.names):,} words{longest}"

    @property
    def facts(self) -> dict:
        """The same as JSON values, every word among them."""
        return super().facts | {"vocabulary": list(self.vocabulary.names)}

    def tokens(self, text: str) -> list[str]:
        """The words of a text that are read."""
        return TOKENISERS[self.tokeniser](text)[: self.longest]

    def numbers(self, text: str | Sequence[str]) -> np.ndarray:
        """The numbers of a text's words, or of tokens that were cut before; shape (n,), int32."""
        tokens = self.tokens(text) if isinstance(text, str) else text[: self.longest]
        return self.vocabulary.numbers(tokens)

    def stacked(self, rows: Sequence[np.ndarray]) -> np.ndarray:
        """Texts of different lengths as rows of one array, (n, longest), 0 after the last word."""
        return _padded(rows, PADDING).astype(np.int32)

    def checked(self, values: np.ndarray, part: str) -> np.ndarray:
        """The rows as int32, if they are numbers of words, with 0 only after the last.

        Raises
        ------
        InputError
            If they are not.
        """
        n = len(self.vocabulary)
        if values.ndim != 2 or values.dtype.kind not in "iu":
            raise InputError(
                f"{part} words of shape {values.shape}, {values.dtype}; expected whole numbers, "
                "(n, longest): a text a row"
            )
        if values.min(initial=0) < 0 or values.max(initial=0) >= n:
            wrong = values[(values < 0) | (values >= n)][0]
            raise InputError(f"a {part} word has the number {wrong}; they go from 0 to {n - 1}")
        if ((values[:, :-1] == PADDING) & (values[:, 1:] != PADDING)).any():
            raise InputError(
                f"a {part} text has a 0, which is padding, before a word: expected 0 only after "
                "the last, and 1 for an unknown word"
            )
        return values.astype(np.int32, copy=False)


@dataclass(frozen=True)
class Tags(_Named):
    """Each word has a tag: y, shape (n, longest), holds its number, and -1 where there is no word.

    Parameters
    ----------
    names : tuple of str
        The name of each number, such as O, B-city and I-city.

    Examples
    --------
    >>> tags = Tags(("B-city", "I-city", "O"))
    >>> tags.stacked([tags.numbers(["O", "B-city"]), tags.numbers(["O"])])
    array([[ 2,  0],
           [ 2, -1]])
    """

    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"{len(self.names)} tag{'s' * (len(self.names) > 1)}"

    def numbers(self, tags: Sequence[str]) -> np.ndarray:
        """The number of each tag, shape (n,), int64.

        Raises
        ------
        InputError
            If one is none of the names.
        """
        numbers = {name: number for number, name in enumerate(self.names)}
        wrong = next((tag for tag in tags if tag not in numbers), None)
        if wrong is not None:
            raise InputError(f"there is no tag {wrong!r}: {nearest(wrong, self.names)}")
        return np.array([numbers[tag] for tag in tags], dtype=np.int64)

    def stacked(self, rows: Sequence[np.ndarray]) -> np.ndarray:
        """The tags of several sentences as rows of one array, (n, longest), -1 after the last."""
        return _padded(rows, NO_TAG)

    def checked(self, values: np.ndarray, part: str) -> np.ndarray:
        """The rows as int64, if they are numbers of tags, with -1 only after the last.

        Raises
        ------
        InputError
            If they are not.
        """
        n = len(self.names)
        if values.ndim != 2 or values.dtype.kind not in "iu":
            raise InputError(
                f"{part} tags of shape {values.shape}, {values.dtype}; expected whole numbers, "
                "(n, longest): a sentence a row"
            )
        if values.min(initial=0) < NO_TAG or values.max(initial=0) >= n:
            wrong = values[(values < NO_TAG) | (values >= n)][0]
            raise InputError(f"a {part} tag has the number {wrong}; they go from 0 to {n - 1}")
        if ((values[:, :-1] == NO_TAG) & (values[:, 1:] != NO_TAG)).any():
            raise InputError(
                f"a {part} sentence has a -1, which is no tag, before a tag: expected -1 only "
                "after the last"
            )
        return values.astype(np.int64, copy=False)


@dataclass(frozen=True)
class Masks(_Named):
    """Each pixel of a picture, or step of a series, has a class; -1 is void and does not count.

    y holds the number of each pixel's class, shape (n, rows, columns), or (n, steps).

    Parameters
    ----------
    names : tuple of str
        The name of each number.
    colours : tuple of (red, green, blue), optional
        Of each class, 0 to 255, in which answers are drawn and written.

    Raises
    ------
    InputError
        If there is not one colour for each class.

    Examples
    --------
    >>> cells = Masks(("membrane", "cell"))
    >>> cells.checked(np.array([[[0, 1], [-1, 1]]]), "train").dtype
    dtype('int32')
    >>> cells.checked(np.array([[[0, 2], [-1, 1]]]), "train")
    Traceback (most recent call last):
        ...
    dltut.exceptions.InputError: train mask 0 holds the label 2; expected 0 to 1, or -1 for void
    """

    names: tuple[str, ...]
    colours: tuple[tuple[int, int, int], ...] = ()

    def __post_init__(self):
        super().__post_init__()
        colours = tuple(tuple(int(part) for part in each) for each in self.colours)
        object.__setattr__(self, "colours", colours)
        are_colours = all(len(each) == 3 and 0 <= min(each) <= max(each) <= 255 for each in colours)
        if colours and (len(colours) != len(self.names) or not are_colours):
            raise InputError(
                f"{len(colours)} colours for {len(self.names)} classes; expected (red, green, "
                "blue) for each, from 0 to 255"
            )

    def __str__(self) -> str:
        return f"a class for each pixel ({_listed(self.names)})"

    def checked(self, values: np.ndarray, part: str) -> np.ndarray:
        """The masks as int32, if they hold numbers of classes, and -1.

        Raises
        ------
        InputError
            If they do not.
        """
        if values.ndim not in (2, 3) or values.dtype.kind not in "iu":
            raise InputError(
                f"{part} masks of shape {values.shape}, {values.dtype}; expected whole numbers, "
                "(n, rows, columns), or (n, steps)"
            )
        wrong = (values < VOID) | (values >= len(self.names))
        if wrong.any():
            number = wrong.reshape(len(wrong), -1).any(axis=1).argmax()
            raise InputError(
                f"{part} mask {number} holds the label {values[wrong][0]}; expected 0 to "
                f"{len(self.names) - 1}, or {VOID} for void"
            )
        return values.astype(np.int32, copy=False)


def _padded(rows: Sequence[np.ndarray], padding: int) -> np.ndarray:
    """Rows of different lengths as one array."""
    padded = np.full((len(rows), max(map(len, rows), default=0)), padding, dtype=np.int64)
    for row, values in zip(padded, rows, strict=True):
        row[: len(values)] = values
    return padded


def square_shape(n_values: int) -> tuple[int, int, int] | None:
    """The shape of a grey square picture that comes as a row, None if it cannot be one.

    Examples
    --------
    >>> square_shape(784)
    (1, 28, 28)
    >>> square_shape(4)  # four numbers are no picture of 2 x 2
    """
    side = round(n_values**0.5)
    return (1, side, side) if side**2 == n_values and side >= SMALLEST_SIDE else None


LEARNED = (Pictures, Numbers, Series, Characters, Classes, Labels, Masks, Rolls, Words, Tags)
KINDS = {kind.__name__: kind for kind in LEARNED}


def kind_from(facts: Mapping | None) -> Kind | None:
    """The kind that has these facts; None if there are none.

    Raises
    ------
    InputError
        If there is no such kind.

    Examples
    --------
    >>> kind_from(Classes(("cat", "dog")).facts)
    Classes(names=('cat', 'dog'))
    """
    if facts is None:
        return None
    values = dict(facts)
    kind = KINDS.get(values.pop("kind", None))
    if "transforms" in values:
        values["transforms"] = tuple(map(transform_from, values["transforms"]))
    try:
        return kind(**values)
    except TypeError:
        raise InputError(f"no kind of inputs or targets has the facts {dict(facts)}") from None


def _done(transforms: Sequence[Transform]) -> str:
    """What was done to the rows, in words."""
    return "".join(f", {each.name}" for each in transforms)


def _listed(names: Sequence[str], most: int = 5) -> str:
    return ", ".join(names[:most]) + (f" and {len(names) - most} more" if len(names) > most else "")
