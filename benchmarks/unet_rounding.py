"""How far rounding alone takes a U-Net: steps of the race's, dltut's and PyTorch's, in both widths.

In double precision the two must agree to many digits; then the rest is single precision.
"""

import numpy as np
import torch
from peers import ours, torch_segmentation
from race import difference
from works import WORKS

from dltut.commands.flags import run
from dltut.machine.config import configure

WIDTHS = "float64", "float32"


def main(n_steps: int = 2):
    """Print the largest differences between weights, each relative to the largest of its array.

    Parameters
    ----------
    n_steps : int
        Steps of gradient descent.
    """
    work, found = WORKS["unet"], {}
    for width in WIDTHS:
        configure(floatX=width)
        arrays = {name: as_width(each, width) for name, each in work.arrays().items()}
        found["dltut", width] = learned(ours.segmentation(work.settings, arrays), n_steps)
        arrays = {name: torch.as_tensor(each) for name, each in arrays.items()}
        peer = torch_segmentation.segmentation(
            work.settings, arrays, torch.channels_last, lambda cost: cost
        )
        found["PyTorch", width] = learned(peer, n_steps)

    double, single = ([(name, width) for name in ("dltut", "PyTorch")] for width in WIDTHS)
    for one, other in (double, single, (single[0], double[0]), (single[1], double[1])):
        far = difference(found[one], found[other])
        print(f"{' in '.join(one):<18} and {' in '.join(other):<18}: {far:.1e}")


def as_width(array, width):
    """Floating point numbers in this width, whole numbers as they are."""
    return array.astype(width) if array.dtype.kind == "f" else array


def learned(built, n_steps):
    """The parameters after some steps."""
    steps, result = built
    steps(n_steps)
    found = (each.detach().numpy() if isinstance(each, torch.Tensor) else each for each in result())
    return [np.array(each) for each in found]


if __name__ == "__main__":
    run(main)
