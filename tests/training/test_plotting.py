import numpy as np
import pytest
from PIL import Image

import dltut.training.plotting
import dltut.viz
from dltut.exceptions import InputError
from dltut.training import EachBatch, Monitor, PlotWhileTraining, Trainer
from dltut.viz import learning_curves


class Clock:
    """Seconds that pass when somebody draws, or a minibatch is learned."""

    now = 0.0

    def monotonic(self):
        return self.now


def pixels(path):
    with Image.open(path, formats=["PNG"]) as picture:
        return np.array(picture)


def run(path, monkeypatch, draw_seconds, batch_seconds=1.0, n=40, **options):
    """The iterations after which a picture was drawn, and the log."""
    clock, drawn = Clock(), []

    def draw(*given):
        drawn.append(trainer.log.iteration)
        clock.now += draw_seconds
        return learning_curves(*given)

    def step(index):
        clock.now += batch_seconds
        return 1.0

    monkeypatch.setattr(dltut.training.plotting, "time", clock)
    monkeypatch.setattr(dltut.viz, "learning_curves", draw)
    errors = iter(np.linspace(1, 0, n + 1))
    plot = PlotWhileTraining(path, **options)
    trainer = Trainer(step, 1, [Monitor(lambda: next(errors)), plot])
    return drawn, trainer.run(n)


def test_a_picture_every_few_seconds_and_one_of_all_at_the_end(tmp_path, monkeypatch):
    path = tmp_path / "run" / "curves.png"
    drawn, log = run(path, monkeypatch, draw_seconds=0.0, every=15.0)
    assert drawn == [0, 15, 30, 39]
    assert np.array_equal(pixels(path), np.array(learning_curves({"": log})))
    assert [each.name for each in path.parent.iterdir()] == ["curves.png"]


def test_drawing_takes_a_twentieth_of_the_time_at_most(tmp_path, monkeypatch):
    drawn, _ = run(tmp_path / "curves.png", monkeypatch, draw_seconds=1.0, every=0.0)
    assert drawn == [0, 19, 38, 39]


def test_nothing_new_is_not_drawn_again(tmp_path, monkeypatch):
    drawn, _ = run(tmp_path / "curves.png", monkeypatch, draw_seconds=0.0, n=1, every=0.0)
    assert drawn == [0]


def test_channels_and_axis(tmp_path):
    path, path_seconds = tmp_path / "norm.png", tmp_path / "seconds.png"
    plots = [
        PlotWhileTraining(path, ["norm"]),
        PlotWhileTraining(path_seconds, ["norm"], x="iteration"),
    ]
    monitor = Monitor(lambda: 0.5, norm=lambda: 2.0)
    log = Trainer(lambda index: 1.0, 3, [monitor, *plots]).run(2)
    assert np.array_equal(pixels(path), np.array(learning_curves({"": log}, ["norm"])))
    assert not np.array_equal(pixels(path), pixels(path_seconds))


def test_a_channel_that_is_not_there(tmp_path):
    plot = PlotWhileTraining(tmp_path / "curves.png", ["valid_eror"])
    with pytest.raises(InputError, match="no channel 'valid_eror' in the log; did you mean"):
        Trainer(lambda index: 1.0, 1, [Monitor(lambda: 0.5), plot]).run(1)
    with pytest.raises(InputError, match="every is -1; it is 0 or more"):
        PlotWhileTraining("curves.png", every=-1)


def test_a_run_without_rows_has_no_picture(tmp_path):
    plot = PlotWhileTraining(tmp_path / "curves.png")
    Trainer(lambda index: 1.0, 1, [EachBatch(lambda log: None), plot]).run(1)
    assert not list(tmp_path.iterdir())
