"""Pictures of a run, drawn from the files that it left."""

from pathlib import Path

import numpy as np

from dltut.config import configure
from dltut.datasets import Dataset, load
from dltut.errors import InputError
from dltut.models import load_model, probability_function
from dltut.progress import say, spinner
from dltut.serialize import read_arrays
from dltut.training import read_config, read_log
from dltut.training.checkpoint import BEST
from dltut.viz import (
    confusion_matrix,
    confusion_picture,
    filter_picture,
    first_layer_weights,
    learning_curves,
    mistakes_picture,
    save_picture,
)


def draw_run(run_dir: str | Path, data: Dataset | None = None) -> list[Path]:
    """Draw what a run learned: curves, first-layer filters, confusions, the worst mistakes.

    Parameters
    ----------
    run_dir : path
        A run's folder, such as ``runs/mlp``; the pictures are written into it.
    data : Dataset, optional
        The test examples; default: the data set that the run names, loaded again.

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
    if (run_dir / BEST).exists():
        say(f"next: python -m dltut predict {run_dir} PICTURE, for a picture of your own")
    return [run_dir / name for name in pictures]


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


def _pictures(run_dir, data):
    rows = read_log(run_dir)
    if rows:
        yield "curves.png", learning_curves({run_dir.name: rows})
    if not (run_dir / BEST).exists():
        return
    _, weights = first_layer_weights(read_arrays(run_dir / BEST)[0])
    yield "filters.png", filter_picture(weights, data.image_shape)
    model = load_model(run_dir / BEST)
    probabilities = _test_probabilities(model, data.test.x)
    counts = confusion_matrix(data.test.y, probabilities.argmax(axis=1), data.n_classes)
    yield "confusion.png", confusion_picture(counts, data.classes)
    yield (
        "mistakes.png",
        mistakes_picture(data.test.x, data.test.y, probabilities, data.image_shape, data.classes),
    )


def _test_probabilities(model, x, batch_size=500):
    f = probability_function(model)
    return np.concatenate([f(x[i : i + batch_size]) for i in range(0, len(x), batch_size)])


def _data_of(run_dir):
    arguments = read_config(run_dir)["arguments"]
    if "dataset" not in arguments:
        raise InputError(f"{run_dir} does not say which data set it learned: pass the data")
    return load(arguments["dataset"], arguments.get("data_dir"), arguments.get("quick", False))
