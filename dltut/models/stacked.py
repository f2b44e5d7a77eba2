"""Stacks: sigmoid networks whose layers are also autoencoders (SdA) or Boltzmann machines (DBN)."""

from collections.abc import Callable, Sequence
from dataclasses import InitVar

import numpy as np

from dltut.exceptions import InputError
from dltut.layers import Network
from dltut.machine.rng import Streams, seed_from
from dltut.models.autoencoder import dA
from dltut.models.boltzmann import RBM
from dltut.models.mlp import MLP
from dltut.optim import sgd


class Stack(Network):
    """A sigmoid network, each of whose hidden layers is also a model of its own inputs.

    Attributes
    ----------
    network : MLP
        What finetuning trains: its parameters are those of the stack.
    blocks : list
        The hidden layers as models of their inputs; W and the hidden bias are the same shared
        variables in both.
    """

    @property
    def layers(self) -> list:
        """Those of the network: `Dense` layers, then the `LogisticRegression`."""
        return self.network.layers

    @property
    def kept(self) -> list:
        """The visible biases, which finetuning leaves alone."""
        theirs = [each for block in self.blocks for each in block.params]
        return [each for each in theirs if each not in self.network.params]

    def __call__(self, x, train: bool = False):
        """Scores, shape (batch, n_out), of inputs, shape (batch, n_in)."""
        return self.network(x, train)

    def inputs_of(self, layer: int, x, start: int = 0):
        """What a hidden layer sees: the mean activations below it, nothing dropped or sampled.

        Parameters
        ----------
        layer : int
            From 0; layer 0 sees x itself.
        x : matrix, shape (batch, n)
            Inputs, or what comes out of the first `start` layers.
        start : int
            How many layers x has been through.

        Returns
        -------
        matrix
        """
        for each in self.layers[start:layer]:
            x = each(x)
        return x


class SdA(Stack):
    """Stacked denoising autoencoders.

    Parameters
    ----------
    rng : RandomState or Generator
        Seeds the corruption, then draws the weights of the hidden layers, in order.
    n_in : int
        Inputs, from 0 to 1.
    n_hidden : int or sequence of int
        Units of each hidden layer.
    n_out : int
        Classes.
    corruption_levels : float or sequence of float
        While pretraining: one number for every hidden layer, or one for each.
    corruption : str
        Its kind, a name of `dltut.nn.corruption`.
    dropout : float or sequence of float
        While finetuning, as in `MLP`.

    Attributes
    ----------
    autoencoders : list of dA
        One a hidden layer; W and the hidden bias are the layer's own shared variables.
    layers, params, weights : list
        As in `MLP`: what finetuning trains, without the visible biases.

    Raises
    ------
    InputError
        If the number of corruption levels does not fit.

    References
    ----------
    .. [1] Vincent, Larochelle, Lajoie, Bengio, Manzagol (2010), Stacked denoising autoencoders,
       Journal of Machine Learning Research 11.
    .. [2] Deep Learning Tutorials, Stacked denoising autoencoders (SdA).

    Examples
    --------
    >>> model = SdA(np.random.RandomState(89677), 784, (30, 20), 10)
    >>> model.autoencoders[1].W is model.layers[1].W
    True
    """

    rng: InitVar
    n_in: int = 784
    n_hidden: int | Sequence[int] = (500, 500)
    n_out: int = 10
    corruption_levels: float | Sequence[float] = 0.1
    corruption: str = "masking"
    dropout: float | Sequence[float] = 0.0

    def __post_init__(self, rng):
        streams = Streams(seed_from(rng))
        self.network = MLP(rng, self.n_in, self.n_hidden, self.n_out, "sigmoid", self.dropout)
        self.n_hidden = self.network.n_hidden
        *hidden, _ = self.layers
        shared = {"corruption": self.corruption, "streams": streams}
        self.blocks = [
            dA(rng, each.n_in, each.n_out, each.W, each.b, name=each.name, **shared)
            for each in hidden
        ]
        levels = np.atleast_1d(self.corruption_levels).tolist()
        self.corruption_levels = levels * len(hidden) if len(levels) == 1 else levels
        if len(self.corruption_levels) != len(hidden):
            raise InputError(
                f"{len(levels)} corruption levels for {len(hidden)} hidden layers: "
                "give one each, or one for all"
            )

    @property
    def autoencoders(self) -> list[dA]:
        """The hidden layers as autoencoders."""
        return self.blocks

    def pretraining(self, layer: int, x, learning_rate, rule: Callable = sgd, start: int = 0):
        """The cost of one layer as an autoencoder of its inputs, and a step of learning.

        Parameters
        ----------
        layer : int
            Which hidden layer, from 0.
        x : matrix, shape (batch, n)
            Inputs, or what comes out of the first `start` layers.
        learning_rate : float or shared scalar
        rule : callable
            Of `dltut.optim`.
        start : int
            How many layers x has been through.

        Returns
        -------
        cost : scalar
            How badly the layer's inputs are reconstructed.
        updates : dict
            {shared variable: next value} of this layer alone.
        """
        inputs, level = self.inputs_of(layer, x, start), self.corruption_levels[layer]
        return self.blocks[layer].cost_updates(inputs, learning_rate, level, rule)


