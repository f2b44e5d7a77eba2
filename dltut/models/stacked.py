"""Stacks: sigmoid networks whose layers are also autoencoders (SdA) or Boltzmann machines (DBN)."""

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np

from dltut.exceptions import InputError
from dltut.machine.rng import Streams, seed_from
from dltut.models.autoencoder import dA
from dltut.models.mlp import MLP
from dltut.models.rbm import RBM
from dltut.optim import sgd


class Stack(MLP):
    """A sigmoid network, each of whose hidden layers is also a model of its own inputs.

    Parameters
    ----------
    rng : RandomState or Generator
        Seeds the draws of all layers, then draws the weights of the hidden layers, in order.
    n_in : int
        Inputs.
    n_hidden : int or sequence of int
        Units of each hidden layer.
    n_out : int
        Classes.
    dropout : float or sequence of float
        Share of inputs dropped while finetuning, as in `MLP`; pretraining knows nothing of it.

    Attributes
    ----------
    blocks : list
        The hidden layers as models of their inputs; W and the hidden bias are the same shared
        variables in both.
    stored : list of shared variables
        What a file keeps: `params`, then the visible biases, which finetuning leaves alone.
    """

    def __init__(self, rng, n_in, n_hidden, n_out, dropout: float | Sequence[float] = 0.0):
        streams = Streams(seed_from(rng))
        super().__init__(rng, n_in, n_hidden, n_out, "sigmoid", dropout)
        del self.arguments["activation"]
        sizes = pairwise([n_in, *self.arguments["n_hidden"]])
        self.blocks = [
            self._block(layer, rng, *size, streams=streams, name=f"hidden{i}")
            for i, (layer, size) in enumerate(zip(self.layers[:-1], sizes, strict=True))
        ]
        theirs = [param for block in self.blocks for param in block.params]
        self.stored = list(dict.fromkeys([*self.params, *theirs]))

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

    def pretraining(
        self, layer: int, x, learning_rate, rule: Callable = sgd, start: int = 0, **options
    ):
        """The cost of one layer as a model of its inputs, and a step of learning them better.

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
        **options
            What else the layer's ``cost_updates`` takes, such as k for a Boltzmann machine.

        Returns
        -------
        cost : scalar
            How badly the layer's inputs are reconstructed.
        updates : dict
            {shared variable: next value} of this layer alone.
        """
        inputs, options = self.inputs_of(layer, x, start), self._options(layer) | options
        return self.blocks[layer].cost_updates(inputs, learning_rate, rule=rule, **options)

    def _options(self, layer: int) -> dict:
        """What the layer's own cost needs to know."""
        return {}


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
    stored : list of shared variables
        What a file keeps: `params` and the visible biases.

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

    def __init__(
        self,
        rng,
        n_in: int = 784,
        n_hidden: int | Sequence[int] = (500, 500),
        n_out: int = 10,
        corruption_levels: float | Sequence[float] = 0.1,
        corruption: str = "masking",
        dropout: float | Sequence[float] = 0.0,
    ):
        self._corruption = corruption
        super().__init__(rng, n_in, n_hidden, n_out, dropout)
        self.autoencoders = self.blocks
        self.corruption_levels = _one_each(corruption_levels, len(self.blocks), "corruption levels")
        self.arguments |= {"corruption_levels": self.corruption_levels, "corruption": corruption}

    def _block(self, layer, *arguments, **more):
        return dA(*arguments, W=layer.W, bhid=layer.b, corruption=self._corruption, **more)

    def _options(self, layer):
        return {"corruption_level": self.corruption_levels[layer]}


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
    stored : list of shared variables
        What a file keeps: `params` and the visible biases.

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

    def __init__(
        self,
        rng,
        n_in: int = 784,
        n_hidden: int | Sequence[int] = (500, 500),
        n_out: int = 10,
        dropout: float | Sequence[float] = 0.0,
        visible: str = "binary",
    ):
        self._visible = visible
        super().__init__(rng, n_in, n_hidden, n_out, dropout)
        self.arguments["visible"] = visible
        self.rbms = self.blocks

    def _block(self, layer, *arguments, **more):
        visible = self._visible if layer is self.layers[0] else "binary"
        return RBM(*arguments, W=layer.W, hbias=layer.b, visible=visible, **more)


def _one_each(given, n_layers, what):
    values = [float(each) for each in np.atleast_1d(given)]
    values = values * n_layers if len(values) == 1 else values
    if len(values) != n_layers:
        raise InputError(
            f"{len(values)} {what} for {n_layers} hidden layers: give one each, or one for all"
        )
    return values
