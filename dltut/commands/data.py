"""Data sets from the network."""

from pathlib import Path

from dltut.datasets.download import download


def data(name: str, data_dir: Path | None = None) -> None:
    """Download a data set into the data folder, unless it is there already.

    Parameters
    ----------
    name : str
        The data set: mnist, fashion-mnist, imdb or brain.
    data_dir : path
        The data folder; default: the one configured.
    """
    download(name, data_dir)
