"""A frictionless particle under an energy: what it has, and how it moves."""

import pytensor
import pytensor.tensor as pt

from dltut.nn.loop import scan


def kinetic_energy(velocities):
    """Half the squared velocity of each chain, shape (chains,): all masses are 1."""
    return (velocities**2).sum(axis=1) / 2


def hamiltonian(positions, velocities, energy):
    """The total energy of each chain, which motion keeps.

    Parameters
    ----------
    positions, velocities : matrix, shape (chains, dim)
    energy : callable
        Positions to the potential energy of each chain, shape (chains,).

    Returns
    -------
    vector, shape (chains,)
    """
    return energy(positions) + kinetic_energy(velocities)


def force(positions, energy):
    """The slope down the energy, shape (chains, dim); a chain's energy depends on its own row."""
    slope = pytensor.grad(energy(positions).sum(), positions)
    return -slope.astype(positions.dtype)  # a constant of double width may have widened it


def leapfrog(positions, velocities, stepsize, n_steps: int, energy):
    r"""Where particles are, and how fast, after `n_steps` steps of time `stepsize`.

    .. math:: v' = v + \tfrac{\epsilon}{2} f(x), \quad x \leftarrow x + \epsilon v', \quad
              v \leftarrow v' + \tfrac{\epsilon}{2} f(x)

    Parameters
    ----------
    positions, velocities : matrix, shape (chains, dim)
    stepsize : scalar
        :math:`\epsilon`, above 0.
    n_steps : int
        1 or more.
    energy : callable
        Positions to the potential energy of each chain, shape (chains,).

    Returns
    -------
    positions, velocities : matrix, shape (chains, dim)

    Notes
    -----
    The force at the end of a step is that at the start of the next: a step costs one gradient.

    Examples
    --------
    A spring swings back and forth: after half a period it is on the other side.

    >>> import numpy as np
    >>> with pytensor.config.change_flags(mode="FAST_COMPILE"):
    ...     x, v = leapfrog(np.ones((1, 1)), np.zeros((1, 1)), np.pi / 100, 100, kinetic_energy)
    ...     x.eval().round(3)
    array([[-1.]])
    """
    positions, velocities = map(pt.as_tensor_variable, (positions, velocities))

    def step(x, v, f, stepsize):
        v = v + stepsize / 2 * f
        x = x + stepsize * v
        f = force(x, energy)
        return x, v + stepsize / 2 * f, f

    start = [positions, velocities, force(positions, energy)]
    xs, vs, _ = scan(step, start, non_sequences=[stepsize], n_steps=n_steps)
    return xs[-1], vs[-1]
