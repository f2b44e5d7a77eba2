"""What a trained model says of pictures, of the rows of a table, of texts, or of arrays."""

import base64
import csv
import io
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from os import PathLike
from pathlib import Path

import numpy as np
from PIL import Image

from dltut.commands.drawing import listed
from dltut.datasets.kinds import Classes, Labels, Numbers, Words
from dltut.datasets.kinds.catalogue import FORGED
from dltut.datasets.kinds.kind import listed as listed_names
from dltut.exceptions import LONGEST_MESSAGE, InputError, printable
from dltut.machine.config import configure
from dltut.machine.files import atomic, is_file, is_folder
from dltut.machine.notices import say
from dltut.tasks import (
    Classification,
    Example,
    MultiLabel,
    Regression,
    Task,
    Writing,
    load_trained,
    read_examples,
)
from dltut.tasks.catalogue import TASKS
from dltut.training import RunFolder
from dltut.viz import save_picture, stacked_pictures

ROWS_SHOWN = 20  # of a table, or texts; the file has all of them
LONGEST_NAME = 60  # characters of a file's, where it is made of what was given


@dataclass(frozen=True, eq=False, repr=False)
class Prediction:
    """A model's answer to one picture, one row or one text.

    Attributes
    ----------
    example : Example
        What was given, under its name, and as the model saw it.
    answer : array
        Probabilities of classes or labels, or numbers in their own units.
    task : Task
        What was asked of the model.
    answers : callable, optional
        The model's answers to more rows: a text is drawn by what it says without each word.
    """

    example: Example
    answer: np.ndarray
    task: Task
    answers: Callable | None = None

    @property
    def name(self) -> str:
        """The file, and the row in it; or the number, from 0, of what is not in a file."""
        return self.example.name

    @property
    def picture(self) -> Image.Image:
        """The picture, or the text, as it was given."""
        return self.example.given

    @property
    def prepared(self) -> np.ndarray:
        """As the model saw it, shape (channels, rows, columns) or (n_columns,)."""
        return self.example.x

    @property
    def classes(self) -> list[str]:
        """The names of the classes or labels, where these are asked for."""
        if not isinstance(self.task.targets, Classes | Labels):
            name = type(self.task).__name__
            raise AttributeError(f"the answer of a {name} has no classes: it is .answer")
        return list(self.task.targets.names)

    @property
    def probabilities(self) -> np.ndarray:
        """Of the classes or labels, shape (n_classes,)."""
        return self.answer[: len(self.classes)]

    @property
    def label(self) -> int:
        """The number of the most probable class."""
        return int(self.probabilities.argmax())

    def ranked(self, n: int | None = None) -> list[tuple[str, float]]:
        """Names and probabilities of the `n` most probable classes, or of all, the surest first."""
        return self.task.ranked(self.answer, n)

    def line(self, top: int = 3) -> str:
        """The prediction in words, with the `top` most probable classes where there are classes."""
        note = f" ({self.example.note})" if self.example.note else ""
        text = f"{self.name}: {self.task.told(self.example, self.answer, top)}{note}"
        # names come from files: only a text that is written has lines of its own
        lines = text.split("\n") if isinstance(self.task, Writing) else [text]
        return "\n".join(printable(each, LONGEST_MESSAGE) for each in lines)

    def row(self) -> dict[str, str]:
        """The prediction as a row of a table, by the names of its columns; a text has its own."""
        text = {"text": self.picture} if isinstance(self.picture, str) else {}
        return text | self.task.row(self.answer)

    def drawn(self) -> Image.Image:
        """What was given, what the model saw of it, and the answer, as a picture.

        The words of a text are coloured by what each has to do with the answer.

        Raises
        ------
        InputError
            If a row of a table was given.
        """
        if not self._can_be_drawn:
            raise InputError(f"{self.name} is a row of a table, of which there is no picture")
        has_targets = isinstance(self.task.targets, Classes | Labels | Numbers)
        if isinstance(self.task.inputs, Words) and has_targets:
            return self.task.weighed(self.example, self.answer, self.answers)
        return self.task.picture(self.example, self.answer)

    @property
    def _can_be_drawn(self) -> bool:
        return not isinstance(self.picture, Mapping)  # a row of a table

    def __repr__(self) -> str:
        return f"Prediction({self.line()})"

    def _repr_html_(self) -> str:
        words = f"<p>{escape(self.line())}</p>"
        if not self._can_be_drawn:
            return words
        file = io.BytesIO()
        self.drawn().save(file, "PNG")
        source = base64.b64encode(file.getvalue()).decode()
        return f'{words}<img alt="{escape(self.name)}" src="data:image/png;base64,{source}">'


