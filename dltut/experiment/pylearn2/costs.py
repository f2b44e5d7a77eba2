"""Costs of Pylearn2: terms of what training lowers, each a part of a `Train`."""

from collections.abc import Sequence
from dataclasses import dataclass
from types import NoneType
from typing import Literal

import pytensor.tensor as pt

from dltut.exceptions import InputError, nearest
from dltut.experiment.part import Part
from dltut.experiment.pylearn2.arguments import Flag, Share, check_only
from dltut.experiment.pylearn2.layers import named_layers
from dltut.experiment.pylearn2.models import Model
from dltut.machine.arguments import Amount
from dltut.machine.rng import Streams
from dltut.nn import binary_cross_entropy, l1, l2, squared_error

MEASURED = 1  # the seed of the noise of what is measured


class Cost:
    """A term of the objective."""

    label = ""  # behind the number of its channel, term_0

    def part(self, model: Model) -> Part:
        """What makes the scalar, of what it takes of the context."""
        raise NotImplementedError

    @property
    def dropped(self) -> "Dropout | None":
        """What is dropped of the inputs of each layer, if anything."""
        return None

    @property
    def terms(self) -> list[tuple[float, "Cost"]]:
        """What it is the sum of, each with its coefficient."""
        return [(1.0, self)]


@dataclass
class Default(Cost):
    """What the task asks for: negative log-likelihood of classes, squared error of numbers."""

    def part(self, model):
        """The cost of the task."""
        return Part(_task_cost)


@dataclass(kw_only=True)
class MethodCost(Default):
    """What a method of the model gives: its own cost, or the penalty of a contractive one."""

    method: Literal["cost_from_X", "cost", "contraction_penalty"]
    data_specs: NoneType = None

    def part(self, model):
        """The cost of the task, or the squared norm of the Jacobian of the code."""
        is_penalty = self.method == "contraction_penalty"
        return Part(lambda model, x: model.penalty(x)) if is_penalty else super().part(model)


@dataclass(kw_only=True)
class Dropout(Default):
    """The cost of a net whose layers each see a part of their inputs, the first of the pixels."""

    default_input_include_prob: Share = 0.5
    input_include_probs: dict[str, Share] | None = None
    default_input_scale: Amount = 2.0
    input_scales: dict[str, Amount] | None = None
    per_example: Flag = True

    def __post_init__(self):
        check_only("Dropout", per_example=(bool(self.per_example), True))

    @property
    def dropped(self):
        """Itself."""
        return self

    def of(self, layer_names: Sequence[str]) -> dict[str, dict]:
        """{layer: its keys of a description}.

        Raises
        ------
        InputError
            If there is no layer of a name that is given, or all of a layer's inputs are dropped.
        """
        probabilities, scales = self.input_include_probs or {}, self.input_scales or {}
        for name in [*probabilities, *scales]:
            if name not in layer_names:
                raise InputError(f"Dropout: there is no layer {name}; {nearest(name, layer_names)}")
        noise = {}
        for name in layer_names:
            kept = probabilities.get(name, self.default_input_include_prob)
            scale = scales.get(name, self.default_input_scale)
            if not kept or not scale:
                raise InputError(f"Dropout: layer {name} would see nothing: give more than 0")
            if kept < 1:  # what drops nothing scales nothing
                noise[name] = {"dropout": round(1 - kept, 12), "dropout_scale": scale}
        return noise


