"""Numbers by text: each operation beside PyTensor's own, for numbers of every kind."""

import warnings

import numpy as np
import pytensor.scalar as ps
import pytest
from numba import njit

from dltut.kernels.rules.scalars import FORMULAS, SIGNS, function_of, is_known

NUMBERS = [-np.inf, -1e30, -2.5, -1.0, -0.0, 0.0, 1e-3, 0.5, 1.0, 3.0, 40.0, np.inf, np.nan]


def all_operations(x, y, z):
    """One expression of each operation, and choices by each comparison."""
    inputs = {ps.Clip: 3, ps.Maximum: 2, ps.Minimum: 2, ps.TrueDiv: 2, ps.Sub: 2, ps.Pow: 2}
    inputs |= {ps.Add: 3, ps.Mul: 3}
    named = {ps.Reciprocal: ps.reciprocal, ps.Pow: ps.pow, ps.Cast: ps.convert_to_float32}
    ops = [named.get(kind) or known(kind) for kind in (*SIGNS, *FORMULAS)]
    counts = [inputs.get(kind, 1) for kind in (*SIGNS, *FORMULAS)]
    compared = [op(x, y) for op in (ps.lt, ps.gt, ps.le, ps.ge, ps.eq, ps.neq)]
    return [op(*(x, y, z)[:n]) for op, n in zip(ops, counts, strict=True)] + [
        ps.switch(condition, x, z) for condition in compared
    ]


def known(kind):
    """PyTensor's operation on numbers of this kind."""
    found = [each for each in (*vars(ps).values(), *vars(ps.math).values()) if type(each) is kind]
    return found[0]


@pytest.mark.parametrize("width", ["float32", "float64"])
def test_every_operation(width):
    """NaN and infinite numbers, too; the elementary functions as far as single precision goes."""
    variables = [getattr(ps, width)(name) for name in "xyz"]
    outputs = all_operations(*variables)
    assert all(is_known(each.owner.op, each.owner.inputs, each) for each in outputs)
    unit, _ = function_of(ps.Composite(variables, outputs), width)
    call = njit(lambda x, y, z: unit(x, y, z))
    rng = np.random.default_rng(1)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for numbers in rng.choice(NUMBERS, (150, 3)).astype(width):
            numbers[1:] = sorted(numbers[1:])  # as bounds are
            for output, found in zip(outputs, call(*numbers), strict=True):
                wanted = evaluated(output, dict(zip(variables, numbers, strict=True)))
                is_clipped_nan = isinstance(output.owner.op, ps.Clip) and np.isnan(numbers).any()
                if not is_clipped_nan:  # PyTensor's own forms differ there
                    name = f"{output.owner.op} {numbers}"
                    tolerance = 4e-7 if width == "float32" else 1e-15
                    np.testing.assert_allclose(found, wanted, rtol=tolerance, err_msg=name)


def evaluated(output, values):
    """The value of an expression, by PyTensor's own functions of numbers, in their width."""
    if output in values:
        return values[output]
    given = [evaluated(each, values) for each in output.owner.inputs]
    return np.asarray(output.owner.op.impl(*given)).astype(output.type.dtype)


def test_constants_are_not_rounded():
    """Nor are they made wider: 0.1 is the nearest number of its own width."""
    x = ps.float32("x")
    tenth = ps.constant(0.1, dtype="float32")
    (unit, key), (_, other) = (
        function_of(ps.Composite([x], [ps.add(x, each)]), "float32")
        for each in (tenth, ps.constant(np.nextafter(np.float32(0.1), np.float32(1)), "float32"))
    )
    assert key != other
    assert njit(lambda x: unit(x))(np.float32(0)) == (np.float32(0.1),)


def test_what_is_not_known():
    x, n = ps.float32("x"), ps.int64("n")
    for output in (ps.sin(x), ps.int_div(n, n), ps.complex64("c") + x, ps.switch(n, x, x)):
        assert not is_known(output.owner.op, output.owner.inputs, output)
    assert is_known(ps.mul, [n, x], ps.mul(n, x))
