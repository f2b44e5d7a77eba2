"""Convolutions of Pylearn2: each says how `dltut.models.Sequential` is to make it."""

from dataclasses import dataclass
from types import NoneType
from typing import Literal

from dltut.exceptions import InputError
from dltut.experiment.pylearn2.arguments import Flag, Pair, check_only
from dltut.experiment.pylearn2.layers import Weighted, limits, named, pair, rectifier
from dltut.machine.arguments import Amount, Count, Size


@dataclass
class IdentityConvNonlinearity:
    """Maps as they are."""

    activation = "linear"


@dataclass
class RectifierConvNonlinearity:
    """Rectified maps."""

    left_slope: float = 0.0

    @property
    def activation(self) -> str:
        """Its name in dltut."""
        return rectifier(self.left_slope, "the nonlinearity")


@dataclass
class SigmoidConvNonlinearity:
    """Maps through a sigmoid."""

    monitor_style: Literal["classification", "detection"] = "classification"

    activation = "sigmoid"


@dataclass
class TanhConvNonlinearity:
    """Maps through the hyperbolic tangent."""

    activation = "tanh"


Nonlinearity = (
    IdentityConvNonlinearity
    | RectifierConvNonlinearity
    | SigmoidConvNonlinearity
    | TanhConvNonlinearity
)


@dataclass(kw_only=True)
class _Convolution(Weighted):
    """What the convolutional layers share: convolve, add biases, bend, then pool."""

    kernel_shape: Pair
    init_bias: float = 0.0
    max_kernel_norm: Amount | None = None
    detector_normalization: NoneType = None
    output_normalization: NoneType = None
    kernel_stride: Pair = (1, 1)

    measured = ("kernel_norms",)

    def _convolution(self, n_maps: int, activation: str, tied: bool, border) -> dict:
        description = named(
            self,
            "Conv2D",
            n_out=n_maps,
            kernel_size=pair(self.kernel_shape, f"layer {self.layer_name}: kernel_shape"),
            border_mode=border,
            subsample=pair(self.kernel_stride, f"layer {self.layer_name}: kernel_stride"),
            activation=activation,
            untie_biases=not tied,
        )
        start = self._parameters(init_bias=self.init_bias)
        return description | start | limits(None, self.max_kernel_norm)

    def _pool(self, shape, stride, mode: str) -> dict:
        """Windows that may overlap and reach over the border, where they see what is there."""
        place = f"layer {self.layer_name}: pool"
        return {
            "name": "Pool2D",
            "ws": pair(shape, f"{place}_shape"),
            "stride": pair(shape if stride is None else stride, f"{place}_stride"),
            "ignore_border": False,
            "mode": mode,
        }


@dataclass(kw_only=True)
class ConvElemwise(_Convolution):
    """A convolution, a nonlinearity, and a pool if there is to be one."""

    output_channels: Size
    nonlinearity: Nonlinearity
    border_mode: Literal["valid", "full", "same"] = "valid"
    include_prob: Amount = 1.0
    pool_type: Literal["max", "mean"] | None = None
    pool_shape: Pair | None = None
    pool_stride: Pair | None = None
    tied_b: Flag | None = None
    monitor_style: Literal["classification", "detection"] = "classification"

    def described(self, last: bool) -> list[dict]:
        """A `dltut.layers.Conv2D` and a `dltut.layers.Pool2D`.

        Raises
        ------
        InputError
            If a pool has no shape.
        """
        check_only(f"layer {self.layer_name}", include_prob=(self.include_prob, 1))
        border = "half" if self.border_mode == "same" else self.border_mode
        activation = self.nonlinearity.activation
        maps = self._convolution(self.output_channels, activation, bool(self.tied_b), border)
        if self.pool_type is None:
            return [maps]
        if self.pool_shape is None:
            raise InputError(
                f"layer {self.layer_name}: pool_shape is missing: give [rows, columns]"
            )
        mode = {"max": "max", "mean": "average_exc_pad"}[self.pool_type]
        return [maps, self._pool(self.pool_shape, self.pool_stride, mode)]


@dataclass(kw_only=True)
class ConvRectifiedLinear(ConvElemwise):
    """A convolution, rectifiers and a pool, which may overlap; a bias at every place of a map."""

    pool_shape: Pair
    pool_stride: Pair
    nonlinearity: NoneType = None
    pool_type: Literal["max", "mean"] | None = "max"
    tied_b: Flag = False
    left_slope: float = 0.0

    def described(self, last: bool) -> list[dict]:
        """A `dltut.layers.Conv2D` and a `dltut.layers.Pool2D`."""
        self.nonlinearity = RectifierConvNonlinearity(self.left_slope)
        return super().described(last)


@dataclass(kw_only=True)
class MaxoutConvC01B(_Convolution):
    """A convolution whose maps are the largest of several, and a pool."""

    num_channels: Size
    num_pieces: Size
    pool_shape: Pair
    pool_stride: Pair
    pad: Count = 0
    fix_pool_shape: Flag = False
    fix_pool_stride: Flag = False
    fix_kernel_shape: Flag = False
    partial_sum: Count = 1
    tied_b: Flag = False
    input_normalization: NoneType = None
    min_zero: Flag = False

    def described(self, last: bool) -> list[dict]:
        """Conv2D, FeaturePool and Pool2D of `dltut.layers`."""
        check_only(f"layer {self.layer_name}", min_zero=(self.min_zero, False))
        n_maps = self.num_channels * self.num_pieces
        return [
            self._convolution(n_maps, "linear", bool(self.tied_b), self.pad or "valid"),
            {"name": "FeaturePool", "pool_size": self.num_pieces},
            self._pool(self.pool_shape, self.pool_stride, "max"),
        ]
