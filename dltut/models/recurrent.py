"""Recurrent layers on each other, and numbers at the end."""

from collections.abc import Sequence
from dataclasses import InitVar
from itertools import pairwise
from math import prod

import numpy as np
import pytensor.tensor as pt

from dltut.exceptions import InputError, nearest
from dltut.layers import GRU, LSTM, Dense, Dropout, Elman, Network, Recurrent
from dltut.layers.recurrent import Cell
from dltut.machine.rng import Streams, seed_from
from dltut.nn import init

CELLS = {"elman": Elman, "gru": GRU, "lstm": LSTM}


class RecurrentNetwork(Network):
    """Recurrent layers on each other; a linear layer reads what the last has after the last step.

    Parameters
    ----------
    rng : RandomState or Generator
        Draws the weights, layer by layer.
    shape : (steps, columns)
        Of an example, which comes as a row: step after step.
    n_hidden : int or sequence of int
        Units of the recurrent layer, or of each of several.
    n_out : int
        Numbers that are told of an example.
    cell : {"lstm", "gru", "elman"}
    dropout : float
        Share of what each recurrent layer gives out that is dropped while training.
    forget_bias : float
        Of an LSTM: with 1 it begins by remembering.
    memory : int, optional
        Of an LSTM or a GRU: steps for which it begins by remembering, at most, see
        `dltut.nn.init.chrono`; then `forget_bias` does not count.
    clip : float, optional
        Within the loop the gradients of the sums are held to -clip ... clip.
    differences : bool
        Whether what is told is added to the last step's columns, again and again if there are more
        numbers: the network says how far it will be from there.

    Attributes
    ----------
    layers : list of Recurrent
    output : Dense

    Raises
    ------
    InputError
        If there is no such cell, if `memory` is asked of one without gates, or differences are told
        of another number of columns.

    Examples
    --------
    >>> RecurrentNetwork(np.random.default_rng(1), (49, 1), (50, 100), 1, dropout=0.2)
    RecurrentNetwork(shape=[49, 1], n_hidden=[50, 100], n_out=1, dropout=0.2): 70,901 parameters
      LSTM   layer0.W (1, 200), layer0.U (50, 200), layer0.b (200,)     10,400
      LSTM   layer1.W (50, 400), layer1.U (100, 400), layer1.b (400,)   60,400
      Dense  output.W (100, 1), output.b (1,)                              101
    """

    rng: InitVar
    shape: tuple[int, int]
    n_hidden: int | Sequence[int]
    n_out: int
    cell: str = "lstm"
    dropout: float = 0.0
    forget_bias: float = 1.0
    memory: int | None = None
    clip: float | None = None
    differences: bool = False

    def __post_init__(self, rng):
        if self.differences and self.n_out % self.shape[1]:
            raise InputError(
                f"{self.n_out} differences from {self.shape[1]} columns: n_out is as many as "
                "the columns, or a multiple"
            )
        self.shape, self.n_hidden = tuple(self.shape), np.atleast_1d(self.n_hidden).tolist()
        sizes = [self.shape[1], *self.n_hidden]
        options = {"forget_bias": self.forget_bias, "clip": self.clip}
        if self.memory is not None:
            options["b"] = init.chrono(self.memory, self.cell)
        cells = [
            made_cell(self.cell, rng, *size, name=f"layer{k}", **options)
            for k, size in enumerate(pairwise(sizes))
        ]
        self.layers = [Recurrent(cell, last=cell is cells[-1]) for cell in cells]
        self.output = Dense(rng, sizes[-1], self.n_out, activation=None, name="output")
        self.thin = Dropout(Streams(seed_from(rng) if self.dropout else 0), self.dropout)

    @property
    def n_in(self) -> int:
        """Numbers in a row."""
        return prod(self.shape)

    def __call__(self, x, train: bool = False):
        """Numbers, shape (batch, n_out), of rows, shape (batch, steps * columns)."""
        h = x.reshape((-1, *self.shape)).dimshuffle(1, 0, 2)  # (time, batch, columns)
        for layer in self.layers:
            h = self.thin(layer(h), train)
        told = self.output(h)  # of (batch, n_hidden): the last layer gives its last step
        if not self.differences:
            return told
        last, n_times = x[:, -self.shape[1] :], self.n_out // self.shape[1]
        return told + pt.concatenate([last] * n_times, axis=1)


def made_cell(kind: str, rng, n_in: int, n_out: int, forget_bias: float = 1.0, **options) -> Cell:
    """A cell by its name.

    Parameters
    ----------
    kind : {"lstm", "gru", "elman"}
    rng : RandomState or Generator
    n_in, n_out : int
    forget_bias : float
        For an LSTM.
    **options
        For any of them.

    Raises
    ------
    InputError
        If there is no such cell.
    """
    if kind not in CELLS:
        raise InputError(f"there is no cell {kind!r}: {nearest(str(kind), CELLS)}")
    own = {"forget_bias": forget_bias} if kind == "lstm" else {}
    return CELLS[kind](rng, n_in, n_out, **own, **options)
