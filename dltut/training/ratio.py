"""What is measured a frame or a word, where examples have different numbers of them."""

from collections.abc import Mapping

from dltut.machine.measured import Measured


class Ratio:
    """The mean of one measure over that of another, over all examples counted.

    Parameters
    ----------
    above, below : Measured
        Both from one call of `dltut.training.minibatch_functions`, of one split.

    Attributes
    ----------
    n_batches, n_examples : int
        As theirs.

    Examples
    --------
    >>> import numpy as np
    >>> import pytensor.tensor as pt
    >>> from dltut import shared_dataset
    >>> from dltut.training import minibatch_functions
    >>> x = pt.matrix("x")  # two examples: 6 notes in 2 frames, 1 in 1
    >>> valid = shared_dataset((np.array([[6.0, 2.0], [1.0, 1.0]]),))
    >>> sums = {"notes": x[:, 0].mean(), "frames": x[:, 1].mean()}
    >>> notes, frames = minibatch_functions(sums, [x], {"": valid}, 1).values()
    >>> round(Ratio(notes, frames).mean(), 4)
    2.3333
    """

    def __init__(self, above: Measured, below: Measured):
        self.above, self.below = above, below
        self.n_batches, self.n_examples = above.n_batches, above.n_examples

    def __call__(self, index: int):
        """The ratio on minibatch `index`."""
        outputs = self.above.joint(index)
        return outputs[self.above.place] / outputs[self.below.place]

    def mean(self) -> float:
        """The ratio of the means."""
        means = self.above.joint.means()
        return float(means[self.above.place] / means[self.below.place])


def ratios(measured: Mapping[str, Measured], by: str) -> dict[str, Ratio]:
    """Each measure over one of them, on each split.

    Parameters
    ----------
    measured : dict
        {"valid_log_likelihood": Measured, "valid_frames": Measured, ...}, from
        `dltut.training.minibatch_functions`.
    by : str
        What they are divided by, such as frames.

    Returns
    -------
    dict
        {"valid_log_likelihood": Ratio, ...}
    """
    ends = [name for name in measured if name == by or name.endswith(f"_{by}")]
    prefixes = [name.removesuffix(by) for name in ends]
    found = {}
    for name, each in measured.items():
        if name not in ends:
            prefix = max((p for p in prefixes if name.startswith(p)), key=len)
            found[name] = Ratio(each, measured[f"{prefix}{by}"])
    return found
