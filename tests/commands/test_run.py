"""What all training scripts do with the flags that they share; nothing is compiled here."""

import json
import weakref
from pathlib import Path

import numpy as np
import pytensor
import pytest
import small_mnist
from PIL import Image

from dltut.commands import run as room
from dltut.commands.flags import call
from dltut.commands.plot import data_of
from dltut.commands.run import Run, Session
from dltut.exceptions import InputError
from dltut.models import LogisticRegression
from dltut.training import Monitor, NoImprovement, read_config, read_log

MODEL = LogisticRegression(4, 2)
TABLE = "a,b,kind\n" + "\n".join(f"{i},{i * i % 7},{'odd' if i % 2 else 'even'}" for i in range(60))


@pytest.fixture(autouse=True)
def settings(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(room, "draw_run", lambda *given, drawn: drawings.append((given, drawn)))
    drawings = []
    with pytensor.config.change_flags(floatX="float32", mode="NUMBA"):
        yield drawings


class Step:
    """Four minibatches, of cost 1."""

    n_batches = 4

    def __call__(self, index):
        return 1.0


def small(run: Run, max_epochs: int = 2, channel: str = "valid_error"):
    """Train nothing."""
    run.data()
    errors = iter([0.5, 0.25, 0.125, 0.1])
    extensions = [Monitor(lambda: next(errors)), NoImprovement(3, channel)]
    return run.train(Step(), MODEL, max_epochs, extensions, part_of="the facts")


def test_a_run_leaves_its_arguments_log_and_model_and_is_drawn_at_its_end(settings, capsys):
    log = call(small, dataset="digits", run_dir=Path("mine"))
    assert [row["valid_error"] for row in log.rows] == [0.5, 0.25]
    assert read_log("mine") == [
        row | {"seconds": pytest.approx(s)} for row, s in zip(log.rows, log.clock, strict=True)
    ]
    config = json.loads(Path("mine/config.json").read_text())
    assert config["name"] == "test-run"
    assert config["arguments"]["dataset"] == "digits" and config["arguments"]["max_epochs"] == 2
    [((folder, data, classes), drawn)] = settings
    assert (str(folder), drawn) == ("mine", [])
    assert {part: each.name for part, each in data.items()} == {"": "digits"}
    assert classes == [LogisticRegression]  # a class of one's own is loaded again for pictures
    assert "computing in float32 on cpu" in capsys.readouterr().err


def test_what_was_trained_on_is_gone_when_pictures_are_drawn(monkeypatch):
    """They need the test examples alone, and memory of their own."""
    trained_on, left = [], []
    monkeypatch.setattr(
        room, "draw_run", lambda folder, data, *_, drawn: left.extend([trained_on[0](), data[""]])
    )

    def circular(run: Run):
        data = run.data()
        trained_on.append(weakref.ref(data.train.x))
        step = Step()
        step.itself, step.data = step, data  # as a compiled function and its variables
        run.train(step, MODEL, 1, [Monitor(lambda: 0.5)])

    call(circular, dataset="digits", run_dir=Path("mine"))
    train, data = left
    assert train is None
    assert len(data.test) == 1000 and data.facts["dataset"] == "digits"


def test_nothing_is_drawn_where_no_pictures_are_wanted(settings, capsys):
    log = call(small, dataset="digits", run_dir=Path("mine"), pictures=False)
    assert len(log.rows) == 2 and settings == [] and not list(Path("mine").glob("*.png"))
    run = Run(Path("mine"), pictures=False)
    run.data()
    assert not run.has_pictures
    run.draw_filters(MODEL, "filters.png")
    Run.draw(run, "one.png", None)
    assert run.drawn == [] and "pictures" not in capsys.readouterr().err
    call(small, dataset="digits", run_dir=Path("mine"), resume=True)  # with pictures, now
    assert len(settings) == 1


def test_a_quick_run_does_three_epochs():
    assert call(small, dataset="digits", quick=True, max_epochs=50).epoch == 3


def test_a_quick_run_does_no_more_epochs_than_it_is_told():
    assert call(small, dataset="digits", quick=True, max_epochs=1).epoch == 1


def test_a_dry_run_tries_everything_and_writes_nothing(settings, capsys):
    log = call(small, dataset="digits", dry_run=True)
    assert log.stop_reason == "dry run" and not settings and not list(Path().iterdir())
    assert "dry run: cost 1.000000 on the first minibatch" in capsys.readouterr().out
    with pytest.raises(InputError, match="did you mean valid_error"):
        call(small, dataset="digits", dry_run=True, channel="valid_eror")
    with pytest.raises(InputError, match="max_epochs is -1"):
        call(small, dataset="digits", dry_run=True, max_epochs=-1)


def test_a_run_goes_on_with_the_arguments_that_it_began_with():
    call(small, dataset="digits", run_dir=Path("mine"), max_epochs=1)
    with pytest.raises(InputError, match="mine holds a run already"):
        call(small, dataset="digits", run_dir=Path("mine"))
    with pytest.raises(InputError, match=r"partial = None, not 'keep'"):
        call(small, dataset="digits", run_dir=Path("mine"), resume=True, partial="keep")
    assert call(small, dataset="digits", run_dir=Path("mine"), resume=True).epoch == 2


def test_a_run_of_version_0_1_goes_on():
    """Its config.json does not name the flags that came later."""
    call(small, dataset="digits", run_dir=Path("mine"), max_epochs=1)
    config = json.loads(Path("mine/config.json").read_text())
    for name in ("partial", "target", "ignore", "header", "task", "scale", "image_shape"):
        del config["arguments"][name]
    Path("mine/config.json").write_text(json.dumps(config))
    assert call(small, dataset="digits", run_dir=Path("mine"), resume=True).epoch == 2


def test_a_run_goes_on_with_the_data_that_auto_meant(tmp_path):
    """A data set that came into the data folder meanwhile is another one."""
    (tmp_path / "data").mkdir()
    again = {"run_dir": Path("mine"), "data_dir": tmp_path / "data", "resume": True}
    call(small, dataset="auto", **again, max_epochs=1)
    assert read_config("mine")["arguments"]["dataset"] == "digits"
    small_mnist.write_npz(tmp_path / "data")
    with pytest.raises(InputError, match="dataset = 'digits', not 'mnist'"):
        call(small, dataset="auto", **again)
    call(small, dataset="digits", **again)
    assert data_of("mine").name == "digits"
    config = read_config("mine")
    config["arguments"]["dataset"] = "auto"  # as earlier versions wrote
    Path("mine/config.json").write_text(json.dumps(config))
    call(small, dataset="digits", **again)


def test_an_experiments_file_of_either_data_set_keeps_which_it_was():
    run = Run()
    for said, kept in (("auto", "digits"), ({"name": "auto", "train": {}}, {"name": "digits"})):
        run.arguments = {"dataset": said}
        run.data()
        assert run.arguments["dataset"] == (kept if said == "auto" else said | kept)


def test_a_folder_that_cannot_be_made_is_one_line():
    Path("file").touch()
    with pytest.raises(InputError, match="file/mine cannot be used"):
        call(small, dataset="digits", run_dir=Path("file/mine"))


def test_several_models_have_a_folder_each(settings):
    with Run(dataset="digits", run_dir=Path("mine")) as run:
        run.data()
        for part in ("one", "other"):
            run.train(Step(), MODEL, 1, [Monitor()], part)
    assert {path.parent.name for path in Path("mine").glob("*/log.jsonl")} == {"one", "other"}
    assert len(settings) == 1


def test_the_tutorials_data_drop_the_rest_and_others_keep_it():
    Path("table.csv").write_text(TABLE)
    partial = {}
    for given in ("digits", "table.csv"):
        run = Run(dataset=given)
        run.data()
        partial[given] = run.partial
    assert partial == {"digits": "drop", "table.csv": "keep"}


def test_a_table_is_read_as_the_flags_say():
    Path("table.csv").write_text(TABLE)
    data = Run(dataset="table.csv", target=("b",), ignore=("kind",), task="regression").data()
    assert (data.train.n_inputs, data.targets.names) == (1, ("b",))
    with pytest.raises(InputError, match="digits is known; target, ignore"):
        Run(dataset="digits", target=("b",)).data()


def test_filters_are_drawn_of_pictures_only():
    Path("table.csv").write_text(TABLE)
    for given in ("digits", "table.csv"):
        run = Run(dataset=given, run_dir=Path(given).with_suffix(""))
        model = LogisticRegression(run.data().train.n_inputs, 10)
        model.W.set_value(np.ones(model.W.get_value().shape, "float32"))
        run.draw_filters(model, "filters.png")
        assert run.has_pictures == (given == "digits") == bool(run.drawn)
    assert Path("digits/filters.png").exists() and not Path("table").exists()


def test_a_session_says_which_pictures_it_drew(capsys):
    with Session(run_dir=Path("mine")) as session:
        for name in ("b.png", "a.png"):
            session.draw(name, Image.new("L", (3, 3)))
    assert capsys.readouterr().err == "pictures: mine/{a.png,b.png}\n"
