"""The scripts that train autoencoders: their folders, their pictures, their noise, going on."""

import importlib.util
import json
import signal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dltut.commands import cli
from dltut.commands.flags import run
from dltut.machine.serialize import read_arrays
from dltut.models import cA, dA, load_model
from dltut.training import Progress, read_log

FOLDER = Path(__file__).parents[1] / "scripts"
SMALL = ["--dataset", "digits", "--quick", "--n-hidden", "100"]
FILES = {"best.safetensors", "clock.jsonl", "last.ckpt", "log.jsonl"}
PICTURES = {"curves.png", "filters.png", "reconstructions.png"}
PICTURES |= {f"filters_at_epoch_{epoch}.png" for epoch in (1, 2, 3)}


def call(name, *arguments):
    spec = importlib.util.spec_from_file_location(f"script_{name}", FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    run(module.main, [str(each) for each in arguments])


def names(folder):
    return {path.name for path in folder.iterdir()}


def assert_filters(path):
    """Ten by ten pictures of 28 x 28 with a line between."""
    with Image.open(path) as picture:
        assert picture.size == (289, 289)
        pixels = np.asarray(picture.convert("L"))
    assert (pixels[28::29] == 0).all() and (pixels[:, 28::29] == 0).all() and pixels.std() > 20


def costs(folder):
    return [row["train_cost"] for row in read_log(folder)]


def test_denoising(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    call("train_da", *SMALL, "--dry-run")
    assert capsys.readouterr().out.startswith("dry run: cost 6")
    assert not list(tmp_path.iterdir())

    call("train_da", *SMALL)
    folder = tmp_path / "runs" / "da"
    parts = {"corruption_0", "corruption_30"}
    assert (
        names(folder)
        == {"config.json", "curves.png", *(f"filters_{each}.png" for each in parts)} | parts
    )
    for part in parts:
        assert names(folder / part) == FILES | PICTURES
        assert_filters(folder / f"filters_{part}.png")
        last = folder / part / "filters_at_epoch_3.png"
        assert last.read_bytes() == (folder / f"filters_{part}.png").read_bytes()
        assert costs(folder / part) == sorted(costs(folder / part), reverse=True)
        assert isinstance(load_model(folder / part / "best.safetensors"), dA)
    clean, noisy = (costs(folder / part)[-1] for part in sorted(parts))
    assert clean < noisy < 200
    _, header = read_arrays(folder / "corruption_30" / "best.safetensors")
    assert header["corruption_level"] == 0.3 and header["image_shape"] == [1, 28, 28]

    picture = folder / "corruption_30" / "filters.png"
    drawn = picture.read_bytes()
    picture.unlink()
    cli.main(["plot", str(picture.parent)])  # its data set is named by the folder around it
    assert picture.read_bytes() == drawn
    assert f"next: python -m dltut predict {picture.parent} PICTURE" in capsys.readouterr().err


def test_denoising_goes_on(tmp_path, monkeypatch):
    """Another kind of noise, stopped before its last epoch."""
    monkeypatch.setenv("THEANO_FLAGS", "mode=FAST_COMPILE")
    flags = [*SMALL[:2], "--n-hidden", 20, "--batch-size", 100, "--corruption", "gaussian"]
    flags += ["--corruption-level", "0.5", "--run-dir"]
    call("train_da", *flags, tmp_path / "stopped", "--max-epochs", 1)
    call("train_da", *flags, tmp_path / "stopped", "--max-epochs", 3, "--resume")
    call("train_da", *flags, tmp_path / "whole", "--max-epochs", 3)
    stopped, whole = (tmp_path / name / "corruption_50" for name in ("stopped", "whole"))
    assert len(read_log(whole)) == 3
    for name in ("log.jsonl", "best.safetensors", "filters_at_epoch_3.png"):
        assert (stopped / name).read_bytes() == (whole / name).read_bytes()


def test_ctrl_c_ends_all_levels(tmp_path, monkeypatch, capsys):
    """The second level is not begun, and a resumed run ends as an uninterrupted one."""
    monkeypatch.setenv("THEANO_FLAGS", "mode=FAST_COMPILE")
    flags = [*SMALL[:2], "--n-hidden", 20, "--batch-size", 500, "--max-epochs", 2, "--run-dir"]
    call("train_da", *flags, tmp_path / "whole")

    with monkeypatch.context() as patched:
        patched.setattr(Progress, "between_batches", lambda *_: signal.raise_signal(signal.SIGINT))
        call("train_da", *flags, tmp_path / "stopped")
    assert "Stopped in epoch 1 at iteration 0: interrupted" in capsys.readouterr().out
    assert not (tmp_path / "stopped" / "corruption_30").exists()

    call("train_da", *flags, tmp_path / "stopped", "--resume")
    for part in ("corruption_0", "corruption_30"):
        for name in ("log.jsonl", "best.safetensors"):
            stopped, whole = (tmp_path / each / part / name for each in ("stopped", "whole"))
            assert stopped.read_bytes() == whole.read_bytes()


def test_contracting(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    call("train_ca", *SMALL, "--dry-run")
    assert capsys.readouterr().out.startswith("dry run: cost 6")
    assert not list(tmp_path.iterdir())

    call("train_ca", *SMALL)
    folder = tmp_path / "runs" / "ca"
    assert names(folder) == FILES | PICTURES | {"cae_filters.png", "config.json"}
    assert json.loads((folder / "config.json").read_text())["arguments"]["contraction_level"] == 0.1
    assert_filters(folder / "cae_filters.png")
    for channel in ("train_cost", "reconstruction_cost", "penalty"):
        values = [row[channel] for row in read_log(folder)]
        assert values == sorted(values, reverse=True)
    assert isinstance(load_model(folder / "best.safetensors"), cA)


def test_a_level_is_a_share(tmp_path, capsys):
    with pytest.raises(SystemExit) as end:
        call("train_da", *SMALL, "--corruption-level", "30", "--run-dir", tmp_path)
    assert end.value.code == 2
    expected = "error: masking of level 30.0: the share of corrupted inputs is from 0 to 1"
    assert capsys.readouterr().err.splitlines()[-1] == expected
