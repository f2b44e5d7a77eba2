"""Elementary functions that LLVM turns into vector instructions: no branch, no table, no call.

Compiled code calls them on single numbers. In single precision each is within 2 units in the last
place of the exact value, for every number there is; other types go to the C library.
"""

import math

import numpy as np
from numba import types
from numba.extending import intrinsic
from pytensor.link.numba.dispatch.basic import numba_njit

_ZERO, _HALF, _ONE, _TWO = np.float32([0, 0.5, 1, 2])
_INFINITY, _NAN = np.float32([np.inf, np.nan])
_LOG2_E = np.float32(1 / math.log(2))
_LN2_HIGH = np.float32(355 / 512)  # its product with an exponent is exact
_LN2_LOW = np.float32(math.log(2) - 355 / 512)
_ROUND = np.float32(1.5 * 2**23)  # numbers of this size are whole: adding it rounds
_ROUND_BITS = int(_ROUND.view(np.int32))
_OVERFLOW, _UNDERFLOW = np.float32([89, -104])
_SMALLEST_NORMAL, _LIFT, _LIFT_EXPONENT = np.float32([2.0**-126, 2.0**23, 23])
_ROOT_HALF_BITS = int(np.sqrt(_HALF).view(np.int32))
_MANTISSA = 2**23 - 1
_SMALL = np.float32(0.55)

# Products and sums may fuse, nothing else may be rearranged; no division raises.
_compiled = numba_njit(fastmath={"contract"}, error_model="numpy")

# Polynomials with the least greatest error, low powers first, of what is named before each.
# (exp(r) - 1 - r) / r^2 for r within ln(2) / 2 of zero
_E0, _E1, _E2, _E3, _E4 = np.float32(
    [0.49999994, 0.16666521, 0.04166839, 0.008368717, 0.0013814599]
)
# (log(1 + f) - f + f^2 / 2) / f^3 for 1 + f from sqrt(1/2) to sqrt(2)
_L0, _L1, _L2, _L3, _L4, _L5, _L6, _L7 = np.float32(
    "0.3333333 -0.2500082 0.20001227 -0.16623357 "
    "0.14201757 -0.13160183 0.12761576 -0.07634497".split()
)
# (tanh(x) - x) / x^3 in x^2, for x up to _SMALL
_T0, _T1, _T2, _T3, _T4 = np.float32(
    [-0.33333316, 0.13332586, -0.05385231, 0.021071678, -0.0062742396]
)


@intrinsic
def choice(typing, condition, yes, no):
    """One of two numbers; both are computed, where Python's own conditional would jump."""
    return yes(types.boolean, yes, yes), lambda _context, builder, _, it: builder.select(*it)


@intrinsic
def _bits(typing, number):
    """The bits of a number in single precision, as an integer."""
    return types.int32(types.float32), _same_bits


@intrinsic
def _number(typing, bits):
    """The number in single precision that has these bits."""
    return types.float32(types.int32), _same_bits


def _same_bits(context, builder, signature, arguments):
    """The same bits, seen as a number of another type."""
    return builder.bitcast(arguments[0], context.get_value_type(signature.return_type))


@_compiled
def exp32(x):
    """Exponential: 2^k exp(r) for x = k ln 2 + r; what sums lose to rounding is added last.

    Above 89 it is infinite and below -104 zero; in between 2^k is made of its bits, as two factors
    where one would not fit.
    """
    x = choice(x > _OVERFLOW, _OVERFLOW, x)
    x = choice(x < _UNDERFLOW, _UNDERFLOW, x)
    rounded = x * _LOG2_E + _ROUND
    k = rounded - _ROUND
    high, low = x - k * _LN2_HIGH, k * _LN2_LOW
    r = high - low
    lost = (high - r) - low
    tail = lost + r * r * ((((_E4 * r + _E3) * r + _E2) * r + _E1) * r + _E0)
    total = _ONE + r
    power = _bits(rounded) - _ROUND_BITS
    half = power >> 1  # two factors: 2^k alone may overflow, or be denormal
    return (
        (total + ((_ONE - total) + r + tail))
        * _number(np.int32((half + 127) << 23))
        * _number(np.int32((power - half + 127) << 23))
    )


