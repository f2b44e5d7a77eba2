"""Draws from densities that are known up to a constant."""

from dltut.nn.loop import repeated
from dltut.samplers.distributions import Banana, Gaussian, Mixture
from dltut.samplers.dynamics import force, hamiltonian, kinetic_energy, leapfrog
from dltut.samplers.hmc import HMC, accept, move
from dltut.samplers.stepsize import StepsizeRule

__all__ = [
    "HMC",
    "Banana",
    "Gaussian",
    "Mixture",
    "StepsizeRule",
    "accept",
    "force",
    "hamiltonian",
    "kinetic_energy",
    "leapfrog",
    "move",
    "repeated",
]
