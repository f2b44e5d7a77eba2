import numpy as np
import pytest
from training.toy import Quadratic, Variable

from dltut.exceptions import InputError
from dltut.machine.serialize import read_arrays
from dltut.models import LogisticRegression, load_model
from dltut.training import Checkpoint, Monitor, NoImprovement, PolyakAverage, Smooth, Trainer


def test_polyak_average_is_the_mean_of_the_iterates():
    iterates, toy = [], Quadratic()

    def step(index):
        cost = toy(index)
        iterates.append(toy.W.get_value())
        return cost

    average = PolyakAverage([toy.W], start=3)
    Trainer(step, 5, [average]).run(max_epochs=2)
    plain = Quadratic()
    Trainer(plain).run(max_epochs=2)
    assert np.array_equal(plain.W.value, toy.W.value)  # training itself is unchanged
    assert average.n == 7
    np.testing.assert_allclose(
        average.values()["W"], np.mean(iterates[3:], axis=0, dtype="float64"), rtol=1e-14
    )


@pytest.mark.parametrize("start", [-1, 0.5, None])
def test_polyak_average_starts_at_an_iteration(start):
    with pytest.raises(InputError, match=r"start is .*; it counts iterations"):
        PolyakAverage([Variable(np.ones(2), "W")], start=start)


def test_polyak_average_before_its_start():
    with pytest.raises(InputError, match="averaging starts at minibatch 5"):
        PolyakAverage([Variable(np.ones(2), "W")], start=5).values()


def iterates_of(n_epochs):
    iterates, toy = [], Quadratic()

    def step(index):
        cost = toy(index)
        iterates.append(toy.W.get_value())
        return cost

    Trainer(step, 5).run(n_epochs)
    return iterates


def test_the_average_from_an_epoch_on_is_written_when_the_run_ends(tmp_path):
    toy = Quadratic()
    path = tmp_path / "averages.safetensors"
    average = PolyakAverage([toy.W], start=2, path=path, per="epoch")
    Trainer(toy, extensions=[average, Monitor(toy)]).run(4)
    iterates = iterates_of(4)[10:]
    arrays, header = read_arrays(path)
    assert header == {"averaged": 10}
    assert arrays["W"].dtype == "float32"
    np.testing.assert_allclose(arrays["W"], np.mean(iterates, axis=0, dtype="float64"), rtol=1e-6)


def test_the_averaged_model_can_be_loaded_and_the_trained_one_stays(tmp_path):
    model = LogisticRegression(2, 3)
    path = tmp_path / "average.safetensors"

    def step(index):
        for param in model.params:
            param.set_value(param.get_value() + 1)
        return 1.0

    Trainer(step, 3, [PolyakAverage(model, path=path)]).run(1)
    assert [np.unique(each.get_value()).tolist() for each in model.params] == [[3.0], [3.0]]
    averaged = load_model(path)
    assert [np.unique(each.get_value()).tolist() for each in averaged.params] == [[2.0], [2.0]]


def test_a_resumed_average_is_the_whole_one(tmp_path):
    def averages(folder, *ends):
        for end in ends:
            toy = Quadratic()
            average = PolyakAverage(toy, start=3, path=folder / "average.safetensors")
            keep = Checkpoint(folder, toy, resume=True)
            Trainer(toy, extensions=[average, Monitor(toy), keep]).run(end)
        return (folder / "average.safetensors").read_bytes()

    assert averages(tmp_path / "parts", 1, 2, 4) == averages(tmp_path / "whole", 4)


def test_nothing_is_written_before_the_start(tmp_path, capsys):
    toy = Quadratic()
    average = PolyakAverage(toy, start=99, path=tmp_path / "a.safetensors")
    Trainer(toy, extensions=[average]).run(1)
    assert not list(tmp_path.iterdir())
    assert (
        "a.safetensors is not written: averaging starts at minibatch 99" in capsys.readouterr().err
    )


def test_what_the_start_counts():
    with pytest.raises(InputError, match="per is 'step'; it is 'epoch' or 'minibatch'"):
        PolyakAverage([Variable(np.ones(2), "W")], per="step")


VALUES = [0.5, 0.25, 1.0, 0.75, 0.5, 0.25, 0.125]


def smoothed(k, *more, first=False, **channels):
    values = iter(VALUES)
    monitor = Monitor({"valid_error": lambda: next(values)}, **channels)
    smooth = Smooth("valid_error", k)
    extensions = [smooth, monitor] if first else [monitor, smooth]
    return Trainer(lambda index: 1.0, 1, [*extensions, *more]).run(len(VALUES))


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("k", [1, 3, 5, 99])
def test_a_smoothed_channel_is_the_mean_of_the_last_values(k, first):
    found = [row["valid_smooth_error"] for row in smoothed(k, first=first).rows]
    assert found == [np.mean(VALUES[max(0, i - k + 1) : i + 1]) for i in range(len(VALUES))]


def test_a_criterion_may_judge_the_smoothed_channel():
    # Of two, the means are .5, .375, .625, .875, .625, .375: from the third on, four are no better.
    log = smoothed(2, NoImprovement(4, "valid_smooth_error"))
    assert len(log.rows) == 6


def test_what_is_measured_at_the_best_only_is_smoothed_where_it_is():
    values = iter(VALUES)
    tests = iter([0.75, 0.25, 0.5, 0.5])
    monitor = Monitor(lambda: next(values), lambda: next(tests))
    smooth = Smooth("test_error", 2, "test_mean")
    log = Trainer(lambda index: 1.0, 1, [monitor, smooth]).run(len(VALUES))
    means = [row.get("test_mean") for row in log.rows]
    assert means == [0.75, 0.5, None, None, None, None, 0.375]


def test_a_smoothed_channel_goes_on_when_the_run_is_resumed(tmp_path):
    def log_of(folder, *ends):
        for end in ends:
            toy = Quadratic()
            extensions = [Smooth("valid_error", 4), Monitor(toy, every=2)]
            keep = Checkpoint(folder, toy, resume=True)
            Trainer(toy, extensions=[*extensions, keep]).run(end)
        return (folder / "log.jsonl").read_bytes()

    assert log_of(tmp_path / "parts", 1, 2, 4) == log_of(tmp_path / "whole", 4)


@pytest.mark.parametrize(
    ("extensions", "message"),
    [
        ([Smooth("valid_eror")], "no valid_eror: did you mean valid_error"),
        ([Smooth("valid_error", name="valid_error")], "the rows have a valid_error already"),
        ([Smooth("valid_error"), Smooth("valid_error", 2)], "would be called valid_smooth_error"),
    ],
)
def test_channels_that_cannot_be_smoothed(extensions, message):
    with pytest.raises(InputError, match=message):
        Trainer(lambda index: 1.0, 1, [Monitor(lambda: 0.5), *extensions]).run(1)


def test_names_of_smoothed_channels():
    names = {"valid_y_misclass": "valid_smooth_y_misclass", "norm": "smooth_norm"}
    assert {name: Smooth(name).name for name in names} == names
    with pytest.raises(InputError, match="k is 0; it counts values"):
        Smooth("norm", 0)
