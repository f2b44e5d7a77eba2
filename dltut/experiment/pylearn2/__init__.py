"""Experiment files of Pylearn2, unchanged: its names, and what they give of this library."""

from dltut.experiment.pylearn2.environment import environment
from dltut.experiment.pylearn2.names import read, table

__all__ = ["environment", "read", "table"]
