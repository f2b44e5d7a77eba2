"""``theano.tensor.inplace``: functions that overwrote their input; here they make a new array."""

from dltut.theano.tensor import basic


def __getattr__(name):
    if name.startswith("__") or not name.endswith("_inplace"):
        raise AttributeError(f"theano.tensor.inplace has no {name}")
    return getattr(basic, name.removesuffix("_inplace"))
