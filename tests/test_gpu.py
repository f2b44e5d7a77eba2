"""The same on every device: each test runs on the processor, and on an NVIDIA GPU if there is one.

Each starts processes of its own, because JAX chooses its device once in a process.
"""

import os
import subprocess
import sys

import numpy as np
import pytensor.tensor as pt
import pytest
from test_scripts import SMALL, TRAINING

from dltut import shared_dataset
from dltut.layers import Dropout
from dltut.machine.rng import Streams
from dltut.machine.serialize import read_arrays
from dltut.models import LeNet, load_model
from dltut.nn import errors, negative_log_likelihood
from dltut.optim import adam, sgd
from dltut.training import minibatch_function, read_log

export = pytest.importorskip("jax.export").export

DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.gpu)]
# On the processor the suite runs these files anyway: a few of their tests show that this works.
CHECKED = {
    "cpu": ["tests/models/test_golden.py", "-k", "JAX and float32 and mlp"],
    "cuda": [
        *"tests/models tests/nn tests/layers tests/optim tests/kernels".split(),
        *"tests/machine/test_backend.py tests/machine/test_rng.py tests/samplers".split(),
        *"tests/training/test_many.py -k".split(),
        "JAX or jax or test_backend or test_looped",
    ],
}


@pytest.fixture
def started(repository):
    """Run a Python program to its end, in the repository; JAX mode unless told otherwise."""

    def run(*arguments, **environment):
        settings = {"THEANO_FLAGS": "mode=JAX", "PYTHONPATH": str(repository), **environment}
        return subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=repository,
            env=os.environ | settings,
            capture_output=True,
            text=True,
        )

    return run


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "device"),
    [
        ("train_lenet", "cpu"),
        *(pytest.param(name, "cuda", marks=pytest.mark.gpu) for name in TRAINING),
    ],
)
def test_scripts_train_on_the_device(name, device, started, tmp_path):
    """What they save opens here, on the processor, as NumPy arrays; on this one, a script shows."""
    flags = ["--device", device, "--run-dir", tmp_path, *SMALL, *TRAINING[name]]
    ended = started(f"scripts/{name}.py", *flags)
    assert ended.returncode == 0, ended.stderr
    errors = [row["valid_error"] for row in read_log(tmp_path)]
    assert len(errors) == 3 and min(errors) < 0.9
    arrays, _ = read_arrays(tmp_path / "best.safetensors")
    opened = load_model(tmp_path / "best.safetensors")
    for parameter in opened.params:
        saved = arrays[parameter.name]
        assert saved.dtype == "float32" and np.isfinite(saved).all()
        np.testing.assert_array_equal(parameter.get_value(), saved)


@pytest.mark.slow
@pytest.mark.parametrize("device", DEVICES)
def test_a_checkpoint_goes_on_there_and_on_the_processor(device, started, tmp_path):
    def trained(folder, epochs, where, *flags):
        flags = ["--device", where, "--run-dir", tmp_path / folder, *flags]
        flags += ["--dataset", "digits", "--max-epochs", epochs]
        ended = started("scripts/train_logistic.py", *flags)
        assert ended.returncode == 0, ended.stderr
        return [row["valid_error"] for row in read_log(tmp_path / folder)]

    trained("stopped", 1, device)
    stopped = trained("stopped", 2, device, "--resume")
    whole = trained("whole", 2, device)
    one, other = (
        read_arrays(tmp_path / folder / "last.ckpt")[0] for folder in ("stopped", "whole")
    )
    assert one.keys() == other.keys()
    if device == "cpu":
        assert stopped == whole
        assert all(one[name].tobytes() == other[name].tobytes() for name in one)
    else:  # another process may choose another order of summation
        np.testing.assert_allclose(stopped, whole, atol=0.005)
        assert len(trained("stopped", 3, "cpu", "--resume")) == 3


@pytest.mark.parametrize("device", DEVICES)
def test_what_the_suite_shows_of_jax_holds_on_the_device(device, started):
    """Golden values and gradients in both widths, equal draws, nothing sent between the steps."""
    options = ["-q", "-x", "-p", "no:cacheprovider"]
    ended = started("-m", "pytest", *options, *CHECKED[device], JAX_PLATFORMS=device)
    assert ended.returncode == 0, ended.stdout
    assert " passed" in ended.stdout


@pytest.mark.parametrize("rule", [sgd, adam])
def test_a_training_step_translates_for_a_gpu(rule, rng, floatX):
    """Nothing is run: this holds without one."""
    from dltut.kernels.engine.wide import wide

    split = shared_dataset((rng.normal(size=(6, 144)), rng.integers(0, 3, 6)))
    model = LeNet(rng, (1, 12, 12), n_kernels=(2, 3), kernel_size=3, n_hidden=5, n_out=3)
    x, y = pt.matrix("x"), pt.ivector("y")
    cost = negative_log_likelihood(model(Dropout(Streams(1))(x, train=True)), y)
    updates = rule(cost, model.params, 0.1)
    step = minibatch_function([cost, errors(model(x), y)], [x, y], split, 2, updates, mode="JAX")
    call = step._function._function
    values = [np.int64(0), *(storage[0] for storage in call._shared)]
    with wide():
        translated = export(call._jitted.jitted, platforms=["cuda"])(*values)
    assert translated.platforms == ("cuda",)
    assert len(translated.out_avals) == 2 + len(step.state)


def test_a_missing_gpu_is_one_line(started):
    program = (
        "import pytensor.tensor as pt; from dltut import function;"
        "from dltut.commands.flags import run;"
        "run(lambda: function([], pt.zeros(2), mode='JAX'), [])"
    )
    ended = started("-c", program, JAX_PLATFORMS="cuda", CUDA_VISIBLE_DEVICES="")
    assert ended.returncode == 2
    assert ended.stderr.startswith("error: JAX finds no device of the kind that is configured (")
    assert ended.stderr.endswith("): use device=cpu, or see to the driver\n")
    assert ended.stderr.count("\n") == 1
