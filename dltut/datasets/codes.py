"""A data set of what a model makes of another's inputs."""

import numpy as np

from dltut.datasets.base import Dataset
from dltut.datasets.kinds import Numbers
from dltut.machine.checks import check_counts


def encoded(data: Dataset, model, batch_size: int = 500) -> Dataset:
    """A data set made of another model's code of x: what the next model of a stack learns from.

    Parameters
    ----------
    data : Dataset
        It is not changed.
    model : model
        Called ``model(x)``, such as an `dltut.models.Autoencoder`.
    batch_size : int
        Examples computed at a time.

    Returns
    -------
    Dataset
        Its inputs are numbers called code0, code1, ...

    Notes
    -----
    The code is computed here, once. In the graph, ``upper(model(x))`` computes the same for every
    minibatch.

    Examples
    --------
    >>> from dltut.datasets import load
    >>> from dltut.models import Autoencoder
    >>> below = Autoencoder(np.random.RandomState(1), 784, 20)
    >>> encoded(load("digits"), below).train.x.shape
    (3000, 20)
    """
    # PyTensor takes a second to import; the rest of this package does without it
    import pytensor.tensor as pt

    from dltut.machine.backend import function
    from dltut.machine.shared import as_floatX

    check_counts("examples", batch_size=batch_size)
    x = pt.matrix("x")
    code = function([x], model(x), name="the code")

    def codes(rows):
        parts = (rows[i : i + batch_size] for i in range(0, len(rows), batch_size))
        found = np.concatenate([np.asarray(code(as_floatX(part))) for part in parts])
        return found.reshape(len(rows), -1)

    n_codes = codes(data.train.x[:1]).shape[1]
    return data.with_inputs(codes, Numbers([f"code{i}" for i in range(n_codes)]))
