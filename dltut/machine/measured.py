"""What is measured on a split, several numbers in one pass."""

from collections.abc import Mapping, Sequence


class Measured:
    """One of several numbers that one pass over a split gives.

    Parameters
    ----------
    joint : MinibatchFunction or the like
        ``joint(index)`` gives a list of numbers on minibatch `index`, ``joint.means()`` those on
        the whole split.
    place : int
        Which of them.

    Attributes
    ----------
    n_batches, n_examples : int
        Of minibatches, and of examples, or of what else is counted.
    """

    def __init__(self, joint, place: int):
        self.joint, self.place = joint, place
        self.n_batches, self.n_examples = joint.n_batches, joint.n_examples

    def __call__(self, index: int):
        """The number on minibatch `index`."""
        return self.joint(index)[self.place]

    def mean(self) -> float:
        """The number on the whole split, in float64."""
        return float(self.joint.means()[self.place])


def measured_parts(joints: Mapping[str, object], names: Sequence[str]) -> dict[str, Measured]:
    """All numbers of all parts by their names, such as "valid_iou".

    Parameters
    ----------
    joints : dict
        {part: pass over it}, see `Measured`.
    names : sequence of str
        Of the numbers, in the order of the pass.
    """
    return {
        f"{part}_{name}": Measured(joint, place)
        for part, joint in joints.items()
        for place, name in enumerate(names)
    }
