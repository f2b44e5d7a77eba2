"""Which pixels can change the score in the middle, by its gradient."""

import numpy as np
import pytensor
import pytensor.tensor as pt

from dltut import function
from dltut.models import UNet

sides, side = [], 97
for depth in (1, 2, 3):
    model, x = UNet(np.random.RandomState(1), (1, side, side), 2, 2, depth), pt.tensor4("x")
    score = model(x)[0, 0, side // 2, side // 2]
    gradient = function([x], pytensor.grad(score, x))(
        np.random.RandomState(2).rand(1, 1, side, side)
    )
    rows = np.flatnonzero(np.abs(gradient[0, 0]).sum(axis=1))
    sides.append(int(rows[-1] - rows[0] + 1))
print("rows that are seen:", sides)
assert sides[1] > 1.8 * sides[0] and sides[2] > 1.8 * sides[1]
