"""One step of each cell and its gradient, in the words that NumPy and JAX have in common.

A cell is a table of two functions and some numbers. Arrays of a step have shape (batch, n), sums of
all gates (batch, gates * n), with a block of columns for each gate.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Cell:
    """What the loop needs to know of a cell.

    Attributes
    ----------
    n_gates, n_states : int
    forward : callable
        ``(xp, a, states, U, p)`` to the next states and what `backward` needs, a list.
    backward : callable
        ``(xp, ups, kept, before, after, p, clip)``, of the gradients `ups` of the states `after` a
        step, to those of the sums, of the product with U, of the states `before` the step beyond
        that product, and of p. `clip` holds an array within the bounds.
    has_peepholes : bool
    """

    n_gates: int
    n_states: int
    forward: Callable
    backward: Callable
    has_peepholes: bool = False


def sigmoid(xp, x):
    """The logistic function without overflow."""
    small = xp.exp(-abs(x))
    return xp.where(x > 0, 1, small) / (1 + small)


def blocks(sums, n_gates: int) -> list:
    """The columns of each gate."""
    n = sums.shape[1] // n_gates
    return [sums[:, k * n : (k + 1) * n] for k in range(n_gates)]


def elman(activation: Callable, slope: Callable) -> Cell:
    """The cell ``h = s(a + h @ U)``; the slope of s is a function of what s gives."""

    def forward(xp, a, states, U, p):
        """One state, and nothing more to keep."""
        return [activation(xp, a + xp.matmul(states[0], U))], []

    def backward(xp, ups, kept, before, after, p, clip):
        """All goes through the product."""
        sums = clip(ups[0] * slope(xp, after[0]))
        return sums, sums, [xp.zeros_like(before[0])], None

    return Cell(1, 1, forward, backward)


def lstm(has_peepholes: bool) -> Cell:
    """The gates i, f, o and the candidate g; h and c are the states."""

    def forward(xp, a, states, U, p):
        """The gates are kept."""
        (h, c), (i, f, o) = states, p if has_peepholes else (0, 0, 0)
        sums = blocks(a + xp.matmul(h, U), 4)
        gate_i, gate_f = sigmoid(xp, sums[0] + i * c), sigmoid(xp, sums[1] + f * c)
        g = xp.tanh(sums[3])
        c = gate_f * c + gate_i * g
        gate_o = sigmoid(xp, sums[2] + o * c)
        return [gate_o * xp.tanh(c), c], [gate_i, gate_f, gate_o, g]

    def backward(xp, ups, kept, before, after, p, clip):
        """What goes through peepholes is not clipped."""
        (up_h, up_c), (i, f, o, g), (_, c0), (_, c) = ups, kept, before, after
        p_i, p_f, p_o = p if has_peepholes else (0, 0, 0)
        shown = xp.tanh(c)
        by_o = up_h * shown * o * (1 - o)
        by_c = up_c + up_h * o * (1 - shown * shown) + by_o * p_o
        by_i, by_f = by_c * g * i * (1 - i), by_c * c0 * f * (1 - f)
        by_g = by_c * i * (1 - g * g)
        sums = clip(xp.concatenate([by_i, by_f, by_o, by_g], axis=1))
        by_c0 = by_c * f + by_i * p_i + by_f * p_f
        by_p = None
        if has_peepholes:
            by_p = xp.stack([(by_i * c0).sum(0), (by_f * c0).sum(0), (by_o * c).sum(0)])
        return sums, sums, [xp.zeros_like(c0), by_c0], by_p

    return Cell(4, 2, forward, backward, has_peepholes)


def gru_forward(xp, a, states, U, p):
    """The gates r and u, the product that r is for, and the candidate g are kept."""
    (h,) = states
    (a_r, a_u, a_c), (h_r, h_u, h_c) = blocks(a, 3), blocks(xp.matmul(h, U), 3)
    r, u = sigmoid(xp, a_r + h_r), sigmoid(xp, a_u + h_u)
    g = xp.tanh(a_c + r * h_c)
    return [(1 - u) * h + u * g], [r, u, h_c, g]


def gru_backward(xp, ups, kept, before, after, p, clip):
    """The reset gate stands between the candidate's sum and its product."""
    (up,), (r, u, h_c, g), (h0,) = ups, kept, before
    by_c = clip(up * u * (1 - g * g))
    by_r, by_u = clip(by_c * h_c * r * (1 - r)), clip(up * (g - h0) * u * (1 - u))
    sums = xp.concatenate([by_r, by_u, by_c], axis=1)
    through = xp.concatenate([by_r, by_u, by_c * r], axis=1)
    return sums, through, [up * (1 - u)], None


CELLS = {
    "tanh": elman(lambda xp, x: xp.tanh(x), lambda xp, h: 1 - h * h),
    "sigmoid": elman(sigmoid, lambda xp, h: h * (1 - h)),
    "relu": elman(lambda xp, x: xp.maximum(x, 0), lambda xp, h: (h > 0).astype(h.dtype)),
    "linear": elman(lambda xp, x: x, lambda xp, h: xp.ones_like(h)),
    "lstm": lstm(has_peepholes=False),
    "lstm with peepholes": lstm(has_peepholes=True),
    "gru": Cell(3, 1, gru_forward, gru_backward),
}
