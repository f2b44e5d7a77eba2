"""Pictures of a run, drawn from the files that it left."""

from os.path import commonpath
from pathlib import Path

import numpy as np

from dltut.datasets import Dataset, load
from dltut.exceptions import InputError
from dltut.machine.config import configure
from dltut.machine.progress import say, spinner
from dltut.machine.serialize import read_arrays
from dltut.models import load_model, probability_function, reconstruction_function
from dltut.models.reconstructions import way_back
from dltut.training import read_config, read_log
from dltut.training.checkpoint import BEST
from dltut.training.log import ROWS
from dltut.training.run_folder import CONFIG
from dltut.viz import (
    channel_names,
    comparison_picture,
    confusion_matrix,
    confusion_picture,
    filter_picture,
    first_layer_weights,
    learning_curves,
    mistakes_picture,
    save_picture,
)


def draw_run(run_dir: str | Path, data: Dataset | None = None) -> list[Path]:
    """Draw what a run learned: curves, first-layer filters, and what the model makes of test data.

    Of a classifier these are its confusions and worst mistakes, of a model without classes inputs
    above their reconstructions. If folders of the run hold runs of their own, such as one for each
    level of noise, these are drawn too.

    Parameters
    ----------
    run_dir : path
        A run's folder, such as ``runs/mlp``; the pictures are written into it.
    data : Dataset, optional
        The test examples; default: the data set that the run, or the folder around it, names.

    Returns
    -------
    list of Path
        The pictures.

    Raises
    ------
    InputError
        If the folder holds no run, its files are damaged, or the data set is another one.
    """
    run_dir = Path(run_dir)
    data = data or _data_of(run_dir)
    with spinner("drawing what was learned"):
        pictures = dict(_pictures(run_dir, data))
    for name, picture in pictures.items():
        save_picture(run_dir / name, picture)
    say(f"pictures: {run_dir}/{{{','.join(sorted(pictures))}}}")
    if "mistakes.png" in pictures:
        say(f"next: python -m dltut predict {run_dir} PICTURE, for a picture of your own")
    return [run_dir / name for name in pictures]


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


def plot(*runs: Path, out: Path = Path("curves.png")) -> None:
    """Draw the pictures of a run again, or the learning curves of several runs in one figure.

    Parameters
    ----------
    *runs : path
        Folders of runs, such as runs/mlp.
    out : path
        Where the figure of several runs is written; the pictures of one go into its folder.

    Raises
    ------
    InputError
        If no run is named, or a folder holds none.
    """
    if not runs:
        raise InputError("no run is named: give the folder of one or more, such as runs/mlp")
    configure()
    if len(runs) == 1:
        draw_run(runs[0])
        return
    save_picture(out, learning_curves({str(each): read_log(each) for each in runs}))
    say(f"pictures: {out}")


def listed(paths):
    """Paths as a shell takes them: those of one folder behind its name."""
    first, *others = paths = sorted(paths)
    if not others:
        return str(first)
    folder = Path(commonpath(path.parent for path in paths))
    return str(folder / f"{{{','.join(str(path.relative_to(folder)) for path in paths)}}}")


def _pictures(run_dir, data):
    parts = {path.parent.name: read_log(path) for path in sorted(run_dir.glob(f"*/{ROWS}"))}
    if (run_dir / ROWS).exists() or not parts:
        rows = read_log(run_dir)
        yield from _pictures_of_one(run_dir, data, rows)
    else:
        rows = []
        for name, part in parts.items():
            pictures = _pictures_of_one(run_dir / name, data, part)
            yield from ((f"{name}/{each}", picture) for each, picture in pictures)
    if any(parts.values()):
        yield "parts.png" if rows else "curves.png", learning_curves(parts)


def _pictures_of_one(run_dir, data, rows):
    judged = any("valid_error" in row for row in rows)
    if rows:
        channels = None if judged else channel_names(rows)
        yield "curves.png", learning_curves({run_dir.name: rows}, channels)
    if not (run_dir / BEST).exists():
        return
    arrays, header = read_arrays(run_dir / BEST)
    yield "filters.png", filter_picture(first_layer_weights(arrays)[1], data.image_shape)
    model = load_model(run_dir / BEST)
    if judged:
        yield from _judged(model, data)
    elif way_back(model):
        level = header.get("corruption_level", 0)
        yield "reconstructions.png", _reconstructions(model, data, level)


def _judged(model, data):
    probabilities = _test_probabilities(model, data.test.x)
    counts = confusion_matrix(data.test.y, probabilities.argmax(axis=1), data.n_classes)
    yield "confusion.png", confusion_picture(counts, data.classes)
    yield (
        "mistakes.png",
        mistakes_picture(data.test.x, data.test.y, probabilities, data.image_shape, data.classes),
    )


def _reconstructions(model, data, corruption_level, n=12):
    x = data.test.x[:n]
    seen, reconstruction = reconstruction_function(model, corruption_level)(x)
    rows = {"input": x, "corrupted": seen, "reconstruction": reconstruction}
    if not corruption_level:
        del rows["corrupted"]
    return comparison_picture(rows, data.image_shape)


def _test_probabilities(model, x, batch_size=500):
    f = probability_function(model)
    return np.concatenate([f(x[i : i + batch_size]) for i in range(0, len(x), batch_size)])


def _data_of(run_dir):
    is_part = not (run_dir / CONFIG).exists() and (run_dir.parent / CONFIG).exists()
    arguments = read_config(run_dir.parent if is_part else run_dir)["arguments"]
    if "dataset" not in arguments:
        raise InputError(f"{run_dir} does not say which data set it learned: pass the data")
    return load(arguments["dataset"], arguments.get("data_dir"), arguments.get("quick", False))
