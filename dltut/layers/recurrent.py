"""Recurrent layers: a cell is one step, and a layer goes through the steps of a sequence.

x has shape (time, batch, n_in): step after step, each for all sequences of the batch.
"""

from collections.abc import Callable
from dataclasses import InitVar, field
from typing import ClassVar

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.gradient import grad_clip

from dltut.exceptions import InputError
from dltut.kernels.recurrent import Recurrence
from dltut.kernels.steps import AsRows, AsSteps, RealRows
from dltut.layers.network import Network
from dltut.layers.parameter import joined, parameter
from dltut.nn import init
from dltut.nn.activations import activation, linear, relu
from dltut.nn.loop import run, stepped

# Activations of the simple cell, by the names that the kernel knows them by.
KINDS = {pt.tanh: "tanh", pt.sigmoid: "sigmoid", relu: "relu", linear: "linear"}


class Cell(Network):
    """One step of a recurrence; subclasses say how the states go on.

    A cell of one's own has the fields that it needs, makes its parameters, and defines ``n_out``,
    ``prepare(x)`` and ``step(a, *states)``; then it can be the cell of any `Recurrent`.

    Attributes
    ----------
    state_names : tuple of str
        Of the class. The first is what the cell gives out.
    """

    state_names: ClassVar[tuple[str, ...]] = ("h",)

    def prepare(self, x):
        """What can be computed of all steps at once, (time, batch, ...), of x."""
        return AsSteps()(AsRows()(x) @ self.W + self.b, x)

    def step(self, a, *states) -> list:
        """The states, each (batch, n_out), after a step.

        Parameters
        ----------
        a : variable, shape (batch, ...)
            What `prepare` made of the step.
        *states : variable, shape (batch, n_out)
            Before it.
        """
        raise NotImplementedError

    def start(self, batch_size) -> list:
        """The states before the first step, (batch, n_out): zeros, or what is learned."""
        first = getattr(self, "first", [0.0] * len(self.state_names))
        zeros = pt.zeros((batch_size, self.n_out), dtype=pytensor.config.floatX)
        return [zeros + each for each in first]

    def _make(self, rng, n_gates: int, W, U, b) -> None:
        """Weights of the inputs, of the states, and biases, each gate a block of columns."""
        W, U = (gates(n_gates) if each is None else each for each in (W, U))
        n_sums = n_gates * self.n_out
        self.W = parameter(W, (self.n_in, n_sums), joined(self.name, "W"), rng)
        self.U = parameter(U, (self.n_out, n_sums), joined(self.name, "U"), rng)
        self.b = parameter(b, (n_sums,), joined(self.name, "b"), rng)
        if self.learn_start:
            self.first = [
                parameter(None, (self.n_out,), joined(self.name, f"{name}0"))
                for name in self.state_names
            ]

    def _looped(self, kind: str, x, mask, start, truncate, backwards, p=None) -> list:
        """All steps as one operation, that of a kind of `dltut.kernels.recurrent`."""
        no_p, is_step = pt.zeros((0, 0)), pt.zeros((0, 0)) > 0
        if mask is None:
            a = self.prepare(x)
        else:  # nothing is computed of padding
            is_step = pt.as_tensor(mask) > 0
            simple = type(self).prepare is Cell.prepare
            a = RealRows()(x if simple else self.prepare(x), is_step)
            a = a @ self.W + self.b if simple else a
        floats = [self.U, no_p if p is None else p, *start]
        U, p, *start = (pt.as_tensor(each).astype(a.dtype) for each in floats)
        op = Recurrence(kind, backwards, truncate or 0, self.clip or 0)
        return op(a, U, is_step, p, *start)[:-1]

    def _clipped(self, sums):
        """The sums; their gradients are held to -clip ... clip."""
        return sums if self.clip is None else grad_clip(sums, -self.clip, self.clip)


