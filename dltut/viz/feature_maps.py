"""What a convolution makes of a picture: the picture beside the maps, one row a layer."""

from collections.abc import Mapping

import numpy as np
from PIL import Image, ImageOps

from dltut.exceptions import InputError
from dltut.viz.figure import FAINT, drawn, sheet
from dltut.viz.later import matplotlib


def sample_photograph(size: tuple[int, int] = (516, 639)) -> Image.Image:
    """A photograph that is on every machine with matplotlib: Grace Hopper, computer scientist.

    Parameters
    ----------
    size : (width, height)
        It is cut to this proportion and resized.

    Returns
    -------
    PIL image
        In colour.

    Raises
    ------
    InputError
        If this matplotlib came without its sample pictures.

    Notes
    -----
    The picture is in the public domain: James S. Davis, United States Navy, 1984.

    Examples
    --------
    >>> sample_photograph().size
    (516, 639)
    """
    folder = matplotlib.get_data_path()
    try:
        path = f"{folder}/sample_data/grace_hopper.jpg"
        with Image.open(path, formats=["JPEG"]) as photograph:
            return ImageOps.fit(photograph.convert("RGB"), size)
    except OSError:
        raise InputError(
            f"no sample photograph in {folder}: give a picture of your own instead"
        ) from None


@drawn
def feature_map_picture(picture: Image.Image, layers: Mapping[str, np.ndarray]) -> Image.Image:
    """A picture and the maps that layers make of it.

    Parameters
    ----------
    picture : PIL image
    layers : dict of name -> array, shape (maps, rows, columns)
        One row of the figure each; every map is stretched from black to white on its own.

    Returns
    -------
    PIL image
    """
    across = 1 + max(len(maps) for maps in layers.values())
    height = 2.6 * picture.height / picture.width + 0.35
    figure = sheet(2.6 * across, height * len(layers))
    grid = figure.subplots(len(layers), across, squeeze=False)
    for row, (name, maps) in zip(grid, layers.items(), strict=True):
        for axes in row:
            axes.set_axis_off()
        _show(row[0], picture.convert("RGB"), "the picture")
        for number, (axes, each) in enumerate(zip(row[1:], maps, strict=False), start=1):
            _show(axes, each, f"{name}, map {number}")
    return figure


def _show(axes, pixels, title):
    rows, columns = np.shape(pixels)[:2]
    axes.imshow(pixels, cmap="gray")
    axes.set_title(f"{title}\n{rows} × {columns}", fontsize=9)
    axes.set_axis_on()
    axes.set(xticks=[], yticks=[])
    axes.spines[:].set(visible=True, color=FAINT, linewidth=0.5)
