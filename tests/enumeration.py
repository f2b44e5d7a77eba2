"""Small Boltzmann machines by brute force: every state of every unit, in NumPy."""

from typing import NamedTuple

import numpy as np

GRID = np.linspace(-9, 9, 181)  # what a Gaussian unit is integrated over


class Machine(NamedTuple):
    """The parameters as arrays."""

    W: np.ndarray
    hbias: np.ndarray
    vbias: np.ndarray
    visible: str = "binary"


def machine_of(rbm):
    values = (each.get_value().astype("float64") for each in rbm.params)
    return Machine(*values, rbm.visible)


def states(n):
    """All states of n bits, shape (2 ** n, n)."""
    return (np.arange(2**n)[:, None] >> np.arange(n)) & 1


def visible_states(machine):
    """All states of the visible units; points of a grid if they are Gaussian."""
    n = len(machine.vbias)
    if machine.visible == "binary":
        return states(n)
    return np.stack(np.meshgrid(*[GRID] * n, indexing="ij"), axis=-1).reshape(-1, n)


def energies(machine, v, h):
    """Of every pair, shape (len(v), len(h)): the definition."""
    W, hbias, vbias, visible = machine
    own = -(v @ vbias) if visible == "binary" else ((v - vbias) ** 2).sum(axis=1) / 2
    return own[:, None] - h @ hbias - v @ W @ h.T


def joint(machine):
    """p(v, h) of all pairs of states; a density on the grid for Gaussian units."""
    h = states(len(machine.hbias))
    weights = np.exp(-energies(machine, visible_states(machine), h))
    return weights / (weights.sum() * cell(machine))


def cell(machine):
    """What one visible state stands for in an integral."""
    return 1 if machine.visible == "binary" else (GRID[1] - GRID[0]) ** len(machine.vbias)


def free_energies(machine, v):
    h = states(len(machine.hbias))
    return -np.log(np.exp(-energies(machine, v, h)).sum(axis=1))


def log_likelihood(machine, v):
    """Mean log p(v)."""
    everywhere = free_energies(machine, visible_states(machine))
    log_Z = np.log(np.exp(-everywhere).sum() * cell(machine))
    return -(free_energies(machine, v).mean() + log_Z)


def log_likelihood_gradient(machine, v, step=1e-5):
    """By W, hbias and vbias, from central differences."""
    gradients = []
    for values in machine[:3]:
        gradient = np.zeros_like(values)
        for at in np.ndindex(values.shape):
            kept, ends = values[at], []
            for change in (step, -step):
                values[at] = kept + change
                ends.append(log_likelihood(machine, v))
            values[at] = kept
            gradient[at] = (ends[0] - ends[1]) / (2 * step)
        gradients.append(gradient)
    return gradients


def pseudo_likelihood(machine, v):
    """Mean over the rows of the sum over the bits of log p(bit | the other bits)."""
    total = 0.0
    for row in v:
        for bit in range(len(row)):
            both = np.array([row, row])
            both[:, bit] = 0, 1
            weights = np.exp(-free_energies(machine, both))
            total += np.log(weights[row[bit]] / weights.sum())
    return total / len(v)
