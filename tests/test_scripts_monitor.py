"""The scripts that look at runs: from files alone, without a question asked."""

import json
import math
import time

import numpy as np
import pytest
from looking import call, make_run, refusal, script
from PIL import Image

from dltut.commands.flags import run
from dltut.datasets.kinds import Numbers
from dltut.machine.serialize import write_arrays
from dltut.viz import filter_picture

SUMMARY = """\
epochs seen: 3
time trained: 2 min 0 s
test_error : 26 %
train_cost : 0
valid_error : 30 %
best: valid_error 25 %, test_error 26 % in epoch 2
"""


def test_print_monitor(tmp_path, capsys):
    one, two = make_run(tmp_path / "one"), make_run(tmp_path / "two", [])
    call("print_monitor", one)
    assert capsys.readouterr().out == SUMMARY
    call("print_monitor", one, two)
    assert capsys.readouterr().out == f"{one}\n{SUMMARY}\n{two}\nno validation yet\n"


def test_print_monitor_of_no_run(tmp_path, capsys):
    assert refusal(capsys, "print_monitor").startswith("error: no run is named: give the folder")
    assert "holds no log.jsonl" in refusal(capsys, "print_monitor", tmp_path, status=1)
    folder = make_run(tmp_path / "run")
    assert refusal(capsys, "print_monitor", folder, "--csv", "--json").startswith("error: csv and")
    (folder / "log.jsonl").write_text("{]\n")
    line = refusal(capsys, "print_monitor", folder, status=1)
    assert line.startswith(f"error: {folder}/log.jsonl is damaged in line 1: ")


def test_print_monitor_for_programs(tmp_path, capsys):
    one, two = make_run(tmp_path / "one", (0.5, 0.25, math.nan)), make_run(tmp_path / "two", [])
    call("print_monitor", one, two, "--json")
    first, second = json.loads(capsys.readouterr().out)
    assert first["run"] == str(one) and (first["epochs"], first["batches"]) == (3, 30)
    assert first["last"] == {"test_error": 0.26, "train_cost": 0.0, "valid_error": None}
    assert first["best"]["epoch"] == 2 and first["seconds"] == 120 and first["stopped"] is None
    assert second == {
        "run": str(two), "epochs": 0, "batches": 0, "seconds": 0.0,
        "stopped": None, "last": {}, "best": None,
    }  # fmt: skip
    call("print_monitor", one, two, "--csv")
    assert capsys.readouterr().out.splitlines() == [
        "run,epochs,batches,seconds,stopped,test_error,train_cost,valid_error",
        f"{one},3,30,120.0,,0.26,0.0,nan",
        f"{two},0,0,0.0,,,,",
    ]


def test_print_monitor_of_a_long_run_takes_no_time(tmp_path, capsys):
    rows = [(n, 1 / (n + 1)) for n in range(100_000)]
    text = '{{"epoch": {}, "minibatch": 0, "iteration": {}, "train_cost": {}, "best": {}}}\n'
    lines = (text.format(n + 1, n, cost, str(n == 70_000).lower()) for n, cost in rows)
    (tmp_path / "log.jsonl").write_text("".join(lines))
    begun = time.process_time()
    call("print_monitor", tmp_path)
    assert time.process_time() - begun < 3  # a million rows in ten times that; mostly JSON
    assert capsys.readouterr().out.startswith("epochs seen: 100000\n")
    call("print_monitor", tmp_path, "--json")
    [record] = json.loads(capsys.readouterr().out)
    assert record["best"] == {
        "epoch": 70_001, "minibatch": 0, "iteration": 70_000, "train_cost": 1 / 70_001, "best": True
    }  # fmt: skip


