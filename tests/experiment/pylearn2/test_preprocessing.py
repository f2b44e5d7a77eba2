"""What prepares the inputs of Pylearn2's data sets, against NumPy."""

import numpy as np
import pytest

from dltut.exceptions import InputError

ROWS = "{X: [[1, 2], [3, 5], [4, 9]], y: [0, 1, 1]}"
DENSE = f"!p:datasets.dense_design_matrix.DenseDesignMatrix {ROWS}"
PREPARED = DENSE[:-1] + ", preprocessor: %s, fit_preprocessor: true}"
X = np.array([[1, 2], [3, 5], [4, 9]], dtype=float)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Standardize {std_eps: 0}", (X - X.mean(axis=0)) / X.std(axis=0)),
        ("Standardize {global_mean: true, global_std: true}", (X - 4) / (X.std() + 1e-4)),
        ("RemoveMean {}", X - X.mean(axis=0)),
        (
            "GlobalContrastNormalization {scale: 3.}",
            3
            * (X - X.mean(axis=1)[:, None])
            / np.linalg.norm(X - X.mean(axis=1)[:, None], axis=1)[:, None],
        ),
        ("Pipeline {items: [!p:datasets.preprocessing.RemoveMean {}]}", X - X.mean(axis=0)),
    ],
)
def test_preprocessing(made, text, expected):
    found = made(PREPARED % f"!p:datasets.preprocessing.{text}").examples.split.x
    assert np.allclose(found, expected, atol=1e-5)


def test_zca_has_no_correlation_and_stays_near(made):
    found = made(PREPARED % "!p:datasets.preprocessing.ZCA {filter_bias: 0.}").examples.split.x
    assert np.allclose(np.cov(found, rowvar=False, bias=True), np.eye(2), atol=1e-4)
    assert all(np.corrcoef(found[:, i], X[:, i])[0, 1] > 0.5 for i in range(2))


def test_one_learns_and_the_other_does_as_it_did(made):
    text = f"""[{PREPARED % "&p !p:datasets.preprocessing.RemoveMean {}"},
        !p:datasets.dense_design_matrix.DenseDesignMatrix {{X: [[0, 0]], preprocessor: *p}}]"""
    first, second = made(text)
    with pytest.raises(InputError, match="has learned from no data"):
        second.read()
    assert first.examples.split.x.mean() == pytest.approx(0, abs=1e-6)
    assert np.allclose(second.examples.split.x, -X.mean(axis=0))
