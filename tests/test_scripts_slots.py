"""The script of slot filling: its folder, sentences from outside, runs that go on."""

import json

import numpy as np
import pytest
from looking import call, refusal
from PIL import Image

from dltut.commands import cli
from dltut.commands.predict import predict
from dltut.datasets.slot_sentences import flights
from dltut.models import BidirectionalTagger, WindowTagger, load_model
from dltut.training import Extension, read_log

SMALL = ["--n-hidden", 8, "--n-embedding", 6, "--max-epochs", 3]


@pytest.fixture(autouse=True)
def quick(own_settings, monkeypatch):
    """What is compiled is tested elsewhere; commands read the environment."""
    monkeypatch.setenv("THEANO_FLAGS", "mode=FAST_COMPILE")


@pytest.fixture
def sentences(tmp_path):
    """A file with forty sentences, of which 32 are learned from."""
    [generated] = flights([40], seed=1)
    lines = [zip(*each, strict=True) for each in generated]
    text = "\n\n".join("\n".join(" ".join(pair) for pair in each) for each in lines)
    (tmp_path / "flights.txt").write_text(text)
    return tmp_path / "flights.txt"


class Interrupt(Extension):
    """Ctrl-C after a minibatch."""

    def __init__(self, iteration):
        self.iteration = iteration

    def after_batch(self, trainer):
        if trainer.log.iteration == self.iteration:
            trainer.stop("interrupted", final=False)


def test_a_run_and_what_it_says_of_sentences(sentences, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    flags = ["train_rnnslu", *SMALL, "--dataset", sentences]
    call(*flags, "--dry-run")
    assert "dry run: validation f1" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == [sentences]

    call(*flags)
    folder = tmp_path / "runs" / "rnnslu"
    assert {"best.safetensors", "confusion.png", "tagged.png", "curves.png"} <= {
        each.name for each in folder.iterdir()
    }
    assert json.loads((folder / "config.json").read_text())["arguments"]["task"] == "tagging"
    model = load_model(folder / "best.safetensors")
    assert isinstance(model, WindowTagger)
    lengths = np.linalg.norm(model.embedding.W.get_value(), axis=1)
    np.testing.assert_allclose(lengths, 1, rtol=1e-5)
    for row in read_log(folder):
        assert 0 <= row["valid_f1"] <= 1 and 0 <= row["valid_error"] <= 1

    (tmp_path / "asked.txt").write_text("Fly to Bonn\n\nat 10:37, please\n")
    first, second = predict(folder, tmp_path / "asked.txt")
    assert first.name.endswith("asked.txt, line 1") and len(first.task.names(first.answer)) == 3
    assert "10:37" in second.line()
    capsys.readouterr()
    cli.main(["predict", str(folder), str(tmp_path / "asked.txt")])
    assert "line 3" in capsys.readouterr().out
    [picture] = folder.glob("predictions/*.png")
    with Image.open(picture) as drawn:
        assert drawn.width > 500

    pictures = {name: (folder / name).read_bytes() for name in ("confusion.png", "tagged.png")}
    cli.main(["plot", str(folder)])
    for name, before in pictures.items():
        assert (folder / name).read_bytes() == before


@pytest.mark.parametrize("model", ["elman", "bilstm"])
def test_stopped_inside_an_epoch_it_goes_on_bit_for_bit(model, sentences, tmp_path, monkeypatch):
    """Dropout's streams, adam's means, the order of the sentences: all go on."""
    flags = ["train_rnnslu", *SMALL, "--dataset", sentences, "--model", model, "--batch-size", 4]
    with monkeypatch.context() as patched:
        patched.setattr("dltut.commands.run.Progress", lambda: Interrupt(10))
        call(*flags, "--run-dir", tmp_path / "stopped")
    call(*flags, "--run-dir", tmp_path / "stopped", "--resume")
    call(*flags, "--run-dir", tmp_path / "whole")
    assert len(read_log(tmp_path / "whole")) == 3
    for name in ("log.jsonl", "best.safetensors", "tagged.png"):
        stopped, whole = (tmp_path / folder / name for folder in ("stopped", "whole"))
        assert stopped.read_bytes() == whole.read_bytes()
    kind = {"elman": WindowTagger, "bilstm": BidirectionalTagger}[model]
    assert isinstance(load_model(tmp_path / "whole" / "best.safetensors"), kind)


def test_a_file_that_is_none(tmp_path, capsys):
    (tmp_path / "bad.txt").write_text("fly O\nto\n")
    line = refusal(capsys, "train_rnnslu", "--dataset", tmp_path / "bad.txt")
    assert line.startswith(f"error: {tmp_path / 'bad.txt'} line 2: 'to' is not a word and its tag")
