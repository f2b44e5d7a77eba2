"""Look at what the first layer of a saved model has learned: show_weights.py runs/mlp."""

from dltut.commands import flags
from dltut.commands.predict import model_file
from dltut.commands.runs import reading

from pathlib import Path
from typing import Literal

import numpy as np

from dltut.machine.notices import say
from dltut.machine.serialize import read_arrays
from dltut.viz import filter_picture, first_layer_weights, save_picture


def main(
    path: Path,
    rescale: Literal["individual", "global", "none"] = "individual",
    border: bool = False,
    out: Path | None = None,
):
    """Draw the weights of the first layer as pictures, and print how large they are.

    Parameters
    ----------
    path : path
        The folder of a run such as runs/mlp, or a model file.
    rescale : str
        By what the weights, of which 0 is mid-grey, are divided: the largest of each filter, that
        of all of them (global), or nothing.
    border : bool
        Draw a white frame around every filter.
    out : path
        Where the picture is written; default weights.png beside the model.
    """
    with reading():
        file = model_file(path)
        arrays, header = read_arrays(file)
    name, weights = first_layer_weights(arrays)
    units = weights.T if weights.ndim == 2 else weights.reshape(len(weights), -1)  # one a row
    magnitudes, norms = np.abs(weights), np.linalg.norm(units, axis=1)
    print(f"{name}: {len(units)} filters of {units.shape[1]} weights")
    for title, values in (("weight magnitude", magnitudes), ("filter norm", norms)):
        least, mean, greatest = values.min(), values.mean(), values.max()
        print(f"{title:<17} min {least:.6g}, mean {mean:.6g}, max {greatest:.6g}")

    if (header.get("inputs") or {}).get("kind") == "Numbers" and weights.ndim == 2:
        return say("no picture: the weights are those of a table's columns, and not of pixels")
    out = out or file.parent / "weights.png"
    if rescale == "individual":  # not from the least to the greatest: 0 stays mid-grey
        largest = np.abs(units).max(axis=1)
        largest[largest == 0] = 1
        weights = weights / (largest if weights.ndim == 2 else largest.reshape(-1, 1, 1, 1))
        rescale = "none"
    save_picture(out, filter_picture(weights, shape_seen(weights, header), rescale, border))
    say(f"pictures: {out}")


def shape_seen(weights, header):
    """The shape of the pictures that the model learned, if its first layer looks at these."""
    shape = header.get("image_shape")
    return shape if shape and weights.ndim == 2 and np.prod(shape) == len(weights) else None


if __name__ == "__main__":
    flags.run(main)