def test_plot_monitor(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    runs = [make_run(tmp_path / name) for name in ("one", "two")]
    call("plot_monitor", *runs)
    assert capsys.readouterr().err == f"pictures: {tmp_path / 'monitor.png'}\n"
    flags = [
        "--channels",
        "valid_error, test_error",
        "--x",
        "seconds",
        "--smooth",
        "--yrange",
        "0:60",
    ]
    call("plot_monitor", runs[0], *flags, "--out", "new/one.png")
    with Image.open("monitor.png") as two, Image.open("new/one.png") as one:
        assert two.width > 1.5 * one.width  # costs and errors, or errors alone
        assert np.asarray(one).std() > 5


def test_plot_monitor_refuses(tmp_path, capsys):
    folder = make_run(tmp_path / "run")
    assert refusal(capsys, "plot_monitor").startswith("error: no run is named")
    assert refusal(capsys, "plot_monitor", folder, "--channels", "valid_eror") == (
        "error: no channel 'valid_eror' in the log; did you mean valid_error?"
    )
    assert refusal(capsys, "plot_monitor", folder, "--yrange", "low") == (
        "error: yrange 'low' is not bottom:top, such as 0:10 or :10"
    )
    assert refusal(capsys, "plot_monitor", folder, folder) == (
        "error: a run is named twice: name each once"
    )
    assert "holds no log.jsonl" in refusal(capsys, "plot_monitor", tmp_path, status=1)
    (folder / "clock.jsonl").unlink()
    assert refusal(capsys, "plot_monitor", folder, "--x", "second") == (
        "error: the log of run has no seconds in every row: choose another x axis"
    )


def test_plot_monitor_over_every_axis(tmp_path, monkeypatch):
    """What is drawn, where: by hand from the log."""
    module, drawn = script("plot_monitor"), {}
    folder = make_run(tmp_path / "run")
    (folder / "config.json").write_text('{"name": "mlp", "arguments": {"batch_size": 20}}')
    figure_of = module.learning_curves.__wrapped__
    monkeypatch.setattr(module, "learning_curves", lambda *given: figure_of(*given))
    monkeypatch.setattr(module, "save_picture", lambda path, figure: drawn.update({path: figure}))
    places = {"epoch": [1, 2, 3], "batch": [9, 19, 29], "example": [200, 400, 600]}
    places |= {"iteration": [9, 19, 29], "second": [40, 80, 120], "seconds": [40, 80, 120]}
    for x, expected in places.items():
        run(module.main, [str(folder), "--channels", "valid_error", "--x", x])
        (axes,) = drawn[tmp_path / "run" / "monitor.png"].axes
        assert axes.get_xlabel() in (x, f"{x}s")
        np.testing.assert_array_equal(axes.lines[0].get_data(), [expected, [50, 25, 30]])


def test_ends_of_the_axis():
    ends = script("plot_monitor").ends
    assert [ends(text) for text in ("0:10", ":5", "-1.5:", None)] == [
        (0, 10),
        (None, 5),
        (-1.5, None),
        None,
    ]


@pytest.fixture
def dense(rng, tmp_path):
    W = rng.normal(size=(12, 3)).astype("float32")
    arrays = {"hidden0.W": W, "hidden0.b": np.zeros(3, "float32")}
    write_arrays(tmp_path / "best.safetensors", arrays, {"image_shape": [1, 2, 6]})
    return W


def test_show_weights_of_a_run(dense, tmp_path, capsys):
    call("show_weights", tmp_path)
    shown = capsys.readouterr()
    assert shown.err == f"pictures: {tmp_path / 'weights.png'}\n"
    first, magnitudes, norms = shown.out.splitlines()
    assert first == "hidden0.W: 3 filters of 12 weights"
    size, length = np.abs(dense), np.sqrt((dense**2).sum(0))
    for line, values in ((magnitudes, size), (norms, length)):
        least, mean, greatest = (float(each.split()[-1]) for each in line.split(","))
        np.testing.assert_allclose(
            [least, mean, greatest], [values.min(), values.mean(), values.max()], 1e-5
        )
    with Image.open(tmp_path / "weights.png") as picture:
        expected = filter_picture(dense / np.abs(dense).max(axis=0), (2, 6), "none")
        np.testing.assert_array_equal(picture, expected)


@pytest.mark.parametrize("rescale", ["individual", "global", "none"])
def test_a_weight_of_0_is_mid_grey(tmp_path, rescale):
    """Whatever the others are: the left pixel is 0, the right one the largest."""
    W = np.array([[0, 0.5], [0, -2.0], [0, 0]]).T  # two pixels, three units, one of them dead
    write_arrays(tmp_path / "W.safetensors", {"W": W}, {"image_shape": [1, 1, 2]})
    call("show_weights", tmp_path / "W.safetensors", "--rescale", rescale)
    with Image.open(tmp_path / "weights.png") as picture:
        grey = np.asarray(picture).astype(int)
    zoom = grey.shape[1] // 5  # two tiles a row, a line between them
    pixels = grey[zoom // 2 :: 2 * zoom, zoom // 2 :: zoom]
    most = {"individual": 255, "global": 159, "none": 191}[rescale]
    np.testing.assert_allclose(pixels[0], [127, most, 0, 127, 0], atol=1)
    np.testing.assert_allclose(pixels[1, :2], 127, atol=1)


def test_show_weights_of_a_table_draws_nothing(rng, tmp_path, capsys):
    """Four numbers are no picture of 2 x 2."""
    header = {"inputs": Numbers(("a", "b", "c", "d")).facts}
    write_arrays(tmp_path / "best.safetensors", {"W": rng.normal(size=(4, 3))}, header)
    call("show_weights", tmp_path)
    shown = capsys.readouterr()
    assert shown.out.startswith("W: 3 filters of 4 weights")
    assert shown.err.startswith("no picture: ") and not (tmp_path / "weights.png").exists()


def test_show_weights_of_convolutions(rng, tmp_path, capsys):
    W = rng.normal(size=(4, 1, 3, 3)).astype("float32")
    write_arrays(tmp_path / "net.safetensors", {"layer0.W": W}, {"image_shape": [1, 28, 28]})
    out = tmp_path / "filters.png"
    call(
        "show_weights",
        tmp_path / "net.safetensors",
        "--rescale",
        "global",
        "--border",
        "--out",
        out,
    )
    assert "layer0.W: 4 filters of 9 weights" in capsys.readouterr().out
    with Image.open(out) as picture:
        np.testing.assert_array_equal(picture, filter_picture(W, rescale="global", border=True))


def test_show_weights_refuses(tmp_path, capsys):
    assert "holds no best.safetensors" in refusal(capsys, "show_weights", tmp_path, status=1)
    write_arrays(tmp_path / "b.safetensors", {"b": np.zeros(3)})
    assert "no weights to draw among b" in refusal(
        capsys, "show_weights", tmp_path / "b.safetensors"
    )
    (tmp_path / "half.safetensors").write_bytes(b"\x08")
    line = refusal(capsys, "show_weights", tmp_path / "half.safetensors", status=1)
    assert "half.safetensors is not a whole safetensors file" in line
