"""Autoencoders: a code for the input, from which the input can be made again."""

from collections.abc import Callable
from dataclasses import InitVar
from math import inf
from numbers import Real

import pytensor.tensor as pt

from dltut.exceptions import InputError
from dltut.layers import Network, parameter
from dltut.layers.parameter import joined
from dltut.machine.checks import check_numbers
from dltut.machine.rng import Streams, seed_from
from dltut.nn import binary_cross_entropy, init, squared_error
from dltut.nn.activations import activation
from dltut.nn.corruption import corruption as corruption_of
from dltut.optim import sgd


class Autoencoder(Network):
    r"""An encoder and a decoder: :math:`h = s(x W + b)`, :math:`z = s'(h W' + b')`.

    Parameters
    ----------
    rng : RandomState or Generator
        Draws W, then W' if it is not tied.
    n_visible, n_hidden : int
        Inputs, and units of the code.
    W : array, shared variable or initializer, optional
        Shape (n_visible, n_hidden). Default: the tutorials' uniform rule for the encoder.
    bhid, bvis : array, shared variable or initializer, optional
        Biases of the code and of the reconstruction, shapes (n_hidden,) and (n_visible,). Default
        zeros.
    tied : bool
        Whether W' is the transpose of W.
    W_prime : array, shared variable or initializer, optional
        If not tied; shape (n_hidden, n_visible).
    encoder, decoder : callable or str
        Activations; a linear decoder is for inputs that are no shares of 1.
    name : str
        Prefix of the parameters' names.

    Raises
    ------
    InputError
        If W_prime is given though tied.

    Examples
    --------
    >>> import numpy as np
    >>> model = Autoencoder(np.random.RandomState(123), 784, 500, tied=False, decoder="linear")
    >>> [each.name for each in model.params]
    ['W', 'bhid', 'bvis', 'W_prime']
    """

    rng: InitVar
    n_visible: int = 784
    n_hidden: int = 500
    W: InitVar = None
    bhid: InitVar = None
    bvis: InitVar = None
    tied: bool = True
    W_prime: InitVar = None
    encoder: Callable | str = "sigmoid"
    decoder: Callable | str = "sigmoid"
    name: str = ""

    def __post_init__(self, rng, W, bhid, bvis, W_prime):
        self.encoder, self.decoder = activation(self.encoder), activation(self.decoder)
        n_visible, n_hidden = self.n_visible, self.n_hidden

        def made(start, shape, kind):
            return parameter(start, shape, joined(self.name, kind), rng)

        W = init.glorot_tutorial(self.encoder) if W is None else W
        self.W = made(W, (n_visible, n_hidden), "W")
        self.bhid = made(bhid, (n_hidden,), "bhid")
        self.bvis = made(bvis, (n_visible,), "bvis")
        if self.tied and W_prime is not None:
            raise InputError("tied weights leave no choice of W_prime: give tied=False with it")
        if W_prime is None:
            W_prime = self.W.T if self.tied else init.glorot_tutorial(self.decoder)
        self.W_prime = made(W_prime, (n_hidden, n_visible), "W_prime")

    @property
    def n_in(self) -> int:
        """Inputs."""
        return self.n_visible

    def __call__(self, x, train: bool = False):
        """The code of x, as `hidden` gives it."""
        return self.hidden(x)

    def hidden(self, x):
        """The code, shape (batch, n_hidden), of inputs, shape (batch, n_visible)."""
        return self.encoder(self.sums(x))

    def as_layer(self, **more) -> dict:
        """The encoder as it is now, described as a layer of a `dltut.models.Sequential`.

        Parameters
        ----------
        **more
            What else is said of the layer, such as ``frozen=True``.

        Examples
        --------
        >>> import numpy as np
        >>> from dltut.models import Sequential
        >>> rng = np.random.RandomState(123)
        >>> below = Autoencoder(rng, 784, 500)
        >>> Sequential(rng, [below.as_layer(layer_name="h0")], n_in=784)
        Sequential(n_in=784, n_out=500): 392,500 parameters
          Dense  h0.W (784, 500), h0.b (500,)  392,500
        """
        start = {"W": self.W.get_value(), "b": self.bhid.get_value()}
        kind = {"name": "Dense", "n_out": self.n_hidden, "activation": self.encoder}
        return kind | start | more

    def sums(self, x):
        """What the encoder's activation is applied to, shape (batch, n_hidden)."""
        return x @ self.W + self.bhid

    def scores(self, h):
        """What the decoder's activation is applied to, shape (batch, n_visible)."""
        return h @ self.W_prime + self.bvis

    def reconstruction(self, h):
        """The input that a code stands for, shape (batch, n_visible)."""
        return self.decoder(self.scores(h))

    def reconstruction_cost(self, x, h):
        """How far the reconstruction from h is from x: summed over units, mean over the batch.

        Parameters
        ----------
        x : matrix, shape (batch, n_visible)
            In [0, 1] if the decoder is a sigmoid.
        h : matrix, shape (batch, n_hidden)

        Returns
        -------
        scalar
            Cross-entropy in nats for a sigmoid decoder, squared error for any other.
        """
        if self.decoder is pt.sigmoid:
            return binary_cross_entropy(self.scores(h), x)
        return squared_error(self.reconstruction(h), x)

    def cost(self, x):
        """The reconstruction cost of x from its own code."""
        return self.reconstruction_cost(x, self.hidden(x))

    def cost_updates(self, x, learning_rate, rule: Callable = sgd):
        """The cost, and what a step of learning makes of each parameter.

        Parameters
        ----------
        x : matrix, shape (batch, n_visible)
        learning_rate : float or shared scalar
        rule : callable
            A rule of `dltut.optim`.

        Returns
        -------
        (scalar, dict)
            The dictionary is {shared variable: next value}.
        """
        return self._learning(self.cost(x), learning_rate, rule)

    def _learning(self, cost, learning_rate, rule):
        return cost, rule(cost, self.params, learning_rate)