@_compiled
def _log_from_bits(bits, k_more):
    """The logarithm of 2^k (1 + f), from its bits less those of the root of one half.

    Parameters
    ----------
    bits : int32
        Their upper part is k: 1 + f lies from the root of one half to the root of two.
    k_more : float32
        By how much k is too large.
    """
    k = np.float32(np.int32(bits >> 23)) - k_more
    f = _number(np.int32((bits & _MANTISSA) + _ROOT_HALF_BITS)) - _ONE
    tail = ((_L7 * f + _L6) * f + _L5) * f + _L4
    tail = (((tail * f + _L3) * f + _L2) * f + _L1) * f + _L0
    return k * _LN2_HIGH + (f + (f * f * (f * tail - _HALF) + k * _LN2_LOW))


@_compiled
def log32(x):
    """Natural logarithm: k ln 2 + log(1 + f) for x = 2^k (1 + f)."""
    denormal = x < _SMALLEST_NORMAL
    bits = np.int32(_bits(choice(denormal, x * _LIFT, x)) - _ROOT_HALF_BITS)
    value = _log_from_bits(bits, choice(denormal, _LIFT_EXPONENT, _ZERO))
    value = choice(x < _INFINITY, value, x)
    value = choice(x > _ZERO, value, _NAN)
    return choice(x == _ZERO, -_INFINITY, value)


@_compiled
def tanh32(x):
    """Hyperbolic tangent: a polynomial near zero, else 1 - 2 / (exp(2 |x|) + 1) and a sign."""
    size, square = abs(x), x * x
    series = (((_T4 * square + _T3) * square + _T2) * square + _T1) * square + _T0
    near = x * (_ONE + square * series)
    far = _ONE - _TWO / (exp32(size + size) + _ONE)
    return choice(size < _SMALL, near, choice(x > _ZERO, far, -far))


@_compiled
def sigmoid32(x):
    """Logistic function: for e = exp(-|x|), 1 - e / (1 + e), below zero e times that."""
    small = exp32(-abs(x))
    top = choice(x > _ZERO, _ONE, small)
    return top - top * (small / (_ONE + small))


@_compiled
def log1p32(x):
    """log(1 + x) for x from 0 to 1: log(u) for u = 1 + x, and what u lost of x to rounding."""
    u = _ONE + x
    bits = np.int32(_bits(u) - _ROOT_HALF_BITS)
    return _log_from_bits(bits, _ZERO) + (x - (u - _ONE)) / u


@_compiled
def softplus32(x):
    """log(1 + exp(x)), from exp(-|x|), which is at most 1."""
    return choice(x > _ZERO, x, _ZERO) + log1p32(exp32(-abs(x)))


@_compiled
def sigmoid64(x):
    """Logistic function in double precision, from the C library's exponential."""
    return 1 / (1 + math.exp(-x))


@_compiled
def softplus64(x):
    """log(1 + exp(x)) in double precision, from the C library's functions."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def _of_width(single, other):
    """A function for compiled code, by the width of its argument.

    Parameters
    ----------
    single : compiled function
        Of a number in single precision.
    other : function
        Of any other number.
    """

    @intrinsic
    def function(typing, x):
        """The one of the two functions that is for x."""
        chosen = typing.resolve_value_type(single if x == types.float32 else other)

        def call(context, builder, signature, arguments):
            """Call it; both are compiled code that is put in line."""
            return context.get_function(chosen, signature)(builder, arguments)

        return typing.resolve_function_type(chosen, (x,), {}), call

    return function


exp = _of_width(exp32, math.exp)
log = _of_width(log32, math.log)
tanh = _of_width(tanh32, math.tanh)
sigmoid = _of_width(sigmoid32, sigmoid64)
softplus = _of_width(softplus32, softplus64)
