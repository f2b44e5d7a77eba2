"""Digits blown up, moved, inverted and soiled come back; what is no picture of a digit is named."""

import warnings
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw, PngImagePlugin
from scipy import ndimage

from dltut.datasets import digits, mnist
from dltut.datasets.pictures import marks, prepare, prepare_digit, read_picture, resized
from dltut.exceptions import InputError

SEVEN = [(60, 60), (240, 70), (190, 180), (130, 340)]
ONE = [(165, 50), (140, 350)]
DIGITS = {"image_shape": [1, 28, 28], "preparation": "digit"}


def drawn(points, width=30, size=(300, 400), ink=20, ground=235):
    picture = Image.new("L", size, ground)
    ImageDraw.Draw(picture).line(points, fill=ink, width=width, joint="curve")
    return picture


def pixels(picture):
    return np.asarray(picture, dtype=np.float64)


def as_picture(values):
    return Image.fromarray(np.clip(values, 0, 255).round().astype(np.uint8))


def blown_up(digit, factor=10):
    return np.kron(256 * digit.reshape(28, 28), np.ones((factor, factor)))


def moved(big):
    """Near a corner of a larger, wider picture."""
    large = np.zeros((400, 600))
    large[:280, 310:590] = big
    return large


SOILED = {
    "as it is": lambda big: big,
    "inverted": lambda big: 255 - big,
    "moved": moved,
    "pale on grey": lambda big: 120 + 0.2 * moved(big),
    "noise": lambda big: (
        225 - 0.7 * moved(big) + np.random.RandomState(1).normal(0, 15, (400, 600))
    ),
    "in the shade of the hand": lambda big: (255 - 0.8 * moved(big)) * np.linspace(1, 0.6, 600),
    "specks": lambda big: np.where(np.random.RandomState(2).rand(280, 280) < 0.001, 0, 255 - big),
}


@pytest.fixture(scope="module")
def real():
    """One digit of each class, of those that come with the package."""
    test = digits.load().test
    return np.array([test.x[np.flatnonzero(test.y == label)[3]] for label in range(10)])


def distance(x, digit):
    """Mean difference of pixels at the best of nine places, at most one pixel away."""
    digit = digit.reshape(28, 28)
    places = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
    return min(np.abs(np.roll(x, place, (0, 1)) - digit).mean() for place in places)


@pytest.mark.parametrize("how", SOILED)
def test_a_real_digit_comes_back(real, how):
    prepared = [prepare_digit(as_picture(SOILED[how](blown_up(digit)))) for digit in real]
    distances = [distance(*each) for each in zip(prepared, real, strict=True)]
    assert np.mean(distances) < 0.02 and max(distances) < 0.05  # of two different ones: 0.16


def test_the_official_digits_come_back(shared_data):
    x = mnist.load(shared_data / "mnist").test.x[:50]
    distances = [distance(prepare_digit(as_picture(255 - blown_up(each))), each) for each in x]
    assert np.mean(distances) < 0.012 and max(distances) < 0.05


def test_a_digit_of_the_right_size_is_nearly_untouched(real):
    prepared = [prepare_digit(as_picture(256 * digit.reshape(28, 28))) for digit in real]
    assert np.mean([distance(*each) for each in zip(prepared, real, strict=True)]) < 0.005


@pytest.mark.parametrize("points", [SEVEN, ONE], ids=["seven", "one"])
def test_dark_on_light_is_light_on_dark(points):
    picture = drawn(points)
    x = prepare_digit(picture)
    np.testing.assert_allclose(x, prepare_digit(as_picture(255 - pixels(picture))), atol=0.01)
    assert x[0].max() == 0 and x.max() == 255 / 256


def test_known_strokes():
    x = prepare_digit(drawn([(150, 100), (150, 299)], width=40))  # 200 x 40 at most
    rows, columns = np.nonzero(x > 0.5)
    assert (rows.min(), rows.max()) == (4, 23)
    assert (columns.min(), columns.max()) == (12, 15)
    assert (x[5:23, 12:16] > 0.9).all()


points = st.lists(st.tuples(st.integers(20, 280), st.integers(20, 380)), min_size=2, max_size=6)


