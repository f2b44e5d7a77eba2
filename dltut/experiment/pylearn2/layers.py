"""Layers of Pylearn2: each says how `dltut.models.Sequential` is to make it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import NoneType
from typing import ClassVar, Literal

import numpy as np

from dltut.datasets import Split
from dltut.datasets.kinds import Classes, Labels
from dltut.exceptions import InputError
from dltut.experiment.pylearn2.arguments import Flag, check_only
from dltut.experiment.pylearn2.examples import Data, Examples
from dltut.machine.arguments import Amount, Count, Size
from dltut.models import Autoencoder

UNITS = ("max_x", "mean_x", "min_x", "range_x")
DETECTION = ("01_loss", "kl", "precision", "recall", "f1", "per_output")
CLASSES = ("max_max", "mean_max", "min_max", "misclass", "nll")
LOWEST = 1e-6  # share of a class that no example has, whose logarithm is a first bias


@dataclass(kw_only=True)
class Layer:
    """A layer with a name, which begins the names of its channels."""

    layer_name: str

    measured: ClassVar[tuple[str, ...]] = ()  # how the names of its channels go on

    def described(self, last: bool) -> list[dict]:
        """What `dltut.models.Sequential` takes: one or more descriptions, from the input on.

        Parameters
        ----------
        last : bool
            Whether it is the last of the model, which gives scores and no probabilities.
        """
        raise NotImplementedError

    def start(self, network) -> None:
        """Set first values that no description tells, once the network is made."""


@dataclass(kw_only=True)
class Weighted(Layer):
    """What layers with weights share: how these begin, and how fast they learn."""

    irange: Amount | None = None
    sparse_init: Count | None = None
    W_lr_scale: Amount | None = None
    b_lr_scale: Amount | None = None

    def _parameters(self, istdev=None, sparse_stdev=1.0, init_bias=0.0) -> dict:
        """First weights, first biases and rates, as a description has them."""
        starts = {
            "irange": self.irange is not None and {"name": "uniform", "limit": self.irange},
            "istdev": istdev is not None and {"name": "normal", "deviation": istdev},
            "sparse_init": self.sparse_init is not None
            and {"name": "sparse", "n_nonzero": self.sparse_init, "deviation": sparse_stdev},
        }
        chosen = [name for name, start in starts.items() if start]
        if len(chosen) != 1:
            raise InputError(
                f"layer {self.layer_name}: {' and '.join(chosen) or 'nothing'} says how its "
                "weights begin; give one of irange, istdev and sparse_init"
            )
        W = starts[chosen[0]]
        if not all(W.values()):  # by nothing, or nothing of it
            W = 0.0
        scales = {"W": self.W_lr_scale, "b": self.b_lr_scale}
        rate = {name: scale for name, scale in scales.items() if scale is not None}
        bias = {"b": init_bias} if init_bias else {}
        return {"W": W, **bias, **({"rate": rate} if rate else {})}


@dataclass(kw_only=True)
class _Dense(Weighted):
    """What the fully connected layers share."""

    max_col_norm: Amount | None = None
    max_row_norm: Amount | None = None

    measured = ("row_norms", "col_norms", *UNITS)

    def _dense(self, n_out: int, activation: str | None, least=None, **start) -> dict:
        dense = named(self, "Dense", n_out=n_out, activation=activation)
        return dense | self._parameters(**start) | self._norms(least)

    def _norms(self, least: float | None = None) -> dict:
        """Limits of the weights into each unit, or of those out of each input."""
        if self.max_row_norm is None:
            return limits(least, self.max_col_norm)
        place = f"layer {self.layer_name}, which has a max_row_norm"
        check_only(place, max_col_norm=(self.max_col_norm, None), min_col_norm=(least, None))
        return {"max_norm": self.max_row_norm, "norm_axes": 1}


@dataclass(kw_only=True)
class Linear(_Dense):
    """A fully connected layer; the last one is for real targets and their squared error."""

    dim: Size
    istdev: Amount | None = None
    sparse_stdev: Amount = 1.0
    include_prob: Amount = 1.0
    init_bias: float = 0.0
    mask_weights: NoneType = None
    min_col_norm: Amount | None = None
    copy_input: NoneType = None
    use_abs_loss: Flag = False
    use_bias: Flag = True

    activation = "linear"

    def described(self, last: bool) -> list[dict]:
        """A `dltut.layers.Dense`."""
        check_only(
            f"layer {self.layer_name}",
            include_prob=(self.include_prob, 1),
            use_abs_loss=(self.use_abs_loss, False),
            use_bias=(self.use_bias, True),
        )
        names = "istdev", "sparse_stdev", "init_bias"
        start = {name: getattr(self, name) for name in names}
        return [self._dense(self.dim, self.activation, self.min_col_norm, **start)]


@dataclass(kw_only=True)
class Tanh(Linear):
    """A fully connected layer with the hyperbolic tangent."""

    activation = "tanh"


@dataclass(kw_only=True)
class Sigmoid(Linear):
    """A fully connected layer of sigmoids; the last one is for labels of which several may hold."""

    monitor_style: Literal["detection", "classification", "one_hot_class", "bit_vector_class"] = (
        "detection"
    )

    activation = "sigmoid"

    @property
    def measured_last(self) -> tuple[str, ...]:
        """As `measured`, where it is the last layer."""
        detects = self.monitor_style == "detection"
        return (*self.measured, *(DETECTION if detects else ("misclass",)))

    @property
    def is_one_hot(self) -> bool:
        """Whether the most probable unit alone is the answer."""
        return self.monitor_style in ("classification", "one_hot_class")

    def described(self, last: bool) -> list[dict]:
        """A `dltut.layers.Dense`; the last one gives the scores, of which the cost is computed."""
        [dense] = super().described(last)
        return [dense | {"activation": None}] if last else [dense]

    def labelled(self, examples: Examples) -> Examples:
        """The examples, if it is the last layer: a target of 0 or 1 for each of its units.

        Raises
        ------
        InputError
            If their targets are no such numbers.
        """
        y, targets = examples.split.columns.get("y"), examples.targets
        if y is None or isinstance(targets, Labels):
            return examples
        names = targets.names
        if isinstance(targets, Classes) and self.dim > 1:
            y = np.eye(len(names), dtype=int)[y]
        elif isinstance(targets, Classes):
            names = names[1:]
        y = y.reshape(len(y), -1)
        if y.shape[1] != self.dim or not np.isin(y, (0, 1)).all():
            raise InputError(
                f"layer {self.layer_name}: {self.dim} sigmoids for targets of {targets}; expected "
                "as many classes, or as many columns of 0 and 1"
            )
        labels = Labels([str(name) for name in names])
        split = Split(**examples.split.columns | {"y": y.astype(int)})
        return replace(examples, split=split, targets=labels)


@dataclass(kw_only=True)
class RectifiedLinear(Linear):
    """A fully connected layer of rectifiers."""

    left_slope: float = 0.0

    def described(self, last: bool) -> list[dict]:
        """A `dltut.layers.Dense`."""
        self.activation = rectifier(self.left_slope, self.layer_name)
        return super().described(last)


@dataclass(kw_only=True)
class Softplus(Linear):
    """A fully connected layer of smooth rectifiers, log(1 + exp(a))."""

    activation = "softplus"


@dataclass(kw_only=True)
class Softmax(_Dense):
    """The last layer of a classifier: a probability for each class."""

    n_classes: Size
    istdev: Amount | None = None
    no_affine: Flag = False
    init_bias_target_marginals: Data | None = None
    binary_target_dim: Count | None = None
    non_redundant: Flag = False

    measured = ("row_norms", "col_norms", *CLASSES)

    def described(self, last: bool) -> list[dict]:
        """A `dltut.layers.Dense` that gives scores; the cost applies the softmax to them.

        Raises
        ------
        InputError
            If it is not the last layer.
        """
        if not last:
            raise InputError(
                f"layer {self.layer_name}: a Softmax is the last layer; take Sigmoid or "
                "RectifiedLinear for a hidden one"
            )
        check_only(
            f"layer {self.layer_name}",
            no_affine=(self.no_affine, False),
            binary_target_dim=(self.binary_target_dim, None),
            non_redundant=(self.non_redundant, False),
        )
        return [self._dense(self.n_classes, None, istdev=self.istdev)]

    def start(self, network) -> None:
        """The logarithm of the share of each class in the data, if data are given for that."""
        if self.init_bias_target_marginals is None:
            return
        y = self.init_bias_target_marginals.examples.split.y
        shares = np.bincount(y, minlength=self.n_classes) / len(y)
        b = network.layers[-1].b
        b.set_value(np.log(np.maximum(shares, LOWEST)).astype(b.dtype))


@dataclass(kw_only=True)
class Maxout(_Dense):
    """A fully connected layer whose units are the largest of several sums."""

    num_units: Size
    num_pieces: Size
    pool_stride: Size | None = None
    randomize_pools: Flag = False
    sparse_stdev: Amount = 1.0
    include_prob: Amount = 1.0
    init_bias: float = 0.0
    mask_weights: NoneType = None
    min_zero: Flag = False

    def described(self, last: bool) -> list[dict]:
        """A `dltut.layers.Maxout`."""
        check_only(
            f"layer {self.layer_name}",
            pool_stride=(self.pool_stride or self.num_pieces, self.num_pieces),
            randomize_pools=(self.randomize_pools, False),
            include_prob=(self.include_prob, 1),
            min_zero=(self.min_zero, False),
        )
        start = self._parameters(sparse_stdev=self.sparse_stdev, init_bias=self.init_bias)
        maxout = named(self, "Maxout", n_out=self.num_units, n_pieces=self.num_pieces)
        return [maxout | start | self._norms()]


@dataclass(kw_only=True)
class PretrainedLayer(Layer):
    """A layer that begins with what an autoencoder has learned, and may stay with it.

    Notes
    -----
    The encoder alone is taken over: Pylearn2 counts the decoder among the parameters, too, where
    it gets no gradient.
    """

    layer_content: Autoencoder
    freeze_params: Flag = False

    def described(self, last: bool) -> list[dict]:
        """A `dltut.layers.Dense` of the encoder's size and activation."""
        coder = self.layer_content
        dense = named(self, "Dense", n_out=coder.n_hidden, activation=coder.arguments["encoder"])
        return [dense | ({"frozen": True} if self.freeze_params else {})]

    def start(self, network) -> None:
        """The encoder's weights and biases."""
        layer = named_layers(network)[self.layer_name]
        layer.W.set_value(self.layer_content.W.get_value())
        layer.b.set_value(self.layer_content.bhid.get_value())


