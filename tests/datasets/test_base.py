"""Splits keep named columns together; data sets know what is in them."""

import copy
import json
import pickle

import numpy as np
import pytest

from dltut.datasets import Classes, Dataset, Labels, Numbers, Pictures, Split, kind_from, load
from dltut.exceptions import InputError, NoColumn


@pytest.fixture
def split():
    return Split(np.arange(40).reshape(10, 2, 2), np.arange(10))


def test_types_and_shapes(split):
    assert split.x.dtype == np.float32 and split.x.shape == (10, 4) and split.n_inputs == 4
    assert split.y.dtype == np.int64 and len(split) == 10
    assert repr(split) == "Split(10 examples: x, 4 real numbers; y, whole numbers)"
    assert "<td>y</td><td>whole numbers</td><td>(10,)</td>" in split._repr_html_()


def test_columns_by_name_in_their_order():
    words, length, y = np.ones((4, 7), int), [7, 7, 3, 1], np.array([0.5, 1, 2, 3])
    split = Split(words=words, length=length, y=y)
    assert list(split.columns) == ["words", "length", "y"]
    for column, given in zip(split, (words, length, y), strict=True):
        np.testing.assert_array_equal(column, given)
    assert split.words.shape == (4, 7) and split.length.dtype == np.int64
    assert split.y.dtype == np.float32
    x, y = Split(y=[0, 1], x=np.eye(2)).columns.items()
    assert (x[0], y[0]) == ("y", "x")  # as they are written
    assert list(Split(x=np.eye(2)).columns) == ["x"]
    assert Split(x=np.eye(2), y=np.zeros((2, 3, 4), int)).y.shape == (2, 3, 4)


def test_slices_keep_columns_together(split):
    for part in (split[3:5], split[np.array([3, 4])], split.subset(3, 5)):
        np.testing.assert_array_equal(part.y, [3, 4])
        np.testing.assert_array_equal(part.x[:, 0], [12, 16])
    assert len(split.subset(stop=3)) == 3 and len(split.subset(start=3)) == 7
    reals = Split(x=np.eye(2), y=[1.0, 0.5])
    assert reals[:1].y.dtype == np.float32  # a slice decides nothing anew


def test_a_split_is_copied_and_pickled_and_not_changed(split):
    for other in (copy.deepcopy(split), pickle.loads(pickle.dumps(split))):
        np.testing.assert_array_equal(other.x, split.x)
    with pytest.raises(AttributeError, match="cannot assign to field 'x'"):
        split.x = 3
    with pytest.raises(NoColumn, match="the split has no column z: it has x, y; choose"):
        split.z  # noqa: B018


@pytest.mark.parametrize("rows", [(0, 11), (-1, 3), (4, 4), (11, None)])
def test_subset_beyond_the_split(split, rows):
    with pytest.raises(InputError, match=r"of a split of 10: expected 0 <= start < stop <= 10"):
        split.subset(*rows)


def test_what_is_no_split(split):
    with pytest.raises(InputError, match=r"row 3 alone is no split: write split\[3:4\]"):
        split[3]
    with pytest.raises(InputError, match="these rows of a split of 10 are none"):
        split[10:]
    with pytest.raises(InputError, match=r"split\['y'\] would be rows.*: write split\.y"):
        split["y"]
    with pytest.raises(InputError, match=r"split\['Y'\] would be rows.*: did you mean y\?"):
        split["Y"]
    np.testing.assert_array_equal(split[0, 2].y, split.y[[0, 2]])
    for rows in ([True, False], [99], 1.5, None, ["a"], [[0]], slice("a")):
        with pytest.raises(InputError, match="of a split of 10"):
            split[rows]
    with pytest.raises(
        InputError, match=r"x has shape \(3,\), expected \(n, d\): one row an examp"
    ):
        Split(np.zeros(3), [0, 1, 2])
    for name in ("subset", "columns", "part"):
        with pytest.raises(InputError, match=f"a column cannot be called {name}: choose another"):
            Split(**{name: [1]})


def test_dataset(split):
    data = Dataset(split, split[:2], split[2:4], "tiny", (1, 2, 2))
    train, valid, test = data
    assert (len(train), len(valid), len(test), data.n_classes) == (10, 2, 2, 10)
    assert [each.part for each in data] == ["train", "valid", "test"]
    assert data.inputs == Pictures((1, 2, 2)) and data.image_shape == (1, 2, 2)
    assert repr(data) == "Dataset(tiny: 10 / 2 / 2 examples, pictures of 1 x 2 x 2, 10 classes)"
    assert data._repr_html_().startswith("<table><caption>tiny: pictures of 1 x 2 x 2, 10 classes")
    assert np.shares_memory(data.train.x, split.x)


