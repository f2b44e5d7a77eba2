"""The doctor says what is there and measures it."""

import re
import sys
from importlib.metadata import version

import numpy as np
import pytensor
import pytest

from dltut.commands import cli, doctor
from dltut.datasets import write_idx


@pytest.fixture
def report(capsys):
    """Run the doctor; its lines as a dictionary."""

    def run(*arguments):
        cli.main(["doctor", *arguments])
        lines = capsys.readouterr().out.splitlines()
        return {line[: doctor.WIDTH].strip(): line[doctor.WIDTH :] for line in lines}

    return run


def test_it_reports_everything(report, tmp_path):
    facts = report("--floatX", "float64", "--mode", "FAST_COMPILE", "--data-dir", str(tmp_path))
    assert facts["python"].startswith("{}.{}.{} on ".format(*sys.version_info))
    for name in ("pytensor", "numpy", "scipy", "numba"):
        assert facts[name] == version(name)
    assert (facts["device"], facts["floatX"], facts["mode"]) == ("cpu", "float64", "FAST_COMPILE")
    assert re.fullmatch(r"\d+ on \d+ processors", facts["threads"])
    assert re.fullmatch(r"/.* \([\d,]+\.\d MB\)", facts["cache"])
    assert facts["data folder"] == str(tmp_path)
    assert facts["mnist"] == "not here; fetch it with: python -m dltut data mnist"
    assert re.fullmatch(r"[\d,]+ GFLOP/s in float64", facts["matrix product"])
    assert re.fullmatch(r"\d+\.\d\d ms \(the first took \d+\.\d s\)", facts["training step"])


def test_data_is_found(tmp_path):
    folder = tmp_path / "mnist"
    folder.mkdir()
    for part, n in (("train", 3), ("t10k", 2)):
        write_idx(folder / f"{part}-images-idx3-ubyte", np.zeros((n, 28, 28), np.uint8))
        write_idx(folder / f"{part}-labels-idx1-ubyte", np.zeros(n, np.uint8))
    places = dict(doctor.places(doctor.Settings(data_dir=tmp_path)))
    assert places["mnist"].startswith(str(folder))
    missing = dict(doctor.places(doctor.Settings(data_dir=tmp_path / "none")))
    assert missing["data folder"] == f"{tmp_path / 'none'} (not there yet)"


def test_a_package_that_is_missing():
    assert doctor.installed("no-such-package") == "not installed"
    assert doctor.installed("numpy") == np.__version__


def test_the_size_of_a_folder(tmp_path):
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "file").write_bytes(bytes(1_500_000))
    assert doctor.megabytes(tmp_path) == 1.5
    assert doctor.megabytes(tmp_path / "none") == 0


def test_the_timed_step_learns():
    with pytensor.config.change_flags(mode="FAST_COMPILE"):
        step = doctor.training_step()
    first, second = step(), step()
    assert first == 0.25  # tanh(0) is 0.5 away from its target
    assert second < first


def test_a_wrong_setting_is_one_line(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["doctor", "--device", "gup"])
    assert end.value.code == 2
    assert capsys.readouterr().err.startswith("error: the call: device is 'gup'; expected cpu")
