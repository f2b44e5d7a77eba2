"""Autoencoders: a code for the input, from which the input can be made again."""

from collections.abc import Callable

import pytensor.tensor as pt

from dltut.exceptions import InputError
from dltut.layers.parameter import joined, owned, parameter
from dltut.machine.rng import Streams, seed_from
from dltut.nn import binary_cross_entropy, init, squared_error
from dltut.nn.activations import activation as activation_of
from dltut.nn.activations import name_of
from dltut.nn.corruption import corruption as corruption_of
from dltut.nn.corruption import name_of as corruption_name
from dltut.optim import sgd


class Autoencoder:
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

    Attributes
    ----------
    n_in : int
        Inputs.
    params : list
        [W, bhid, bvis], and W_prime if not tied.
    weights : list
        [W], and W_prime if not tied.

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

    def __init__(
        self,
        rng,
        n_visible: int = 784,
        n_hidden: int = 500,
        W=None,
        bhid=None,
        bvis=None,
        tied: bool = True,
        W_prime=None,
        encoder: Callable | str = "sigmoid",
        decoder: Callable | str = "sigmoid",
        name: str = "",
    ):
        self.n_in, self.n_hidden = n_visible, n_hidden
        self.encoder, self.decoder = activation_of(encoder), activation_of(decoder)

        def made(given, default, shape, kind):
            return parameter(default if given is None else given, shape, joined(name, kind), rng)

        self.W = made(W, init.tutorial(self.encoder), (n_visible, n_hidden), "W")
        self.bhid = made(bhid, init.constant(), (n_hidden,), "bhid")
        self.bvis = made(bvis, init.constant(), (n_visible,), "bvis")
        if tied and W_prime is not None:
            raise InputError("tied weights leave no choice of W_prime: give tied=False with it")
        back = self.W.T if tied else W_prime
        self.W_prime = made(back, init.tutorial(self.decoder), (n_hidden, n_visible), "W_prime")
        self.params = owned(self.W, self.bhid, self.bvis, self.W_prime)
        self.weights = owned(self.W, self.W_prime)
        self.arguments = {"n_visible": n_visible, "n_hidden": n_hidden, "tied": tied, "name": name}
        self.arguments |= {"encoder": name_of(self.encoder), "decoder": name_of(self.decoder)}

    def __call__(self, x, train: bool = False):
        """The code of x, as `hidden` gives it."""
        return self.hidden(x)

    def hidden(self, x):
        """The code, shape (batch, n_hidden), of inputs, shape (batch, n_visible)."""
        return self.encoder(self.sums(x))

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

    def cost_updates(self, x, learning_rate, *level, rule: Callable = sgd, **options):
        """The cost, and what a step of learning makes of each parameter.

        Parameters
        ----------
        x : matrix, shape (batch, n_visible)
        learning_rate : float or shared scalar
        *level, **options
            What else `cost` takes, such as ``corruption_level=0.3``.
        rule : callable
            A rule of `dltut.optim`.

        Returns
        -------
        (scalar, dict)
            The dictionary is {shared variable: next value}.
        """
        cost = self.cost(x, *level, **options)
        return cost, rule(cost, self.params, learning_rate)


class dA(Autoencoder):
    r"""The denoising autoencoder: it sees a corrupted input and has to give back the clean one.

    Parameters
    ----------
    rng : RandomState or Generator
        Draws the seed of the streams unless those are given, then W.
    *arguments, **options
        n_visible, n_hidden, W, bhid, bvis, and what else `Autoencoder` takes.
    corruption : callable or str
        A function of `dltut.nn.corruption`, or a name of one: masking, salt_and_pepper, gaussian.
    streams : Streams, optional
        Where the noise is drawn.

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

    def __init__(
        self,
        rng,
        *arguments,
        corruption: Callable | str = "masking",
        streams: Streams | None = None,
        **options,
    ):
        self.streams = Streams(seed_from(rng)) if streams is None else streams
        super().__init__(rng, *arguments, **options)
        self.corruption = corruption_of(corruption)
        self.arguments["corruption"] = corruption_name(self.corruption)

    def corrupted(self, x, corruption_level: float = 0.3):
        """A noisy copy of x, of the same shape; x itself if the level is 0."""
        return self.corruption(self.streams, x, corruption_level)

    def cost(self, x, corruption_level: float = 0.3):
        """The cost of reconstructing the clean x from the code of a corrupted one; scalar."""
        h = self.hidden(self.corrupted(x, corruption_level))
        return self.reconstruction_cost(x, h)


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
        """The cost of reconstructing x, plus the level times the penalty; scalar."""
        a = self.sums(x)  # of both parts: their gradients meet here, before one product with x
        return self.reconstruction_cost(x, self.encoder(a)) + contraction_level * self._penalty(a)
