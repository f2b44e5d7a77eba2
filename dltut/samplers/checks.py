"""Whether chains can start: where they are, and what the energy says there."""

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedInputError

from dltut.exceptions import InputError
from dltut.machine.backend import function
from dltut.machine.rng import next_states


def check_positions(positions: np.ndarray) -> None:
    """Refuse a start that is not a row of finite numbers for each chain.

    Raises
    ------
    InputError
    """
    if positions.ndim != 2 or not positions.size or positions.dtype.kind != "f":
        raise InputError(
            f"the positions have shape {positions.shape} and type {positions.dtype}: give a row of "
            "floats for each chain, shape (chains, dim)"
        )
    if not np.isfinite(positions).all():
        chain = int(np.argmin(np.isfinite(positions).all(axis=1)))
        raise InputError(f"chain {chain} starts at {positions[chain]}: start where all is finite")


def check_energy(energy, positions: np.ndarray) -> None:
    """Refuse an energy that is not one finite number for each chain, of its own position.

    Parameters
    ----------
    energy : callable
    positions : array, shape (chains, dim)
        Where the chains start.

    Raises
    ------
    InputError
    """
    x = pt.tensor("x", dtype=positions.dtype, shape=positions.shape)
    expression = pt.as_tensor_variable(energy(x))
    _check_expression(expression, x)
    energy_at = function([x], expression, mode="FAST_COMPILE")
    start = energy_at(positions)
    _check_shape(start.shape, len(positions))
    if not np.isfinite(start).all():
        chain = int(np.argmin(np.isfinite(start)))
        raise InputError(
            f"the energy of chain {chain} is {start[chain]} at its start: start where it is finite"
        )
    moved = positions.copy()
    moved[0] += 1
    if not np.allclose(energy_at(moved)[1:], start[1:], rtol=1e-3):
        raise InputError(
            "moving chain 0 changes the energy of another: compute each from its own row of the "
            "positions, with sums over axis 1"
        )


def _check_expression(expression, x):
    _check_shape(expression.type.shape, x.type.shape[0])
    if next_states([expression]):
        raise InputError("the energy draws random numbers: it must be the same at each call")
    try:
        pytensor.grad(expression.sum(), x)
    except DisconnectedInputError:
        raise InputError("the energy does not depend on the positions: use its argument") from None


def _check_shape(shape, n_chains):
    if len(shape) != 1 or shape[0] not in (None, n_chains):
        raise InputError(
            f"the energy has shape {shape}; {n_chains} chains need ({n_chains},), one number for "
            "each row of the positions: sum over axis 1"
        )
