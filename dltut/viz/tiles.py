"""Many small pictures on one: rows of a matrix, each reshaped to a tile, laid out on a grid."""

import math

import numpy as np

from dltut.exceptions import InputError


def scale_to_unit_interval(x: np.ndarray, eps: float = 1e-8) -> np.ndarray:
    """The array stretched so that its least value is 0 and its greatest 1.

    Parameters
    ----------
    x : array, any shape
        It is not changed.
    eps : float
        Added to the range, so that a constant array gives zeros.

    Returns
    -------
    array of x's shape, floating

    Examples
    --------
    >>> scale_to_unit_interval(np.array([-1.0, 0.0, 3.0])).round(6)
    array([0.  , 0.25, 1.  ])
    """
    x = np.asarray(x)
    if not np.issubdtype(x.dtype, np.floating):
        x = x.astype("float64")
    x = x - x.min()
    return x / (x.max() + eps)


def tile_raster_images(
    X: np.ndarray | tuple,
    img_shape: tuple[int, int],
    tile_shape: tuple[int, int],
    tile_spacing: tuple[int, int] = (0, 0),
    scale_rows_to_unit_interval: bool = True,
    output_pixel_vals: bool = True,
) -> np.ndarray:
    """Each row of `X` as one tile of a grid, filled row by row.

    Parameters
    ----------
    X : array, shape (n, rows * columns), or a tuple of four of them
        One flattened picture a row. A tuple is red, green, blue and alpha; a channel that is None
        is 0 everywhere, alpha opaque everywhere. Rows beyond the last tile are left out.
    img_shape : (rows, columns) of one tile
    tile_shape : (rows, columns) of the grid, in tiles
    tile_spacing : (rows, columns)
        Pixels between neighbouring tiles.
    scale_rows_to_unit_interval : bool
        Stretch each tile to [0, 1] on its own; if not, the values must lie in [0, 1] for pixels.
    output_pixel_vals : bool
        Return bytes 0..255 rather than numbers of X's own type.

    Returns
    -------
    array, shape (height, width), or (height, width, 4) for a tuple
        Gaps and missing tiles are 0.

    Raises
    ------
    InputError
        If the rows do not fill the tile, or bytes are asked of values outside [0, 1].

    Notes
    -----
    The tutorials' function. There a tuple with ``output_pixel_vals=False`` fails and values outside
    [0, 1] wrap around modulo 256 in silence; here the first works and the second is an error.

    Examples
    --------
    >>> tile_raster_images(np.eye(4), (2, 2), (2, 2), tile_spacing=(1, 1))
    array([[254,   0,   0,   0, 254],
           [  0,   0,   0,   0,   0],
           [  0,   0,   0,   0,   0],
           [  0,   0,   0,   0,   0],
           [254,   0,   0,   0, 254]], dtype=uint8)
    """
    options = (
        _pair(img_shape, "img_shape", 1),
        _pair(tile_shape, "tile_shape", 1),
        _pair(tile_spacing, "tile_spacing", 0),
        scale_rows_to_unit_interval,
        output_pixel_vals,
    )
    if isinstance(X, tuple):
        return _rgba(X, *options)
    return _grid(np.asarray(X), *options)


def as_pixels(x: np.ndarray, image_shape: tuple[int, ...]) -> np.ndarray:
    """Flattened pictures as (n, rows, columns), or (n, rows, columns, 3) in colour.

    Raises
    ------
    InputError
        If they have another number of values, or neither one channel nor three.
    """
    channels, rows, columns = (1, *image_shape)[-3:]
    if channels not in (1, 3) or math.prod(image_shape) != math.prod(x.shape[1:]):
        raise InputError(
            f"pictures with {math.prod(x.shape[1:])} values do not have image_shape="
            f"{tuple(image_shape)}: give (rows, columns), (1, rows, columns) or (3, rows, columns)"
        )
    pixels = x.reshape(len(x), channels, rows, columns)
    return pixels[:, 0] if channels == 1 else pixels.transpose(0, 2, 3, 1)


def _rgba(channels, img_shape, tile_shape, tile_spacing, scale, pixels):
    given = [np.asarray(channel) for channel in channels if channel is not None]
    if len(channels) != 4 or not given or any(len(each) != len(given[0]) for each in given):
        raise InputError(
            f"a tuple of {len(channels)} channels, {len(given)} of them arrays, is not a colour "
            "picture: give (red, green, blue, alpha), equally long, None for those you lack"
        )
    grids = [
        None
        if channel is None
        else _grid(np.asarray(channel), img_shape, tile_shape, tile_spacing, scale, pixels)
        for channel in channels
    ]
    like = next(grid for grid in grids if grid is not None)
    opaque = 255 if pixels else 1
    defaults = (0, 0, 0, opaque)
    filled = [
        np.full_like(like, default) if grid is None else grid
        for grid, default in zip(grids, defaults, strict=True)
    ]
    return np.stack(filled, axis=-1)  # (height, width, 4)


def _grid(X, img_shape, tile_shape, tile_spacing, scale, pixels):
    (rows, columns), (down, across) = img_shape, tile_shape
    if X.ndim < 2 or X[0].size != rows * columns:
        raise InputError(
            f"an array of shape {X.shape} does not hold pictures of {rows} x {columns}: "
            f"give shape (n, {rows * columns})"
        )
    pitch = rows + tile_spacing[0], columns + tile_spacing[1]
    height, width = down * pitch[0] - tile_spacing[0], across * pitch[1] - tile_spacing[1]
    floating = X.dtype if np.issubdtype(X.dtype, np.floating) else "float64"
    grid = np.zeros((height, width), "uint8" if pixels else floating)
    for i, x in enumerate(X[: down * across]):
        top, left = i // across * pitch[0], i % across * pitch[1]
        tile = scale_to_unit_interval(x) if scale else x
        grid[top : top + rows, left : left + columns] = _values(tile, pixels).reshape(rows, columns)
    return grid


def _values(tile, pixels):
    if not pixels:
        return tile
    if not (tile.min() >= 0 and tile.max() <= 1):  # NaN fails both
        raise InputError(
            f"pixels need values in [0, 1], not {tile.min():g} to {tile.max():g}: pass "
            "scale_rows_to_unit_interval=True, or mend the values"
        )
    return tile * 255


def _pair(value, name, least):
    if np.shape(value) != (2,) or min(value) < least:
        raise InputError(f"{name}={value!r} is not (rows, columns), both at least {least}")
    return tuple(int(each) for each in value)
