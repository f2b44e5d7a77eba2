"""Experiment files of Pylearn2, unchanged: its names, and what they give of this library."""

from dltut.experiment.pylearn2.environment import environment
from dltut.experiment.pylearn2.names import ABSENT, NAMES, read, table

__all__ = ["ABSENT", "NAMES", "environment", "read", "table"]