class Predictor:
    """A trained model as a function of whatever it may be asked about.

    Parameters
    ----------
    model : path
        The folder of a run, or a model file such as ``runs/mlp/best.safetensors``.
    names : list of classes
        Models and tasks of one's own that the file may name; a file is never followed to a class.

    Raises
    ------
    InputError
        If there is no such model, it is damaged, its training diverged, or the file does not say
        what its inputs and outputs are.
    """

    def __init__(self, model: str | PathLike, names: Iterable[type] = ()):
        self._source = model_file(model)
        network, self.task = load_trained(self._source, names)
        with self._forged_facts_named():
            self._answers = self.task.answer_function(network)

    def __call__(self, given) -> list[Prediction]:
        """The predictions, in the order of what was given.

        Parameters
        ----------
        given
            As for `dltut.tasks.read_examples`.

        Raises
        ------
        InputError
            If something cannot be read or is not what the model learned from, or nothing is given.
        """
        with self._forged_facts_named():
            examples = read_examples(given, self.task.inputs)
            if not examples:
                raise InputError("there is nothing to predict from: give one or more files or rows")
            answers = self._answers(self.task.inputs.stacked([example.x for example in examples]))
            self._check_answers(answers)
            pairs = zip(examples, answers, strict=True)
            found = [Prediction(*pair, self.task, self._answers) for pair in pairs]
            found[0].line()
        return found

    def _check_answers(self, answers: np.ndarray) -> None:
        """Refuse answers that are not one for each class, label or number."""
        targets = self.task.targets
        if type(self.task) not in (Classification, MultiLabel, Regression) or answers.ndim != 2:
            return
        if answers.shape[1] != len(targets.names):
            raise InputError(
                f"{self._source} says that there are {len(targets.names)} answers "
                f"({printable(listed_names(targets.names))}), but its model gives "
                f"{answers.shape[1]}: it was changed; use another copy"
            )

    @contextmanager
    def _forged_facts_named(self) -> Iterator[None]:
        """Say of a task of the library, which a file described, that it does not fit the model."""
        try:
            yield
        except FORGED as error:
            if isinstance(error, InputError) or type(self.task) not in TASKS:
                raise
            reason = printable(f"{type(error).__name__}: {error}", 200)
            raise InputError(
                f"{self._source}: the model and what the file says of its inputs and outputs do "
                f"not fit one another ({reason}): it was changed; use another copy"
            ) from None


def predict(model: str | PathLike, given, names: Iterable[type] = ()) -> list[Prediction]:
    """What a trained model says of pictures, of the rows of a table, of texts, or of arrays.

    Parameters
    ----------
    model : path
        The folder of a run, or a model file such as ``runs/mlp/best.safetensors``.
    given : path, PIL image, mapping, text, array, or several of them
        Pictures of any size are prepared as the model's training pictures were. Texts, or the lines
        of a text file, are cut into words as the training texts were. A CSV or npy file
        has an example a row, and so has a mapping from the names of its columns to numbers. An
        array is prepared already: ``data.test.x``, or a row of it.
    names : list of classes
        Models and tasks of one's own that the file may name.

    Returns
    -------
    list of Prediction

    Raises
    ------
    InputError
        As `Predictor` does.

    Notes
    -----
    `dltut.models.probability_function` is the shorter way for prepared rows and a model that is in
    memory.
    """
    return Predictor(model, names)(given)


def command(run: Path, *files: Path, out: Path | None = None, top: int = 3) -> None:
    """Say what a trained model makes of pictures, which are drawn, of rows of tables, or of texts.

    Parameters
    ----------
    run : path
        The folder of a run such as runs/mlp, or a model file.
    *files : path
        Pictures of any size, TIFF files with several, CSV files with the columns that the model
        learned from, text files with a text a line, or a text in quotes.
    out : path
        A folder for the drawings and tables, or for one file a file; default: predictions in the
        folder of the run.
    top : int
        How many classes are printed for a picture or row.

    Raises
    ------
    InputError
        As `Predictor` and `places` do, or if `top` is less than 1. One bad file among several is
        reported, and the others go on.
    """
    if top < 1:
        raise InputError(f"top is {top}; it counts classes and is at least 1")
    if not files:
        raise InputError("there is nothing to predict from: name one or more files")
    configure()
    predictor = Predictor(run)
    keep, ending, called = _ways_to_keep(predictor.task)
    written, bad = [], 0
    for path, place in zip(
        files, places(files, out, model_file(run).parent / "predictions", ending), strict=True
    ):
        try:
            answered = predictor(path)
            written += keep(place, answered, top)
        except InputError as error:
            if len(files) == 1:
                raise
            say(f"error: {error}")
            bad += 1
    if written:
        say(f"{called}: {listed(written)}")
    if bad:
        raise InputError(f"{bad} of {len(files)} files could not be used, as said above")


