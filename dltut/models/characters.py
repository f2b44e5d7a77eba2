"""A model of text: which character comes next."""

from collections.abc import Sequence
from dataclasses import InitVar
from itertools import pairwise

import numpy as np
import pytensor.tensor as pt
import scipy

from dltut.exceptions import InputError
from dltut.layers import Dense, Embedding, Network
from dltut.machine.backend import function
from dltut.machine.remember import remember
from dltut.machine.shared import as_floatX, shared_zeros
from dltut.models.recurrent import made_cell
from dltut.nn.loop import run


class CharacterModel(Network):
    """Recurrent layers that read a text and give, after each character, scores for the next.

    Parameters
    ----------
    rng : RandomState or Generator
        Draws the weights, layer by layer.
    n_characters : int
        How many different ones there are.
    n_hidden : int or sequence of int
        Units of the recurrent layer, or of each of several.
    n_embedding : int
        The length of the vector that stands for a character.
    cell : {"lstm", "gru", "elman"}
    forget_bias : float
        Of an LSTM.
    clip : float, optional
        Within the loop the gradients of the sums are held to -clip ... clip.

    Raises
    ------
    InputError
        If there is no such cell.

    Examples
    --------
    >>> model = CharacterModel(np.random.default_rng(1), n_characters=60, n_hidden=128)
    >>> model(pt.imatrix("characters")).ndim
    3
    """

    rng: InitVar
    n_characters: int
    n_hidden: int | Sequence[int] = 512
    n_embedding: int = 64
    cell: str = "lstm"
    forget_bias: float = 1.0
    clip: float | None = None

    def __post_init__(self, rng):
        self.n_hidden = np.atleast_1d(self.n_hidden).tolist()
        sizes = [self.n_embedding, *self.n_hidden]
        options = {"forget_bias": self.forget_bias, "clip": self.clip}
        self.embedding = Embedding(rng, self.n_characters, self.n_embedding, name="embedding")
        self.cells = [
            made_cell(self.cell, rng, *size, name=f"layer{k}", **options)
            for k, size in enumerate(pairwise(sizes))
        ]
        self.output = Dense(rng, sizes[-1], self.n_characters, activation=None, name="output")

    def __call__(self, characters, train: bool = False):
        """Scores, (batch, time, n_characters), of texts that begin here, (batch, time)."""
        return self.read(characters)[0]

    def read(self, characters, starts: Sequence | None = None) -> tuple:
        """Scores of what comes after each character, and the states after the last.

        Parameters
        ----------
        characters : variable, shape (batch, time)
            Their numbers.
        starts : list of variables, shape (batch, n_hidden), optional
            The states before the first, of each layer in turn; default: the cells' own.

        Returns
        -------
        scores, states
            (batch, time, n_characters), and a list like `starts`.
        """
        h = self.embedding(characters.T)  # (time, batch, n_embedding)
        left, after = list(starts or ()), []
        for cell in self.cells:
            own = [left.pop(0) for _ in cell.state_names] if starts else None
            states = run(cell, h, start=own)
            h = states[0]
            after += [each[-1] for each in states]
        scores = self.output(h.dimshuffle(1, 0, 2).reshape((-1, self.n_hidden[-1])))
        shape = characters.shape[0], characters.shape[1], self.n_characters
        return scores.reshape(shape, ndim=3), after

    def carried(self, characters, begins, batch_size: int, name: str = "carried"):
        """Scores of texts that go on where those of the last call ended.

        Parameters
        ----------
        characters : variable, shape (batch, time)
        begins : variable, shape (batch,)
            1 where a text begins here, and the states are 0; else 0.
        batch_size : int
        name : str
            Of the states that are kept: two functions of one model need two.

        Returns
        -------
        scores, shape (batch, time, n_characters)
            Who computes them keeps the states after the last character for the next call. Gradients
            end at the first: truncated back-propagation through time.
        """
        kept = [
            shared_zeros((batch_size, cell.n_out), f"{name}{k}.{each}")
            for k, cell in enumerate(self.cells)
            for each in cell.state_names
        ]
        goes_on = (1 - begins).astype(kept[0].dtype)[:, None]
        scores, after = self.read(characters, [state * goes_on for state in kept])
        for state, following in zip(kept, after, strict=True):
            scores = remember(scores, state, following)
        return scores

    def zeros(self) -> list[np.ndarray]:
        """The states before a single text, of each layer in turn."""
        return [as_floatX(np.zeros((1, c.n_out))) for c in self.cells for _ in c.state_names]


class Writer:
    """A character model that writes: it draws a character, reads it, draws the next.

    Parameters
    ----------
    model : CharacterModel

    Examples
    --------
    >>> model = CharacterModel(np.random.default_rng(1), n_characters=5, n_hidden=8)
    >>> Writer(model)([0, 3], n=4, rng=np.random.default_rng(2)).shape
    (4,)
    """

    def __init__(self, model: CharacterModel):
        self.model = model
        characters = pt.matrix("characters", dtype="int32")
        before = [pt.matrix(f"state{k}") for k, _ in enumerate(model.zeros())]
        scores, after = model.read(characters, before)
        self._read = function([characters, *before], [scores[0, -1], *after], name="the writer")

    def __call__(
        self,
        given: Sequence[int],
        n: int,
        temperature: float = 1.0,
        rng: np.random.Generator | None = None,
    ) -> np.ndarray:
        """The numbers of the characters that follow on those given.

        Parameters
        ----------
        given : sequence of int
            The beginning, of one character or more.
        n : int
            How many are written.
        temperature : float
            The scores are divided by it: below 1 the probable becomes more probable, and at 0 the
            most probable is written always.
        rng : Generator, optional
            Draws the characters; default: a new one of seed 1234.

        Raises
        ------
        InputError
            If nothing is given, or the temperature is below 0.
        """
        if not len(given):
            raise InputError("there is no text to go on with: give one character or more")
        if not 0 <= temperature < np.inf:
            raise InputError(f"the temperature is {temperature}; it is 0 or above")
        rng = rng or np.random.default_rng(1234)
        scores, *states = self._read(np.array([given], dtype="int32"), *self.model.zeros())
        written = []
        for _ in range(n):
            written.append(drawn(np.asarray(scores), temperature, rng))
            scores, *states = self._read(np.array([written[-1:]], dtype="int32"), *states)
        return np.array(written, dtype=int)


def drawn(scores: np.ndarray, temperature: float, rng: np.random.Generator) -> int:
    """The number of one class, drawn by the softmax of its score over the temperature.

    Parameters
    ----------
    scores : array, shape (n_classes,)
    temperature : float
    rng : Generator

    Examples
    --------
    >>> drawn(np.array([1.0, 3.0, 2.0]), 0.0, np.random.default_rng(1))
    1
    """
    u = rng.random()  # one number, whatever the temperature
    if temperature == 0:
        return int(scores.argmax())
    chances = scipy.special.softmax(scores.astype("float64") / temperature)
    return int(min(np.searchsorted(np.cumsum(chances), u), len(chances) - 1))
