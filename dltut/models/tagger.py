"""Models that say something of every word of a sentence."""

from dataclasses import InitVar
from typing import ClassVar

import pytensor.tensor as pt

from dltut.datasets.words import FIRST, PADDING, UNKNOWN
from dltut.exceptions import InputError
from dltut.layers import LSTM, Bidirectional, Dense, Dropout, Elman, Embedding, Network, Recurrent
from dltut.machine.rng import Streams, seed_from
from dltut.nn import init
from dltut.nn.sequences import trimmed


class WindowTagger(Network):
    r"""Each word is seen with those around it; an Elman network remembers what came before.

    .. math::

        x_t &= [E_{w_{t-k}}, \ldots, E_{w_t}, \ldots, E_{w_{t+k}}] \\
        h_t &= \sigma(x_t W + h_{t-1} U + b)

    Parameters
    ----------
    rng : RandomState or Generator
        Draws, each weight from -0.2 to 0.2, the embeddings, W, U and the weights of the output.
    n_words : int
        Numbers that a word can have: ``len(vocabulary)``.
    n_out : int
        Tags.
    n_embedding : int
        The length of a word's vector.
    window : int
        How many words are seen at a time, an odd number.
    n_hidden : int
        Units that remember.

    Raises
    ------
    InputError
        If the window is even.

    Notes
    -----
    The state before the first word, h0, is learned. Where the window reaches beyond the sentence it
    sees word 0, padding, whose vector is learned as the others are.

    References
    ----------
    .. [1] Mesnil, He, Deng, Bengio (2013), Investigation of recurrent-neural-network architectures
       and learning methods for spoken language understanding.
    .. [2] Deep Learning Tutorials, Recurrent neural networks with word embeddings.

    Examples
    --------
    >>> import numpy as np
    >>> model = WindowTagger(np.random.RandomState(345), n_words=572, n_out=127)
    >>> [each.name for each in model.params]
    ['words.W', 'hidden.W', 'hidden.U', 'hidden.b', 'hidden.h0', 'output.W', 'output.b']
    """

    n_axes: ClassVar[int] = 1

    rng: InitVar
    n_words: int
    n_out: int
    n_embedding: int = 50
    window: int = 7
    n_hidden: int = 200

    def __post_init__(self, rng):
        if self.window < 1 or self.window % 2 == 0:
            raise InputError(f"a window of {self.window} words has no middle: give an odd number")
        draw, n_seen = init.uniform(0.2), self.window * self.n_embedding
        self.embedding = Embedding(rng, self.n_words, self.n_embedding, W=draw, name="words")
        kind = {"activation": "sigmoid", "learn_start": True}
        cell = Elman(rng, n_seen, self.n_hidden, W=draw, U=draw, name="hidden", **kind)
        self.hidden = Recurrent(cell)
        self.output = Dense(rng, self.n_hidden, self.n_out, draw, activation=None, name="output")

    def __call__(self, words, train: bool = False):
        """Scores, (batch, longest sentence, n_out), of sentences, (batch, time)."""
        words = trimmed(words)
        windows = windows_of(words, self.window).transpose(1, 0, 2)  # (time, batch, window)
        rows = self.embedding(windows.reshape((-1, self.window)))
        seen = rows.reshape((*windows.shape[:2], self.window * self.n_embedding))
        h = self.hidden(seen, pt.neq(words, PADDING).T)
        return self.output(h).transpose(1, 0, 2)


class BidirectionalTagger(Network):
    """Two LSTMs read the sentence, one from either end, and both speak about every word.

    Parameters
    ----------
    rng : RandomState or Generator
        Draws the embeddings, the forward LSTM, the backward one, the output's weights.
    n_words, n_out, n_embedding : int
        As for `WindowTagger`.
    n_hidden : int
        Units of each LSTM.
    dropout : float
        The share of the embeddings' and of the LSTMs' outputs that is dropped while training.
    word_dropout : float
        The share of words that are made unknown while training, without which the vector of the
        unknown word would never be learned: all words of the training part are known.

    References
    ----------
    .. [1] Graves and Schmidhuber (2005), Framewise phoneme classification with bidirectional LSTM
       and other neural network architectures.

    Examples
    --------
    >>> import numpy as np
    >>> BidirectionalTagger(np.random.RandomState(345), n_words=5, n_out=3).n_hidden
    100
    """

    n_axes: ClassVar[int] = 1

    rng: InitVar
    n_words: int
    n_out: int
    n_embedding: int = 100
    n_hidden: int = 100
    dropout: float = 0.5
    word_dropout: float = 0.1

    def __post_init__(self, rng):
        draw = init.normal(0.1)
        self.embedding = Embedding(rng, self.n_words, self.n_embedding, W=draw, name="words")
        sizes, kind = (self.n_embedding, self.n_hidden), {"forget_bias": 1.0}
        forward, backward = (LSTM(rng, *sizes, name=n, **kind) for n in ("forward", "backward"))
        self.hidden = Bidirectional(forward, backward)
        self.output = Dense(rng, 2 * self.n_hidden, self.n_out, activation=None, name="output")
        self.streams = Streams(seed_from(rng))
        self.drop = Dropout(self.streams, self.dropout)

    def __call__(self, words, train: bool = False):
        """Scores, (batch, longest sentence, n_out), of sentences, (batch, time)."""
        words = trimmed(words)
        mask = pt.neq(words, PADDING).T  # (time, batch)
        seen = self.embedding(self._known(words, train).T)
        h = self.hidden(self.drop(seen, train), mask)
        return self.output(self.drop(h, train)).transpose(1, 0, 2)

    def _known(self, words, train: bool):
        """The words, some of which are made unknown while training."""
        if not train or self.word_dropout == 0:
            return words
        lost = self.streams.bernoulli(self.word_dropout, words) * pt.ge(words, FIRST)
        return pt.where(lost, UNKNOWN, words)


def windows_of(words, size: int):
    """For each word the words around it, (batch, time, size), of sentences, (batch, time).

    Examples
    --------
    >>> windows_of(pt.as_tensor([[3, 4, 5]]), 3).eval(mode="FAST_COMPILE").tolist()
    [[[0, 3, 4], [3, 4, 5], [4, 5, 0]]]
    """
    around = pt.full((words.shape[0], size // 2), PADDING, dtype=words.dtype)
    padded = pt.concatenate([around, words, around], axis=1)
    return pt.stack([padded[:, i : i + words.shape[1]] for i in range(size)], axis=2)
