"""Cross-entropy from probabilities and from scores: the same formula, until it is not."""

import numpy as np
import pytensor.tensor as pt
from scipy.special import expit

from dltut import function
from dltut.nn import binary_cross_entropy

scores, x = pt.fmatrix("scores"), pt.fmatrix("x")
from_scores = function([scores, x], binary_cross_entropy(scores, x))


def from_probabilities(scores, x):
    """The formula as it stands in the page, in single precision."""
    z = expit(scores)
    with np.errstate(divide="ignore", invalid="ignore"):
        return -(x * np.log(z) + (1 - x) * np.log(1 - z)).sum(axis=1).mean()


white = np.ones((1, 1), "float32")
for score in (2, 15, 20, 100):
    given = np.full((1, 1), score, "float32")
    wrong = from_probabilities(given, 0 * white), from_scores(given, 0 * white)
    right = from_probabilities(given, white), from_scores(given, white)
    print(f"score {score:>3}: black pixel {wrong[0]:8.4f} {float(wrong[1]):8.4f}, ", end="")
    print(f"white pixel {right[0]:8.4f} {float(right[1]):10.3g}")

given = np.full((1, 1), 20, "float32")
assert from_probabilities(given, 0 * white) == np.inf
assert np.isnan(from_probabilities(given, white))  # 0 times the logarithm of 0
assert from_scores(given, 0 * white) == 20 and 0 < from_scores(given, white) < 1e-8
