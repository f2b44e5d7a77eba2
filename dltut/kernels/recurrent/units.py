"""What the units of each cell do in a step, forth and back, for NUMBA mode.

A *row* is what one sequence has of a block of units. Rows are addresses: those of the gates lie
`gate` bytes apart in the sums, `part` bytes in what is kept. The formulas are those of `cells`.
"""

from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.kernels.engine.elementary import sigmoid, tanh
from dltut.kernels.engine.lanes import for_each, in_line


@in_line
def held(gradient, clip):
    """The gradient, not beyond -clip ... clip; NaN stays."""
    return clip if gradient > clip else (-clip if gradient < -clip else gradient)


def elman(activation, slope):
    """The two functions of a row of the simple cell.

    Parameters
    ----------
    activation, slope : function
        Of a sum and 0, and of what the activation gave, a gradient and 0.
    """
    activation, slope = in_line(activation), in_line(slope)

    @in_line
    def unit(a, product, h, zero):
        """The next state."""
        return (activation(a + product, zero),)

    @in_line
    def unit_back(h, up, carried, by_sum, clip, zero):
        """Nothing is carried beside the product."""
        return zero, held(slope(h, up + carried, zero), clip)

    @numba_njit
    def forward(width, gate, part, a, kept, p, h0, c0, h, c, like):
        """A row of the next states."""
        for_each(unit, width, (a, kept, h), (like.dtype.type(0),), like)

    @numba_njit
    def backward(
        width, gate, part, kept, p, h0, c0, h, c, up_h, up_c, carried, memory, sums, through,
        by_p, clip, like,
    ):  # fmt: skip
        """A row of gradients."""
        rows = h, up_h, carried, sums
        for_each(unit_back, width, rows, (clip, like.dtype.type(0)), like)

    return forward, backward


@in_line
def lstm_unit(a_i, a_f, a_o, a_g, c0, i, f, o, g, c, h):
    """The gates, from the two parts of their sums, and the next states."""
    i, f, o, g = sigmoid(a_i + i), sigmoid(a_f + f), sigmoid(a_o + o), tanh(a_g + g)
    c = f * c0 + i * g
    return i, f, o, g, c, o * tanh(c)


@numba_njit
def lstm_forward(width, gate, part, a, kept, p, h0, c0, h, c, like):
    """A row of gates and the next states."""
    sums = a, a + gate, a + 2 * gate, a + 3 * gate
    gates = kept, kept + part, kept + 2 * part, kept + 3 * part
    for_each(lstm_unit, width, (*sums, c0, *gates, c, h), (), like)


@in_line
def lstm_gradients(i, f, o, g, c0, shown, up, by_c):
    """The gradients of c, and of the sums of i, f and g; `by_c` is what comes to c beside h."""
    by_c += up * o - up * o * shown * shown
    return by_c, by_c * g * (i - i * i), by_c * c0 * (f - f * f), by_c * i - by_c * i * g * g


@in_line
def lstm_unit_back(
    i, f, o, g, c0, c, up_h, up_c, carried, memory, by_i, by_f, by_o, by_g, clip, zero
):
    """The gradients of the sums; `memory` is that of c, from the step after to the one before."""
    shown, up = tanh(c), up_h + carried
    by_o = up * shown * (o - o * o)
    by_c, by_i, by_f, by_g = lstm_gradients(i, f, o, g, c0, shown, up, memory + up_c)
    sums = held(by_i, clip), held(by_f, clip), held(by_o, clip), held(by_g, clip)
    return zero, by_c * f, *sums


@numba_njit
def lstm_backward(
    width, gate, part, kept, p, h0, c0, h, c, up_h, up_c, carried, memory, sums, through,
    by_p, clip, like,
):  # fmt: skip
    """A row of gradients."""
    gates = kept, kept + part, kept + 2 * part, kept + 3 * part
    results = carried, memory, sums, sums + gate, sums + 2 * gate, sums + 3 * gate
    rows = *gates, c0, c, up_h, up_c, *results
    for_each(lstm_unit_back, width, rows, (clip, like.dtype.type(0)), like)


@in_line
def peephole_unit(a_i, a_f, a_o, a_g, p_i, p_f, p_o, c0, i, f, o, g, c, h):
    """The same with gates that see the memory."""
    i, f, g = sigmoid(a_i + i + p_i * c0), sigmoid(a_f + f + p_f * c0), tanh(a_g + g)
    c = f * c0 + i * g
    o = sigmoid(a_o + o + p_o * c)
    return i, f, o, g, c, o * tanh(c)


