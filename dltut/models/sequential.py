"""A network from a list of layers, each described by plain values."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import InitVar, dataclass, field, fields
from math import inf, prod
from numbers import Integral

import pytensor.tensor as pt

from dltut import layers as library
from dltut.exceptions import InputError, at, nearest, printable
from dltut.layers import Dense, Dropout, Flatten, Network
from dltut.layers.network import plain
from dltut.machine.arguments import checked_arguments, kinds, words
from dltut.machine.checks import repeated
from dltut.machine.rng import Streams, seed_from
from dltut.optim import limit_norm, max_norm, scale_steps

FOLLOWS = ("rng", "streams", "name", "n_in", "sides")  # what no description says of a layer


@dataclass(frozen=True)
class Place:
    """What a description says of any layer, besides the arguments of the layer's class.

    Parameters
    ----------
    layer_name : str
        Begins the names of its parameters and channels. Default: its class in small letters and its
        number among those of this class, such as dense0.
    dropout : float
        Share of the layer's inputs that is dropped while training.
    dropout_scale : float, optional
        By what the others are multiplied then. Default: 1 / (1 - dropout), which keeps the mean.
    max_norm, min_norm : float, optional
        Limits of the Euclidean norm of each unit's weights, see `dltut.optim.max_norm`.
    norm_axes : int or list of int, optional
        The axes that hold one unit's weights, as `axes` there.
    rate : float, or {parameter: float}
        What the steps of its parameters are multiplied by, such as ``{"W": 0.05, "b": 0.1}``.
    frozen : bool
        Whether the layer stays as it is: it learns nothing, and computes as after training.
    """

    layer_name: str
    dropout: float = 0.0
    dropout_scale: float | None = None
    max_norm: float | None = None
    min_norm: float | None = None
    norm_axes: int | Sequence[int] | None = None
    rate: float | dict[str, float] = 1.0
    frozen: bool = False


class Sequential(Network):
    """Layers one after the other, as a list of descriptions says.

    Parameters
    ----------
    rng : RandomState or Generator
        Draws the weights, first layer first.
    layers : list of dict
        For each layer the name of a class of `dltut.layers`, the arguments of this class and those
        of `Place`: ``{"name": "Dense", "n_out": 500, "activation": "relu", "dropout": 0.5}``. What
        follows from the layer before, such as n_in, is left out. W and b may be numbers, arrays, or
        described in turn, see `dltut.nn.init.initializer`. A layer that takes rows of numbers takes
        the numbers of maps as one row. A layer without arguments may be its name alone.
    n_in : int, optional
        Inputs, where an example is a row of numbers.
    image_shape : (channels, rows, columns), optional
        Of an example that is a picture.
    n_out : int, optional
        How many numbers the last layer gives; it is filled in there if it is left out.
    names : list of classes, optional
        Layers of one's own that a description may name, each a `dltut.layers.Network`.

    Attributes
    ----------
    layers : list
        The layers themselves.
    places : list of Place
        What else was said of each.

    Raises
    ------
    InputError
        If a description is none, names what is not there, or a layer does not fit the one before.

    Notes
    -----
    The updates of any rule become those of this model, its rates and limits kept, by `limited`.

    A file holds the descriptions, without the first values of parameters: the learned ones are in
    it. The noise of dropout is seeded last, so that the weights are those of the same seed without.

    Examples
    --------
    >>> import numpy as np
    >>> Sequential(
    ...     np.random.default_rng(1),
    ...     [
    ...         {"name": "Conv2D", "n_out": 8, "kernel_size": 5, "max_norm": 1.9},
    ...         {"name": "Pool2D", "ws": 4, "stride": 2, "ignore_border": False},
    ...         {"name": "Dense", "activation": None, "W": {"name": "normal", "deviation": 0.05}},
    ...     ],
    ...     image_shape=(1, 28, 28),
    ...     n_out=10,
    ... )
    Sequential(n_in=784, image_shape=[1, 28, 28], n_out=10): 9,898 parameters
      Conv2D  conv2d0.W (8, 1, 5, 5), conv2d0.b (8,)    208
      Dense   dense0.W (968, 10), dense0.b (10,)      9,690
    """

    rng: InitVar
    layers: Sequence[dict | str] = field(repr=False)
    n_in: int | None = None
    image_shape: Sequence[int] | None = None
    n_out: int | None = None
    names: InitVar = None

    def __post_init__(self, rng, names):
        streams, known, described = Streams(0), _known(names or ()), _described(self.layers)
        self.n_in = _n_in(self.n_in, self.image_shape)
        shape = self._in_shape = (self.n_in,) if self.image_shape is None else (*self.image_shape,)
        self.layers, self.places, self._stored = [], [], []
        for number, (given, layer_name) in enumerate(described):
            with at("layers", number), _located(f"layers[{number}]"):
                kind = _kind(given["name"], known)
                place, arguments = _divided(given, kind, layer_name)
                if number == len(described) - 1 and self.n_out and "n_out" in kinds(kind):
                    arguments = {"n_out": self.n_out} | arguments
                shape = _taken(shape, kind)
                filled = {"rng": rng, "streams": streams, "name": place.layer_name}
                filled |= {"n_in": shape[0], "sides": shape[1:]}
                self.layers.append(_made(kind, arguments, filled))
                shape = tuple(self.layers[-1].out_shape(shape))
                _check_place(place, self.layers[-1])
            self.places.append(place)
            self._stored.append(_stored(given, kind))
        self.n_out = _n_out(shape, self.n_out)
        self._drop(streams, rng)
        for param, (least, most, axes) in self.limits.items():
            limit_norm([param], most, axes, least)

    def _drop(self, streams, rng):
        self.dropouts = [Dropout(streams, p.dropout, scale=p.dropout_scale) for p in self.places]
        if any(place.dropout for place in self.places) or any(
            "streams" in kinds(type(layer)) for layer in self.layers
        ):
            streams.seed = seed_from(rng)

    @property
    def arguments(self) -> dict:
        """The fields as plain values, the layers as descriptions."""
        names = ("n_in", "image_shape", "n_out")
        return {"layers": self._stored} | {name: plain(getattr(self, name)) for name in names}

    @property
    def limits(self) -> dict:
        """{weights: (least norm, largest norm, axes)} where a description limits them."""
        return {
            param: (place.min_norm or 0.0, place.max_norm or inf, place.norm_axes)
            for layer, place in zip(self.layers, self.places, strict=True)
            if not place.frozen and (place.max_norm, place.min_norm) != (None, None)
            for param in layer.weights
        }

    @property
    def rates(self) -> dict:
        """{parameter: factor of its steps} where a description has one."""
        return {
            param: factor
            for layer, place in zip(self.layers, self.places, strict=True)
            if not place.frozen and place.rate != 1
            for param, factor in _rates(layer, place.rate).items()
        }

    @property
    def frozen(self) -> list:
        """The parameters of layers that stay as they are."""
        layers = zip(self.layers, self.places, strict=True)
        return [param for layer, place in layers if place.frozen for param in layer.params]

    @property
    def kept(self) -> list:
        """What a file keeps beside the parameters: those that are frozen, averages of layers."""
        return [*super().kept, *self.frozen]

    def limited(self, updates: Mapping) -> dict:
        """The updates of a rule, with the rates and the limits of this model.

        Parameters
        ----------
        updates : dict
            {shared variable: next value} from a rule; it is not changed.
        """
        rates = {param: factor for param, factor in self.rates.items() if param in updates}
        updates = scale_steps(updates, rates) if rates else dict(updates)
        for param, (least, most, axes) in self.limits.items():
            if param in updates:
                updates = max_norm(updates, [param], most, axes, least)
        return updates

    def outputs(self, x, train: bool = False) -> dict:
        """What each layer makes of x: {layer's name: variable}, in order.

        Parameters
        ----------
        x : tensor, shape (batch, n_in) or ``(batch, *image_shape)``
        train : bool
            Whether inputs are dropped.
        """
        found = {}
        if len(self._in_shape) > 1:
            x = x.reshape((x.shape[0], *self._in_shape))
        elif not isinstance(self.layers[0], Dense):  # others may want to know the shape
            x = pt.specify_shape(x, (None, self.n_in))
        for layer, place, dropout in zip(self.layers, self.places, self.dropouts, strict=True):
            if layer.n_axes == 1 and x.ndim > 2:
                x = Flatten()(x)
            x = layer(dropout(x, train), train and not place.frozen)
            found[place.layer_name] = x
        return found

    def __call__(self, x, train: bool = False):
        """What the last layer makes of x, (batch, n_in) or ``(batch, *image_shape)``."""
        return [*self.outputs(x, train).values()][-1]


@contextmanager
def _located(where: str) -> Iterator[None]:
    try:
        yield
    except InputError as error:
        raise InputError(f"{where}: {error}") from None


def _known(own) -> dict[str, type]:
    """Layers by the names that a description may give."""
    public = [getattr(library, name) for name in library.__all__]
    classes = [each for each in [*public, *own] if isinstance(each, type) and each is not Network]
    return {each.__name__: each for each in classes if issubclass(each, Network)}


def _described(given) -> list[tuple[dict, str]]:
    """Descriptions with the names that their layers have if none is given."""
    if not isinstance(given, Sequence) or isinstance(given, str) or not given:
        raise InputError(
            f"layers is {printable(repr(given))}: give a list of descriptions, each such as "
            '{"name": "Dense", "n_out": 10}'
        )
    counts, found = Counter(), []
    for number, each in enumerate(given):
        each = {"name": each} if isinstance(each, str) else each
        if not isinstance(each, Mapping) or not isinstance(each.get("name"), str):
            raise InputError(
                f"layers[{number}] is {printable(repr(each))}: describe it, such as "
                '{"name": "Dense", "n_out": 10}'
            )
        kind = each["name"].lower()
        found.append((dict(each), f"{kind}{counts[kind]}"))
        counts[kind] += 1
    names = [each.get("layer_name", default) for each, default in found]
    if twice := repeated(map(str, names)):
        raise InputError(
            f"two layers are called {printable(twice[0])}: give one another layer_name"
        )
    return found


def _n_in(n_in, image_shape) -> int:
    sizes = [n_in] if image_shape is None else [*image_shape]
    if not all(isinstance(n, Integral) and n > 0 for n in sizes) or len(sizes) not in (1, 3):
        raise InputError(
            f"n_in is {n_in} and image_shape {image_shape}: give the numbers of a row, or of "
            "pictures (channels, rows, columns)"
        )
    if n_in not in (None, prod(sizes)):
        raise InputError(f"n_in is {n_in}, but pictures of {tuple(sizes)} have {prod(sizes)}")
    return int(prod(sizes))


def _n_out(shape, n_out) -> int | None:
    if n_out is not None and shape != (n_out,):
        told = f"maps of {shape}" if len(shape) > 1 else f"{shape[0]} numbers"
        raise InputError(
            f"the last layer gives {told}, but n_out is {n_out}: end with "
            '{"name": "Dense", "activation": None}'
        )
    return int(shape[0]) if len(shape) == 1 else None


def _kind(name, known) -> type[Network]:
    if name not in known:
        raise InputError(
            f"there is no layer {printable(name)}: {nearest(name, known)}; a class of your own is "
            "handed over, names=[Class]"
        )
    return known[name]


def _divided(given, kind, layer_name) -> tuple[Place, dict]:
    """What a description says of the layer's place, and the arguments of its class."""
    takes, name = kinds(kind), kind.__name__
    extras = [each.name for each in fields(Place)]
    said = {key: value for key, value in given.items() if key != "name"}
    for key in said:
        if key in FOLLOWS:
            raise InputError(f"{name}: {key} follows from the model: leave it out")
        if key not in takes and key not in extras:
            hint = nearest(key, [*(takes.keys() - FOLLOWS), *extras])
            raise InputError(f"{name}: there is no {printable(key)}; {hint}")
    place = {key: plain(value) for key, value in said.items() if key not in takes}
    place = checked_arguments(Place, {"layer_name": layer_name} | place, name)
    return Place(**place), {key: value for key, value in said.items() if key in takes}


def _taken(shape, kind) -> tuple[int, ...]:
    """The shape of an example as the layer takes it."""
    if kind.n_axes in (None, len(shape)):
        return shape
    if kind.n_axes == 1:
        return (prod(shape),)
    raise InputError(
        f"{kind.__name__} takes maps (channels, rows, columns), but gets numbers of shape {shape}: "
        "put it before the layers that take rows, and give image_shape for pictures"
    )


def _made(kind, arguments, filled) -> Network:
    takes = kinds(kind)
    checked = {key: plain(value) for key, value in arguments.items() if words(takes[key])}
    others = (takes.keys() & FOLLOWS) | (arguments.keys() - checked.keys())
    checked_arguments(kind, checked, kind.__name__, others)
    return kind(**{key: filled[key] for key in takes.keys() & FOLLOWS} | arguments)


def _check_place(place, layer) -> None:
    """Refuse limits and rates of parameters that are not there."""
    kind = type(layer).__name__
    if (place.max_norm, place.min_norm) != (None, None) and not layer.weights:
        raise InputError(f"{kind} has no weights: leave out max_norm and min_norm")
    if isinstance(place.rate, dict) and (wrong := place.rate.keys() - _by_name(layer).keys()):
        hint = nearest(min(wrong), _by_name(layer))
        raise InputError(f"{kind}: there is no parameter {printable(min(wrong))}; {hint}")
    limit_rates = _rates(layer, place.rate).values()
    if not all(0 < factor < inf for factor in limit_rates):
        raise InputError(f"{kind}: a rate is above 0; a layer that does not learn is frozen: true")


def _by_name(layer) -> dict:
    """The parameters of a layer, W and b, by their last names."""
    return {param.name.rpartition(".")[2]: param for param in layer.params}


def _rates(layer, rate) -> dict:
    if isinstance(rate, Mapping):
        return {_by_name(layer)[name]: factor for name, factor in rate.items()}
    return dict.fromkeys(layer.params, rate)


def _stored(given, kind) -> dict:
    """The description as a file has it, without what only begins the parameters."""
    begins = kinds(kind).keys() - {each.name for each in fields(kind)}
    return {key: plain(value) for key, value in given.items() if key not in begins}
