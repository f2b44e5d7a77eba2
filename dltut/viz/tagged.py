"""Sentences whose words are coloured by their tags."""

from collections.abc import Sequence

from matplotlib.backends.backend_agg import FigureCanvasAgg
from PIL import Image

from dltut.exceptions import InputError
from dltut.viz.figure import COLOURS, INK, drawn, sheet

WIDTH, LINE, GAP = 8.4, 0.52, 0.09  # inches: of the sheet, of a line with its tags, between words
NOTHING = "O"
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
    kinds = sorted({_kind(tag) for _, tags in sentences for tag in tags} - {""})
    others = [each for each in COLOURS if each != RED]
    colours = {kind: others[i % len(others)] for i, kind in enumerate(kinds)} | {"": INK}
    figure = sheet(WIDTH, 1.0, layout=None)
    renderer = FigureCanvasAgg(figure).get_renderer()
    texts, line = [], 0
    for number, (words, tags) in enumerate(sentences):
        right, place = tags if true is None else true[number], 0.0
        for i, (word, tag) in enumerate(zip(words, tags, strict=True)):
            below = (
                _kind(tag) if tag[:1] != "I" or not i or _kind(tags[i - 1]) != _kind(tag) else ""
            )
            is_right = tag == right[i]
            mark = (below, colours[_kind(tag)]) if is_right else (f"should be {right[i]}", WRONG)
            pair = [figure.text(0, 0, word, fontsize=11, color=colours[_kind(tag)])]
            pair.append(figure.text(0, 0, mark[0], fontsize=6.5, color=mark[1]))
            width = max(each.get_window_extent(renderer).width for each in pair) / figure.dpi
            if place and place + width > WIDTH:
                line, place = line + 1, 0.0
            texts.append((pair, place, line))
            place += width + GAP
        line += 1
    height = LINE * line
    figure.set_size_inches(WIDTH, height)
    for (word, mark), place, number in texts:
        top = height - LINE * number
        word.set_position((place / WIDTH, (top - 0.2) / height))
        mark.set_position((place / WIDTH, (top - 0.36) / height))
    return figure


def _kind(tag: str) -> str:
    return "" if tag == NOTHING else tag.partition("-")[2] or tag
