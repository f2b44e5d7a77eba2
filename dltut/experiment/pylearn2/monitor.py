"""Pylearn2's push_monitor: the model of an earlier run goes on learning, in a run of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from dltut.exceptions import InputError
from dltut.experiment.pylearn2.arguments import Flag
from dltut.experiment.pylearn2.layers import CLASSES, UNITS, Layer, Sigmoid
from dltut.experiment.pylearn2.models import Model
from dltut.layers import Network
from dltut.models import Sequential


@dataclass(kw_only=True)
class Known(Layer):
    """A layer that is there already."""

    measured: tuple[str, ...]

    def described(self, last: bool) -> list[dict]:
        """Nothing is made of it.

        Raises
        ------
        InputError
            Always: an earlier model is no layer of another one.
        """
        raise InputError(f"layer {self.layer_name} belongs to a model of an earlier run")


@dataclass(kw_only=True)
class EarlierModel(Model):
    """The model in a file, as it was left; its records stay in the folder of its run.

    Notes
    -----
    What it had measured when it was saved is called `name`, for ``MatchChannel``.
    """

    model: Network
    name: str
    transfer_experience: Flag = False
    save_records: Flag = False

    @property
    def level(self) -> float | None:
        """How much noise a denoising autoencoder has learned with."""
        return self._facts.get("corruption_level")

    @property
    def flat(self) -> Sequence[Layer]:
        """Its layers, if they have names."""
        if not isinstance(self.model, Sequential):
            return []
        layers = [_known(layer) for layer in self.model.layers if layer.name]
        targets = self._facts.get("targets") or {}
        if targets.get("kind") == "Labels":
            name, n = layers[-1].layer_name, self.model.n_out
            return [*layers[:-1], Sigmoid(layer_name=name, dim=n)]
        return [*layers[:-1], Known(layer_name=layers[-1].layer_name, measured=LAST)]

    def network(self, dropped=None) -> Network:
        """The model itself.

        Raises
        ------
        InputError
            If something is to be dropped of its layers' inputs, and was not before.
        """
        places = getattr(self.model, "places", ())
        if dropped is not None and not any(place.dropout for place in places):
            raise InputError("the earlier model has no dropout: take the cost Dropout out")
        self.model.earlier = {self.name: self._facts.get("row")}
        return self.model

    @property
    def _facts(self) -> dict:
        return getattr(self.model, "header", {})


LAST = ("row_norms", "col_norms", *CLASSES, *UNITS)


def _known(layer) -> Known:
    rank = getattr(getattr(layer, "W", None), "ndim", 0)
    norms = {2: ("row_norms", "col_norms", *UNITS), 4: ("kernel_norms",)}
    return Known(layer_name=layer.name, measured=norms.get(rank, ()))