class dA(Autoencoder):
    r"""The denoising autoencoder: it sees a corrupted input and has to give back the clean one.

    Parameters
    ----------
    corruption : callable or str
        A function of `dltut.nn.corruption`, or a name of one: masking, salt_and_pepper, gaussian.
    streams : Streams, optional
        Where the noise is drawn; otherwise `rng` draws a seed for it, then W. The other parameters
        are those of `Autoencoder`.

    Notes
    -----
    Masked inputs are not made larger to keep their mean, and the cost compares with the clean x.

    References
    ----------
    .. [1] Vincent, Larochelle, Bengio, Manzagol (2008), Extracting and composing robust features
       with denoising autoencoders.
    .. [2] Deep Learning Tutorials, Denoising autoencoders (dA).

    Examples
    --------
    >>> import numpy as np
    >>> model = dA(np.random.RandomState(123), n_visible=784, n_hidden=500)
    >>> cost, updates = model.cost_updates(pt.matrix("x"), learning_rate=0.1, corruption_level=0.3)
    >>> [each.name for each in updates]
    ['W', 'bhid', 'bvis']
    """

    corruption: Callable | str = "masking"
    streams: InitVar = None

    def __post_init__(self, rng, W, bhid, bvis, W_prime, streams):
        self.streams = Streams(seed_from(rng)) if streams is None else streams
        super().__post_init__(rng, W, bhid, bvis, W_prime)
        self.corruption = corruption_of(self.corruption)

    def corrupted(self, x, corruption_level: float = 0.3):
        """A noisy copy of x, of the same shape; x itself if the level is 0."""
        return self.corruption(self.streams, x, corruption_level)

    def cost(self, x, corruption_level: float = 0.3):
        """The cost of reconstructing the clean x from the code of a corrupted one; scalar."""
        h = self.hidden(self.corrupted(x, corruption_level))
        return self.reconstruction_cost(x, h)

    def cost_updates(self, x, learning_rate, corruption_level: float = 0.3, rule: Callable = sgd):
        """The cost with noise of this level, and what a step makes of each parameter.

        Parameters
        ----------
        x : matrix, shape (batch, n_visible)
        learning_rate : float or shared scalar
        corruption_level : float or scalar
        rule : callable
            A rule of `dltut.optim`.

        Returns
        -------
        (scalar, dict)
            As in `Autoencoder.cost_updates`.
        """
        return self._learning(self.cost(x, corruption_level), learning_rate, rule)


class cA(Autoencoder):
    r"""The contractive autoencoder: its code should not follow small changes of the input.

    The parameters are those of `Autoencoder`.

    References
    ----------
    .. [1] Rifai, Vincent, Muller, Glorot, Bengio (2011), Contractive auto-encoders: explicit
       invariance during feature extraction.
    """

    def penalty(self, x):
        r"""Squared Frobenius norm of the Jacobian of the code, mean over the batch.

        .. math:: \frac{1}{N} \sum_n \lVert J(x_n) \rVert^2
                  = \frac{1}{N} \sum_n \sum_j s'(a_{nj})^2 \sum_i W_{ij}^2,
                  \qquad a = x W + b

        Parameters
        ----------
        x : matrix, shape (batch, n_visible)

        Notes
        -----
        For a sigmoid :math:`s' = h (1 - h)`. The mean is a true division: the tutorials' code has
        ``//`` in its place, whose gradient is zero, so that it never contracts anything.
        """
        return self._penalty(self.sums(x))

    def _penalty(self, a):
        slopes = pt.grad(self.encoder(a).sum(), a)  # (batch, n_hidden)
        return (slopes * slopes @ (self.W * self.W).sum(axis=0)).mean()

    def cost(self, x, contraction_level: float = 0.1):
        """The cost of reconstructing x, plus the level times the penalty; scalar.

        Raises
        ------
        InputError
            If the level is negative or not finite.
        """
        if isinstance(contraction_level, Real):
            check_numbers(lambda v: 0 <= v < inf, "0 or above", contraction_level=contraction_level)
        a = self.sums(x)  # of both parts: their gradients meet here, before one product with x
        return self.reconstruction_cost(x, self.encoder(a)) + contraction_level * self._penalty(a)

    def cost_updates(self, x, learning_rate, contraction_level: float = 0.1, rule: Callable = sgd):
        """The cost with a penalty of this level, and what a step makes of each parameter.

        Parameters
        ----------
        x : matrix, shape (batch, n_visible)
        learning_rate : float or shared scalar
        contraction_level : float or scalar
        rule : callable
            A rule of `dltut.optim`.

        Returns
        -------
        (scalar, dict)
            As in `Autoencoder.cost_updates`.
        """
        return self._learning(self.cost(x, contraction_level), learning_rate, rule)
