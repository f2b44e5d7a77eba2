"""What an earlier experiment has learned, in a later one: its code of the data, its layers."""

from collections.abc import Sequence
from pathlib import Path

from dltut import datasets
from dltut.datasets import Dataset
from dltut.exceptions import InputError
from dltut.experiment.part import existing
from dltut.machine.arguments import Amount
from dltut.models import Autoencoder, Sequential, load_model

__all__ = ["encoded", "pretrained"]


def encoded(data: Dataset, folder: Path, model: str) -> Dataset:
    """A data set made of the code that a model in a file has for x.

    Parameters
    ----------
    data : Dataset
    folder : path
        Of the runs.
    model : str
        A file that an earlier experiment wrote there.
    """
    return datasets.encoded(data, load_model(existing(folder, model)))


def pretrained(
    rng,
    n_in: int,
    n_out: int,
    folder: Path,
    coders: Sequence[str],
    output: dict,
    frozen: bool = False,
    dropout: Amount = 0.0,
) -> Sequential:
    """A classifier whose hidden layers begin as the encoders of autoencoders in files.

    Parameters
    ----------
    rng : RandomState or Generator
    n_in, n_out : int
    folder : path
        Of the runs.
    coders : list of str
        Files that earlier experiments wrote there, the lowest first.
    output : dict
        What else is said of the last layer, as in a description of `dltut.models.Sequential`.
    frozen : bool
        Whether the hidden layers stay as they are.
    dropout : float
        Of the inputs of every layer but the first.

    Raises
    ------
    InputError
        If a file is not there or holds no autoencoder, or one does not fit the one below.
    """
    models = [load_model(existing(folder, each)) for each in coders]
    for name, each in zip(coders, models, strict=True):
        if not isinstance(each, Autoencoder):
            raise InputError(f"{name} holds a {type(each).__name__}; expected an autoencoder")
    hidden = [
        {
            "name": "Dense",
            "layer_name": f"h{i}",
            "n_out": each.n_hidden,
            "activation": each.arguments["encoder"],
            "W": each.W.get_value(),
            "b": each.bhid.get_value(),
            "frozen": frozen,
            "dropout": dropout if i > 1 else 0.0,
        }
        for i, each in enumerate(models, start=1)
    ]
    last = {"name": "Dense", "layer_name": "y", "activation": None, "dropout": dropout, **output}
    return Sequential(rng, [*hidden, last], n_in=n_in, n_out=n_out)
