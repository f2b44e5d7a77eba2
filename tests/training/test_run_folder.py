import json
from pathlib import Path

import pytest

from dltut.exceptions import InputError
from dltut.training import open_run, read_config

ARGUMENTS = {"learning_rate": 0.1, "n_hidden": (500, 100), "data_dir": Path("data"), "seed": 1}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_default_folders_are_numbered():
    folders = [open_run(None, "mlp", ARGUMENTS) for _ in range(3)]
    assert folders == [Path("runs/mlp"), Path("runs/mlp-2"), Path("runs/mlp-3")]


def test_resuming_takes_the_newest():
    for _ in range(3):
        open_run(None, "mlp", ARGUMENTS)
    open_run(None, "lenet", ARGUMENTS)
    assert open_run(None, "mlp", ARGUMENTS, resume=True) == Path("runs/mlp-3")


def test_config_holds_the_arguments():
    folder = open_run("here/mine", "mlp", ARGUMENTS)
    assert read_config(folder) == {
        "name": "mlp",
        "arguments": {"learning_rate": 0.1, "n_hidden": [500, 100], "data_dir": "data", "seed": 1},
    }


@pytest.mark.parametrize("run_dir", [None, "mine"])
def test_nothing_to_resume_is_said(capsys, run_dir):
    folder = open_run(run_dir, "mlp", ARGUMENTS, resume=True)
    assert f"{folder} holds no run to resume: beginning one there" in capsys.readouterr().err
    assert folder == Path(run_dir or "runs/mlp")
    assert read_config(folder)["name"] == "mlp"


def test_a_folder_with_a_run_is_not_taken():
    open_run("mine", "mlp", ARGUMENTS)
    with pytest.raises(InputError, match=r"mine holds a run already: .*--resume.*--run-dir"):
        open_run("mine", "mlp", ARGUMENTS)


def test_a_folder_with_other_files_is_used():
    Path("mine").mkdir()
    Path("mine/notes.txt").write_text("x")
    assert open_run("mine", "mlp", ARGUMENTS) == Path("mine")


def test_changed_arguments_are_named():
    open_run("mine", "mlp", ARGUMENTS)
    changed = ARGUMENTS | {"learning_rate": 0.5, "n_hidden": [500]}
    with pytest.raises(
        InputError,
        match=r"a run with learning_rate = 0.1, not 0.5; n_hidden = \[500, 100\], not \[500\]: "
        "resume it with the same arguments",
    ):
        open_run("mine", "mlp", changed, resume=True)
    assert read_config("mine")["arguments"]["learning_rate"] == 0.1


def test_another_script_is_named():
    open_run("mine", "mlp", ARGUMENTS)
    with pytest.raises(InputError, match="name = 'mlp', not 'lenet'"):
        open_run("mine", "lenet", ARGUMENTS, resume=True)


def test_where_and_how_long_may_change():
    begun = {"max_epochs": 5, "device": "cpu", "run_dir": None, "resume": False, "dry_run": False}
    open_run("mine", "mlp", ARGUMENTS | begun)
    now = {"max_epochs": 9, "device": "cuda", "run_dir": "mine", "data_dir": "there"}
    open_run("mine", "mlp", ARGUMENTS | now | {"resume": True}, resume=True)
    assert read_config("mine")["arguments"]["max_epochs"] == 9


@pytest.mark.parametrize("text", ["", "{", "[]", '{"name": "mlp"}', "\xff"])
def test_a_damaged_config_is_named(text):
    open_run("mine", "mlp", ARGUMENTS)
    Path("mine/config.json").write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match=r"config.json is damaged"):
        open_run("mine", "mlp", ARGUMENTS, resume=True)


def test_a_missing_config_is_named():
    with pytest.raises(InputError, match=r"config.json cannot be read .*name the folder of a run"):
        read_config("nowhere")


def test_a_file_in_the_way_is_named():
    Path("mine").write_text("x")
    with pytest.raises(InputError, match="mine"):
        open_run("mine", "mlp", ARGUMENTS)


def test_config_is_json_for_people():
    open_run("mine", "mlp", {"seed": 1})
    text = Path("mine/config.json").read_text()
    assert text.count("\n") > 3
    assert json.loads(text)["arguments"] == {"seed": 1}


def test_resuming_sweeps_away_what_a_killed_process_was_writing():
    open_run("mine", "mlp", ARGUMENTS)
    for name in (".last.ckpt.abc.part", ".notes"):
        Path("mine", name).write_text("x")
    open_run("mine", "mlp", ARGUMENTS, resume=True)
    assert {path.name for path in Path("mine").iterdir()} == {"config.json", ".notes"}
