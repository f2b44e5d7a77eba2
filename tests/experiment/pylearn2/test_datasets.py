"""Splits of Pylearn2's data sets, against NumPy."""

import numpy as np
import pytest

from dltut.datasets import load
from dltut.datasets.kinds import Classes, Numbers, Pictures
from dltut.exceptions import InputError
from dltut.models import Autoencoder, save_model

ROWS = "{X: [[1, 2], [3, 5], [4, 9]], y: [0, 1, 1]}"
DENSE = f"!p:datasets.dense_design_matrix.DenseDesignMatrix {ROWS}"


@pytest.fixture
def no_data(tmp_path, monkeypatch):
    monkeypatch.setenv("DLTUT_DATA", str(tmp_path / "no data"))


def test_quick_digits_are_the_embedded_ones(made, no_data):
    text = "!p:datasets.mnist.MNIST {which_set: train, start: %d, stop: %d}"
    data = load("digits")
    first = made(text % (0, 50000), quick=True).examples
    last = made(text % (50000, 60000), quick=True).examples
    assert len(first.split) == len(last.split) == 1000
    assert np.allclose(first.split.x, data.train.x[:1000] * 256 / 255, atol=1e-6)
    assert first.split.x.max() == 1 and first.inputs.white == 1
    assert (last.split.y == data.valid.y).all()
    assert isinstance(first.inputs, Pictures) and len(first.targets.names) == 10


def test_stop_counts_without_start(made, no_data):
    text = "!p:datasets.mnist.MNIST {which_set: test, stop: 100}"
    assert len(made(text, quick=True).examples.split) == 100


def test_the_whole_set_is_wanted_if_it_is_not_quick(made, no_data):
    with pytest.raises(InputError, match="no MNIST in"):
        made("!p:datasets.mnist.MNIST {which_set: test}").examples  # noqa: B018
    with pytest.raises(InputError, match="which_set is 'valid'; expected train or test"):
        made("!p:datasets.mnist.MNIST {which_set: valid}")


def test_digits_may_be_shuffled_centred_and_binary(made, no_data):
    def x(more):
        text = f"!p:datasets.mnist.MNIST {{which_set: test, {more}}}"
        return made(text, quick=True).examples.split.x

    plain, shuffled = x("shuffle: 0"), x("shuffle: 1")
    assert (np.sort(plain.sum(axis=1)) == np.sort(shuffled.sum(axis=1))).all()
    assert (plain != shuffled).any()
    assert set(np.unique(x("binarize: true"))) == {0, 1}
    assert np.allclose(x("center: true").mean(axis=0), 0, atol=1e-5)


def test_arrays(made):
    examples = made(DENSE).examples
    assert examples.split.x.tolist() == [[1, 2], [3, 5], [4, 9]]
    assert examples.targets == Classes(range(2)) and examples.inputs == Numbers(range(2))
    text = f"!p:datasets.dense_design_matrix.dataset_range {{dataset: {DENSE}, start: 1, stop: 3}}"
    assert made(text).examples.split.y.tolist() == [1, 1]
    with pytest.raises(InputError, match="rows 1 to 4 of a split of 3"):
        made(text.replace("stop: 3", "stop: 4")).examples  # noqa: B018


def test_pictures_have_their_axes(made):
    text = "!p:datasets.dense_design_matrix.DenseDesignMatrix {topo_view: [[[[1, 5], [2, 6]]]]}"
    examples = made(text).examples  # one picture of 1 x 2 pixels in 2 channels
    assert examples.inputs.shape == (2, 1, 2)
    assert examples.split.x.tolist() == [[1, 2, 5, 6]]


def test_a_table(made, tmp_path):
    (tmp_path / "t.csv").write_text("y,a,b\n" + "".join(f"{i % 2},{i},{-i}\n" for i in range(10)))
    text = "!p:datasets.csv_dataset.CSVDataset {path: '%s/t.csv', %s}"
    examples = made(text % (tmp_path, "start: 2, stop: 5")).examples
    assert examples.split.x.tolist() == [[2, -2], [3, -3], [4, -4]]
    assert examples.split.y.tolist() == [0, 1, 0] and isinstance(examples.targets, Classes)
    real = made(text % (tmp_path, "task: regression, end_fraction: .3")).examples
    assert isinstance(real.targets, Numbers) and len(real.split) == 3
    with pytest.raises(InputError, match="one of them"):
        made(text % (tmp_path, "stop: 5, start_fraction: .5")).examples  # noqa: B018
    with pytest.raises(InputError, match="there is no file nothing"):
        made("!p:datasets.csv_dataset.CSVDataset {path: nothing.csv}").examples  # noqa: B018


def test_arrays_in_files(made, tmp_path):
    np.savez(tmp_path / "a.npz", x=np.eye(3), y=np.arange(3))
    text = f"!p:datasets.npy_npz.NpzDataset {{file: {tmp_path}/a.npz, key: x, target_key: %s}}"
    assert made(text % "y").examples.split.y.tolist() == [0, 1, 2]
    with pytest.raises(InputError, match="has no array 'z': it has x, y"):
        made(text % "z").examples  # noqa: B018
    np.save(tmp_path / "b.npy", np.eye(4))
    text = f"!p:datasets.npy_npz.NpyDataset {{file: {tmp_path}/b.npy}}"
    assert made(text).examples.split.n_inputs == 4


def test_the_codes_of_a_model(made, tmp_path):
    coder = Autoencoder(np.random.default_rng(1), 2, 5, encoder="tanh")
    save_model(tmp_path / "coder.pkl", coder)
    text = f"""!p:datasets.transformer_dataset.TransformerDataset {{raw: {DENSE},
        transformer: !pkl: coder.pkl}}"""
    examples = made(text).examples
    x = made(DENSE).examples.split.x
    assert np.allclose(examples.split.x, np.tanh(x @ coder.W.get_value()), atol=1e-5)
    assert examples.split.y.tolist() == [0, 1, 1]
