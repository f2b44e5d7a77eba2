"""What the first layer looks for: its weights as a square of small pictures."""

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image

from dltut.exceptions import InputError, nearest
from dltut.viz.figure import titled
from dltut.viz.tiles import scale_to_unit_interval, tile_raster_images

RESCALE = ("individual", "global", "none")


def first_layer_weights(arrays: dict[str, np.ndarray]) -> tuple[str, np.ndarray]:
    """The name and the values of the first weights among a model's arrays.

    Parameters
    ----------
    arrays : dict
        Parameters by name in forward order, as `dltut.machine.serialize.read_arrays` returns them.

    Raises
    ------
    InputError
        If no array is a matrix or a set of convolution filters.
    """
    for name, array in arrays.items():
        if array.ndim in (2, 4) and name.split(".")[-1].startswith("W"):
            return name, array
    raise InputError(
        f"no weights to draw among {', '.join(arrays) or 'no arrays'}: a parameter named W or "
        "...W, shape (n_in, n_hidden) or (maps, channels, rows, columns), is expected"
    )


def filter_picture(
    weights: np.ndarray,
    image_shape: tuple[int, ...] | None = None,
    rescale: str = "individual",
    border: bool = False,
    min_size: int = 480,
) -> Image.Image:
    """The first layer's weights, one tile a hidden unit or feature map.

    Parameters
    ----------
    weights : array
        Dense, shape (n_in, n_hidden), or convolution filters, (maps, channels, rows, columns).
    image_shape : (rows, columns) or (channels, rows, columns), optional
        What a dense layer looks at; the nearest to a square with n_in pixels unless given.
    rescale : {"individual", "global", "none"}
        Each filter stretched from black to white on its own; or all by the largest magnitude
        among them; or not at all, values beyond -1 and 1 cut off. In the last two 0 is mid-grey.
    border : bool
        A white frame around every filter.
    min_size : int
        Small pictures are magnified, each weight a square, until they are this wide (pixels).

    Returns
    -------
    PIL image
        Colour if the filters have three channels; otherwise every channel has its own tile.

    Raises
    ------
    InputError
        If the weights do not fill the image shape, are not finite, or `rescale` is unknown.

    Examples
    --------
    >>> W = np.random.RandomState(0).uniform(-1, 1, (784, 100))
    >>> filter_picture(W, min_size=0).size
    (289, 289)
    """
    if rescale not in RESCALE:
        raise InputError(f"rescale={rescale!r} is unknown; {nearest(rescale, RESCALE)}")
    if weights.size == 0:
        raise InputError(f"weights of shape {weights.shape} hold no filters: nothing to draw")
    if not np.isfinite(weights).all():
        raise InputError("the weights hold NaN or infinite values: this training diverged")
    filters = _scaled(_as_filters(weights, image_shape), rescale)
    if border:
        filters = np.pad(filters, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=1)
    n, channels, rows, columns = filters.shape
    flat = filters.reshape(n, channels, rows * columns)
    across = math.ceil(math.sqrt(n))
    tiles = tile_raster_images(
        (*flat.swapaxes(0, 1), None) if channels == 3 else flat[:, 0],
        (rows, columns),
        (math.ceil(n / across), across),
        tile_spacing=(1, 1),
        scale_rows_to_unit_interval=False,
    )
    picture = Image.fromarray(tiles).convert("RGB" if channels == 3 else "L")
    zoom = max(1, math.ceil(min_size / picture.width))
    return picture.resize((zoom * picture.width, zoom * picture.height), Image.Resampling.NEAREST)


def first_layer_picture(
    weights: np.ndarray,
    image_shape: tuple[int, ...] | None = None,
    n: int = 100,
    classes: Sequence[str] | None = None,
) -> Image.Image:
    """The filters of a first layer under a title, those that have learned something first.

    Parameters
    ----------
    weights, image_shape
        As for `filter_picture`.
    n : int
        How many filters at most.
    classes : sequence of str, optional
        Names of the units of a network that has one layer. They stay in their order.

    Returns
    -------
    PIL image

    Raises
    ------
    InputError
        As `filter_picture`.
    """
    filters = _as_filters(weights, image_shape)
    if classes is not None:
        title = f"bright speaks for, dark against: {_enumeration(classes)}"
        return titled(filter_picture(filters), title)
    total = len(filters)
    which = f"the {total}" if total <= n else f"{n} of the {total}"
    title = f"{which} filters of the first layer, the clearest first"
    return titled(filter_picture(filters[learned_first(filters)[:n]]), title)


def learned_first(weights: np.ndarray, image_shape: tuple[int, ...] | None = None) -> np.ndarray:
    """The order of a layer's units by how much is drawn in their weights, the most first.

    Parameters
    ----------
    weights, image_shape
        As for `filter_picture`.

    Returns
    -------
    integer array, shape (units,)

    Notes
    -----
    Where a unit has learned nothing, its weights are as they were drawn: neighbours know nothing
    of each other. A filter with strokes or blobs in it has neighbours alike. So the measure is the
    sum of the products of all neighbouring weights, each taken from the mean of its filter.

    Examples
    --------
    >>> noise, stroke = [1, -1, -1, 1], [1, 1, -1, -1]
    >>> learned_first(np.array([noise, stroke]).T, (2, 2))
    array([1, 0])
    """
    filters = _as_filters(weights, image_shape)
    filters = filters - filters.mean(axis=(1, 2, 3), keepdims=True)
    across = (filters[..., :-1] * filters[..., 1:]).sum(axis=(1, 2, 3))
    down = (filters[..., :-1, :] * filters[..., 1:, :]).sum(axis=(1, 2, 3))
    return np.argsort(-(across + down), kind="stable")


def _as_filters(weights, image_shape):
    """Shape (n, 1 or 3, rows, columns)."""
    if weights.ndim == 4:
        filters = weights
    elif weights.ndim == 2:
        shape = _image_shape(weights.shape[0], image_shape)
        filters = weights.T.reshape(weights.shape[1], *shape)
    else:
        raise InputError(
            f"weights of shape {weights.shape} are neither dense, (n_in, n_hidden), nor "
            "convolution filters, (maps, channels, rows, columns)"
        )
    if filters.shape[1] == 3:
        return filters
    return filters.reshape(-1, 1, *filters.shape[2:])


def _image_shape(n_in, image_shape):
    if image_shape is None:
        rows = next(i for i in range(math.isqrt(n_in), 0, -1) if n_in % i == 0)
        return 1, rows, n_in // rows
    if len(image_shape) not in (2, 3) or math.prod(image_shape) != n_in:
        raise InputError(
            f"image_shape={tuple(image_shape)} has {math.prod(image_shape)} pixels, but the "
            f"weights are for {n_in}: give (rows, columns) or (channels, rows, columns)"
        )
    return (1, *image_shape)[-3:]


def _enumeration(names, longest=50):
    """The names with commas, or the first and the last where that would be too long."""
    names = [str(name) for name in names]
    text = ", ".join(names)
    return text if len(text) <= longest else f"{names[0]}, {names[1]}, ... {names[-1]}"


def _scaled(filters, rescale):
    """Values in [0, 1]."""
    if rescale == "individual":
        return np.array([scale_to_unit_interval(each) for each in filters])
    greatest = np.abs(filters).max() if rescale == "global" else 1
    return np.clip(filters / (greatest or 1), -1, 1) / 2 + 0.5
