"""A recurrent network that reads a text and says of which class it is."""

from dataclasses import InitVar
from typing import ClassVar

import pytensor.tensor as pt

from dltut.layers import (
    Bidirectional,
    Dense,
    Dropout,
    Embedding,
    Network,
    Recurrent,
)
from dltut.machine.rng import Streams, seed_from
from dltut.models.recurrent import made_cell
from dltut.nn import init
from dltut.nn.sequences import mean_over_time, trimmed


class TextClassifier(Network):
    r"""Words become vectors, a recurrent layer reads them, and the mean of what it says is judged.

    .. math::

        \bar h = \frac{1}{T} \sum_{t=1}^{T} h_t, \qquad
        p(y \mid w_1, \ldots, w_T) = \mathrm{softmax}(\bar h W + b)_y

    Parameters
    ----------
    rng : RandomState or Generator
        Draws the words' vectors, the cell's weights, those of the output, and the dropout's seed.
    n_words : int
        How many numbers words have, padding (0) and unknown words (1) among them.
    n_out : int
        Classes.
    n_hidden : int
        Units of the recurrent layer, in each direction, and numbers in a word's vector.
    cell : {"lstm", "gru", "elman"}
    bidirectional : bool
        Whether a second cell reads the text from its end.
    dropout : float
        Share of the mean that is dropped while training.

    Attributes
    ----------
    embedding : Embedding
    recurrent : Recurrent or Bidirectional
    output : Dense

    Raises
    ------
    InputError
        If there is no such cell.

    Notes
    -----
    As the tutorial has it: words' vectors uniform in 0 to 0.01, the cell's blocks orthogonal, all
    biases 0 and the output's weights normal with a deviation of 0.01. The mean is over real words
    alone. One thing differs: the tutorial's dropout multiplies by 0.5 after training, this one by 2
    while training.

    References
    ----------
    .. [1] Deep Learning Tutorials, LSTM networks for sentiment analysis.

    Examples
    --------
    >>> import numpy as np
    >>> TextClassifier(np.random.RandomState(123), 10_000, 2)
    TextClassifier(n_words=10000, n_out=2): 1,411,842 parameters
      Embedding  words.W (10000, 128)                        1,280,000
      LSTM       cell.W (128, 512), cell.U (128, 512), cell.b (512,)    131,584
      Dense      output.W (128, 2), output.b (2,)                  258
    """

    n_axes: ClassVar[int] = 1

    rng: InitVar
    n_words: int
    n_out: int
    n_hidden: int = 128
    cell: str = "lstm"
    bidirectional: bool = False
    dropout: float = 0.5

    def __post_init__(self, rng):
        n = self.n_hidden
        self.embedding = Embedding(rng, self.n_words, n, W=small, name="words")
        if self.bidirectional:
            self.recurrent = Bidirectional(*map(self._cell, (rng, rng), ("forward", "backward")))
        else:
            self.recurrent = Recurrent(self._cell(rng, "cell"))
        n_read, W = n * (1 + self.bidirectional), init.normal(0.01)
        self.output = Dense(rng, n_read, self.n_out, W=W, activation=None, name="output")
        self.dropped = Dropout(Streams(seed_from(rng) if self.dropout else 0), self.dropout)

    def _cell(self, rng, name):
        return made_cell(self.cell, rng, self.n_hidden, self.n_hidden, forget_bias=0.0, name=name)

    def __call__(self, words, train: bool = False):
        """Scores, (batch, n_out), of numbers of words, (batch, time), 0 behind the last word."""
        words = trimmed(pt.as_tensor(words).astype("int32"))
        mask = pt.neq(words, 0).T  # (time, batch)
        h = self.recurrent(self.embedding(words.T), mask, train)  # (time, batch, n_read)
        return self.output(self.dropped(mean_over_time(h, mask), train), train)


def small(rng, shape):
    """Uniform in 0 to 0.01."""
    return 0.01 * rng.uniform(size=shape)
