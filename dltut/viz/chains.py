"""Where Markov chains of pictures have come to: a column a chain, a row a sample."""

import numpy as np
from PIL import Image

from dltut.exceptions import InputError
from dltut.viz.tiles import tile_raster_images


def chain_picture(states: np.ndarray, image_shape: tuple[int, ...] = (1, 28, 28)) -> Image.Image:
    """The states of some chains of pictures, time running down.

    Parameters
    ----------
    states : array, shape (n_samples, n_chains, n_pixels)
        Such as `dltut.models.gibbs_samples` returns. Each picture is stretched from black to white.
    image_shape : (channels, rows, columns)
        Of a picture; 1 channel or 3.

    Returns
    -------
    PIL image

    Raises
    ------
    InputError
        If the states are no pictures of that shape.

    Notes
    -----
    A line a pixel wide lies between the pictures, above and below them: ten samples of twenty
    chains of 28 x 28 pixels take 579 x 291, as in the tutorials.

    Examples
    --------
    >>> chain_picture(np.random.RandomState(0).rand(10, 20, 784)).size
    (579, 291)
    """
    channels, *tile = image_shape
    if states.ndim != 3 or channels not in (1, 3) or states.shape[2] != np.prod(image_shape):
        raise InputError(
            f"states of shape {states.shape} are no pictures of shape {tuple(image_shape)}: give "
            "(n_samples, n_chains, n_pixels), with 1 channel or 3"
        )
    flat = states.reshape(-1, channels, tile[0] * tile[1]).swapaxes(0, 1)
    tiles = tile_raster_images(
        flat[0] if channels == 1 else (*flat, None), tile, states.shape[:2], tile_spacing=(1, 1)
    )
    framed = np.pad(tiles, ((1, 1), *[(0, 0)] * (tiles.ndim - 1)))
    return Image.fromarray(framed).convert("L" if channels == 1 else "RGB")