def model_file(run: str | PathLike) -> Path:
    """The model file that a run's folder holds, or the path itself if it is no folder.

    Raises
    ------
    InputError
        If the folder holds none.
    """
    path = Path(run)
    if not is_folder(path):
        return path
    best = RunFolder(path).best
    if not is_file(best):
        raise InputError(
            f"{path} holds no {best.name}: name the folder of a run that has validated once, such "
            "as runs/mlp"
        )
    return best


def places(files: Iterable[Path], out: Path | None, default: Path, ending: str) -> list[Path]:
    """Where the answer to each file goes; no two to the same place, and none over a file.

    Parameters
    ----------
    files : list of path
    out : path or None
        A folder, or a file if its name has an ending.
    default : path
        The folder if `out` is None.
    ending : str
        Of the names in a folder.

    Raises
    ------
    InputError
        If one file is named for several answers, or an answer would replace a file.

    Examples
    --------
    >>> places([Path("a/5.png"), Path("b/5.jpg")], Path("drawn"), Path("."), ".png")
    [PosixPath('drawn/5-prediction.png'), PosixPath('drawn/5-prediction-2.png')]
    """
    files = list(files)
    is_file = out is not None and out.suffix != ""
    if is_file and len(files) > 1:
        raise InputError(f"{out} is one file for the answers to {len(files)}: name a folder")
    found = [out] * len(files) if is_file else list(_numbered(files, out or default, ending))
    given = {path.resolve() for path in files}
    for place in found:
        if place.resolve() in given:
            raise InputError(f"the answer would replace the file {place}: name another --out")
    return found


def _numbered(files, folder, ending):
    """Names in a folder after the files' own, with numbers where these are the same."""
    counts = Counter()
    for path in files:
        counts[path.stem] += 1
        number = f"-{counts[path.stem]}" * (counts[path.stem] > 1)
        yield folder / f"{path.stem[:LONGEST_NAME]}-prediction{number}{ending}"


def _ways_to_keep(task: Task) -> tuple[Callable, str, str]:
    """What keeps answers and says where, the ending of the file, and what it is called."""
    if isinstance(task.inputs, Words):
        return _keep_texts, ".png", "pictures, and tables beside them"
    is_table = isinstance(task.inputs, Numbers)
    return (_keep_table, ".csv", "predictions") if is_table else (_keep_picture, ".png", "pictures")


def _keep_texts(place, predictions, top):
    """A table of all texts, and a picture of the first ones."""
    _keep_table(place.with_suffix(".csv"), predictions, top)
    save_picture(place, stacked_pictures([each.drawn() for each in predictions[:ROWS_SHOWN]]))
    return [place]


def _keep_picture(place, predictions, top):
    pages = range(1, len(predictions) + 1)
    kept = [place.with_suffix(f".page{page}{place.suffix}") for page in pages]
    kept = [place] if len(predictions) == 1 else kept
    for page, prediction in zip(kept, predictions, strict=True):
        save_picture(page, prediction.drawn())
        for ending, write in prediction.task.files(prediction.example, prediction.answer).items():
            write(page.with_suffix(ending))
        _print(prediction.line(top))
    return kept


def _keep_table(place, predictions, top):
    rows = [each.row() for each in predictions]
    with atomic(place, "w") as file:
        writer = csv.DictWriter(file, rows[0], lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    for each in predictions[:ROWS_SHOWN]:
        _print(each.line(top))
    if len(rows) > ROWS_SHOWN:
        _print(f"... and {len(rows) - ROWS_SHOWN:,} rows more in {place}")
    return [place]


def _print(text):
    """A line on standard output, whatever signs the terminal lacks."""
    encoding = sys.stdout.encoding or "utf-8"
    print(text.encode(encoding, "backslashreplace").decode(encoding))