class Elman(Cell):
    r"""The simple recurrence: :math:`h_t = s(x_t W + h_{t-1} U + b)`.

    Parameters
    ----------
    rng : RandomState or Generator
        Draws W, then U.
    n_in, n_out : int
        Inputs of a step, and units.
    W : array, shared variable or initializer, optional
        Shape (n_in, n_out). Default: orthogonal.
    U : array, shared variable or initializer, optional
        Shape (n_out, n_out). Default: orthogonal.
    b : array, shared variable or initializer, optional
        Shape (n_out,). Default: zeros.
    activation : callable or str, optional
        s; None is linear.
    learn_start : bool
        Whether the state before the first step is learned; it is 0 otherwise.
    clip : float, optional
        Within the loop the gradients of the sums are held to -clip ... clip.
    name : str
        Prefix of the parameters' names.

    References
    ----------
    .. [1] Elman, Finding structure in time, Cognitive Science 14, 1990.

    Examples
    --------
    >>> import numpy as np
    >>> Recurrent(Elman(np.random.default_rng(1), 3, 4))
    Recurrent(): 32 parameters
      Elman  W (3, 4), U (4, 4), b (4,)  32
    """

    rng: InitVar
    n_in: int
    n_out: int
    W: InitVar = None
    U: InitVar = None
    b: InitVar = None
    activation: Callable | str | None = "tanh"
    learn_start: bool = False
    clip: float | None = None
    name: str = ""

    def __post_init__(self, rng, W, U, b):
        self.activation = activation(self.activation)
        _check_clip(self.clip)
        self._make(rng, 1, W, U, b)

    def step(self, a, h) -> list:
        """The next h."""
        return [self.activation(self._clipped(a + h @ self.U))]

    def loop(self, x, mask, start, truncate, backwards) -> list:
        """The same, all steps at once, for activations that the kernel knows.

        Parameters
        ----------
        x, mask, start, truncate, backwards
            As for `dltut.nn.loop.run`.
        """
        kind = KINDS.get(self.activation)
        if kind is None:
            return stepped(self.step, self.prepare(x), mask, start, truncate, backwards)
        return self._looped(kind, x, mask, start, truncate, backwards)


class LSTM(Cell):
    r"""Long short-term memory: gates decide what is written, kept and shown.

    .. math::

        i, f, o &= \sigma(x_t W_{i,f,o} + h_{t-1} U_{i,f,o} + b_{i,f,o}) \\
        c_t &= f \, c_{t-1} + i \tanh(x_t W_c + h_{t-1} U_c + b_c) \\
        h_t &= o \tanh(c_t)

    Parameters
    ----------
    rng : RandomState or Generator
        Draws W, then U, each gate a block of columns in the order i, f, o, c.
    n_in, n_out : int
        Inputs of a step, and units.
    W : array, shared variable or initializer, optional
        Shape (n_in, 4 n_out). Default: each block orthogonal, as in the tutorial.
    U : array, shared variable or initializer, optional
        Shape (n_out, 4 n_out). Default as W.
    b : array, shared variable or initializer, optional
        Shape (4 n_out,). Default: zeros, but for `forget_bias`.
    peepholes : bool
        Whether the gates see the memory, too: i and f the one before the step, o the one after it,
        each unit its own, with a weight in p, (3, n_out).
    forget_bias : float
        The first bias of f where b is not given. With 1, memory is kept from the start.
    learn_start : bool
        Whether the states before the first step are learned; they are 0 otherwise.
    clip : float, optional
        Within the loop the gradients of the gates' sums are held to -clip ... clip.
    name : str
        Prefix of the parameters' names.

    References
    ----------
    .. [1] Hochreiter and Schmidhuber, Long short-term memory, Neural Computation 9, 1997.
    .. [2] Gers, Schraudolph and Schmidhuber, Learning precise timing with LSTM recurrent networks,
       JMLR 3, 2002, for the peepholes.
    .. [3] Deep Learning Tutorials, LSTM networks for sentiment analysis.

    Examples
    --------
    >>> import numpy as np
    >>> Recurrent(LSTM(np.random.default_rng(1), 3, 4, forget_bias=1.0), last=True)
    Recurrent(last=True): 128 parameters
      LSTM  W (3, 16), U (4, 16), b (16,)  128
    """

    state_names: ClassVar[tuple[str, ...]] = ("h", "c")

    rng: InitVar
    n_in: int
    n_out: int
    W: InitVar = None
    U: InitVar = None
    b: InitVar = None
    peepholes: bool = False
    forget_bias: float = 0.0
    learn_start: bool = False
    clip: float | None = None
    name: str = ""

    def __post_init__(self, rng, W, U, b):
        _check_clip(self.clip)
        if b is None:
            b = np.repeat([0.0, self.forget_bias, 0.0, 0.0], self.n_out)
        self._make(rng, 4, W, U, b)
        if self.peepholes:
            self.p = parameter(None, (3, self.n_out), joined(self.name, "p"))

    def step(self, a, *states) -> list:
        """The next h and c."""
        h, c = states
        sums = self._clipped(a + h @ self.U)
        i, f, o, g = _blocks(sums, self.n_out)
        p_i, p_f, p_o = (self.p[k] for k in range(3)) if self.peepholes else (0.0, 0.0, 0.0)
        kept = pt.sigmoid(f + p_f * c) * c
        c = kept + pt.sigmoid(i + p_i * c) * pt.tanh(g)
        return [pt.sigmoid(o + p_o * c) * pt.tanh(c), c]

    def loop(self, x, mask, start, truncate, backwards) -> list:
        """The same, all steps at once.

        Parameters
        ----------
        x, mask, start, truncate, backwards
            As for `dltut.nn.loop.run`.
        """
        kind, p = ("lstm with peepholes", self.p) if self.peepholes else ("lstm", None)
        return self._looped(kind, x, mask, start, truncate, backwards, p)


