import subprocess
import sys

import pytest

import dltut.theano as theano


def test_settings_are_read_and_set():
    assert theano.config.exception_verbosity == "low"
    assert theano.config.device.startswith("cpu")
    with theano.configparser.change_flags(floatX="float32", exception_verbosity="high"):
        assert theano.config.floatX == "float32"
        assert theano.tensor.matrix().dtype == "float32"
        assert theano.config.exception_verbosity == "high"
    assert theano.config.exception_verbosity == "low"
    assert theano.config.warn.sum_div_dimshuffle_bug is False
    assert theano.config.dnn.conv.algo_fwd == "small"


def test_what_is_unknown_is_refused_with_the_nearest():
    with pytest.raises(AttributeError, match="did you mean floatX"):
        theano.config.floatx = "float32"
    with pytest.raises(AttributeError, match="did you mean"):
        theano.config.exception_verbose  # noqa: B018
    with pytest.raises(ValueError, match="did you mean float32"):
        theano.config.floatX = "float33"


def test_flags_are_read(monkeypatch):
    monkeypatch.setenv("THEANO_FLAGS", "floatX=float32,device=cpu,optimizer=None,dnn.enabled=False")
    code = (
        "import dltut.theano as t; print(t.config.floatX, t.config.optimizer, t.config.dnn.enabled)"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert shown.stdout.split() == ["float32", "None", "False"]
