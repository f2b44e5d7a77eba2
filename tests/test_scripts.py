"""The scripts, each run small: what they print, write, refuse, and go on with."""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from dltut.commands.flags import described, run
from dltut.machine.serialize import read_arrays
from dltut.models import load_model
from dltut.training import read_log

FOLDER = Path(__file__).parents[1] / "scripts"
NAMES = sorted(path.stem for path in FOLDER.glob("*.py"))
TRAINING = {
    "train_logistic": [],
    "train_logistic_cg": [],
    "train_mlp": ["--n-hidden", "20", "--batch-size", "100"],
    "train_walkthrough": [],
    "train_lenet": ["--n-kernels", "2", "3", "--n-hidden", "20", "--batch-size", "100"],
}
STACK = "--n-hidden 20 15 --pretrain-batch-size 100 --batch-size 10 --learning-rate 0.5".split()
TRAINING |= {"train_sda": [*STACK, "--corruption-levels", "0.2"], "train_dbn": STACK}
FIRST = {"train_logistic_cg": "1.0", "train_walkthrough": "2.4"}  # costs; of chance: log 10 = 2.3
PARTS = {"layer0", "layer1", "filters_pretrained.png", "parts.png"}
MORE = {"train_sda": PARTS, "train_dbn": PARTS, "train_walkthrough": {"losses.png"}}
SMALL = ["--dataset", "digits", "--quick"]
FILES = "best.safetensors clock.jsonl config.json confusion.png curves.png filters.png log.jsonl"


def main_of(name):
    """The function that the script makes its flags from."""
    path = FOLDER / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"script_{name}", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    (function,) = re.findall(r"^    flags.run\((\w+)\)$", path.read_text(), re.MULTILINE)
    return getattr(module, function)


def is_a_sentence(text):
    return text.endswith(".") and ". " not in text


def assert_drawn(path):
    """The file is a whole picture with something on it."""
    with Image.open(path) as picture:
        pixels = np.asarray(picture.convert("L"))
    assert min(pixels.shape) > 50 and pixels.std() > 5, path


@pytest.mark.parametrize("name", NAMES)
def test_help_names_every_flag(name, capsys):
    main = main_of(name)
    with pytest.raises(SystemExit) as end:
        run(main, ["--help"])
    assert end.value.code == 0
    shown = capsys.readouterr().out
    assert described(main).keys() <= set(re.findall(r"--[\w-]+", shown))
    assert [text for text in described(main).values() if not is_a_sentence(text)] == []


