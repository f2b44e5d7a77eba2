"""Models from files, by names that this library knows."""

import os
from functools import partial

import numpy as np

from dltut.exceptions import InputError, nearest
from dltut.machine.serialize import read_arrays, set_named_values, stored_variables
from dltut.models.autoencoder import Autoencoder, cA, dA
from dltut.models.lenet import LeNet
from dltut.models.logistic import LogisticRegression
from dltut.models.mlp import MLP
from dltut.models.rbm import RBM
from dltut.models.stacked import DBN, SdA

DRAWN = (MLP, LeNet, Autoencoder, dA, cA, RBM, SdA, DBN)  # their weights, by a generator


def load_model(path: str | os.PathLike, **arguments):
    """The model that `dltut.machine.serialize.save_model` wrote, with its parameters.

    Parameters
    ----------
    path : path
        Such as ``runs/mlp/best.safetensors``.
    **arguments
        Of the model, in the place of the file's: what a file can only name, such as an activation
        of one's own.

    Returns
    -------
    model

    Raises
    ------
    InputError
        If the file is damaged, names no model that this version can build, or its parameters are
        those of another one.

    Notes
    -----
    A file only names one of the library's own models and plain arguments; it cannot run code.
    """
    arrays, header = read_arrays(path)
    stored = header.get("arguments")
    arguments = {**(stored if isinstance(stored, dict) else {}), **arguments}
    model = build_model(header.get("model"), arguments, str(path))
    set_named_values(stored_variables(model), arrays, str(path))
    return model


def builders() -> dict:
    """Every model that a file can name, as a function of its plain arguments."""
    # The drawn weights are replaced by the file's, so any generator serves.
    rng = np.random.default_rng(0)
    drawn = {each.__name__: partial(each, rng) for each in DRAWN}
    return {"LogisticRegression": LogisticRegression, **drawn}


def build_model(name, arguments, source: str):
    """The model of a name, with parameters of no meaning yet.

    Parameters
    ----------
    name : str
        A key of `builders`.
    arguments : dict of plain values
        As ``model.arguments`` gives them.
    source : str
        What the error message calls the place that they come from.

    Raises
    ------
    InputError
        If there is no such model, or it does not take these arguments.
    """
    known = builders()
    if not isinstance(name, str) or name not in known:
        raise InputError(
            f"{source} names the model {name!r}, which cannot be built: {nearest(name, known)}"
        )
    try:
        return known[name](**arguments)
    except (TypeError, ValueError, MemoryError) as error:
        raise InputError(
            f"{source} does not fit this version's {name} ({error}): "
            "load_model takes arguments in the place of the file's"
        ) from None
