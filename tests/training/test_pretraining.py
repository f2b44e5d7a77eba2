"""Pretraining: stopped and resumed bit for bit, nothing repeated, representations kept or not."""

import os
import shutil
import signal
from functools import partial

import numpy as np
import pytensor
import pytest

from dltut import shared_dataset
from dltut.exceptions import InputError
from dltut.machine.serialize import named_values, read_arrays
from dltut.models import DBN, SdA, load_model
from dltut.models.saved import variables_of
from dltut.optim import momentum
from dltut.training import PretrainingStep, pretrain, pretraining_steps, read_log, read_pretrained

EPOCHS, BATCH, N = 3, 5, 23  # 4 minibatches an epoch
MAKE = {
    "SdA": lambda seed=1: SdA(np.random.RandomState(seed), 12, (7, 6), 3, (0.2, 0.4)),
    "DBN": lambda seed=1: DBN(np.random.RandomState(seed), 12, (7, 6), 3),
}


@pytest.fixture(params=MAKE)
def make(request):
    return MAKE[request.param]


@pytest.fixture
def quick_compile():
    with pytensor.config.change_flags(mode="FAST_COMPILE"):
        yield


@pytest.fixture
def split():
    rs = np.random.RandomState(3)
    return shared_dataset((rs.rand(N, 12), rs.randint(0, 3, N)))


class Killed(Exception):
    """Stands for the death of the process."""


def die():
    raise Killed


def press_ctrl_c():
    os.kill(os.getpid(), signal.SIGINT)


class Disturbed(PretrainingStep):
    """Something happens in the middle of a minibatch."""

    calls = 0

    def __call__(self, index):
        self.calls += 1
        if self.calls == self.at:
            self.happens()
        return super().__call__(index)


def disturbed(model, split, layer, at, happens):
    """Steps of which one is disturbed at a call."""
    steps = [Disturbed(model, i, split, BATCH, 0.1) for i in range(2)]
    for each in steps:
        each.at, each.happens = at if each.layer == layer else 0, happens
    return steps


def fingerprint(model, run_dir):
    """All that must be the same however often a run was stopped."""
    files = {}
    for folder in sorted(run_dir.glob("layer*")):
        assert {path.name for path in folder.iterdir()} == {
            *("best.safetensors", "clock.jsonl", "last.ckpt", "log.jsonl")
        }
        files[folder.name] = (folder / "log.jsonl").read_bytes()
        for name in ("best.safetensors", "last.ckpt"):
            arrays = read_arrays(folder / name)[0]
            files[folder.name, name] = {key: each.tobytes() for key, each in arrays.items()}
    return files, {name: each.tobytes() for name, each in named_values(variables_of(model)).items()}


def whole(make, split, folder):
    model = make()
    logs = pretrain(pretraining_steps(model, split, BATCH, 0.1), EPOCHS, folder)
    assert [log.iteration for log in logs] == [EPOCHS * 4 - 1] * 2
    return fingerprint(model, folder)


@pytest.fixture(scope="module")
def wholes():
    return {}


@pytest.fixture
def wanted(make, split, quick_compile, wholes, tmp_path_factory):
    """The fingerprint of an uninterrupted run, and its folder; each model is trained once."""
    if make not in wholes:
        folder = tmp_path_factory.mktemp("whole")
        wholes[make] = whole(make, split, folder), folder
    return wholes[make]


@pytest.mark.parametrize(("happens", "ends"), [(press_ctrl_c, KeyboardInterrupt), (die, Killed)])
@pytest.mark.parametrize(("layer", "at"), [(0, 1), (0, 6), (1, 7), (1, 12)])
def test_stopped_and_resumed_equals_uninterrupted(
    make, split, wanted, tmp_path, happens, ends, layer, at
):
    folder = tmp_path / "stopped"
    steps = disturbed(make(), split, layer, at, happens)
    with pytest.raises(ends):
        pretrain(steps, EPOCHS, folder, every_seconds=0)
    assert (folder / "layer1").exists() == (layer == 1)
    model = make()
    pretrain(pretraining_steps(model, split, BATCH, 0.1), EPOCHS, folder, resume=True)
    assert fingerprint(model, folder) == wanted[0]


