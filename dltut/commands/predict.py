"""What a trained model sees in a picture: its class, how sure it is, and the runners-up."""

from collections import Counter
from collections.abc import Iterable
from math import prod
from os import PathLike
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from dltut.datasets.pictures import prepare, read_picture
from dltut.exceptions import InputError
from dltut.machine.config import configure
from dltut.machine.progress import say
from dltut.machine.serialize import read_arrays
from dltut.models import load_model, probability_function
from dltut.training.checkpoint import BEST
from dltut.viz import prediction_picture, save_picture


class Prediction(NamedTuple):
    """A model's answer to one picture.

    Attributes
    ----------
    name : str
        The file; or the number, from 0, of a picture that is none.
    picture : PIL image
        As it was given.
    prepared : array, shape (channels, rows, columns)
        As the model saw it, values in [0, 1).
    probabilities : array, shape (n_classes,)
    classes : list of str
    """

    name: str
    picture: Image.Image
    prepared: np.ndarray
    probabilities: np.ndarray
    classes: list[str]

    @property
    def label(self) -> int:
        """The number of the most probable class."""
        return int(self.probabilities.argmax())

    def ranked(self, n: int | None = None) -> list[tuple[str, float]]:
        """Names and probabilities of the `n` most probable classes, or of all, the surest first."""
        order = np.argsort(-self.probabilities, kind="stable")[:n]
        return [(self.classes[k], float(self.probabilities[k])) for k in order]


def predict(model: str | PathLike, pictures: Iterable) -> list[Prediction]:
    """The classes that a trained model finds in pictures.

    Parameters
    ----------
    model : path
        The folder of a run, or a model file such as ``runs/mlp/best.safetensors``.
    pictures : path, PIL image, or several of them, or arrays
        Pictures of any size are prepared as the model's training pictures were; an array is taken
        for a prepared picture, such as a row of ``data.test.x``.

    Returns
    -------
    list of Prediction

    Raises
    ------
    InputError
        If there is no such model or picture, one is damaged or of another size, the file does not
        say what its pictures are like, or no picture is given.

    Notes
    -----
    `dltut.models.probability_function` is the shorter way for prepared pictures and a model that
    is in memory.
    """
    path = model_file(model)
    facts = _facts(path)
    single = isinstance(pictures, str | PathLike | Image.Image)
    seen = [
        _seen(number, each, facts) for number, each in enumerate([pictures] if single else pictures)
    ]
    if not seen:
        raise InputError("no picture is given: name one or more files")
    x = np.stack([prepared.ravel() for *_, prepared in seen])
    probabilities = probability_function(load_model(path))(x)
    return [
        Prediction(*each, p, facts["classes"]) for each, p in zip(seen, probabilities, strict=True)
    ]


def command(run: Path, *pictures: Path, out: Path | None = None, top: int = 3) -> None:
    """Say what a trained model sees in pictures, and draw it.

    Parameters
    ----------
    run : path
        The folder of a run such as runs/mlp, or a model file.
    *pictures : path
        Pictures of any size.
    out : path
        A folder for the drawings, or for one picture a file; default: predictions in the folder of
        the run.
    top : int
        How many classes are printed for a picture.

    Raises
    ------
    InputError
        As `predict` and `drawing_places` do, or if `top` is less than 1.
    """
    if top < 1:
        raise InputError(f"top is {top}; it counts classes and is at least 1")
    places = drawing_places(pictures, out, model_file(run).parent / "predictions")
    configure()
    for prediction, place in zip(predict(run, pictures), places, strict=True):
        print(line(prediction, top))
        save_picture(place, prediction_picture(*prediction[1:]))
        say(f"pictures: {place}")


def line(prediction: Prediction, top: int = 3) -> str:
    """A prediction in words.

    Examples
    --------
    >>> picture = Image.new("L", (28, 28))
    >>> p = np.array([0.05, 0.8, 0.15])
    >>> line(Prediction("cat.png", picture, np.zeros((1, 28, 28)), p, ["ant", "cat", "cow"]))
    'cat.png: cat 80.00 %, then cow 15.00 %, ant 5.00 %'
    """
    first, *others = (f"{name} {100 * p:.2f} %" for name, p in prediction.ranked(top))
    return f"{prediction.name}: {first}" + f", then {', '.join(others)}" * bool(others)


def model_file(run: str | PathLike) -> Path:
    """The model file that a run's folder holds, or the path itself if it is no folder.

    Raises
    ------
    InputError
        If the folder holds none.
    """
    path = Path(run)
    if not path.is_dir():
        return path
    if not (path / BEST).is_file():
        raise InputError(
            f"{path} holds no {BEST}: name the folder of a run that has validated once, such as "
            "runs/mlp"
        )
    return path / BEST


def drawing_places(pictures: Iterable[Path], out: Path | None, default: Path) -> list[Path]:
    """Where each picture's drawing goes; no two to the same place, and none over a picture.

    Parameters
    ----------
    pictures : list of path
    out : path or None
        A folder, or a file if its name has an ending.
    default : path
        The folder if `out` is None.

    Raises
    ------
    InputError
        If one file is named for several drawings, or a drawing would replace a picture.

    Examples
    --------
    >>> drawing_places([Path("a/5.png"), Path("b/5.jpg")], Path("drawn"), Path("."))
    [PosixPath('drawn/5-prediction.png'), PosixPath('drawn/5-prediction-2.png')]
    """
    pictures = list(pictures)
    is_file = out is not None and out.suffix != ""
    if is_file and len(pictures) > 1:
        raise InputError(f"{out} is one file for {len(pictures)} drawings: name a folder")
    places = [out] * len(pictures) if is_file else list(_numbered(pictures, out or default))
    given = {path.resolve() for path in pictures}
    for place in places:
        if place.resolve() in given:
            raise InputError(f"the drawing would replace the picture {place}: name another --out")
    return places


def _numbered(pictures, folder):
    """Names in a folder after the pictures' own, with numbers where these are the same."""
    counts = Counter()
    for path in pictures:
        counts[path.stem] += 1
        number = f"-{counts[path.stem]}" * (counts[path.stem] > 1)
        yield folder / f"{path.stem}-prediction{number}.png"


def _facts(path):
    """What the model file says of its pictures and classes."""
    facts = read_arrays(path)[1]
    if not {"image_shape", "classes", "preparation"} <= facts.keys():
        raise InputError(
            f"{path} does not say what its pictures and classes are: save the model with "
            "header=data.facts, as the training scripts do"
        )
    return facts


def _seen(number, given, facts):
    """A picture's name, the picture, and what the model sees of it."""
    shape = tuple(facts["image_shape"])
    if isinstance(given, str | PathLike):
        return str(given), read_picture(given), prepare(given, facts)
    if isinstance(given, Image.Image):
        return f"picture {number}", given, prepare(given, facts)
    prepared = np.asarray(given, dtype=np.float32)
    if prepared.size != prod(shape):
        raise InputError(
            f"picture {number} has shape {prepared.shape}; the model takes {prod(shape)} values, "
            f"a prepared picture of {shape}"
        )
    prepared = prepared.reshape(shape)
    return f"picture {number}", _as_image(prepared), prepared


def _as_image(prepared):
    pixels = (255 * prepared).clip(0, 255).astype(np.uint8)  # (channels, rows, columns)
    return Image.fromarray(pixels[0] if len(pixels) == 1 else pixels.transpose(1, 2, 0))