class GRU(Cell):
    r"""The gated recurrent unit: gates reset the state and decide how much of it is new.

    .. math::

        r, u &= \sigma(x_t W_{r,u} + h_{t-1} U_{r,u} + b_{r,u}) \\
        g &= \tanh(x_t W_c + r \, (h_{t-1} U_c) + b_c) \\
        h_t &= (1 - u) \, h_{t-1} + u \, g

    Parameters
    ----------
    rng : RandomState or Generator
        Draws W, then U, each gate a block of columns in the order r, u, c.
    n_in, n_out : int
        Inputs of a step, and units.
    W : array, shared variable or initializer, optional
        Shape (n_in, 3 n_out). Default: each block orthogonal.
    U : array, shared variable or initializer, optional
        Shape (n_out, 3 n_out). Default as W.
    b : array, shared variable or initializer, optional
        Shape (3 n_out,). Default: zeros.
    learn_start : bool
        Whether the state before the first step is learned; it is 0 otherwise.
    clip : float, optional
        Within the loop the gradients of the sums are held to -clip ... clip.
    name : str
        Prefix of the parameters' names.

    Notes
    -----
    The reset gate works behind the product with U, as in Lasagne, so that a step is one product;
    the paper resets h before it. PyTorch and Keras have a second bias there, and 1 - u for u.

    References
    ----------
    .. [1] Cho et al., Learning phrase representations using RNN encoder-decoder, EMNLP 2014.

    Examples
    --------
    >>> import numpy as np
    >>> Recurrent(GRU(np.random.default_rng(1), 3, 4))
    Recurrent(): 96 parameters
      GRU  W (3, 12), U (4, 12), b (12,)  96
    """

    rng: InitVar
    n_in: int
    n_out: int
    W: InitVar = None
    U: InitVar = None
    b: InitVar = None
    learn_start: bool = False
    clip: float | None = None
    name: str = ""

    def __post_init__(self, rng, W, U, b):
        _check_clip(self.clip)
        self._make(rng, 3, W, U, b)

    def step(self, a, h) -> list:
        """The next h."""
        (a_r, a_u, a_c), (h_r, h_u, h_c) = (_blocks(each, self.n_out) for each in (a, h @ self.U))
        r, u = (pt.sigmoid(self._clipped(each)) for each in (a_r + h_r, a_u + h_u))
        return [(1 - u) * h + u * pt.tanh(self._clipped(a_c + r * h_c))]

    def loop(self, x, mask, start, truncate, backwards) -> list:
        """The same, all steps at once.

        Parameters
        ----------
        x, mask, start, truncate, backwards
            As for `dltut.nn.loop.run`.
        """
        return self._looped("gru", x, mask, start, truncate, backwards)


