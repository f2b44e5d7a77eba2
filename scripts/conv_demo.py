"""What a layer of random filters does to a photograph, and max-pooling in numbers."""

from dltut.commands import flags

from pathlib import Path
from typing import Literal

import numpy as np
import pytensor.tensor as pt

from dltut import function
from dltut.datasets.pictures import read_picture, resized
from dltut.exceptions import InputError
from dltut.machine.arguments import Seed
from dltut.machine.config import configure
from dltut.machine.notices import say
from dltut.machine.shared import as_floatX
from dltut.nn import conv2d, pool2d
from dltut.viz import feature_map_picture, sample_photograph, save_picture


def main(
    picture: Path | None = None,
    out: Path = Path("runs/conv-demo.png"),
    seed: Seed = 23455,
    floatX: Literal["float32", "float64"] | None = None,
    device: str | None = None,
):
    """Convolve a picture with two random 9 x 9 filters, and pool a small array.

    Parameters
    ----------
    picture : path
        Grey or colour, of any size from 10 x 10; default a photograph that comes with matplotlib.
    out : path
        Where the picture of the maps is written.
    seed : int
        Of the filters.
    floatX : str
        Width of the numbers; default float32.
    device : str
        cpu, or cuda for an NVIDIA GPU.
    """
    configure(floatX=floatX, device=device)
    given = sample_photograph() if picture is None else read_picture(picture)
    if min(given.size) < 10:
        raise InputError(f"{picture} has {given.width} x {given.height} pixels; 10 x 10 are needed")

    image = as_floatX(resized(given, (3, given.height, given.width)))[None]
    maps, pooled = feature_maps(np.random.RandomState(seed), image)
    print(f"picture     {image.shape}")
    print(f"convolved   {maps.shape}")
    print(f"and pooled  {pooled.shape}")
    save_picture(out, feature_map_picture(given, {"convolved": maps[0], "and pooled": pooled[0]}))
    say(f"pictures: {out}")
    show_max_pooling()


def feature_maps(rng, image):
    """Two maps of a picture, (1, 2, rows - 8, columns - 8), and the same pooled."""
    bound = 1 / np.sqrt(3 * 9 * 9)
    W = as_floatX(rng.uniform(-bound, bound, (2, 3, 9, 9)))
    b = as_floatX(rng.uniform(-0.5, 0.5, 2))[:, None, None]
    x = pt.tensor4("x")
    sums = conv2d(x, W)
    layers = pt.sigmoid(sums + b), pt.sigmoid(pool2d(sums, 2) + b)
    return function([x], layers)(image)


def show_max_pooling():
    """Print the largest number under each 2 x 2 window of a small array."""
    x = pt.dtensor4("x")
    windows = [pool2d(x, 2, ignore_border=ignored) for ignored in (True, False)]
    numbers = np.random.RandomState(1).rand(3, 2, 5, 5)
    without_border, with_border = function([x], windows)(numbers)
    for title, array in (
        ("numbers", numbers),
        ("largest of each 2 x 2, the border ignored", without_border),
        ("largest of each 2 x 2, the border kept (ignore_border=False)", with_border),
    ):
        shown = np.array2string(array[0, 0], suppress_small=True)
        print(f"\n{title}: [0, 0] of shape {array.shape}\n{shown}")


if __name__ == "__main__":
    flags.run(main)
