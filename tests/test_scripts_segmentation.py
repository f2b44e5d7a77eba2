"""The scripts of segmentation: their folders, pictures from outside, runs that go on."""

import json

import numpy as np
import pytest
from looking import call, refusal
from PIL import Image

from dltut.commands import cli
from dltut.models import FCN1D, FCN8, UNet, load_model
from dltut.training import Extension, read_log

SMALL = {
    "unet": ["--n-filters", 2, "--depth", 2, "--decay", 0.9, "--crop", 24, 20, "--batch-size", 4],
    "fcn8": ["--widths", *[2] * 5, "--n-hidden", 3, "--crop", 24, 20, "--batch-size", 4],
    "fcn1d": ["--n-filters", 2, "--depth", 2, "--batch-size", 8],
}
KIND = {"unet": UNet, "fcn8": FCN8, "fcn1d": FCN1D}


@pytest.fixture(autouse=True)
def quick(own_settings, monkeypatch):
    """What is compiled is tested elsewhere; commands read the environment."""
    monkeypatch.setenv("THEANO_FLAGS", "mode=FAST_COMPILE")


class Interrupt(Extension):
    """Ctrl-C after a minibatch."""

    def __init__(self, iteration):
        self.iteration = iteration

    def after_batch(self, trainer):
        if trainer.log.iteration == self.iteration:
            trainer.stop("interrupted", final=False)


def flags(name, *more):
    dataset = "rays" if name == "fcn1d" else "shapes"
    return [f"train_{name}", *SMALL[name], "--quick", "--dataset", dataset, *more]


@pytest.mark.parametrize("name", ["unet", "fcn8", "fcn1d"])
def test_stopped_inside_an_epoch_it_goes_on_bit_for_bit(name, tmp_path, monkeypatch):
    """Augmentation, order, running means, adam's, the falling rate: all go on."""
    at = 4 if name == "fcn1d" else 8
    with monkeypatch.context() as patched:
        patched.setattr("dltut.commands.run.Progress", lambda: Interrupt(at))
        call(*flags(name, "--run-dir", tmp_path / "stopped"))
    call(*flags(name, "--run-dir", tmp_path / "stopped", "--resume"))
    call(*flags(name, "--run-dir", tmp_path / "whole"))
    assert len(read_log(tmp_path / "whole")) == 3
    picture = "strips.png" if name == "fcn1d" else "overlays.png"
    for each in ("log.jsonl", "best.safetensors", picture):
        stopped, whole = (tmp_path / folder / each for folder in ("stopped", "whole"))
        assert stopped.read_bytes() == whole.read_bytes()
    assert isinstance(load_model(tmp_path / "whole" / "best.safetensors"), KIND[name])


def test_a_run_and_what_it_says_of_pictures(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    call(*flags("unet", "--dry-run"))
    assert "dry run: validation iou" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []

    call(*flags("unet"))
    folder = tmp_path / "runs" / "unet"
    names = {each.name for each in folder.iterdir()}
    assert {"best.safetensors", "confusion.png", "overlays.png", "curves.png"} <= names
    assert json.loads((folder / "config.json").read_text())["arguments"]["task"] == "segmentation"
    for row in read_log(folder):
        assert 0 <= row["valid_iou"] <= 1 and 0 <= row["valid_accuracy"] <= 1

    Image.new("RGB", (37, 29), (90, 90, 90)).save(tmp_path / "photo.png")
    page = Image.new("L", (20, 23))
    page.save(tmp_path / "stack.tif", save_all=True, append_images=[page])
    capsys.readouterr()
    cli.main(
        ["predict", str(folder), *(str(tmp_path / each) for each in ("photo.png", "stack.tif"))]
    )
    said = capsys.readouterr().out
    assert "photo.png: " in said and "stack.tif page 2: " in said
    labels, mask = (folder / f"predictions/photo-prediction{e}.png" for e in (".labels", ".mask"))
    for number in (1, 2):
        stem = folder / f"predictions/stack-prediction.page{number}"
        with Image.open(stem.with_suffix(f".page{number}.labels.png"), formats=["PNG"]) as image:
            assert image.size == (20, 23)
    for path in (labels, mask):
        with Image.open(path, formats=["PNG"]) as image:
            assert image.size == (37, 29)
    with Image.open(labels, formats=["PNG"]) as image:
        assert np.asarray(image).max() < 4

    before = (folder / "overlays.png").read_bytes()
    cli.main(["plot", str(folder)])
    assert (folder / "overlays.png").read_bytes() == before


def test_a_trunk_that_was_learned_before_and_stays(tmp_path, capsys):
    call(*flags("fcn8", "--run-dir", tmp_path / "first"))
    best = tmp_path / "first" / "best.safetensors"
    call(*flags("fcn8", "--run-dir", tmp_path / "next", "--pretrained", best, "--frozen"))
    first, after = (load_model(tmp_path / each / "best.safetensors") for each in ("first", "next"))
    for one, other in zip(first.trunk, after.trunk, strict=True):
        np.testing.assert_array_equal(one.get_value(), other.get_value())
    changed = [
        (one.get_value() != other.get_value()).any()
        for one, other in zip(first.scores[0].params, after.scores[0].params, strict=True)
    ]
    assert any(changed)
    with pytest.raises(SystemExit):
        call(*flags("fcn8", "--pretrained", best), "--n-hidden", 4)
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith(f"error: {best} is of another model: fc6.W has shape")


def test_what_is_no_folder_of_pictures_and_no_decay(tmp_path, capsys):
    line = refusal(capsys, "train_unet", "--dataset", tmp_path)
    assert line.startswith(f"error: {tmp_path} has no folders images and masks")
    with pytest.raises(SystemExit):
        call("train_fcn1d", "--dataset", "shapes", "--quick")
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith("error: shapes: its examples are pictures of 1 x 64 x 64, no series")
    for decay in (0, 1.5):
        line = refusal(capsys, "train_unet", "--dataset", "shapes", "--decay", decay)
        assert "decay" in line and "from 0.01 to 1" in line
