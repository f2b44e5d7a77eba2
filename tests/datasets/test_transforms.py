"""Transforms beside NumPy, fitted to the training part alone, known to a model file."""

import json

import numpy as np
import pytest
from PIL import Image

from dltut.datasets import (
    ZCA,
    ContrastNormalise,
    Dataset,
    Numbers,
    Split,
    Standardise,
    contrast_normalise,
    from_arrays,
    kind_from,
    standardise,
    transform_from,
    transformed,
    zca,
)
from dltut.exceptions import InputError
from dltut.tasks.inputs import read_examples


@pytest.fixture
def data(rng):
    """Correlated columns in units of their own; the test part is elsewhere."""
    x = rng.normal(size=(90, 4)) @ rng.normal(size=(4, 4)) * [1, 10, 100, 0.1] + [5, 0, -50, 1]
    x[60:] += 3
    return Dataset(*(Split(x[i : i + 30], np.arange(30) % 3) for i in (0, 30, 60)), "made up")


def test_standardised(data):
    done = transformed(data, Standardise())
    x = data.train.x.astype(float)
    for part in ("train", "valid", "test"):
        wanted = (getattr(data, part).x - x.mean(axis=0)) / x.std(axis=0)
        np.testing.assert_allclose(getattr(done, part).x, wanted, rtol=1e-4, atol=1e-4)
        np.testing.assert_array_equal(getattr(done, part).y, getattr(data, part).y)
    whole = Standardise(whole=True).fitted(x)
    np.testing.assert_allclose(whole(x), (x - x.mean()) / x.std(), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(whole.inverse(whole(x)), x, rtol=1e-4, atol=1e-4)
    constant = Standardise().fitted(np.full((5, 2), 0.1 + 0.2))
    assert (constant(np.full((5, 2), 0.1 + 0.2)) == 0).all()


def test_contrast(rng):
    """Each example by itself; one that is flat is 0, not NaN."""
    x = rng.normal(size=(6, 9)) * 7 + 3
    x[2] = 4.0
    for scale in (1.0, 55.0):
        found = ContrastNormalise(scale)(x)
        for row, seen in zip(x, found, strict=True):
            centred = row - row.mean()
            wanted = scale * centred / max(1e-8, np.sqrt((centred**2).sum()))
            np.testing.assert_allclose(seen, wanted, rtol=1e-5, atol=1e-6)
        lengths = np.linalg.norm(found, axis=1)
        np.testing.assert_allclose(np.delete(lengths, 2), scale, rtol=1e-5)
        assert lengths[2] == 0
    found = ContrastNormalise(2.0, subtract_mean=False, deviation=True, bias=10.0)(x)
    np.testing.assert_allclose(
        found, 2 * x / np.sqrt(10 + x.var(axis=1))[:, None], rtol=1e-5, atol=1e-6
    )


def test_whitened(data):
    """The covariance of the training part is the identity, and the way back is known."""
    white = ZCA(bias=0.0).fitted(data.train.x)
    x = white(data.train.x).astype(float)
    np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(x.T @ x / 30, np.eye(4), atol=2e-4)
    np.testing.assert_allclose(white.matrix, white.matrix.T, rtol=1e-6)
    np.testing.assert_allclose(white.inverse(white(data.test.x)), data.test.x, rtol=1e-3, atol=1e-3)
    biased = ZCA(bias=0.5).fitted(data.train.x)
    variances, axes = np.linalg.eigh(np.cov(data.train.x.astype(float).T, bias=True))
    np.testing.assert_allclose(
        biased.matrix, axes @ np.diag((variances + 0.5) ** -0.5) @ axes.T, rtol=1e-6, atol=1e-9
    )


def test_only_the_training_part_counts(data):
    changed = Dataset(data.train, data.train, data.train, "changed", data.inputs)
    for given in ("standardise", {"name": "zca", "bias": 0.1}):
        one, other = transformed(data, given), transformed(changed, given)
        np.testing.assert_array_equal(one.train.x, other.train.x)


def test_one_after_the_other(data):
    done = transformed(data, ContrastNormalise(10.0), "standardise", ZCA())
    x = done.train.x.astype(float)
    assert [each.name for each in done.inputs.transforms] == [
        "contrast_normalise", "standardise", "zca",
    ]  # fmt: skip
    assert str(done.inputs) == "4 numbers, contrast_normalise, standardise, zca"
    by_hand = ContrastNormalise(10.0)(data.test.x)
    for each in done.inputs.transforms[1:]:
        by_hand = each(by_hand)
    np.testing.assert_array_equal(done.test.x, by_hand)
    assert abs(x.mean()) < 1e-4


def test_a_function_for_each(data):
    """What an experiment file names; the arguments are those of the transforms."""
    for one, other in (
        (standardise(data, whole=True), Standardise(whole=True)),
        (contrast_normalise(data, 3.0, deviation=True), ContrastNormalise(3.0, deviation=True)),
        (zca(data, bias=0.3), ZCA(0.3)),
    ):
        np.testing.assert_array_equal(one.test.x, transformed(data, other).test.x)


@pytest.fixture
def table(data, tmp_path):
    """A table whose columns were standardised when it was read, and its rows in a file."""
    x = np.concatenate([data.train.x, data.valid.x]).astype(float)
    loaded = from_arrays(x, np.arange(60) % 3, names=["a", "b", "c", "d"])
    rows = loaded.inputs.original(loaded.test.x)
    path = tmp_path / "rows.csv"
    np.savetxt(path, rows, delimiter=",", header="a,b,c,d", comments="", fmt="%.12g")
    return loaded, path


def test_rows_in_their_own_units_are_transformed_again(table):
    """By the facts of a model file; the answers' tables keep the rows as they were given."""
    loaded, path = table
    assert isinstance(loaded.inputs, Numbers) and loaded.inputs.mean is not None
    for given in ("standardise", {"name": "contrast_normalise", "scale": 3.0}, "zca"):
        done = transformed(loaded, given, {"name": "standardise", "whole": True})
        inputs = kind_from(json.loads(json.dumps(done.facts))["inputs"])
        examples = read_examples(path, inputs)
        found = np.array([each.x for each in examples])
        np.testing.assert_allclose(found, done.test.x, rtol=1e-4, atol=1e-5)
        first = loaded.inputs.original(loaded.test.x)[0]
        np.testing.assert_allclose([*examples[0].given.values()], first, rtol=1e-4, atol=1e-4)
        [prepared] = read_examples(done.test.x[0], inputs)
        np.testing.assert_array_equal(prepared.x, done.test.x[0])


def test_pictures_are_transformed_again(rng):
    """A picture is made ready as ever, and then what was done to the training pictures."""
    pixels = rng.integers(256, size=(20, 8, 8)).astype("uint8")
    split = Split(pixels / np.float32(256), np.arange(20) % 2)
    data = transformed(Dataset(split, split, split, "noise"), "standardise")
    assert data.image_shape == (1, 8, 8)
    inputs = kind_from(json.loads(json.dumps(data.facts))["inputs"])
    [example] = read_examples(Image.fromarray(pixels[3]), inputs)
    np.testing.assert_allclose(example.x.ravel(), data.train.x[3], rtol=1e-4, atol=1e-5)


def test_a_matrix_that_no_file_holds(rng):
    """More than 256 columns: a line that says what to give instead."""
    white = ZCA().fitted(rng.normal(size=(300, 257)))
    read = transform_from(json.loads(json.dumps(white.facts)))
    with pytest.raises(InputError, match=r"^the matrix of zca is not known: .* such as data.test"):
        read(np.zeros((1, 257)))
    assert len(ZCA().fitted(rng.normal(size=(300, 256))).facts["matrix"]) == 256


def test_inputs_that_no_transform_takes():
    words = Split(words=np.ones((3, 2), int), y=np.arange(3))
    with pytest.raises(InputError, match=r"^no transform takes the examples of words: None"):
        transformed(Dataset(words, words, words, "words"), "zca")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: transform_from("zac"), "there is no transform 'zac': did you mean zca"),
        (lambda: transform_from({"name": "zca", "bais": 1}), "zca: there is no bais; did you mean"),
        (lambda: transform_from({"bias": 1}), "there is no transform None: valid names: contrast"),
        (lambda: ZCA(-1.0), "bias is -1.0; it is 0 or above"),
        (lambda: ContrastNormalise(0), "scale is 0; it is above 0"),
        (lambda: ContrastNormalise(epsilon=0), "epsilon is 0; it is above 0"),
        (lambda: Standardise()(np.zeros((1, 2))), "the mean of standardise is not known: fit it"),
        (lambda: ZCA(0.0).fitted(np.ones((5, 2))), "these 2 columns do not vary in every direct"),
    ],
)
def test_refusals(make, message):
    with pytest.raises(InputError, match=message):
        make()
