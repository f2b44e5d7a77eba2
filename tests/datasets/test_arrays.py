"""What arrays hold is decided from their values and said; what is ambiguous is refused."""

import numpy as np
import pytest

from dltut.datasets import Classes, Labels, Numbers, Pictures, from_arrays
from dltut.exceptions import InputError

N = 150
LABELS = np.arange(N) % 3


def whole(rng, high, shape=(N, 64), dtype="uint8"):
    """Random whole numbers from 0 to `high`, both of which occur."""
    x = rng.integers(0, high + 1, size=shape).astype(dtype)
    x.flat[:2] = 0, high
    return x


def all_of(data, column):
    return np.concatenate([split.columns[column] for split in data])


@pytest.mark.parametrize("dtype", ["uint8", "int64", "float32", "bool"])
def test_binary_data_stay_binary(rng, dtype):
    """Divided by 256 they were 0 and 0.0039, and nothing learned."""
    x = whole(rng, 1, dtype=dtype)
    data = from_arrays(x, LABELS)
    assert set(np.unique(all_of(data, "x"))) == {0, 1} and data.inputs == Pictures((1, 8, 8))
    few = from_arrays(x[:, :5], LABELS)  # no picture
    assert set(np.unique(all_of(few, "x"))) == {0, 1} and few.inputs == Numbers(range(5))


@pytest.mark.parametrize("dtype", ["uint8", "int32", "float64"])
def test_bytes_are_divided_by_256(rng, dtype, capsys):
    """Floats from 0 to 255, too; they were taken as they are."""
    data = from_arrays(whole(rng, 255, dtype=dtype), LABELS, "own")
    assert data.train.x.dtype == np.float32 and all_of(data, "x").max() == 255 / 256
    assert capsys.readouterr().err == (
        "data: own (90 / 30 / 30): pictures of 1 x 8 x 8; target: 3 classes (0, 1, 2); "
        "parts drawn with seed 1234; values 0 to 255 divided by 256\n"
    )


@pytest.mark.parametrize(("high", "dtype"), [(16, "uint8"), (100, "float32"), (4095, "uint16")])
def test_what_pictures_are_divided_by_is_asked(rng, high, dtype):
    x = whole(rng, high, (N, 8, 8), dtype)
    with pytest.raises(InputError, match=rf"own: the pictures hold values from 0 to {high}; expec"):
        from_arrays(x, LABELS, "own")
    assert all_of(from_arrays(x, LABELS, scale=high), "x").max() == 1
    assert all_of(from_arrays(x, LABELS, scale=1), "x").max() == high
    assert from_arrays(x, LABELS, scale=1).inputs.white == high
    assert from_arrays(x, LABELS, scale=2).inputs.white == high / 2
    with pytest.raises(InputError, match=f"values from -1 to {high - 1}"):
        from_arrays(x.astype(int) - 1, LABELS, image_shape=(1, 8, 8))


def test_one_scale_for_all_parts(rng):
    """The darkest part alone would have looked binary."""
    x = whole(rng, 255)
    x[:12] %= 2
    data = from_arrays(x, LABELS)
    np.testing.assert_array_equal(np.unique(all_of(data, "x") * 256), np.unique(x))


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        ((N, 64), Pictures((1, 8, 8))),
        ((N, 4, 5), Pictures((1, 4, 5))),
        ((N, 3, 4, 5), Pictures((3, 4, 5))),
        ((N, 4, 5, 3), Pictures((3, 4, 5))),
        ((N, 60), Numbers(range(60))),
        ((N, 4), Numbers(range(4))),  # no picture of 2 x 2
    ],
)
def test_what_is_a_picture(rng, shape, kind):
    x = rng.random(shape)
    data = from_arrays(x, LABELS)
    assert type(data.inputs) is type(kind) and data.train.x.shape == (90, np.prod(shape[1:]))
    if isinstance(kind, Pictures):
        assert data.inputs == kind
    else:
        assert data.inputs.names == kind.names and data.inputs.mean is not None


def test_colours_last_become_channels_first(rng):
    x = whole(rng, 255, (N, 4, 5, 3))
    data = from_arrays(x, x[:, 0, 0, 0].astype(float) + 0.5)
    place = data.targets.original(data.train.y) - 0.5  # the first red value of each
    np.testing.assert_allclose(
        data.train.x.reshape(-1, 3, 4, 5)[:, 0, 0, 0] * 256, place, atol=1e-4
    )


def test_shapes_that_are_none(rng):
    with pytest.raises(InputError, match=r"an example has shape \(4, 5, 7\); expected numbers"):
        from_arrays(rng.random((N, 4, 5, 7)), LABELS)
    with pytest.raises(InputError, match=r"an example has 64 values, no picture of \(1, 28, 28\)"):
        from_arrays(rng.random((N, 64)), LABELS, image_shape=(1, 28, 28))
    with pytest.raises(
        InputError, match=r"x has shape \(150,\), expected \(n, d\): one row an exam"
    ):
        from_arrays(rng.random(N), LABELS)


