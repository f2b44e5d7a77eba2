"""Every case gives what real Theano 1.0.5 gave."""

from pathlib import Path

import numpy as np
import pytest

import dltut.theano
from tests.theano import cases

GOLDEN = Path(__file__).with_name("golden.npz")
STORED = sorted({name.rpartition(".")[0] for name in np.load(GOLDEN).files})


@pytest.fixture(scope="module")
def run():
    """A case of today."""
    with np.load(GOLDEN) as stored:
        expected = dict(stored)
    return cases.results(dltut.theano)[1], expected


@pytest.mark.parametrize("name", STORED)
def test_as_real_theano(run, name):
    evaluate, expected = run
    found = evaluate(cases.CASES[name])
    found = found if isinstance(found, list | tuple) else [found]
    wanted = [expected[f"{name}.{number}"] for number in range(len(found))]
    for value, want in zip(found, wanted, strict=True):
        assert np.shape(value) == want.shape
        if want.dtype.kind in "US":
            assert str(value) == str(want)
            continue
        assert np.asarray(value).dtype == want.dtype
        np.testing.assert_allclose(value, want, rtol=1e-6, atol=1e-9)
