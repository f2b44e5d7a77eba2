"""What layers and models have in common: arguments that are fields, parameters that are found."""

import html
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import InitVar, dataclass, field, fields
from typing import ClassVar, dataclass_transform

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable

from dltut.exceptions import InputError
from dltut.nn.activations import ACTIVATIONS
from dltut.nn.corruption import CORRUPTIONS


@dataclass_transform(eq_default=False, field_specifiers=(field,))
class Network:
    """A layer or a model: its fields say how it is made, its attributes what it is made of.

    A subclass is a dataclass. Its fields are its arguments; what is used up while it is made, such
    as the generator of the first weights, is an ``InitVar``. ``__post_init__`` makes parameters
    and other layers and keeps them in attributes, alone or in lists; ``__call__(x, train=False)``
    is the mathematics. The rest follows.

    Notes
    -----
    Every shared variable among the attributes is a parameter, unless `kept` names it; then those
    of the attributes that are layers, each variable once, in the order of the attributes. Give
    each layer a name: it begins the names of its parameters, by which files know them.

    Examples
    --------
    >>> from dltut.layers import Dense
    >>> class TwoLayers(Network):
    ...     rng: InitVar
    ...     n_in: int
    ...     n_hidden: int = 30
    ...
    ...     def __post_init__(self, rng):
    ...         self.below = Dense(rng, self.n_in, self.n_hidden, name="below")
    ...         self.above = Dense(rng, self.n_hidden, 10, activation=None, name="above")
    ...
    ...     def __call__(self, x, train=False):
    ...         return self.above(self.below(x, train), train)
    >>> TwoLayers(np.random.default_rng(1), 784)
    TwoLayers(n_in=784): 23,860 parameters
      Dense  below.W (784, 30), below.b (30,)  23,550
      Dense  above.W (30, 10), above.b (10,)      310

    Attributes
    ----------
    n_axes : int or None
        Of the class: how many axes an example has that it takes, 1 for a row of numbers, 3 for maps
        (channels, rows, columns); None for any.
    """

    n_axes: ClassVar[int | None] = None

    def __init_subclass__(cls, **options):
        """Make the subclass a dataclass that is compared by identity, as its parameters are."""
        super().__init_subclass__(**options)
        dataclass(eq=False, repr=False)(cls)
        for name in ("__eq__", "__hash__", "__repr__"):
            setattr(cls, name, getattr(cls, name))  # so that @dataclass, by habit, changes nothing
        # What a signature shows: of `W: InitVar = None` the default alone.
        types = cls.__init__.__annotations__.items()
        cls.__init__.__annotations__ = {name: each for name, each in types if each is not InitVar}

    @property
    def params(self) -> list[SharedVariable]:
        """What is learned, first layer first."""
        kept = set(self.kept)
        return [each for each in _variables(self) if each not in kept]

    @property
    def weights(self) -> list[SharedVariable]:
        """The parameters that penalties apply to: all but the `biases`."""
        biases = set(self.biases)
        return [each for each in self.params if each not in biases]

    @property
    def biases(self) -> list[SharedVariable]:
        """The parameters of one axis; and those of several that a layer says are biases."""
        theirs = {each for part in _parts(self) for each in getattr(part, "biases", ())}
        return [each for each in self.params if each.ndim < 2 or each in theirs]

    @property
    def kept(self) -> list[SharedVariable]:
        """What a file keeps beside the parameters, such as running means; those of the layers.

        A layer with some of its own says so: ``return [self.mean]``.
        """
        return _unique(each for part in _parts(self) for each in getattr(part, "kept", ()))

    @property
    def arguments(self) -> dict:
        """The fields as plain values, by which a file says how to make the network again."""
        return {each.name: plain(getattr(self, each.name)) for each in fields(self)}

    def out_shape(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of what is made of an example of this shape, both without the batch's axis.

        Raises
        ------
        InputError
            If the expression does not tell: a subclass can say it by an ``out_shape`` of its own.

        Examples
        --------
        >>> from dltut.layers import Pool2D
        >>> Pool2D(4, stride=2, ignore_border=False).out_shape((64, 24, 24))
        (64, 11, 11)
        """
        x = pt.tensor("x", dtype=pytensor.config.floatX, shape=(None, *shape))
        found = self(x).type.shape[1:]
        if None in found:
            kind = type(self).__name__
            raise InputError(
                f"what {kind} makes of {tuple(shape)} has no known shape: give {kind} a method "
                "out_shape(self, shape)"
            )
        return found

    def __repr__(self):
        rows = [*_rows(self, set())]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [
            f"  {kind:{widths[0]}}  {names:{widths[1]}}  {size:>{widths[2]}}"
            for kind, names, size in rows
        ]
        return "\n".join([_summary(self), *lines])

    def _repr_html_(self) -> str:
        rows = [[_summary(self)], *_rows(self, set())]
        first, *rest = ("".join(f"<td>{html.escape(each)}</td>" for each in row) for row in rows)
        first = first.replace("<td>", '<td colspan="3">')
        return f"<table><tr>{'</tr><tr>'.join([first, *rest])}</tr></table>"


def plain(value):
    """A value as a file can hold it: numbers, text and lists, and functions by their names.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> plain((np.int64(3), pt.tanh, np.zeros(2)))
    [3, 'tanh', [0.0, 0.0]]
    """
    if isinstance(value, Mapping):
        return {name: plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(each) for each in value]
    if isinstance(value, np.generic):
        return value.item()
    if callable(value):
        return (CORRUPTIONS if value in CORRUPTIONS.values() else ACTIVATIONS).name(value)
    return value


def _unique(variables: Iterable) -> list:
    return list(dict.fromkeys(variables))


def _made_of(value) -> Iterator:
    """The shared variables and layers that a value is, or lists."""
    if isinstance(value, SharedVariable) or hasattr(value, "params"):
        yield value
    elif type(value) in (list, tuple, dict):  # a named tuple, such as shared data, is none of it
        for each in value.values() if isinstance(value, dict) else value:
            yield from _made_of(each)


def _own(network) -> list:
    """What a network holds, one level down."""
    return [each for value in vars(network).values() for each in _made_of(value)]


def _parts(network) -> list:
    return [each for each in _own(network) if not isinstance(each, SharedVariable)]


def _variables(network) -> list[SharedVariable]:
    """Parameters and what is kept, each once."""
    return _unique(
        variable
        for each in _own(network)
        for variable in (
            [each]
            if isinstance(each, SharedVariable)
            else [*each.params, *getattr(each, "kept", ())]
        )
    )


def _summary(network) -> str:
    """The class, the arguments that are not its defaults, and how many numbers it learns."""
    usual = {each.name: plain(each.default) for each in fields(network) if each.repr}
    given = {name: network.arguments[name] for name in usual}
    told = [f"{name}={each!r}" for name, each in given.items() if each != usual[name]]
    n, others = _n_numbers(network.params), _n_numbers(network.kept)
    kept = f" and {others:,} numbers kept" if others else ""
    return f"{type(network).__name__}({', '.join(told)}): {n:,} parameters{kept}"


def _rows(network, shown: set) -> Iterator[tuple[str, str, str]]:
    """(class, variables with their shapes, how many numbers) of each layer, a tied one once."""
    own = [each for each in _own(network) if isinstance(each, SharedVariable)]
    new = [each for each in own if each not in shown]
    shown |= {*new}
    if new:
        named = [f"{each.name} {each.get_value(borrow=True).shape}" for each in new]
        yield type(network).__name__, ", ".join(named), f"{_n_numbers(new):,}"
    for part in _parts(network):
        yield from _rows(part, shown)


def _n_numbers(variables) -> int:
    return sum(each.get_value(borrow=True).size for each in variables)
