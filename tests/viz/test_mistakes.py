"""The worst mistakes come first, each under its own picture."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltut.exceptions import InputError
from dltut.viz import mistakes_picture, worst_mistakes

figure_of = mistakes_picture.__wrapped__


@given(st.integers(1, 30), st.integers(0, 1000))
def test_order_against_a_sort_of_all(n, seed):
    rng = np.random.RandomState(seed)
    p = rng.dirichlet(np.ones(4), n)
    y = rng.randint(0, 4, n)
    wrong = [(-p[i].max(), i) for i in range(n) if p[i].argmax() != y[i]]
    assert worst_mistakes(p, y).tolist() == [i for _, i in sorted(wrong)]
    assert worst_mistakes(p, y, 2).tolist() == [i for _, i in sorted(wrong)[:2]]


def example(image_shape, n=12):
    """Of n pictures filled with their own number, every other one is called class 1, not 0."""
    x = np.repeat(np.arange(n) / n, np.prod(image_shape)).reshape(n, -1)
    sure = np.linspace(0.6, 0.9, n)
    p = np.where(np.arange(n)[:, None] % 2, np.c_[1 - sure, sure], np.c_[sure, 1 - sure])
    return x, np.zeros(n, int), p


@pytest.mark.parametrize("image_shape", [(4, 5), (1, 4, 5), (3, 4, 5)])
def test_captions_and_pictures_belong_together(image_shape):
    (axes,) = figure_of(*example(image_shape), image_shape, ("ant", "bee"), n=4).axes
    title, *captions = axes.texts
    assert title.get_text() == "6 of 12 wrong; the 4 surest: true → predicted"
    for image, above, below, i in zip(
        axes.images, captions[::2], captions[1::2], (11, 9, 7, 5), strict=True
    ):
        pixels = image.get_array()
        assert pixels.shape == ((4, 5, 3) if image_shape[0] == 3 else (4, 5))
        np.testing.assert_allclose(pixels, i / 12)
        assert above.get_text() == "ant → bee"
        assert below.get_text() == f"{np.linspace(60, 90, 12)[i]:.0f} %"
        left, right, bottom, top = image.get_extent()
        assert right - left == pytest.approx(5 / 4 * (bottom - top))  # pixels are square
        assert above.get_position()[1] < top < bottom < below.get_position()[1]
        assert {text.get_position()[0] for text in (above, below)} == {(left + right) / 2}


def test_long_names_take_two_lines():
    x, y, p = example((2, 2))
    (axes,) = figure_of(x, y, p, (2, 2), ("T-shirt/top", "Ankle boot")).axes
    assert axes.texts[1].get_text() == "T-shirt/top →\nAnkle boot"
    assert axes.texts[0].get_text().startswith("6 of 12 wrong; all of them")
    (axes,) = figure_of(x, y, p, (2, 2), ("a name of some length", "Ankle boot")).axes
    assert axes.texts[1].get_text() == "a name of som… →\nAnkle boot"


def test_drawn():
    few, many = (mistakes_picture(*example((2, 2), n), (2, 2)) for n in (4, 40))
    assert few.width < many.width and few.height < many.height
    assert np.asarray(many).std() > 20


def test_no_mistakes():
    x, _, p = example((2, 2))
    (axes,) = figure_of(x, p.argmax(1), p, (2, 2)).axes
    assert [text.get_text() for text in axes.texts] == ["none of 12 wrong"] and not axes.images


@pytest.mark.parametrize(
    "p, y, message",
    [
        (np.zeros((3, 2)), np.zeros(2, int), r"shape \(3, 2\) and classes of shape \(2,\)"),
        (np.zeros(3), np.zeros(3, int), r"expected \(examples, n_classes\)"),
        (np.zeros((1, 2)), np.array([2]), r"whole numbers 0 \.\. 1"),
    ],
)
def test_messages(p, y, message):
    with pytest.raises(InputError, match=message):
        worst_mistakes(p, y)


@pytest.mark.parametrize("image_shape", [(3, 3), (2, 1, 2)])
def test_image_shape_that_does_not_fit(image_shape):
    x, y, p = example((2, 2))
    with pytest.raises(InputError, match=r"pictures with 4 values do not have image_shape="):
        mistakes_picture(x, y, p, image_shape)


def test_names_that_do_not_fit():
    x, y, p = example((2, 2))
    with pytest.raises(InputError, match="3 class names for 2 classes"):
        mistakes_picture(x, y, p, (2, 2), "abc")
