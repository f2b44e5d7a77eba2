"""Models of Pylearn2: each knows its network, once the data and the cost are known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from dltut.exceptions import InputError
from dltut.experiment.pylearn2.arguments import Flag, Pair, Seeds
from dltut.experiment.pylearn2.datasets import AXES, Axes
from dltut.experiment.pylearn2.examples import Data
from dltut.experiment.pylearn2.layers import Layer, Softmax, pair
from dltut.layers import Network
from dltut.machine.arguments import Amount, Count, Size
from dltut.machine.checks import repeated
from dltut.models import Autoencoder, Sequential, cA, dA
from dltut.nn import init

MLP_SEED, CODER_SEED = [2013, 1, 4], 9001
ACTIVATIONS = Literal["tanh", "sigmoid", "linear", "rectifier", "relu", "softplus"]


@dataclass(kw_only=True)
class VectorSpace:
    """Rows of numbers."""

    dim: Size
    sparse: Flag = False
    dtype: str = "floatX"

    @property
    def sizes(self) -> dict:
        """As `dltut.models.Sequential` takes them."""
        return {"n_in": self.dim}


@dataclass(kw_only=True)
class Conv2DSpace:
    """Pictures, or maps."""

    shape: Pair
    channels: Size | None = None
    num_channels: Size | None = None
    axes: Axes = AXES
    dtype: str = "floatX"

    @property
    def sizes(self) -> dict:
        """As `dltut.models.Sequential` takes them: the axes are (channels, rows, columns)."""
        n_channels = self.num_channels or self.channels or 1
        return {"image_shape": [n_channels, *pair(self.shape, "Conv2DSpace: shape")]}


class Model:
    """What a file calls a model: it is made when the cost has said what is dropped."""

    batch_size = None
    flat: Sequence[Layer] = ()  # its layers, if it has some with names

    def network(self, dropped=None) -> Network:
        """The network, with first values.

        Parameters
        ----------
        dropped : Dropout, optional
            What is dropped of the inputs of each layer.
        """
        raise NotImplementedError


@dataclass(kw_only=True)
class MLP(Model, Layer):
    """Layers one after the other; within another MLP, its layers stand in its place.

    Notes
    -----
    Pictures are (channels, rows, columns) inside, whatever the axes of the space are called.
    """

    layers: Sequence[Layer]
    batch_size: Size | None = None
    input_space: VectorSpace | Conv2DSpace | None = None
    input_source: Literal["features"] = "features"
    target_source: Literal["targets"] = "targets"
    nvis: Size | None = None
    seed: Seeds | None = None
    layer_name: str | None = None
    monitor_targets: Flag = True

    def __post_init__(self):
        names = [each.layer_name for each in self.flat]
        if twice := repeated(names):
            raise InputError(f"two layers are called {twice[0]}: give each a name of its own")
        if not names:
            raise InputError("an MLP without layers: give one at least")

    @property
    def flat(self) -> list[Layer]:
        """The layers, with those of an MLP in its place."""
        inner = [each.flat if isinstance(each, MLP) else [each] for each in self.layers]
        return [layer for layers in inner for layer in layers]

    def described(self, last: bool) -> list[dict]:
        """The descriptions of its layers."""
        return self._descriptions(last)

    def network(self, dropped=None) -> Sequential:
        """A `dltut.models.Sequential`.

        Raises
        ------
        InputError
            If neither nvis nor the input space says what goes in, or something in it does not fit.
        """
        if (self.nvis is None) == (self.input_space is None):
            raise InputError("an MLP takes nvis or input_space, one of them: what goes in")
        sizes = {"n_in": self.nvis} if self.nvis else self.input_space.sizes
        rng = np.random.RandomState(MLP_SEED if self.seed is None else self.seed)
        network = Sequential(rng, self._descriptions(True, dropped), **sizes)
        for layer in self.flat:
            layer.start(network)
        return network

    def _descriptions(self, last: bool, dropped=None) -> list[dict]:
        *hidden, top = self.flat
        described = [(layer, layer.described(last=False)) for layer in hidden]
        described.append((top, top.described(last)))
        noise = {} if dropped is None else dropped.of([layer.layer_name for layer in self.flat])
        return [
            each
            for layer, (first, *others) in described
            for each in [first | noise.get(layer.layer_name, {}), *others]
        ]


@dataclass(kw_only=True)
class SoftmaxRegression(Model):
    """A softmax of weighted inputs, and nothing else: an MLP of one layer, which is called y."""

    n_classes: Size
    batch_size: Size | None = None
    input_space: VectorSpace | Conv2DSpace | None = None
    irange: Amount | None = None
    istdev: Amount | None = None
    W_lr_scale: Amount | None = None
    b_lr_scale: Amount | None = None
    max_row_norm: Amount | None = None
    max_col_norm: Amount | None = None
    sparse_init: Count | None = None
    init_bias_target_marginals: Data | None = None
    nvis: Size | None = None
    seed: Seeds | None = None

    @property
    def flat(self) -> list[Layer]:
        """The one layer."""
        own = "batch_size", "input_space", "nvis", "seed"
        softmax = {name: value for name, value in vars(self).items() if name not in own}
        return [Softmax(layer_name="y", **softmax)]

    def network(self, dropped=None) -> Sequential:
        """A `dltut.models.Sequential` of one layer."""
        mlp = MLP(layers=self.flat, nvis=self.nvis, input_space=self.input_space, seed=self.seed)
        return mlp.network(dropped)


@dataclass(kw_only=True)
class Corruptor:
    """Noise of a denoising autoencoder."""

    corruption_level: Amount
    rng: Seeds = 2001

    kind = "masking"

    @property
    def level(self) -> float:
        """How much of it."""
        return self.corruption_level


class BinomialCorruptor(Corruptor):
    """Some inputs set to 0; the others stay as they are."""


class SaltPepperCorruptor(Corruptor):
    """Some inputs set to 0 or 1."""

    kind = "salt_and_pepper"


@dataclass(kw_only=True)
class GaussianCorruptor:
    """Normal noise added."""

    stdev: Amount
    rng: Seeds = 2001

    kind = "gaussian"

    @property
    def level(self) -> float:
        """Its standard deviation."""
        return self.stdev


@dataclass(kw_only=True)
class DummyCorruptor(Corruptor):
    """No noise."""

    corruption_level: Amount = 0.0

    level = 0.0


@dataclass(kw_only=True)
class AutoencoderModel(Model):
    """An autoencoder.

    Notes
    -----
    Weights begin between -irange / 2 and irange / 2, as they did in Pylearn2 until May 2015, and so
    in its published results; since then W, and not W', between -irange and irange.
    """

    nvis: Size
    nhid: Size
    act_enc: ACTIVATIONS | None
    act_dec: ACTIVATIONS | None
    tied_weights: Flag = False
    irange: Amount | None = 1e-3
    istdev: Amount | None = None
    rng: Seeds = CODER_SEED

    kind = Autoencoder
    level = None  # of the noise, for a model that takes one

    def network(self, dropped=None) -> Autoencoder:
        """A `dltut.models.Autoencoder`, or a kind of it.

        Raises
        ------
        InputError
            If something is to be dropped of its inputs.
        """
        if dropped is not None:
            raise InputError("the cost Dropout is for an MLP; an autoencoder takes a corruptor")
        drawn = init.uniform(self.irange / 2) if self.istdev is None else init.normal(self.istdev)
        return self.kind(
            np.random.RandomState(self.rng),
            self.nvis,
            self.nhid,
            W=drawn,
            W_prime=None if self.tied_weights else drawn,
            tied=bool(self.tied_weights),
            encoder=_activation(self.act_enc),
            decoder=_activation(self.act_dec),
            **self._noise,
        )

    @property
    def _noise(self) -> dict:
        """Arguments of a model that takes noise."""
        return {}


@dataclass(kw_only=True)
class DenoisingAutoencoder(AutoencoderModel):
    """An autoencoder that gives back the clean input of a noisy one."""

    corruptor: Corruptor | GaussianCorruptor

    kind = dA

    @property
    def level(self) -> float:
        """How much noise."""
        return self.corruptor.level

    @property
    def _noise(self) -> dict:
        return {"corruption": self.corruptor.kind}


@dataclass(kw_only=True)
class ContractiveAutoencoder(AutoencoderModel):
    """An autoencoder whose code should not follow small changes; its penalty is a cost."""

    kind = cA


def _activation(name: str | None) -> str:
    return {None: "linear", "rectifier": "relu"}.get(name, name)
