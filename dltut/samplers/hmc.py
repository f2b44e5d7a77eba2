"""Hamiltonian Monte Carlo: draws from any density whose energy is written as an expression."""

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable

from dltut.exceptions import InputError
from dltut.machine.backend import function
from dltut.machine.rng import Streams, next_states
from dltut.machine.shared import as_floatX
from dltut.nn.loop import repeated
from dltut.samplers.checks import check_energy, check_positions
from dltut.samplers.dynamics import hamiltonian, leapfrog
from dltut.samplers.stepsize import StepsizeRule


def accept(streams: Streams, before, after):
    """Metropolis' choice for each chain: a rise of the energy is taken with probability exp(-rise).

    Parameters
    ----------
    streams : Streams
    before, after : vector, shape (chains,)
        Total energies; a chain whose energy `after` is infinite or NaN stays where it was.

    Returns
    -------
    bool vector, shape (chains,)
    """
    probability = pt.exp(pt.minimum(before - after, 0))
    return pt.lt(streams.uniform(before), probability)


def move(streams: Streams, positions, energy, stepsize, n_steps: int):
    """One draw: a random push, a motion, and the choice between its end and its start.

    Parameters
    ----------
    streams : Streams
    positions : matrix, shape (chains, dim)
    energy : callable
        Positions to the potential energy of each chain, shape (chains,).
    stepsize : scalar
    n_steps : int
        Leapfrog steps.

    Returns
    -------
    positions : matrix, shape (chains, dim)
    accepted : bool vector, shape (chains,)
    """
    velocities = streams.normal(positions)
    ends, velocities_there = leapfrog(positions, velocities, stepsize, n_steps, energy)
    before = hamiltonian(positions, velocities, energy)
    after = hamiltonian(ends, velocities_there, energy)
    accepted = accept(streams, before, after)
    return pt.where(accepted[:, None], ends, positions), accepted


