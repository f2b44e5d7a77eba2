"""Made-up pictures of shapes: the same from the same seed, masks that fit."""

import numpy as np
from scipy import ndimage

from dltut.datasets import shapes as module
from dltut.datasets.shapes import NAMES, picture, shapes


def test_the_same_seed_gives_the_same_pictures():
    one, same, other = (shapes(32, (3, 1, 1), seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(one.train.x, same.train.x)
    np.testing.assert_array_equal(one.train.y, same.train.y)
    assert (one.train.x != other.train.x).any() and one.targets.names == NAMES
    assert one.train.y.dtype == np.int32 and one.image_shape == (1, 32, 32)


def test_every_shape_has_one_level_of_its_own():
    """Without noise a pixel's mask changes only where its grey does, and there it is void."""
    rng = np.random.default_rng(5)
    for _ in range(20):
        seed = int(rng.integers(2**31))
        x, y = picture(np.random.default_rng(seed), 48, noise=0, void=False)
        _, outlined = picture(np.random.default_rng(seed), 48, noise=0)
        assert {*np.unique(y)} <= {0, 1, 2, 3} and (y == 0).mean() > 0.4
        assert len(np.unique(x)) <= 6 and len(np.unique(x[y == 0])) == 1
        assert ((outlined == y) | (outlined == -1)).all()
        edge = ndimage.maximum_filter(y, footprint=CROSS) != ndimage.minimum_filter(
            y, footprint=CROSS
        )
        assert (outlined[edge] == -1).all()


def test_what_is_mostly_hidden_is_void(monkeypatch):
    """The few pixels of a disc behind a square could be any shape's; half of it is enough."""
    drawn, found, inside = [], set(), module._inside
    monkeypatch.setattr(module, "_inside", lambda *given: drawn.append(inside(*given)) or drawn[-1])
    for seed in range(30):
        drawn.clear()
        _, y = picture(np.random.default_rng(seed), 48)
        for number, shape in enumerate(drawn, start=1):
            seen = shape & ~np.any([np.zeros_like(shape), *drawn[number:]], axis=0)
            is_hidden = bool(seen.sum() < shape.sum() / 2)
            within = seen if is_hidden else ndimage.binary_erosion(seen, CROSS)
            assert ((y[within] == -1) == is_hidden).all()
            found.add(is_hidden)
    assert found == {True, False}


CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], bool)


def test_all_shapes_come():
    data = shapes(32, (40, 1, 1))
    assert {*np.unique(data.train.y)} == {-1, 0, 1, 2, 3}
