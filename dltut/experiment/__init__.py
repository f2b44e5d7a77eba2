"""Experiments that a file describes."""