@pytest.mark.parametrize("name", TRAINING)
def test_training_fills_a_run_folder(name, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    if name in MORE:  # stacks and dropout are trained on the backends by tests of their own
        monkeypatch.setenv("THEANO_FLAGS", "mode=FAST_COMPILE")
    main, flags = main_of(name), [*SMALL, *TRAINING[name]]
    assert run(main, [*flags, "--dry-run"]).stop_reason == "dry run"
    assert f"dry run: cost {FIRST.get(name, '2.3')}" in capsys.readouterr().out
    assert not list(tmp_path.iterdir())

    run(main, flags)
    folder = tmp_path / "runs" / name.removeprefix("train_").replace("_", "-")
    written = {path.name for path in folder.iterdir()}
    assert written - {"last.ckpt"} == {*FILES.split(), "mistakes.png", *MORE.get(name, ())}
    assert json.loads((folder / "config.json").read_text())["arguments"]["dataset"] == "digits"
    for path in folder.glob("*.png"):
        assert_drawn(path)

    rows, out = read_log(folder), capsys.readouterr().out
    errors = [row["valid_error"] for row in rows]
    assert len(rows) == 3 and min(errors) < 0.9
    best = rows[int(np.argmin(errors))]
    shown = "Best validation error {:.1f} %, test error {:.1f} % in epoch {}, counted on"
    assert shown.format(100 * min(errors), 100 * best["test_error"], best["epoch"]) in out
    load_model(folder / "best.safetensors")
    assert read_arrays(folder / "best.safetensors")[1]["image_shape"] == [1, 28, 28]


def test_the_fast_network_learns_from_validation_digits_too(tmp_path):
    """Nothing is chosen by them, so there is no best epoch: the last one is kept."""
    flags = "--n-kernels 2 3 --n-hidden 20 --learning-rate 0.02 --run-dir".split()
    run(main_of("train_fast"), [*SMALL, *flags, str(tmp_path / "fast")])
    rows = read_log(tmp_path / "fast")
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    assert [row["iteration"] for row in rows] == [17, 35, 53]  # 1,200 and 600 digits, 100 a step
    assert rows[-1]["test_error"] < 0.5 and not any("best" in row for row in rows)
    assert load_model(tmp_path / "fast" / "best.safetensors").params


def test_resumed_training_is_the_uninterrupted_one(tmp_path):
    main = main_of("train_logistic")

    def train(folder, *flags):
        run(main, ["--dataset", "digits", "--run-dir", str(tmp_path / folder), *flags])

    train("stopped", "--max-epochs", "1")
    train("stopped", "--max-epochs", "3", "--resume")
    train("whole", "--max-epochs", "3")
    stopped, whole = tmp_path / "stopped", tmp_path / "whole"
    assert len(read_log(whole)) == 3
    for name in ("log.jsonl", "best.safetensors"):
        assert (stopped / name).read_bytes() == (whole / name).read_bytes()


def test_the_loss_of_every_batch_is_kept_when_a_run_goes_on(tmp_path, monkeypatch):
    monkeypatch.setenv("THEANO_FLAGS", "mode=FAST_COMPILE")
    main = main_of("train_walkthrough")
    flags = "--dataset digits --n-hidden 20 15 --batch-size 700 --run-dir".split()

    def costs(folder, *more):
        run(main, [*flags, str(tmp_path / folder), *more])
        arrays = read_arrays(tmp_path / folder / "last.ckpt")[0]
        [found] = (value for name, value in arrays.items() if name.endswith("/costs"))
        return found

    assert len(costs("stopped", "--max-epochs", "1")) == 5  # the last of 200 examples
    stopped = costs("stopped", "--max-epochs", "2", "--resume")
    assert len(stopped) == 2 * 5 and (stopped == costs("whole", "--max-epochs", "2")).all()
    drawn = [(tmp_path / each / "losses.png").read_bytes() for each in ("stopped", "whole")]
    assert drawn[0] == drawn[1]
    means = [row["train_cost"] for row in read_log(tmp_path / "whole")]
    assert means == pytest.approx(stopped.reshape(2, 5).mean(axis=1))


def test_finetuning_begins_with_the_layers_of_another_run(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("THEANO_FLAGS", "mode=FAST_COMPILE")
    main, flags = main_of("train_dbn"), [*SMALL, *STACK, "--cached"]
    run(main, [*flags, "--run-dir", str(tmp_path / "first")])
    again = ["--pretrained", str(tmp_path / "first"), "--run-dir", str(tmp_path / "second")]
    run(main, [*flags, *again])
    for name in ("log.jsonl", "best.safetensors"):
        first, second = ((tmp_path / run / name).read_bytes() for run in ("first", "second"))
        assert first == second
    assert not (tmp_path / "second" / "layer0").exists()
    with pytest.raises(SystemExit):
        run(main, [*SMALL, "--pretrained", str(tmp_path), "--run-dir", str(tmp_path / "third")])
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"error: there is no file {tmp_path}/layer2/best.safetensors: check the path"
    )


def test_a_run_is_not_written_over(tmp_path, capsys):
    main, flags = main_of("train_logistic"), [*SMALL, "--run-dir", str(tmp_path)]
    (tmp_path / "config.json").write_text('{"name": "logistic", "arguments": {}}')
    with pytest.raises(SystemExit) as end:
        run(main, flags)
    assert end.value.code == 2
    assert capsys.readouterr().err.splitlines()[-1] == (
        f"error: {tmp_path} holds a run already: go on with it (--resume) or choose another "
        "--run-dir"
    )


def test_a_search_lowers_the_cost_at_each_step(tmp_path):
    run(main_of("train_logistic_cg"), [*SMALL, "--run-dir", str(tmp_path)])
    costs = [row["train_cost"] for row in read_log(tmp_path)]
    assert np.log(10) > costs[0] > costs[1] > costs[2]


def test_a_script_runs_from_anywhere(tmp_path, repository):
    command = [sys.executable, str(FOLDER / "train_logistic.py"), *SMALL]
    environment = {**os.environ, "PYTHONPATH": str(repository)}
    ended = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    lines = ended.stdout.splitlines()
    assert re.fullmatch(r"epoch 1: cost .*, validation error \d+\.\d %, .*", lines[0])
    assert (tmp_path / "runs" / "logistic" / "best.safetensors").exists()
    assert_drawn(tmp_path / "runs" / "logistic" / "mistakes.png")


def test_conv_demo_shows_the_documented_numbers(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    run(main_of("conv_demo"), [])
    out = capsys.readouterr().out
    shapes = re.findall(r"\(\d, \d, \d{3}, \d{3}\)", out)
    assert shapes == ["(1, 3, 639, 516)", "(1, 2, 631, 508)", "(1, 2, 315, 254)"]
    assert "[[0.72032449 0.39676747]\n [0.6852195  0.87811744]]" in out
    assert (
        "[[0.72032449 0.39676747 0.53881673]\n [0.6852195  0.87811744 0.19810149]\n"
        " [0.96826158 0.69232262 0.87638915]]"
    ) in out
    assert_drawn(tmp_path / "runs" / "conv-demo.png")


@pytest.mark.parametrize("colours", ["L", "RGB", "RGBA"])
def test_conv_demo_takes_any_picture(colours, tmp_path, capsys):
    gradient = Image.linear_gradient("L").resize((37, 50)).convert(colours)
    gradient.save(tmp_path / "own.png")
    flags = ["--picture", str(tmp_path / "own.png"), "--out", str(tmp_path / "maps.png")]
    run(main_of("conv_demo"), flags)
    out = capsys.readouterr().out
    assert "(1, 3, 50, 37)" in out and "(1, 2, 42, 29)" in out and "(1, 2, 21, 14)" in out
    assert_drawn(tmp_path / "maps.png")


def test_conv_demo_needs_room_for_its_filters(tmp_path, capsys):
    Image.new("L", (40, 9)).save(tmp_path / "low.png")
    with pytest.raises(SystemExit):
        run(main_of("conv_demo"), ["--picture", str(tmp_path / "low.png")])
    expected = f"error: {tmp_path / 'low.png'} has 40 x 9 pixels; 10 x 10 are needed\n"
    assert capsys.readouterr().err == expected


def test_hmc_finds_the_tutorial_s_gaussian(tmp_path, monkeypatch, capsys):
    main = main_of("sample_hmc")
    monkeypatch.setenv("THEANO_FLAGS", "mode=JAX")
    samples = run(main, ["--run-dir", str(tmp_path)])
    assert samples.shape == (1000, 3, 5)
    assert_drawn(tmp_path / "samples.png")
    out = capsys.readouterr().out
    mean, covariance = map(float, re.findall(r"largest difference (\d\.\d{3})", out))
    assert mean < 0.1 and covariance < 0.15
    assert re.search(r"^step size 0\.\d{5}\naverage acceptance 0\.[89]\d{4}, of all ", out)


def test_resumed_draws_are_the_uninterrupted_ones(tmp_path, monkeypatch, capsys):
    main, flags = (
        main_of("sample_hmc"),
        ["--distribution", "banana", "--burn-in", "5", "--no-adapt"],
    )

    def draw(folder, *more):
        return run(main, [*flags, "--run-dir", str(tmp_path / folder), *more])

    monkeypatch.setenv("THEANO_FLAGS", "mode=FAST_COMPILE")
    assert draw("dry", "--dry-run") is None and not list(tmp_path.iterdir())
    assert "dry run: the first chain goes to [" in capsys.readouterr().out
    first = draw("stopped", "--n-draws", "10")
    resumed = draw("stopped", "--n-draws", "30", "--resume")
    np.testing.assert_array_equal(resumed, draw("whole", "--n-draws", "30"))
    np.testing.assert_array_equal(resumed[:10], first)
    with pytest.raises(SystemExit):
        draw("none", "--n-draws", "1")
    assert "error: 1 draws after 5 tell nothing: ask for 2 or more" in capsys.readouterr().err


def test_cross_validation(capsys):
    """A line for each channel: the mean over the folds and the deviation."""
    found = run(main_of("cross_validation"), ["--dataset", "digits", "--n-folds", "2",
                "--max-epochs", "1", "--n-hidden", "10", "--batch-size", "100"])  # fmt: skip
    assert found is None
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == ["valid_error", "test_error"]
    for line in lines:
        mean, deviation = re.search(r"(0\.\d+) \+- (0\.\d+) \(2 folds\)$", line).groups()
        assert 0 < float(deviation) < float(mean) < 0.9
