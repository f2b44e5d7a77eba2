"""The restricted Boltzmann machine: its units, its learning, how it is judged, what it dreams."""

from dltut.models.boltzmann.annealing import LogPartition, log_partition
from dltut.models.boltzmann.pseudo_likelihood import pseudo_likelihood, scattered_bits
from dltut.models.boltzmann.rbm import RBM, GibbsSample
from dltut.models.boltzmann.sampling import gibbs_samples
from dltut.models.boltzmann.units import Binary, Gaussian

__all__ = [
    "RBM",
    "Binary",
    "Gaussian",
    "GibbsSample",
    "LogPartition",
    "gibbs_samples",
    "log_partition",
    "pseudo_likelihood",
    "scattered_bits",
]
