"""The pictures of a run, drawn from the files that it left."""

from collections.abc import Iterable, Mapping
from math import prod
from os import PathLike
from os.path import commonpath
from pathlib import Path

import numpy as np

from dltut.datasets import Dataset
from dltut.datasets.kinds import Characters, Pictures, Rolls, Series, Words
from dltut.exceptions import InputError
from dltut.machine.files import is_there
from dltut.machine.notices import say, spinner
from dltut.tasks import Classification, load_trained, task_of
from dltut.training import RunFolder, read_run
from dltut.viz import (
    filter_picture,
    first_layer_picture,
    learning_curves,
    save_picture,
)

YOURS = {  # of predict
    Characters: "TEXT.txt, for a text",
    Pictures: "PICTURE, for a picture",
    Rolls: "SONG.mid, for a piece",
    Series: "SERIES.csv, for the end of a series",
    Words: "TEXTS.txt, for lines",
}


def draw_run(
    run_dir: str | PathLike,
    data: Dataset | Mapping[str, Dataset],
    names: Iterable[type] = (),
    drawn: Iterable[Path] = (),
) -> list[Path]:
    """Draw what a run learned: curves, first-layer filters, and what the model makes of test data.

    The last depends on the task: of a classifier these are its confusions and worst mistakes, of a
    regression the predicted numbers against the true ones, of an autoencoder inputs above their
    reconstructions. If folders of the run hold runs of their own, such as one for each level of
    noise, these are drawn too.

    Parameters
    ----------
    run_dir : path
        A run's folder, such as ``runs/mlp``; the pictures are written into it.
    data : Dataset or dict
        The test examples, or {name of a run in the folder: test examples}, where the run itself is
        ``""`` and of one that is not named only the curves are drawn; `dltut.commands.plot.data_of`
        finds them.
    names : list of classes
        Models and tasks of one's own that the run's model file may name.
    drawn : list of path
        Pictures of the run that are there already, to be listed with these.

    Returns
    -------
    list of Path
        The pictures.

    Raises
    ------
    InputError
        If the folder holds no run, its files are damaged, or the data set is another one. What can
        be drawn is drawn before that.
    """
    run_dir = Path(run_dir)
    written = list(drawn)
    try:
        with spinner("drawing what was learned"):
            for name, picture in _pictures(run_dir, data, tuple(names)):
                save_picture(run_dir / name, picture)
                written.append(run_dir / name)
    finally:
        if written:
            say(f"pictures: {listed(written)}")
    if is_there(RunFolder(run_dir).best) and (own := _data_for("", data)):
        yours = YOURS.get(type(task_of(own).inputs), "ROWS.csv, for rows")
        say(f"next: python -m dltut predict {run_dir} {yours} of your own")
    return written


def draw_filters(path: str | Path, model, image_shape: tuple[int, ...], n: int = 100) -> None:
    """Draw the first filters of a model as the tutorials do: ten by ten, a weight a pixel.

    Parameters
    ----------
    path : path
        Of the picture, which has 289 x 289 pixels for 100 filters of 28 x 28.
    model : model
    image_shape : (channels, rows, columns)
        Of an input.
    n : int
        How many filters at most.

    Raises
    ------
    InputError
        If the weights do not fit the shape, or are not finite.
    """
    weights = np.asarray(model.weights[0].get_value())[:, :n]
    save_picture(path, filter_picture(weights, image_shape, min_size=0))


def listed(paths: Iterable[Path]) -> str:
    """Paths as a shell takes them: those of one folder behind its name.

    Examples
    --------
    >>> listed([Path("runs/mlp/curves.png"), Path("runs/mlp/filters.png")])
    'runs/mlp/{curves.png,filters.png}'
    >>> listed([Path("curves.png")])
    'curves.png'
    """
    first, *others = paths = sorted(paths)
    if not others:
        return str(first)
    folder = Path(commonpath(path.parent for path in paths))
    return str(folder / f"{{{','.join(str(path.relative_to(folder)) for path in paths)}}}")


def _pictures(run_dir, data, names):
    folder = RunFolder(run_dir)
    parts = {part.path.name: read_run(part.path) for part in folder.parts}
    log = read_run(run_dir) if is_there(folder.log) or not parts else None
    if log:
        yield from _pictures_of_one(run_dir, _data_for("", data), log, names)
    else:
        for name, part in parts.items():
            pictures = _pictures_of_one(run_dir / name, _data_for(name, data), part, names)
            yield from ((f"{name}/{each}", picture) for each, picture in pictures)
    if any(part.rows for part in parts.values()):
        yield "parts.png" if log else "curves.png", learning_curves(parts)


def _pictures_of_one(run_dir, data, log, names):
    if log.rows:
        yield "curves.png", learning_curves({run_dir.name: log})
    best = RunFolder(run_dir).best
    if not is_there(best) or data is None:
        return
    model, task = load_trained(best, names, data.facts)
    if type(data.inputs) is not type(task.inputs):
        raise InputError(
            f"{run_dir} learned {task.inputs}, {data.name} has {data.inputs}: pass the data that "
            "it learned, draw_run(run_dir, data)"
        )
    if _looks_at_pictures(model, task):
        weights = np.asarray(model.weights[0].get_value())
        shape, classes = task.inputs.shape, _classes(model, task)
        yield "filters.png", first_layer_picture(weights, shape, classes=classes)
    yield from task.pictures(model, data.test).items()


def _data_for(name, data):
    return data.get(name) if isinstance(data, Mapping) else data


def _looks_at_pictures(model, task):
    """Whether the first weights are those of pixels, which rows of a table have none of."""
    if not isinstance(task.inputs, Pictures) or not model.weights:
        return False
    shape = model.weights[0].get_value(borrow=True).shape
    return len(shape) == 4 or (len(shape) == 2 and shape[0] == prod(task.inputs.shape))


def _classes(model, task):
    """The names of the first layer's units, if it is the only one and these are classes."""
    is_only = len(model.weights) == 1 and isinstance(task, Classification)
    return task.targets.names if is_only else None