def test_both_backends_resume(split, tmp_path, mode):
    make = MAKE["DBN"]
    with pytest.raises(Killed):
        pretrain(disturbed(make(), split, 1, 6, die), EPOCHS, tmp_path / "stopped", every_seconds=0)
    model = make()
    steps = pretraining_steps(model, split, BATCH, 0.1)
    pretrain(steps, EPOCHS, tmp_path / "stopped", resume=True)
    assert fingerprint(model, tmp_path / "stopped") == whole(make, split, tmp_path / "whole")


def test_what_is_finished_is_not_compiled_again(make, split, wanted, tmp_path, monkeypatch):
    shutil.copytree(wanted[1], tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr("dltut.training.pretraining.minibatch_function", die)
    model = make()
    pretrain(pretraining_steps(model, split, BATCH, 0.1), EPOCHS, tmp_path, resume=True)
    assert fingerprint(model, tmp_path) == wanted[0]


def test_a_run_is_not_written_over(make, split, wanted, tmp_path):
    shutil.copytree(wanted[1], tmp_path, dirs_exist_ok=True)
    model = make()
    steps = pretraining_steps(model, split, BATCH, 0.1)
    with pytest.raises(InputError, match=r"layer0/last.ckpt holds a run already: resume it"):
        pretrain(steps, EPOCHS, tmp_path)
    pretrain(steps, EPOCHS, tmp_path, resume=True)
    assert fingerprint(model, tmp_path) == wanted[0]


@pytest.mark.usefixtures("quick_compile")
def test_kept_representations_change_nothing(make, split, tmp_path, floatX):
    costs, values = [], []
    for cached in (False, True):
        model, folder = make(), tmp_path / str(cached)
        steps = pretraining_steps(model, split, BATCH, 0.1, cached)
        pretrain(steps, EPOCHS, folder)
        costs.append(
            [row["train_cost"] for i in range(2) for row in read_log(folder / f"layer{i}")]
        )
        values.append(named_values(variables_of(model)))
    tight = {"rtol": 1e-10 if floatX == "float64" else 1e-4, "atol": 1e-6}
    np.testing.assert_allclose(*costs, **tight)
    for name in values[0]:
        np.testing.assert_allclose(values[0][name], values[1][name], err_msg=name, **tight)
    assert costs[0][0] > costs[0][2] and costs[0][3] > costs[0][5]


@pytest.mark.usefixtures("quick_compile")
def test_only_its_own_layer_is_in_a_step_s_state(make, split):
    for layer, step in enumerate(pretraining_steps(make(), split, BATCH, 0.1)):
        compiled = step._function.state
        assert step.state == compiled
        params = {name for name in step.state if not name.startswith("stream")}
        assert params == {each.name for each in step.model.blocks[layer].params}
        assert len(step.state) > len(params)
        assert (step.n_batches, step.n_examples) == (4, 20)


@pytest.mark.usefixtures("quick_compile")
def test_pretraining_that_fails_does_not_go_on_to_the_next_layer(make, split, tmp_path):
    for resume in (False, True):
        model = make()
        spoil = partial(model.layers[0].b.set_value, np.full(7, np.nan, pytensor.config.floatX))
        with pytest.raises(InputError, match=r"^pretraining layer 0 failed: .* is not finite"):
            pretrain(disturbed(model, split, 0, 6, spoil), EPOCHS, tmp_path, resume)
    assert not (tmp_path / "layer1").exists()


def test_pretrained_layers_are_read_into_another_model(make, wanted, tmp_path):
    (_, values), folder = wanted
    model = make(seed=9)
    read_pretrained(model, folder)
    assert fingerprint(model, tmp_path / "none")[1] == values
    loaded = load_model(folder / "layer1" / "best.safetensors")
    assert fingerprint(loaded, tmp_path / "none")[1] == values
    with pytest.raises(InputError, match=r"there is no file .*layer1/best.safetensors"):
        read_pretrained(model, tmp_path / "none")
    wider = type(model)(np.random.RandomState(1), 12, (8, 6), 3)
    with pytest.raises(InputError, match=r"is of another model: hidden0.W has shape \(12, 7\)"):
        read_pretrained(wider, folder)


@pytest.mark.usefixtures("quick_compile")
def test_another_rule_has_its_state_kept(split):
    steps = pretraining_steps(MAKE["SdA"](), split, BATCH, 0.05, rule=momentum)
    assert steps[1].state == steps[1]._function.state
    assert "hidden1.W.velocity" in steps[1].state
