"""The slides' experiments in our own form: they run, quickly, and come to what they should."""

import math

import pytensor
import pytest

from dltut.commands.train import train
from dltut.machine.serialize import read_arrays


@pytest.fixture(scope="module")
def run(tmp_path_factory, request):
    """``run(name)``: the log of a quick run of a file, and the folder of the runs."""
    folder = tmp_path_factory.mktemp("slides")
    files = request.config.rootpath / "scripts" / "experiments"
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DLTUT_DATA", str(folder / "no data"))
        patched.chdir(folder)

        def run(name, mode="FAST_COMPILE"):
            patched.setenv("THEANO_FLAGS", f"floatX=float32,mode={mode}")
            with pytensor.config.change_flags(floatX="float32", mode=mode):
                return train(files / f"{name}.yaml", quick=True), folder / "runs"

        yield run


def test_softmax_regression(run):
    log, _ = run("softmax_regression")
    assert [row["epoch"] for row in log.rows] == [0, 1, 2, 3]
    first, *_, last = log.rows
    assert first["train_objective"] == pytest.approx(math.log(10), rel=1e-6)
    assert last["train_objective"] < 0.5 and log.best_row["valid_misclass"] < 0.2


def test_the_chain_of_autoencoders(run):
    for name in ("dae_l1", "dae_l2"):
        log, runs = run(name)
        costs = [row["train_objective"] for row in log.rows]
        assert len(costs) == 4 and costs == sorted(costs, reverse=True)
        assert read_arrays(runs / f"{name}.safetensors")[1]["model"] == "dA"
    log, _ = run("dae_mlp")
    assert len(log.rows) == 4 and log.rows[-1]["valid_misclass"] < log.rows[0]["valid_misclass"]


def test_the_walk_through(run):
    log, _ = run("walkthrough")
    assert log.rows[-1]["valid_error"] < 0.3


@pytest.mark.slow
@pytest.mark.parametrize("name", ["conv_net_small", "conv_net_dropout"])
def test_the_convolutional_net(run, name):
    log, _ = run(name, "NUMBA")
    assert len(log.rows) == 4 and log.rows[-1]["valid_nll"] < log.rows[0]["valid_nll"]
