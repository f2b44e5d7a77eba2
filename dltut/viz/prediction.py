"""What the network was given, what it saw of it, and what it says."""

from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image, ImageOps

from dltut.viz.figure import BLUE, FAINT, ORANGE, class_names, drawn, sheet
from dltut.viz.tiles import as_pixels


@drawn
def prediction_picture(
    picture: Image.Image,
    prepared: np.ndarray,
    probabilities: np.ndarray,
    classes: Sequence[str] | None = None,
    max_classes: int = 10,
    several: bool = False,
) -> Image.Image:
    """A picture, its prepared form and bars of probabilities, side by side.

    Parameters
    ----------
    picture : PIL image
        As it was given.
    prepared : array, shape (rows, columns) or (channels, rows, columns)
        As the network saw it, values in [0, 1]; one or three channels.
    probabilities : array, shape (n_classes,)
    classes : sequence of str, optional
        Their names; numbers unless given.
    max_classes : int
        The most probable classes only, if there are more.
    several : bool
        Whether the classes are labels that may hold together: all above one half stand out,
        instead of the most probable one.

    Returns
    -------
    PIL image

    Raises
    ------
    InputError
        If there are not as many names as probabilities.
    """
    probabilities = np.asarray(probabilities)
    names = class_names(classes, len(probabilities))
    shown = np.sort(np.argsort(-probabilities, kind="stable")[:max_classes])
    best = probabilities.argmax()
    figure = sheet(8.4, 3.0)
    given, seen, bars = figure.subplots(1, 3, width_ratios=(1, 1, 1.25))
    _show(given, _pixels(picture), "given")
    _show(seen, _pixels(prepared), "as the network saw it")
    chosen = probabilities > 0.5 if several else np.arange(len(names)) == best
    _draw_bars(bars, [names[i] for i in shown], probabilities[shown], chosen[shown])
    sure = f"{names[best]}, {100 * probabilities[best]:.1f} % sure"
    bars.set_title(f"{chosen.sum()} of {len(names)} labels" if several else sure)
    return figure


@drawn
def side_by_side(pictures: Mapping[str, Image.Image | np.ndarray]) -> Image.Image:
    """Pictures beside one another, each under its name.

    Parameters
    ----------
    pictures : dict of name -> PIL image or array
        Arrays have the shape (rows, columns) or (channels, rows, columns), values in [0, 1].

    Returns
    -------
    PIL image

    Raises
    ------
    InputError
        If an array has neither one channel nor three.

    Examples
    --------
    >>> seen = np.random.RandomState(0).rand(28, 28)
    >>> picture = side_by_side({"seen": seen, "half as bright": seen / 2})
    >>> picture.width > picture.height
    True
    """
    figure = sheet(2.6 * len(pictures), 3.0)
    for place, (name, picture) in enumerate(pictures.items()):
        _show(figure.add_subplot(1, len(pictures), place + 1), _pixels(picture), name)
    return figure


def _pixels(picture):
    """A small copy of an image; an array as (rows, columns) or (rows, columns, 3)."""
    if isinstance(picture, Image.Image):
        return _thumbnail(picture)
    return as_pixels(np.asarray(picture)[None], np.shape(picture))[0].clip(0, 1)


def _thumbnail(picture):
    """At most 600 pixels a side, on white where it is clear."""
    small = ImageOps.exif_transpose(picture).convert("RGBA")
    small.thumbnail((600, 600))
    ground = Image.new("RGBA", small.size, "white")
    return Image.alpha_composite(ground, small).convert("RGB")


def _show(axes, pixels, title):
    axes.imshow(pixels, cmap="gray", vmin=0, vmax=1)
    axes.set_title(title)
    axes.set(xticks=[], yticks=[], anchor="N")
    axes.spines[:].set(visible=True, color=FAINT, linewidth=0.5)


def _draw_bars(axes, names, probabilities, chosen):
    places = np.arange(len(names))
    colours = [ORANGE if each else BLUE for each in chosen]
    axes.barh(places, probabilities, color=colours, height=0.72)
    for place, p in zip(places, probabilities, strict=True):
        if p >= 0.01:
            axes.text(p + 0.02, place, f"{100 * p:.0f} %", va="center", fontsize=8.5)
    axes.set_yticks(places, names)
    axes.invert_yaxis()
    axes.set_xlim(0, 1.14)
    axes.set_xticks([0, 0.5, 1], ["0", "50 %", "100 %"])
    axes.tick_params(length=0)
    axes.spines["bottom"].set_visible(False)