def test_what_is_not_said_is_seen():
    x = np.eye(4)

    def kinds(y):
        data = Dataset(*[Split(x=x, y=y)] * 3, "a")
        return data.inputs, data.targets

    numbers = Numbers(("0", "1", "2", "3"))
    assert kinds(None) == (numbers, None)
    assert kinds([0, 1, 2, 2]) == (numbers, Classes(("0", "1", "2")))
    assert kinds([0.5, 1, 2, 2]) == (numbers, Numbers(["y"]))
    assert kinds([[0, 1], [1, 1], [0, 0], [0, 1]]) == (numbers, Labels(("0", "1")))
    assert kinds([[0, 1], [1, 1], [0, 0], [0, 7]]) == (numbers, Numbers(("0", "1")))
    for top in (4, 300_000_000):  # a class without an example, or memory for as many names
        with pytest.raises(InputError, match=f"labels go up to {top:,}, but 3 is not among them"):
            kinds([0, 1, 2, top])


def test_squares_of_grey_levels_are_pictures():
    for x, kind in ((np.eye(64), Pictures((1, 8, 8))), (2 * np.eye(64), Numbers(range(64)))):
        assert Dataset(*[Split(x=x)] * 3, "a").inputs == kind


def test_what_a_model_file_says():
    for inputs, targets in (
        (Pictures((1, 2, 2), "light on dark"), Classes(["cat", "dog"])),
        (Numbers(("a", "b", "c", "d"), range(4), np.ones(4)), Numbers(["price"], [3.5], [2.0])),
        (Numbers(("a", "b", "c", "d")), Labels(["big", "old"])),
        (Numbers(("a", "b", "c", "d")), None),
    ):
        y = {Classes: [0, 1], Numbers: [0.5, 1], Labels: np.eye(2), type(None): None}[type(targets)]
        data = Dataset(*[Split(x=np.ones((2, 4)), y=y)] * 3, "a", inputs, targets)
        facts = json.loads(json.dumps(data.facts))
        assert kind_from(facts["inputs"]) == inputs and kind_from(facts["targets"]) == targets
        assert data.targets is None or data.n_outputs == len(targets.names)
    facts = load("digits", quick=True).facts
    assert facts["preparation"] == "digit" and facts["image_shape"] == [1, 28, 28]  # as in 0.1
    assert facts["classes"] == list("0123456789")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (dict(inputs=(1, 28, 28)), "a train example has 4 values, expected 784, a picture of"),
        (dict(targets=tuple("abcde")), "a train label is 9, expected 0 to 4: there are 5 classes"),
        (
            dict(inputs=Numbers(("a", "b", "c"))),
            r"a train example has shape \(4,\), expected 3 numbers: a, b",
        ),
        (
            dict(targets=Labels(("a", "b"))),
            r"train labels of shape \(10,\); expected a column of 0 and 1",
        ),
        (dict(test=Split(x=np.eye(4))), "test has the columns x, train x, y"),
        (
            dict(test=Split(x=np.eye(3), y=[0, 1, 2])),
            r"a test example has shape \(3,\), expected 4",
        ),
    ],
)
def test_what_does_not_fit(split, arguments, message):
    with pytest.raises(InputError, match=f"^tiny: {message}"):
        Dataset(**{part: split for part in ("train", "valid", "test")} | arguments, name="tiny")


def test_a_part_is_a_split():
    with pytest.raises(InputError, match=r"train is a tuple; expected Split\(x=\.\.\., y=\.\.\.\)"):
        Dataset((1, 2), None, None, "a")


def test_tables_have_no_pictures_and_real_targets_no_classes():
    data = Dataset(*[Split(x=np.eye(4), y=[0.5, 1, 2, 3])] * 3, "a")
    with pytest.raises(InputError, match="a: its examples are 4 numbers, no pictures"):
        data.image_shape  # noqa: B018
    with pytest.raises(InputError, match="a: its examples are 4 numbers, no series"):
        data.series_shape  # noqa: B018
    with pytest.raises(
        InputError, match=r"a has real targets, 1 number \(y\): there are no classes"
    ):
        data.n_classes  # noqa: B018
    with pytest.raises(InputError, match="a has no targets: there are no classes to tell apart"):
        Dataset(*[Split(x=np.eye(4))] * 3, "a").n_outputs  # noqa: B018


def test_other_inputs_for_the_same_examples():
    split = Split(np.arange(12.0).reshape(3, 4), [0, 1, 0])
    data = Dataset(split, split[1:], split[:2], "small")
    other = data.with_inputs(lambda x: x[:, :2] + 1, Numbers(("a", "b")))
    for before, after in zip(data, other, strict=True):
        np.testing.assert_array_equal(after.x, before.x[:, :2] + 1)
        np.testing.assert_array_equal(after.y, before.y)
    assert other.inputs == Numbers(("a", "b")) and data.train.n_inputs == 4
    assert other.targets == data.targets and other.name == "small"
