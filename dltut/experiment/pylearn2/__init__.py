"""Experiment files of Pylearn2, unchanged: its names, and what they give of this library."""