@settings(max_examples=60)
@given(points, st.integers(3, 40), st.booleans())
def test_size_and_centre_of_mass(points, width, is_dark):
    xs, ys = zip(*points, strict=True)
    assume(max(np.ptp(xs), np.ptp(ys)) > 60)
    x = prepare_digit(drawn(points, width, ink=10 if is_dark else 245, ground=128))
    assert x.shape == (28, 28) and x.dtype == np.float32
    assert x.min() >= 0 and 0.9 < x.max() < 1
    np.testing.assert_array_equal(x * 256, np.round(x * 256))
    (box,) = ndimage.find_objects((x > 0).astype(int))
    assert 19 <= max(side.stop - side.start for side in box) <= 20
    for centre, side in zip(ndimage.center_of_mass(x), box, strict=True):
        at_the_edge = side.start == 0 or side.stop == 28
        assert abs(centre - 14) < 0.51 or at_the_edge


@pytest.mark.parametrize("width", [1, 3, 8])
def test_a_thin_pen_draws_strokes_as_broad_as_real_ones(real, width):
    x = prepare_digit(drawn(SEVEN, width))
    assert x.sum() > 0.75 * prepare_digit(drawn(SEVEN, 25)).sum()
    assert x.max() > 0.95


def test_colour_and_clear_ground():
    seven = np.asarray(drawn(SEVEN, ink=255, ground=0))
    expected = prepare_digit(Image.fromarray(seven))
    coloured = np.where(seven[..., None] > 0, [0, 0, 200], [255, 240, 200]).astype(np.uint8)
    white_on_nothing, black_on_nothing = (
        np.dstack([np.full((400, 300, 3), value, np.uint8), seven]) for value in (255, 0)
    )
    for values in (coloured, white_on_nothing, black_on_nothing):
        np.testing.assert_allclose(prepare_digit(Image.fromarray(values)), expected, atol=0.02)


def test_sixteen_bits_and_palettes():
    seven = drawn(SEVEN)
    expected = prepare_digit(seven)
    for picture in (
        Image.fromarray(np.asarray(seven).astype(np.uint16) * 257),
        seven.convert("P"),
        seven.convert("1"),
        seven.convert("CMYK"),
    ):
        assert np.abs(prepare_digit(picture) - expected).mean() < 0.01


def test_a_photograph_lying_on_its_side_is_turned(tmp_path):
    seven = drawn(SEVEN)
    exif = Image.Exif()
    exif[0x0112] = 8  # to be turned a quarter to the left
    seven.transpose(Image.Transpose.ROTATE_270).save(tmp_path / "phone.jpg", exif=exif, quality=95)
    assert read_picture(tmp_path / "phone.jpg").size == (300, 400)
    assert np.abs(prepare_digit(tmp_path / "phone.jpg") - prepare_digit(seven)).mean() < 0.01


def test_a_large_photograph_is_shrunk_first():
    large = drawn([(10 * x, 10 * y) for x, y in SEVEN], 300, (3000, 4000))
    assert np.abs(prepare_digit(large) - prepare_digit(drawn(SEVEN))).mean() < 0.015


@pytest.mark.parametrize(
    "values",
    [
        np.full((50, 40), 255),
        np.zeros((28, 28)),
        np.full((1, 1), 77),
        np.random.RandomState(0).normal(200, 20, (300, 300)),
        np.tile(np.linspace(100, 250, 300), (200, 1)),
    ],
    ids=["white", "black", "one pixel", "noise", "shade"],
)
def test_nothing_drawn(values):
    with pytest.raises(InputError, match=r"^nothing is drawn on the picture: draw one digit"):
        prepare_digit(as_picture(values))


def test_nothing_drawn_in_a_file(tmp_path):
    Image.new("RGBA", (30, 30)).save(tmp_path / "blank.png")
    with pytest.raises(InputError, match=r"nothing is drawn on .*blank\.png: draw one digit"):
        prepare_digit(tmp_path / "blank.png")