class DBN(Stack):
    """A deep belief network: stacked restricted Boltzmann machines.

    Parameters
    ----------
    rng : RandomState or Generator
        Seeds the Gibbs chains, then draws the weights of the hidden layers, in order.
    n_in : int
        Inputs, from 0 to 1 if they are binary.
    n_hidden : int or sequence of int
        Units of each hidden layer.
    n_out : int
        Classes.
    dropout : float or sequence of float
        While finetuning, as in `MLP`.
    visible : {"binary", "gaussian"}
        What the inputs are to the first machine, see `RBM`; all others see binary units.

    Attributes
    ----------
    rbms : list of RBM
        One a hidden layer; W and the hidden bias are the layer's own shared variables.
    layers, params, weights : list
        As in `MLP`: what finetuning trains, without the visible biases.

    References
    ----------
    .. [1] Hinton, Osindero, Teh (2006), A fast learning algorithm for deep belief nets, Neural
       Computation 18.
    .. [2] Deep Learning Tutorials, Deep belief networks.

    Examples
    --------
    >>> model = DBN(np.random.RandomState(123), 784, (30, 20), 10)
    >>> model.rbms[1].W is model.layers[1].W
    True
    """

    rng: InitVar
    n_in: int = 784
    n_hidden: int | Sequence[int] = (500, 500)
    n_out: int = 10
    dropout: float | Sequence[float] = 0.0
    visible: str = "binary"

    def __post_init__(self, rng):
        streams = Streams(seed_from(rng))
        self.network = MLP(rng, self.n_in, self.n_hidden, self.n_out, "sigmoid", self.dropout)
        self.n_hidden = self.network.n_hidden
        *hidden, _ = self.layers
        kinds = [self.visible] + ["binary"] * (len(hidden) - 1)
        self.blocks = [
            RBM(rng, each.n_in, each.n_out, each.W, each.b, None, kind, streams, each.name)
            for each, kind in zip(hidden, kinds, strict=True)
        ]

    @property
    def rbms(self) -> list[RBM]:
        """The hidden layers as Boltzmann machines."""
        return self.blocks

    def pretraining(
        self,
        layer: int,
        x,
        learning_rate,
        rule: Callable = sgd,
        start: int = 0,
        k: int = 1,
        persistent=None,
    ):
        """A number to watch of one layer as a Boltzmann machine of its inputs, and a step.

        Parameters
        ----------
        layer : int
            Which hidden layer, from 0.
        x : matrix, shape (batch, n)
            Inputs, or what comes out of the first `start` layers.
        learning_rate : float or shared scalar
        rule : callable
            Of `dltut.optim`.
        start : int
            How many layers x has been through.
        k, persistent
            See `RBM.cost`.

        Returns
        -------
        watched : scalar
            As `RBM.cost_updates` gives it: how badly the layer's inputs are reconstructed.
        updates : dict
            {shared variable: next value} of this layer alone.
        """
        inputs = self.inputs_of(layer, x, start)
        return self.blocks[layer].cost_updates(inputs, learning_rate, k, persistent, rule)
