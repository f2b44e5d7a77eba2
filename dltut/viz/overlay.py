"""Pictures under the classes of their pixels, and series above those of their steps."""

from collections.abc import Mapping, Sequence

import numpy as np
from PIL import Image

from dltut.exceptions import InputError
from dltut.viz.figure import COLOURS, FAINT, class_names, drawn, sheet
from dltut.viz.later import colors, patches

VOID, WRONG = (1.0, 1.0, 1.0), (0.85, 0.05, 0.1)
SHARE = 0.55  # of a class's colour, over the picture
LEGEND = 12  # classes that are named
Colours = Sequence[Sequence[int]] | None


def label_image(labels: np.ndarray, n_classes: int, colours: Colours = None) -> Image.Image:
    """A mask in the colours of its classes, a pixel each; void is white.

    Parameters
    ----------
    labels : int array, shape (rows, columns)
        Numbers of classes, -1 for void.
    n_classes : int
    colours : (n_classes, 3) numbers from 0 to 255, optional

    Examples
    --------
    >>> label_image(np.array([[0, -1]]), 1, [(10, 20, 30)]).getpixel((0, 0))
    (10, 20, 30)
    """
    return Image.fromarray((255 * _coloured(labels, n_classes, colours)).round().astype(np.uint8))


@drawn
def overlay_picture(
    pictures: Sequence[np.ndarray],
    labels: Mapping[str, Sequence[np.ndarray]],
    names: Sequence[str],
    colours: Colours = None,
) -> Image.Image:
    """Pictures, each beside itself under the colours of its pixels' classes.

    Parameters
    ----------
    pictures : sequence of arrays, shape (rows, columns, 3), in 0 to 1
    labels : dict
        {name of a column: a mask (rows, columns) for each picture}. Of two, the first is true, and
        a last column shows in red where the second differs from it.
    names : sequence of str
        Of the classes.
    colours : (n_classes, 3) numbers from 0 to 255, optional

    Raises
    ------
    InputError
        If there are no pictures, or a mask does not have its picture's rows and columns.
    """
    n = len(names)
    for column, masks in labels.items():
        shapes = [np.shape(each)[:2] for each in (*pictures, *masks)]
        if not len(pictures) or shapes[: len(pictures)] != shapes[len(pictures) :]:
            raise InputError(f"the masks {column} do not have the sizes of the pictures: {shapes}")
    shown = [("given", pictures)]
    for column, masks in labels.items():
        pairs = zip(pictures, masks, strict=True)
        shown.append((column, [_laid_over(*pair, n, colours) for pair in pairs]))
    if len(labels) == 2:
        shown.append(
            ("wrong", [_mistakes(*each) for each in zip(pictures, *labels.values(), strict=True)])
        )
    rows, columns = np.shape(pictures[0])[:2]
    width = 8.6 / max(len(shown), 3)
    figure = sheet(width * len(shown), len(pictures) * width * rows / columns + 0.8)
    grid = figure.subplots(len(pictures), len(shown), squeeze=False)
    for k, (title, column) in enumerate(shown):
        grid[0, k].set_title(title, fontsize=9)
        for axes, picture in zip(grid[:, k], column, strict=True):
            axes.imshow(np.asarray(picture).clip(0, 1), interpolation="nearest")
            axes.set(xticks=[], yticks=[])
            axes.spines[:].set_visible(False)
    _legend(figure, names, colours)
    return figure


@drawn
def strips_picture(
    series: np.ndarray,
    strips: Sequence[np.ndarray],
    names: Sequence[str],
    channels: Sequence[str],
    titles: Sequence[str] = ("found",),
    colours: Colours = None,
) -> Image.Image:
    """A series, and below it strips in the colours of its steps' classes.

    Parameters
    ----------
    series : array, shape (steps, channels)
    strips : sequence of int arrays, shape (steps,)
        Numbers of classes, -1 for void.
    names : sequence of str
        Of the classes.
    channels : sequence of str
    titles : sequence of str
        Of the strips.
    colours : (n_classes, 3) numbers from 0 to 255, optional

    Raises
    ------
    InputError
        If a strip does not have a class for each step, or there are not as many names as channels.
    """
    series = np.asarray(series, float)
    if any(np.shape(each) != (len(series),) for each in strips):
        raise InputError(f"strips of a series of {len(series)} steps have a class for each step")
    figure = sheet(8.6, 3.0 + 0.42 * len(strips))
    above, *below = figure.subplots(
        1 + len(strips), 1, sharex=True, height_ratios=[3.0, *[0.42] * len(strips)]
    )
    styles = [{"linewidth": 1.6}, {"linewidth": 0.8, "alpha": 0.7}]
    for k, name in enumerate(class_names(channels, series.shape[1])):
        above.plot(series[:, k], color=COLOURS[k % len(COLOURS)], label=name, **styles[min(k, 1)])
    above.legend(fontsize=8, loc="upper left", ncols=4)
    for axes, strip, title in zip(below, strips, titles, strict=True):
        coloured = _coloured(np.asarray(strip)[None], len(names), colours)
        axes.imshow(coloured, aspect="auto", interpolation="nearest")
        axes.set_yticks([0], [title])
        axes.spines[:].set_visible(False)
    below[-1].set_xlabel("step")
    _legend(figure, names, colours)
    return figure


def _palette(n: int, colours: Colours) -> np.ndarray:
    """A colour a class, (n, 3) in 0 to 1; the usual ones again and again, darker each time."""
    if colours:
        return np.array(colours, float) / 255
    usual = np.array([colors.to_rgb(each) for each in COLOURS])
    return np.array([usual[k % len(usual)] * 0.7 ** (k // len(usual)) for k in range(n)])


def _coloured(labels, n, colours):
    """The labels' colours, (rows, columns, 3)."""
    palette = np.vstack([_palette(n, colours), VOID])  # -1 is the last one
    return palette[np.asarray(labels)]


def _laid_over(picture, labels, n, colours):
    share = np.where(np.asarray(labels) < 0, 0.8, SHARE)[..., None]
    return (1 - share) * np.asarray(picture) + share * _coloured(labels, n, colours)


def _mistakes(picture, true, found):
    """The picture in grey, with red where a class is wrong."""
    pale = 0.6 + 0.4 * np.asarray(picture).mean(axis=2, keepdims=True).repeat(3, axis=2)
    wrong = (np.asarray(true) != found) & (np.asarray(true) >= 0)
    return np.where(wrong[..., None], WRONG, pale)


def _legend(figure, names, colours):
    palette = _palette(len(names), colours)
    shown = [
        patches.Patch(facecolor=palette[k], edgecolor=FAINT, label=str(name))
        for k, name in enumerate(names[:LEGEND])
    ]
    figure.legend(handles=shown, loc="outside lower center", ncols=min(7, len(shown)), fontsize=8)