@dataclass(kw_only=True)
class FlattenerLayer(Layer):
    """Maps as one row of numbers."""

    layer_name: str = ""
    raw_layer: Layer

    def described(self, last: bool) -> list[dict]:
        """What the layer is, and a `dltut.layers.Flatten`."""
        return [*self.raw_layer.described(last=False), {"name": "Flatten"}]

    def start(self, network) -> None:
        """As the layer within."""
        self.raw_layer.start(network)


def named_layers(network) -> dict:
    """{name: layer} of a `dltut.models.Sequential`."""
    named = zip(network.places, network.layers, strict=True)
    return {place.layer_name: layer for place, layer in named}


def pair(given: Sequence[int], what: str) -> list[int]:
    """Rows and columns.

    Raises
    ------
    InputError
        If they are not two.

    Examples
    --------
    >>> pair([5, 5], "kernel_shape")
    [5, 5]
    """
    if len(given) != 2:
        raise InputError(f"{what} is {list(given)}; expected [rows, columns]")
    return list(given)


def rectifier(left_slope: float, place: str) -> str:
    """The name of a rectifier with this slope below 0.

    Raises
    ------
    InputError
        If dltut has none by name.
    """
    names = {0: "relu", 0.01: "leaky_relu", 1: "linear"}
    if left_slope not in names:
        raise InputError(
            f"{place}: left_slope is {left_slope}; dltut has 0 (relu) and 0.01 (leaky_relu) by name"
        )
    return names[left_slope]


def named(layer: Layer, kind: str, **arguments) -> dict:
    """The description of a layer of dltut with the name that the file gave it.

    Parameters
    ----------
    layer : Layer
    kind : str
        A class of `dltut.layers`.
    **arguments
        Of that class, or of `dltut.models.Sequential`'s place.
    """
    return {"name": kind, "layer_name": layer.layer_name, **arguments}


def limits(least: float | None, most: float | None) -> dict:
    """What a description says of the norms of a unit's weights, where there are limits."""
    given = {"min_norm": least, "max_norm": most}
    return {name: value for name, value in given.items() if value is not None}