@numba_njit
def peephole_forward(width, gate, part, a, kept, p, h0, c0, h, c, like):
    """A row of gates and the next states."""
    sums = a, a + gate, a + 2 * gate, a + 3 * gate
    holes = p, p + gate, p + 2 * gate
    gates = kept, kept + part, kept + 2 * part, kept + 3 * part
    for_each(peephole_unit, width, (*sums, *holes, c0, *gates, c, h), (), like)


@in_line
def peephole_unit_back(
    i, f, o, g, p_i, p_f, p_o, c0, c, up_h, up_c, carried, memory, by_i, by_f, by_o, by_g,
    by_p_i, by_p_f, by_p_o, clip, zero,
):  # fmt: skip
    """What goes through peepholes is not clipped; their own gradients are added up."""
    shown, up = tanh(c), up_h + carried
    by_o = up * shown * (o - o * o)
    by_c = memory + up_c + by_o * p_o
    by_c, by_i, by_f, by_g = lstm_gradients(i, f, o, g, c0, shown, up, by_c)
    before = by_c * f + by_i * p_i + by_f * p_f
    by_p = by_p_i + by_i * c0, by_p_f + by_f * c0, by_p_o + by_o * c
    sums = held(by_i, clip), held(by_f, clip), held(by_o, clip), held(by_g, clip)
    return zero, before, *sums, *by_p


@numba_njit
def peephole_backward(
    width, gate, part, kept, p, h0, c0, h, c, up_h, up_c, carried, memory, sums, through,
    by_p, clip, like,
):  # fmt: skip
    """A row of gradients."""
    gates = kept, kept + part, kept + 2 * part, kept + 3 * part
    holes = p, p + gate, p + 2 * gate
    results = carried, memory, sums, sums + gate, sums + 2 * gate, sums + 3 * gate
    shares = by_p, by_p + gate, by_p + 2 * gate
    rows = *gates, *holes, c0, c, up_h, up_c, *results, *shares
    for_each(peephole_unit_back, width, rows, (clip, like.dtype.type(0)), like)


@in_line
def gru_unit(a_r, a_u, a_c, h0, s, r, u, g, h):
    """The gates, the candidate and the next state; s is the product that r is for."""
    r, u = sigmoid(a_r + r), sigmoid(a_u + u)
    g = tanh(a_c + r * s)
    return r, u, g, h0 + u * (g - h0)


@numba_njit
def gru_forward(width, gate, part, a, kept, p, h0, c0, h, c, like):
    """A row of gates and the next state."""
    sums, gates = (a, a + gate, a + 2 * gate), (kept, kept + part, kept + 3 * part)
    for_each(gru_unit, width, (*sums, h0, kept + 2 * part, *gates, h), (), like)


@in_line
def gru_unit_back(r, u, s, g, h0, up_h, carried, by_r, by_u, by_c, to_r, to_u, to_c, clip):
    """The gradients of the sums, and those that go through the product."""
    up = up_h + carried
    by_g = up * u
    by_c = held(by_g - by_g * g * g, clip)
    by_r = held(by_c * s * (r - r * r), clip)
    by_u = held(up * (g - h0) * (u - u * u), clip)
    return up - by_g, by_r, by_u, by_c, by_r, by_u, by_c * r


@numba_njit
def gru_backward(
    width, gate, part, kept, p, h0, c0, h, c, up_h, up_c, carried, memory, sums, through,
    by_p, clip, like,
):  # fmt: skip
    """A row of gradients."""
    gates = kept, kept + part, kept + 2 * part, kept + 3 * part
    results = sums, sums + gate, sums + 2 * gate, through, through + gate, through + 2 * gate
    rows = *gates, h0, up_h, carried, *results
    for_each(gru_unit_back, width, rows, (clip,), like)


ROWS = {
    "tanh": elman(lambda x, zero: tanh(x), lambda h, up, zero: up - up * h * h),
    "sigmoid": elman(lambda x, zero: sigmoid(x), lambda h, up, zero: up * (h - h * h)),
    "relu": elman(
        lambda x, zero: zero if x < zero else x, lambda h, up, zero: up if h > zero else zero
    ),
    "linear": elman(lambda x, zero: x, lambda h, up, zero: up),
    "lstm": (lstm_forward, lstm_backward),
    "lstm with peepholes": (peephole_forward, peephole_backward),
    "gru": (gru_forward, gru_backward),
}
KEPT = {"lstm": 4, "lstm with peepholes": 4, "gru": 4}  # parts of a row that gradients need
