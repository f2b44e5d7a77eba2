"""The old name of `dltut.commands.plot`."""

from dltut.commands.plot import draw_filters, draw_run, plot

__all__ = ["draw_filters", "draw_run", "plot"]
