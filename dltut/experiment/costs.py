"""What training lowers: the terms of a cost that a file may name, beside the penalties of dltut.nn.

A term is a function of what the experiment knows: ``task``, ``model``, ``x``, ``y`` and other
columns, ``params``, ``weights``, and ``train``, whether there is noise.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dltut.exceptions import InputError, nearest
from dltut.experiment.part import Part
from dltut.machine.arguments import Amount
from dltut.tasks import Reconstruction

__all__ = ["default", "reconstruction"]


@dataclass(frozen=True, repr=False)
class Term(Part):
    """A part that makes one term of a cost.

    Attributes
    ----------
    make, arguments, keys, filled
        As of `Part`.
    coefficient : float
        What it is multiplied by.
    layers : sequence of str, optional
        The names of the layers whose weights it takes; default: of all.
    """

    coefficient: float = 1.0
    layers: Sequence[str] | None = None

    def __call__(self, **context):
        """The term, a scalar, times its coefficient."""
        value = self.alone(**context)
        return value if self.coefficient == 1 else self.coefficient * value

    def alone(self, **context):
        """The term without its coefficient."""
        if self.layers is not None:
            context = context | {"weights": _weights_of(context["weights"], self.layers)}
        return super().__call__(**context)


def default(task, model, x, train, y=None):
    """What the task asks for: the log-likelihood of the classes, or how well x is given back.

    Parameters
    ----------
    task : Task
    model : model
    x, y : variables
    train : bool
    """
    if not isinstance(task, Reconstruction):
        return task.cost(model(x, train=train), y)
    return model.cost(x) if train else model.reconstruction_cost(x, model.hidden(x))


def reconstruction(model, x, train, corruption_level: Amount = 0.0):
    """How well an autoencoder gives back x, while training from a corrupted copy.

    Parameters
    ----------
    model : Autoencoder
    x : variable
    train : bool
    corruption_level : float
        Of the noise; the model says of which kind.

    Raises
    ------
    InputError
        If the model is no autoencoder, or has no noise of that kind.
    """
    if not hasattr(model, "reconstruction_cost"):
        told = f"{type(model).__name__} does not give its input back"
        raise InputError(f"{told}: reconstruction is a cost of autoencoders")
    if corruption_level and not hasattr(model, "corrupted"):
        told = f"{type(model).__name__} corrupts no inputs"
        raise InputError(f"{told}: leave out corruption_level, or choose dA")
    if train and corruption_level:
        return model.cost(x, corruption_level)
    return model.reconstruction_cost(x, model.hidden(x))


def penalties(weights, amounts: Mapping[str, float], names: Mapping):
    """Penalties, each times its amount.

    Parameters
    ----------
    weights : list of variables
    amounts : dict
        {name: amount}.
    names : dict
        {name: penalty}.
    """
    return sum(amount * names[name](weights=weights) for name, amount in amounts.items())


def _weights_of(weights: list, layers: Sequence[str]) -> list:
    """Those of the layers: their names begin with that of the layer."""
    found = {}
    for each in weights:
        found.setdefault(str(each.name).rpartition(".")[0] or each.name, []).append(each)
    for name in layers:
        if name not in found:
            raise InputError(f"there is no layer {name} with weights; {nearest(name, found)}")
    return [each for name in layers for each in found[name]]