@dataclass(kw_only=True)
class WeightDecay(Cost):
    """The squares of the weights of each layer, times its coefficient; biases are free."""

    coeffs: Sequence[Amount] | dict[str, Amount]

    label, penalty = "weight_decay", staticmethod(l2)

    def part(self, model):
        """The penalty of those layers that have a coefficient.

        Raises
        ------
        InputError
            If there is not one coefficient for each layer, or no layer of a name that is given.
        """
        names = [layer.layer_name for layer in model.flat]
        if not names:
            raise InputError(f"{type(self).__name__} is for an MLP, whose layers have names")
        if isinstance(self.coeffs, dict):
            for name in self.coeffs:
                if name not in names:
                    raise InputError(f"coeffs: there is no layer {name}; {nearest(name, names)}")
            given = self.coeffs
        elif len(self.coeffs) == len(names):
            given = dict(zip(names, self.coeffs, strict=True))
        else:
            raise InputError(
                f"coeffs has {len(self.coeffs)} numbers for {len(names)} layers "
                f"({', '.join(names)}): give one for each"
            )
        return Part(_penalties, {"coefficients": given, "penalty": self.penalty})


class L1WeightDecay(WeightDecay):
    """The sizes of the weights of each layer, times its coefficient; biases are free."""

    label, penalty = "l1_penalty", staticmethod(l1)


@dataclass(kw_only=True)
class SumOfCosts(Cost):
    """Several costs, added up."""

    costs: Sequence[Cost | Sequence[Cost | float]]

    @property
    def terms(self):
        """Those of the costs, times the coefficients that they are given with.

        Raises
        ------
        InputError
            If something in the list is neither a cost nor a coefficient with a cost.
        """
        found = []
        for each in self.costs:
            coefficient, cost = (1.0, each) if isinstance(each, Cost) else _pair(each)
            found += [(coefficient * inner, term) for inner, term in cost.terms]
        return found

    @property
    def dropped(self):
        """What the one of them that is a Dropout drops."""
        return next((cost for _, cost in self.terms if cost.dropped), None)


@dataclass
class MeanSquaredReconstructionError(Cost):
    """How far a reconstruction is from the clean input: summed over units, mean over the batch."""

    error = staticmethod(squared_error)

    def part(self, model):
        """The error with the noise that the model asks for.

        Notes
        -----
        The noise of what is measured has streams of its own: how often is measured does not change
        what is learned.
        """
        return Part(_reconstruction, {"error": self.error, "level": model.level})


class MeanBinaryCrossEntropy(MeanSquaredReconstructionError):
    """The cross-entropy of a reconstruction between 0 and 1 and the clean input."""

    def part(self, model):
        """The error with the noise that the model asks for."""
        return Part(_cross_entropy, {"level": model.level})


@dataclass(kw_only=True)
class SparseActivation(Cost):
    """Coefficient times the divergence of the units' mean activation from a small one."""

    coeff: Amount
    p: Share

    def part(self, model):
        """The penalty."""
        return Part(_sparsity, {"coefficient": self.coeff, "p": self.p})


def _pair(given) -> tuple[float, Cost]:
    if len(given) == 2 and isinstance(given[1], Cost) and not isinstance(given[0], Cost):
        return given[0], given[1]
    raise InputError("SumOfCosts: costs holds costs, and [coefficient, cost] pairs")


def _task_cost(task, model, x, y, train: bool):
    return task.cost(model(x, train=train), y)


def _penalties(model, coefficients, penalty):
    layers = named_layers(model)
    terms = [
        coefficient * penalty(layers[name].weights)
        for name, coefficient in coefficients.items()
        if coefficient and layers[name].weights
    ]
    return sum(terms[1:], start=terms[0]) if terms else pt.constant(0.0)


def _seen(model, x, level, train: bool):
    """The input with noise, if the model learns with noise."""
    if level is None:
        return x
    return model.corruption(model.streams if train else Streams(MEASURED), x, level)


def _reconstruction(model, x, train: bool, error, level):
    return error(model.reconstruction(model.hidden(_seen(model, x, level, train))), x)


def _cross_entropy(model, x, train: bool, level):
    return binary_cross_entropy(model.scores(model.hidden(_seen(model, x, level, train))), x)


def _sparsity(model, x, coefficient, p):
    mean = abs(model.hidden(x)).mean(axis=0)
    divergence = p * pt.log(p / mean) + (1 - p) * pt.log((1 - p) / (1 - mean))
    return coefficient * divergence.sum()