@pytest.mark.parametrize("ending", ["png", "jpg", "gif", "bmp", "tif", "webp"])
def test_damaged_files(tmp_path, ending):
    path = tmp_path / f"broken.{ending}"
    as_picture(np.random.RandomState(3).uniform(0, 255, (32, 32))).save(path)
    content = path.read_bytes()
    for damaged in (b"", content[:10], content[: len(content) // 2], b"five" + content[4:]):
        path.write_bytes(damaged)
        with pytest.raises(
            InputError, match=rf"broken\.{ending} is no readable picture \("
        ) as caught:
            read_picture(path)
        assert "\n" not in str(caught.value) and caught.value.__suppress_context__


def test_missing_file_and_folder(tmp_path):
    with pytest.raises(InputError, match=r"there is no picture .*five\.png: check its name"):
        prepare_digit(tmp_path / "five.png")
    with pytest.raises(InputError, match="is no readable picture"):
        prepare_digit(tmp_path)


@pytest.mark.parametrize("limit", [50, 70])
def test_bombs(tmp_path, monkeypatch, limit):
    """Above the limit Pillow only warns, above twice the limit it refuses."""
    Image.new("1", (10, 11)).save(tmp_path / "bomb.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", limit)
    with pytest.raises(InputError, match=r"bomb\.png is no readable picture \(.*exceeds limit"):
        read_picture(tmp_path / "bomb.png")


def test_a_bomb_of_text(tmp_path):
    text = PngImagePlugin.PngInfo()
    text.add_text("comment", "5" * (PngImagePlugin.MAX_TEXT_CHUNK + 1), zip=True)
    drawn(SEVEN).save(tmp_path / "text.png", pnginfo=text)
    with pytest.raises(InputError, match=r"text\.png is no readable picture"):
        read_picture(tmp_path / "text.png")


def test_reading_leaves_the_filters_of_warnings_alone(tmp_path):
    drawn(SEVEN).save(tmp_path / "7.png")
    before = list(warnings.filters)
    read_picture(tmp_path / "7.png")
    assert warnings.filters == before


def test_prepared_as_the_data_set_was():
    picture = drawn(SEVEN)
    np.testing.assert_array_equal(prepare(picture, DIGITS), prepare_digit(picture)[None])
    x = prepare(picture.convert("RGB"), {"image_shape": [3, 8, 6], "preparation": "resize"})
    np.testing.assert_array_equal(x, resized(picture, (3, 8, 6)))


def test_clothes_are_light_on_dark():
    facts = DIGITS | {"preparation": "light on dark"}
    for ink, ground in ((20, 235), (235, 20)):
        x = prepare(drawn(ONE, ink=ink, ground=ground), facts)
        assert x.shape == (1, 28, 28)
        assert x[0, 0].max() < 0.1 < 0.9 < x.max() < 1


def test_resized_keeps_pixels_that_fit():
    colour = np.random.RandomState(0).randint(0, 256, (5, 7, 3)).astype(np.uint8)
    x = resized(Image.fromarray(colour), (3, 5, 7))
    np.testing.assert_array_equal(x * 256, colour.transpose(2, 0, 1))
    assert resized(Image.fromarray(colour), (1, 4, 4)).shape == (1, 4, 4)


def test_no_picture_has_two_channels():
    with pytest.raises(InputError, match="2 channels: a picture has 1 for grey or 3 for colour"):
        resized(drawn(SEVEN), (2, 28, 28))


def side_by_side(*parts, gap=20, below=False):
    """Digits of the data set with an empty strip around each."""
    blown = [np.pad(blown_up(each, 4), gap) for each in parts]
    return as_picture(np.concatenate(blown, axis=0 if below else 1))


def test_several_digits_are_counted(real):
    assert [marks(side_by_side(each)) for each in real] == [1] * 10
    assert [marks(side_by_side(a, b)) for a, b in pairwise(real)] == [2] * 9
    assert marks(side_by_side(*real[:4])) == 4
    assert marks(side_by_side(real[3], real[8], below=True)) == 2


def test_a_mark_may_be_drawn_in_parts():
    five = drawn([(100, 120), (100, 200), (200, 240), (180, 320), (90, 330)], 20)
    ImageDraw.Draw(five).line([(130, 70), (230, 70)], fill=20, width=20)
    assert marks(five) == 1
    noisy = pixels(drawn(SEVEN)) + np.random.RandomState(1).normal(0, 15, (400, 300))
    assert marks(as_picture(noisy)) == marks(drawn(ONE)) == 1


def test_the_digits_of_mnist_are_nearly_all_one_mark():
    test = digits.load().test
    counts = [marks(side_by_side(each)) for each in test.x[:200]]
    assert np.mean(np.array(counts) > 1) <= 0.01
