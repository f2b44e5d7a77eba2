"""matplotlib, loaded when the first picture is drawn: it takes a quarter of a script's start."""

from importlib import import_module


class Later:
    """A module that is imported when something of it is first asked for.

    Parameters
    ----------
    name : str
    """

    def __init__(self, name: str):
        self._name = name

    def __getattr__(self, attribute: str):
        return getattr(import_module(self._name), attribute)


matplotlib = Later("matplotlib")
canvases = Later("dltut.viz.canvas")
collections = Later("matplotlib.collections")
colors = Later("matplotlib.colors")
figures = Later("matplotlib.figure")
patches = Later("matplotlib.patches")
ticker = Later("matplotlib.ticker")
