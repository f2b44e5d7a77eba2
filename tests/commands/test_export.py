"""TensorBoard's own reader finds the rows of the log."""

import importlib.util
import json
import os
import struct
import sys

import numpy as np
import pytest

from dltut.commands import cli, export
from dltut.training import Log
from dltut.training.log import write_log

needs_tensorboard = pytest.mark.skipif(
    importlib.util.find_spec("tensorboard") is None,
    reason="tensorboard is not installed: pip install 'dltut[tensorboard]'",
)


def make_run(folder, errors=(0.5, 0.25, float("nan"))):
    folder.mkdir(parents=True)
    log = Log()
    for i, error in enumerate(errors):
        row = {"epoch": i + 1, "minibatch": 9, "iteration": 10 * i + 9, "train_cost": 2.0 - i}
        log.append(row | {"valid_error": error, "best": i < 2} | ({"test_error": 0.5} if i else {}))
    log.clock = [40.0 * (i + 1) for i in range(len(errors))]
    write_log(folder, log)
    os.utime(folder / "log.jsonl", (1_700_000_120, 1_700_000_120))
    return folder


def scalars(folder):
    """{tag: (steps, times, values)} as TensorBoard reads them."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder), size_guidance={"scalars": 0}).Reload()
    found = {tag: events.Scalars(tag) for tag in events.Tags()["scalars"]}
    return {
        tag: [[getattr(each, name) for each in rows] for name in ("step", "wall_time", "value")]
        for tag, rows in found.items()
    }


@needs_tensorboard
def test_rows_are_scalars(tmp_path, capsys):
    run = make_run(tmp_path / "run")
    cli.main(["export", str(run), str(tmp_path / "events")])
    said = f"3 rows: {tmp_path}/events; next: tensorboard --logdir {tmp_path}/events\n"
    assert capsys.readouterr().err == said
    begun = 1_700_000_000
    times = [begun + 40, begun + 80, begun + 120]
    assert (
        scalars(tmp_path / "events")
        == {
            "train_cost": [[9, 19, 29], times, [2, 1, 0]],
            "valid_error": [[9, 19], times[:2], [0.5, 0.25]],  # NaN is no point of a curve
            "test_error": [[19, 29], times[1:], [0.5, 0.5]],
            "epoch": [[9, 19, 29], times, [1, 2, 3]],
        }
    )


@needs_tensorboard
def test_exporting_again_replaces_the_events(tmp_path):
    for n in (3, 2):
        export.write_events(
            tmp_path / export.EVENTS,
            {"iteration": np.arange(n), "norm": np.arange(n) + 0.5, "best": np.ones(n)},
        )
    assert scalars(tmp_path) == {"norm": [[0, 1], [0, 0], [0.5, 1.5]]}
    assert len(list(tmp_path.iterdir())) == 1


@needs_tensorboard
def test_parts_have_subfolders(tmp_path):
    run = tmp_path / "dbn"
    for name in ("layer0", "layer1"):
        make_run(run / name, (0.5,))
    cli.main(["export", str(run), str(tmp_path / "events")])
    assert {path.parent.name for path in (tmp_path / "events").rglob("events*")} == {
        "layer0",
        "layer1",
    }
    assert scalars(tmp_path / "events" / "layer0")["valid_error"][2] == [0.5]


@needs_tensorboard
def test_an_empty_log_is_an_empty_file(tmp_path):
    cli.main(["export", str(make_run(tmp_path / "run", ())), str(tmp_path / "events")])
    assert scalars(tmp_path / "events") == {}
    [file] = (tmp_path / "events").iterdir()
    data = file.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    assert len(data) == 8 + 4 + length + 4 and b"brain.Event:2" in data


def test_what_cannot_be_exported(tmp_path, capsys, monkeypatch):
    with pytest.raises(SystemExit) as end:
        cli.main(["export", str(tmp_path), str(tmp_path / "events")])
    assert end.value.code == 1 and "holds no log.jsonl" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "tensorboard", None)
    monkeypatch.setitem(sys.modules, "tensorboard.compat.proto.event_pb2", None)
    run = make_run(tmp_path / "run")
    with pytest.raises(SystemExit) as end:
        cli.main(["export", str(run), str(tmp_path / "events")])
    assert end.value.code == 1 and not (tmp_path / "events").exists()
    line = "error: TensorBoard is not installed: pip install 'dltut[tensorboard]'\n"
    assert capsys.readouterr().err == line
    (run / "log.jsonl").write_text(json.dumps({"iteration": 5}) + "\n{\n")
    with pytest.raises(SystemExit):
        cli.main(["export", str(run), str(tmp_path / "events")])
    assert "damaged in line 2" in capsys.readouterr().err
