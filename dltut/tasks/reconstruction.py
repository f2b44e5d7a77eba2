"""An example given back from a code of it."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from dltut.datasets.kinds import Numbers, Pictures
from dltut.models import reconstruction_function
from dltut.nn import binary_cross_entropy
from dltut.tasks.task import Task
from dltut.viz import comparison_picture, side_by_side


@dataclass(frozen=True)
class Reconstruction(Task):
    """What a network gives back of its input; an answer is the input and the reconstruction.

    Parameters
    ----------
    inputs : Pictures or Numbers
    corruption_level : float
        Of the noise that a denoising autoencoder learned with.

    Examples
    --------
    >>> task = Reconstruction(Pictures((1, 2, 2)))
    >>> task.line(np.array([[0, 0, 1, 1], [0, 0.25, 0.75, 1]]))
    'given back, 0.125 off on average'
    """

    inputs: Pictures | Numbers
    corruption_level: float = 0.0

    targets: ClassVar[None] = None
    watch: ClassVar[str] = "cost"

    def cost(self, scores, x):
        """The cross-entropy of the reconstruction, whose scores these are, and x in 0 to 1."""
        return binary_cross_entropy(scores, x)

    def measures(self, scores, x) -> dict:
        """The cost."""
        return {"cost": self.cost(scores, x)}

    def answer_function(self, model):
        """A compiled function: rows (n, d) of x in, (n, 2, d) out: x and what is given back."""
        f = reconstruction_function(model)
        return lambda x: np.stack(f(x), axis=1)

    def line(self, answer, top=3) -> str:
        """How far the reconstruction is from its input."""
        x, given_back = answer
        return f"given back, {np.abs(x - given_back).mean():.3g} off on average"

    def row(self, answer) -> dict[str, str]:
        """The reconstruction."""
        names = getattr(self.inputs, "names", range(answer.shape[1]))
        return {str(name): f"{x:.6g}" for name, x in zip(names, answer[1], strict=True)}

    def picture(self, example, answer):
        """The picture, what the network saw of it, and what it gives back."""
        back = answer[1].reshape(example.x.shape)
        return side_by_side(
            {"given": example.given, "as the network saw it": example.x, "given back": back}
        )

    def pictures(self, model, split) -> dict:
        """Some pictures above what is given back of them, with the noise if there is any."""
        if not isinstance(self.inputs, Pictures):
            return {}
        x = split.x[:12]
        seen, given_back = reconstruction_function(model, self.corruption_level)(x)
        noisy = {"corrupted": seen} if self.corruption_level else {}
        rows = {"input": x, **noisy, "reconstruction": given_back}
        return {"reconstructions.png": comparison_picture(rows, self.inputs.shape)}