class HMC:
    """Markov chains of draws from the density exp(-energy), all of them side by side.

    Parameters
    ----------
    positions : array or shared variable, shape (chains, dim)
        Where each chain starts. A shared variable without a name is called "positions".
    energy : callable
        A matrix of positions to the energy of each chain, shape (chains,): minus the logarithm of
        the density, up to a constant.
    seed : int
        Of the streams.
    n_steps : int
        Leapfrog steps a draw, 1 or more.
    initial_stepsize : float
        Time of a leapfrog step at first; all chains have the same.
    target_acceptance_rate : float
        Share of the moves that should be accepted, between 0 and 1.
    stepsize_dec, stepsize_inc : float
        After each draw the step size is multiplied by `stepsize_inc`, above 1, if the average
        acceptance is above its target, else by `stepsize_dec`, below 1.
    stepsize_min, stepsize_max : float
        Bounds of the step size.
    avg_acceptance_slowness : float
        Weight of the past in the average acceptance, from 0 to below 1.
    streams : Streams, optional
        Instead of `seed`.

    Attributes
    ----------
    positions : shared variable, shape (chains, dim)
    stepsize, average_acceptance : shared scalars
    rule : StepsizeRule
    state : list of shared variables
        All that a draw changes: those three, and the states of the streams. Saved and put back
        (`dltut.machine.serialize`), the chains go on with the draws that would have come.

    Raises
    ------
    InputError
        If a setting is out of its range, the start is not finite, or the energy is not one finite
        number for each chain that depends on the chain's own position.

    References
    ----------
    .. [1] R. Neal (2011), MCMC using Hamiltonian dynamics, Handbook of Markov Chain Monte Carlo.
    .. [2] Deep Learning Tutorials, Hybrid Monte Carlo: defaults and the rule of the step size.

    Examples
    --------
    >>> spring = lambda x: (x**2).sum(axis=1) / 2
    >>> with pytensor.config.change_flags(mode="FAST_COMPILE"):
    ...     samples = HMC(np.zeros((3, 2)), spring).sample(10)
    >>> samples.shape
    (10, 3, 2)
    """

    def __init__(
        self,
        positions,
        energy,
        seed: int = 12345,
        n_steps: int = 20,
        initial_stepsize: float = 0.01,
        target_acceptance_rate: float = 0.9,
        stepsize_dec: float = 0.98,
        stepsize_min: float = 0.001,
        stepsize_max: float = 0.25,
        stepsize_inc: float = 1.02,
        avg_acceptance_slowness: float = 0.9,
        streams: Streams | None = None,
    ):
        if n_steps < 1 or n_steps != int(n_steps):
            raise InputError(f"n_steps is {n_steps}: a draw takes 1, 2, 3 ... leapfrog steps")
        self.rule = StepsizeRule(
            initial_stepsize,
            target_acceptance_rate,
            stepsize_dec,
            stepsize_min,
            stepsize_max,
            stepsize_inc,
            avg_acceptance_slowness,
        )
        self.positions = _shared_positions(positions)
        check_energy(energy, self.positions.get_value())
        self.stepsize = self._scalar(initial_stepsize, "stepsize")
        self.average_acceptance = self._scalar(target_acceptance_rate, "average_acceptance")
        self.energy, self.n_steps = energy, n_steps
        self.streams = Streams(seed) if streams is None else streams
        self._sample, self.state = self._compiled()

    def updates(self, adapt=True) -> dict:
        """The state after one draw, {shared variable: next value}.

        Parameters
        ----------
        adapt : bool or bool scalar
            Whether the step size changes.
        """
        stepsize, average = self.stepsize, self.average_acceptance
        positions, accepted = move(
            self.streams, self.positions, self.energy, stepsize, self.n_steps
        )
        # The step size answers to the average before this draw, as the tutorial's does.
        updates = {
            self.positions: positions,
            stepsize: pt.where(adapt, self.rule.next_stepsize(stepsize, average), stepsize),
            average: self.rule.next_average(average, accepted),
        }
        return updates | next_states(list(updates.values()))

    def _compiled(self):
        """A function of one bool for each draw, whether to adapt, and all that it changes."""
        adapt, adapts = pt.scalar("adapt", dtype="bool"), pt.vector("adapts", dtype="bool")
        updates = self.updates(adapt)
        histories = repeated(updates, adapt, adapts)
        last = {variable: values[-1] for variable, values in histories.items()}
        sample = function([adapts], histories[self.positions], updates=last, name="the sampler")
        return sample, list(updates)

    def _scalar(self, value, name):
        return pytensor.shared(np.asarray(value, dtype=self.positions.dtype), name=name)

    def sample(self, n: int, adapt: bool = True) -> np.ndarray:
        """The next `n` draws of all chains, shape (n, chains, dim), from one compiled loop.

        Parameters
        ----------
        n : int
            1 or more. JAX compiles the loop again for each new `n`.
        adapt : bool
            Whether the step size goes on adapting. Once it has settled, draws with a fixed one are
            exact: what adapts looks back at its past, which a Markov chain does not.

        Raises
        ------
        InputError
            If `n` is below 1.
        """
        if n < 1:
            raise InputError(f"{n} draws are asked for: 1 or more can be made")
        return np.array(self._sample(np.full(n, adapt)))

    def draw(self, adapt: bool = True) -> np.ndarray:
        """The next position of each chain, shape (chains, dim)."""
        return self.sample(1, adapt)[0]


def _shared_positions(given) -> SharedVariable:
    """The positions as they are if shared, else in a shared variable of their shape."""
    if isinstance(given, SharedVariable):
        check_positions(given.get_value())
        given.name = given.name or "positions"
        return given
    if isinstance(given, Variable):
        raise InputError(f"the positions are the expression {given}: pass an array")
    values = as_floatX(given)
    check_positions(values)
    return pytensor.shared(values, name="positions", shape=values.shape)