def test_numbers_are_standardised_by_the_training_part(rng):
    x = rng.normal([0, 1e7, 5], [1, 3, 0], size=(1000, 3))
    data = from_arrays(x, x[:, 0], names=("a", "b", "c"), target_names=["t"])
    np.testing.assert_allclose(data.train.x.mean(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(data.train.x.std(axis=0), [1, 1, 0], atol=1e-5)  # c is constant
    back = np.concatenate([data.inputs.original(split.x) for split in data])
    np.testing.assert_allclose(np.sort(back, axis=0), np.sort(x, axis=0), rtol=1e-12, atol=1e-5)
    assert data.targets.names == ("t",)
    assert data.targets.scale == pytest.approx(data.inputs.scale[:1], rel=1e-12)
    np.testing.assert_allclose(data.train.y, data.train.x[:, 0], atol=1e-6)
    plain = from_arrays(x, x[:, 0], scale=1)
    assert plain.inputs.mean is None and plain.train.x.max() > 1e6
    divided = from_arrays(x, x[:, 0], scale=1000)
    assert str(divided.inputs) == "3 numbers, divided by 1000"
    np.testing.assert_allclose(divided.train.x, plain.train.x / 1000, rtol=1e-6)
    np.testing.assert_allclose(divided.inputs.standardised(plain.test.x), divided.test.x, rtol=1e-6)


@pytest.mark.parametrize(
    ("y", "task", "kind"),
    [
        (LABELS, None, Classes(["0", "1", "2"])),
        (LABELS * 1.0, None, Classes(["0", "1", "2"])),
        (LABELS[:, None], None, Classes(["0", "1", "2"])),
        (LABELS + 3, None, Classes(["3", "4", "5"])),
        (2 * LABELS - 1, None, Classes(["-1", "1", "3"])),
        (300_000_000 * LABELS, None, Classes(["0", "300000000", "600000000"])),  # no empty classes
        (np.array(["ant", "cow", "dog"])[LABELS], None, Classes(["ant", "cow", "dog"])),
        (np.array(["ant", "cow", "dog"], object)[LABELS], None, Classes(["ant", "cow", "dog"])),
        (LABELS == 1, None, Classes(["0", "1"])),
        (np.arange(N) % 25, None, Classes(range(25))),  # more than 20, but 0, 1, 2, ...
        (LABELS, "regression", Numbers(["y"])),
        (LABELS + 0.5, None, Numbers(["y"])),
        (np.arange(N), None, Numbers(["y"])),
        (7 * (np.arange(N) % 25), None, Numbers(["y"])),
        (7 * (np.arange(N) % 25), "classification", Classes(range(0, 175, 7))),
        (np.arange(3 * N).reshape(N, 3), None, Numbers("0 1 2".split())),
        (np.arange(2 * N).reshape(N, 2) % 3 % 2, None, Labels("0 1".split())),
        (np.eye(3)[LABELS], "multilabel", Labels("0 1 2".split())),
        (LABELS == 1, "multilabel", Labels(["y"])),
        (None, None, None),
    ],
)
def test_what_the_target_is(rng, y, task, kind):
    data = from_arrays(rng.random((N, 5)), y, task=task)
    assert type(data.targets) is type(kind) and getattr(kind, "names", None) == getattr(
        data.targets, "names", None
    )
    if isinstance(kind, Classes):
        given = [str(each) for each in np.ravel(y + 0 if np.asarray(y).dtype == bool else y)]
        found = [kind.names[label] for label in all_of(data, "y")]
        assert sorted(found) == sorted(each.removesuffix(".0") for each in given)


@pytest.mark.parametrize(
    ("y", "task", "message"),
    [
        (np.eye(3)[LABELS], None, "0, 1, 2 have exactly one 1 in each row, as classes have: give"),
        (np.zeros(N), None, "y is 0 in each row: there is nothing to tell apart"),
        (LABELS + 0.5, "classification", "y holds 0.5: classes are whole numbers or names"),
        (np.eye(3)[LABELS], "classification", "3 targets: one column names the class"),
        (list("abc") * 50, "regression", "y holds text, 'a'; regression takes numbers"),
        (LABELS, "multilabel", "y: labels of their own are 0 or 1, not 2"),
        (
            [f"name {i}" for i in range(N)],
            None,
            "y holds 150 different texts in 150 rows, such as ",
        ),
        (np.zeros((N, 2, 2)), None, r"y has shape \(150, 2, 2\), expected \(n,\) or \(n, k\)"),
        (LABELS[:5], None, r"150 given examples have a y of shape \(5,\), expected \(150,\)"),
        (None, "regression", "there is no y for the task regression"),
        ([*[np.nan] * 7, *range(7, N)], None, "y: example 0 holds NaN or an infinite value"),
    ],
)
def test_what_is_no_target(rng, y, task, message):
    with pytest.raises(InputError, match=f"^own: {message}") as caught:
        from_arrays(rng.random((N, 5)), y, "own", task=task)
    assert "\n" not in str(caught.value)


def test_the_draw_is_seeded_and_even(rng):
    x, y = rng.random((200, 2)), np.repeat([0, 1, 2], [100, 60, 40])
    parts = from_arrays(x, y)
    assert [np.bincount(part.y).tolist() for part in parts] == [
        [60, 36, 24],
        [20, 12, 8],
        [20, 12, 8],
    ]
    rows = {tuple(row) for part in parts for row in parts.inputs.original(part.x).round(4)}
    assert rows == {tuple(row) for row in x.round(4)}
    again, other = from_arrays(x, y), from_arrays(x, y, seed=1)
    np.testing.assert_array_equal(parts.test.x, again.test.x)
    assert not np.array_equal(parts.test.x, other.test.x)
    assert (np.diff(parts.train.y) != 0).sum() > 30  # shuffled, not one class after another
    with pytest.raises(
        InputError, match="4 examples are too few to hold one in 5 out: expected at least 5 of"
    ):
        from_arrays(x[:4], y[[0, 0, 100, 100]])
