"""The scripts on sequences learn the same on JAX, which has to know all lengths, as elsewhere."""

import numpy as np
import pytest
from looking import call

from dltut.training import read_log

MUSIC = "--dataset tunes --n-hidden 6 --n-recurrent 5 --n-steps 12 --batch-size 4"
TAGS = "--n-hidden 6 --n-embedding 4"
FLAGS = {
    "adding": "--length 6 --n-hidden 4 --n-train 500 --batch-size 100",
    "power": "--dataset rhythm --steps 6 --n-hidden 4 3 --batch-size 300",
    "rnnslu": f"{TAGS} --batch-size 60",
    # Words are drawn sentence by sentence, padding as well, which only the others cut off.
    "rnnslu --model bilstm": f"{TAGS} --batch-size 60 --word-dropout 0",
    "rnnrbm": MUSIC,
    "rnnnade": MUSIC,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FLAGS)
def test_an_epoch(name, tmp_path, monkeypatch):
    pytest.importorskip("jax")
    if FLAGS[name] == MUSIC:
        pytest.importorskip("pretty_midi", reason="needs dltut[music]")
    script, *flags = f"train_{name} {FLAGS[name]} --quick --no-pictures".split()
    for mode in ("JAX", "FAST_COMPILE"):
        monkeypatch.setenv("THEANO_FLAGS", f"mode={mode}")
        call(script, *flags, "--run-dir", str(tmp_path / mode))
    found, wanted = (read_log(tmp_path / mode) for mode in ("JAX", "FAST_COMPILE"))
    assert found and len(found) == len(wanted)
    for row, other in zip(found, wanted, strict=True):
        assert row.keys() == other.keys()
        for key in row.keys() - {"seconds"}:
            np.testing.assert_allclose(row[key], other[key], rtol=1e-4, atol=1e-5, err_msg=key)
