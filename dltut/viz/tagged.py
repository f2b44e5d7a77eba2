"""Sentences whose words are coloured by their tags."""

from collections.abc import Iterable, Sequence

from PIL import Image

from dltut.exceptions import InputError
from dltut.viz.figure import COLOURS, INK, drawn, sheet
from dltut.viz.later import canvases

WIDTH, LINE, GAP = 8.4, 0.52, 0.09  # inches: of the sheet, of a line with its tags, between words
NOTHING, SHOULD = "O", "should be "
RED, WRONG = "#b03a3a", "#c0202a"  # of the usual colours; of mistakes


@drawn
def tagged_picture(
    sentences: Sequence[tuple[Sequence[str], Sequence[str]]],
    true: Sequence[Sequence[str]] | None = None,
) -> Image.Image:
    """Sentences below one another, each word in the colour of its tag, the chunk's kind below it.

    Parameters
    ----------
    sentences : sequence of (words, tags)
    true : sequence of sequences of tags, optional
        The right ones: where a tag differs, the right one stands below in red.

    Returns
    -------
    PIL image

    Raises
    ------
    InputError
        If there is no sentence, or it has not one tag a word.

    Examples
    --------
    >>> tagged_picture([(["to", "New", "York"], ["O", "B-city", "I-city"])]).height < 150
    True
    """
    if not sentences or any(len(words) != len(tags) for words, tags in sentences):
        raise InputError("there is no sentence to draw, or one without a tag for each word")
    colours = _colours(tag for _, tags in sentences for tag in tags)
    figure = sheet(WIDTH, 1.0, layout=None)
    renderer = canvases.Canvas(figure).get_renderer()
    placed, line = [], 0
    for number, (words, tags) in enumerate(sentences):
        place, right = 0.0, tags if true is None else true[number]
        for word, tag, mark in zip(words, tags, _marks(tags, right), strict=True):
            colour = colours[_kind(tag)]
            pair = [figure.text(0, 0, word, fontsize=11, color=colour)]
            below = WRONG if mark.startswith(SHOULD) else colour
            pair.append(figure.text(0, 0, mark, fontsize=6.5, color=below))
            width = max(each.get_window_extent(renderer).width for each in pair) / figure.dpi
            if place and place + width > WIDTH:
                line, place = line + 1, 0.0
            placed.append((pair, place, line))
            place += width + GAP
        line += 1
    height = LINE * line
    figure.set_size_inches(WIDTH, height)
    for pair, place, number in placed:
        for text, lower in zip(pair, (0.2, 0.36), strict=True):
            text.set_position((place / WIDTH, 1 - (LINE * number + lower) / height))
    return figure


def _colours(tags: Iterable[str]) -> dict[str, str]:
    """A colour for each kind of chunk, none of them the one of mistakes."""
    kinds = sorted({_kind(tag) for tag in tags} - {""})
    others = [each for each in COLOURS if each != RED]
    return {kind: others[i % len(others)] for i, kind in enumerate(kinds)} | {"": INK}


def _marks(tags: Sequence[str], right: Sequence[str]) -> list[str]:
    """What stands below each word: the right tag after a mistake, else the kind of a new chunk."""
    before = ["", *map(_kind, tags)]
    return [
        f"{SHOULD}{true}"
        if tag != true
        else ""
        if tag[:1] == "I" and _kind(tag) == kind
        else _kind(tag)
        for tag, true, kind in zip(tags, right, before[:-1], strict=True)
    ]


def _kind(tag: str) -> str:
    return "" if tag == NOTHING else tag.partition("-")[2] or tag
