"""What the network saw: the picture it was given, as prepared, and how sure it is of each class."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageOps

from dltut.viz.figure import BLUE, FAINT, ORANGE, class_names, drawn, sheet
from dltut.viz.mistakes import as_pixels


@drawn
def prediction_picture(
    picture: Image.Image,
    prepared: np.ndarray,
    probabilities: np.ndarray,
    classes: Sequence[str] | None = None,
    max_classes: int = 10,
) -> Image.Image:
    """A picture, its prepared form and bars of class probabilities, side by side.

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
    figure = sheet(8.4, 3.0)
    given, seen, bars = figure.subplots(1, 3, width_ratios=(1, 1, 1.25))
    _show(given, _thumbnail(picture), "given")
    _show(
        seen, as_pixels(np.asarray(prepared)[None], np.shape(prepared))[0], "as the network saw it"
    )
    _draw_bars(bars, [names[i] for i in shown], probabilities[shown])
    best = probabilities.argmax()
    bars.set_title(f"{names[best]}, {100 * probabilities[best]:.1f} % sure")
    return figure


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


def _draw_bars(axes, names, probabilities):
    places = np.arange(len(names))
    colours = [ORANGE if p == probabilities.max() else BLUE for p in probabilities]
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
