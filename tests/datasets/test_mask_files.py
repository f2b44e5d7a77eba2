"""Masks as numbers, palettes and colours, tables of classes; whatever is wrong is one line."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from dltut.datasets.mask_files import (
    labels_in,
    numbers_in,
    read_table,
    table_of,
    table_of_numbers,
)
from dltut.exceptions import InputError

COLOURED = table_of([("sky", (0, 0, 255)), ("void", (0, 0, 0)), ("tree", (0, 128, 0))])


def palette_mask(values, colours):
    image = Image.fromarray(np.array(values, np.uint8), mode="L").convert("P")
    image = Image.frombytes("P", image.size, np.array(values, np.uint8).tobytes())
    image.putpalette([part for colour in colours for part in colour])
    return image


def test_numbers_and_palettes():
    values = [[0, 1, 2], [2, 255, 0]]
    grey = Image.fromarray(np.array(values, np.uint8))
    table = table_of_numbers({0, 1, 2, 255}, "masks")
    assert labels_in(grey, table).tolist() == [[0, 1, 2], [2, -1, 0]]
    with_palette = palette_mask([[0, 1, 2], [2, 1, 0]], [(9, 9, 9), (255, 0, 0), (0, 1, 2)])
    assert numbers_in(with_palette).tolist() == [[0, 1, 2], [2, 1, 0]]
    deep = Image.fromarray(np.array([[0, 300]], np.uint16))
    table = table_of([("a", (0,)), ("b", (300,))])
    assert labels_in(deep, table).tolist() == [[0, 1]]
    bits = Image.fromarray(np.array([[True, False]]))
    assert labels_in(bits, table_of_numbers({0, 1}, "masks")).tolist() == [[1, 0]]


def test_colours():
    pixels = np.array([[(0, 0, 255), (0, 128, 0), (0, 0, 0)]], np.uint8)
    image = Image.fromarray(pixels)
    assert labels_in(image, COLOURED).tolist() == [[0, 1, -1]]
    assert COLOURED.names == ("sky", "tree") and COLOURED.shown == ((0, 0, 255), (0, 128, 0))
    as_palette = image.convert("P", palette=Image.Palette.ADAPTIVE)
    assert labels_in(as_palette, COLOURED).tolist() == [[0, 1, -1]]


@pytest.mark.parametrize(
    ("text", "names", "numbers"),
    [
        ("road\nsea\n", ("road", "sea"), {0: 0, 1: 1}),
        ("name,number\nroad,7\nvoid,0\nsea,3\n", ("road", "sea"), {7: 0, 0: -1, 3: 1}),
        ("Void,255\nroad,0", ("road",), {255: -1, 0: 0}),
    ],
)
def test_tables(text, names, numbers, tmp_path):
    (tmp_path / "classes.csv").write_text(text)
    table = read_table(tmp_path / "classes.csv")
    assert table.names == names and dict(table.numbers) == numbers


def test_a_table_of_colours(tmp_path):
    (tmp_path / "classes.csv").write_text("name,red,green,blue\nsky,0,0,255\nvoid,0,0,0\n")
    assert read_table(tmp_path / "classes.csv").colours == {(0, 0, 255): 0, (0, 0, 0): -1}


@pytest.mark.parametrize(
    ("mask", "table", "message"),
    [
        (
            Image.new("L", (2, 2), 4),
            table_of_numbers({0, 1}, "m"),
            "m.png has the label 4 at row 0, column 0, which stands for none of the 2 classes",
        ),
        (
            Image.new("RGB", (2, 2), (1, 2, 3)),
            COLOURED,
            r"m.png has the colour \(1, 2, 3\) at row 0, column 0, which stands for none of the 2",
        ),
        (
            Image.new("RGB", (2, 2)),
            table_of_numbers({0, 1}, "m"),
            r"m.png is a mask of colours \(RGB\): name the classes in a file classes.csv",
        ),
        (
            palette_mask([[0, 3]], [(0, 0, 0), (1, 1, 1)]),
            table_of_numbers({0, 1}, "m"),
            "m.png: the index 3 is not in its palette of 2 colours: save the mask again",
        ),
        (
            Image.fromarray(np.array([[0.5]], np.float32)),
            table_of_numbers({0, 1}, "m"),
            "m.png holds fractions, or no numbers; expected that of a class in each pixel",
        ),
        *[
            (
                Image.fromarray(np.array([[number]], np.float32)),
                table_of_numbers({0, 1}, "m"),
                "m.png holds fractions, or no numbers; expected that of a class in each pixel",
            )
            for number in (np.nan, np.inf, -np.inf, 1e30)
        ],
    ],
)
def test_masks_that_are_none(mask, table, message):
    with pytest.raises(InputError, match=f"^{message}"):
        labels_in(mask, table, "m.png")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"classes\.csv"),
        ("road,1\nsea,2,3,4\n", "is no table of classes"),
        ("road,1,2\n", "is no table of classes"),
        ("road,-1\n", "-1 are not whole numbers from 0 to 255"),
        ("road,x\n", "x are not whole numbers from 0 to 255"),
        ("road,0,0,256\n", "0, 0, 256 are not whole numbers from 0 to 255"),
        ("road,1\nroad,2\n", "has road twice"),
        ("road,1\nsea,1\n", r"has \(1,\) twice"),
        ("void,1\n", "names no class"),
        ("".join(f"c{k}\n" for k in range(4097)), "has 4,097 classes; expected 4,096"),
    ],
)
def test_tables_that_are_none(text, message, tmp_path):
    (tmp_path / "classes.csv").write_text(text)
    with pytest.raises(InputError, match=message) as caught:
        read_table(tmp_path / "classes.csv")
    assert "\n" not in str(caught.value)


@settings(max_examples=40, deadline=None)
@given(text=st.text(max_size=60))
def test_any_table_is_read_or_refused_in_one_line(text, tmp_path_factory):
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_text(text, encoding="utf-8", errors="ignore")
    try:
        table = read_table(path)
    except InputError as error:
        assert "\n" not in str(error)
    else:
        assert table.names and (table.numbers or table.colours)


def test_numbers_with_a_gap():
    assert table_of_numbers({0, 255}, "m").names == ("black", "white")
    for found in ({0, 2}, {255}, {1, 2, 255}):
        with pytest.raises(InputError, match=r"^the masks in m hold numbers up to \d+, but "):
            table_of_numbers(found, "m")


def test_numbers_below_0():
    with pytest.raises(InputError, match=r"^the masks in m hold the number -5; expected 0 or more"):
        table_of_numbers({-5, 0, 1}, "m")