class Recurrent(Network):
    """A cell on each step of sequences, in either direction.

    Parameters
    ----------
    cell : Elman, LSTM, GRU or a cell of one's own
    backwards : bool
        Whether it begins at the last step.
    last : bool
        Give out the state after the last step that it takes, (batch, n_out), and not all of them,
        (time, batch, n_out).
    truncate : int, optional
        See `dltut.nn.loop.run`.

    Examples
    --------
    >>> import numpy as np
    >>> layer = Recurrent(GRU(np.random.default_rng(1), 3, 4))
    >>> layer(pt.tensor3("x"), mask=pt.matrix("mask")).ndim
    3
    """

    n_axes: ClassVar[int] = 2

    cell: Cell = field(repr=False)
    backwards: bool = False
    last: bool = False
    truncate: int | None = None

    def __call__(self, x, mask=None, train: bool = False):
        """Outputs of x, (time, batch, n_in); the mask, (time, batch), is 0 where x is padding."""
        x, n_in = pt.as_tensor(x), getattr(self.cell, "n_in", None)
        if x.ndim != 3 or (n_in and x.type.shape[2] not in (None, n_in)):
            shape = f"(time, batch, {n_in or 'n_in'})"
            raise InputError(f"x has shape {x.type.shape}; this recurrent layer takes {shape}")
        h = run(self.cell, x, mask, self.backwards, self.truncate)[0]
        return h[0 if self.backwards else -1] if self.last else h


class Bidirectional(Network):
    """Two cells, one in each direction; their outputs side by side.

    Parameters
    ----------
    forward, backward : cell
    last : bool
        Give out what each has after all steps, (batch, 2 n_out), and not (time, batch, 2 n_out).

    References
    ----------
    .. [1] Schuster and Paliwal, Bidirectional recurrent neural networks, IEEE Transactions on
       Signal Processing 45, 1997.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(1)
    >>> layer = Bidirectional(LSTM(rng, 3, 4, name="forward"), LSTM(rng, 3, 4, name="backward"))
    >>> layer(pt.tensor3("x")).ndim
    3
    """

    n_axes: ClassVar[int] = 2

    forward: Cell = field(repr=False)
    backward: Cell = field(repr=False)
    last: bool = False

    def __call__(self, x, mask=None, train: bool = False):
        """Outputs of x, (time, batch, n_in); the mask, (time, batch), is 0 where x is padding."""
        ways = (self.forward, False), (self.backward, True)
        layers = [Recurrent(cell, backwards, self.last) for cell, backwards in ways]
        return pt.concatenate([layer(x, mask, train) for layer in layers], axis=-1)


def gates(n_gates: int) -> init.Initializer:
    """Orthogonal blocks of columns, one for each gate."""
    draw = init.orthogonal()

    def blocks(rng, shape):
        block = shape[0], shape[1] // n_gates
        return np.concatenate([draw(rng, block) for _ in range(n_gates)], axis=1)

    return blocks


def _blocks(sums, n_out: int) -> list:
    """The columns of each gate."""
    n_gates = sums.type.shape[-1] // n_out
    return [sums[:, k * n_out : (k + 1) * n_out] for k in range(n_gates)]


def _check_clip(clip) -> None:
    if clip is not None and not (isinstance(clip, int | float) and clip > 0):
        raise InputError(f"clip is {clip!r}; gradients are held to -clip ... clip, clip above 0")
