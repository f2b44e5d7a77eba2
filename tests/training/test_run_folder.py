import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dltut.exceptions import InputError
from dltut.training import RunFolder, open_run, read_config

ARGUMENTS = {"learning_rate": 0.1, "n_hidden": (500, 100), "data_dir": Path("data"), "seed": 1}


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_default_folders_are_numbered():
    folders = [open_run(None, "mlp", ARGUMENTS).path for _ in range(3)]
    assert folders == [Path("runs/mlp"), Path("runs/mlp-2"), Path("runs/mlp-3")]


def test_resuming_takes_the_newest():
    for _ in range(3):
        open_run(None, "mlp", ARGUMENTS)
    open_run(None, "lenet", ARGUMENTS)
    assert open_run(None, "mlp", ARGUMENTS, resume=True).path == Path("runs/mlp-3")


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
    assert folder.path == Path(run_dir or "runs/mlp")
    assert read_config(folder)["name"] == "mlp"


def test_a_folder_with_a_run_is_not_taken():
    open_run("mine", "mlp", ARGUMENTS)
    with pytest.raises(InputError, match=r"mine holds a run already: .*--resume.*--run-dir"):
        open_run("mine", "mlp", ARGUMENTS)


def test_a_folder_with_other_files_is_used():
    Path("mine").mkdir()
    Path("mine/notes.txt").write_text("x")
    assert open_run("mine", "mlp", ARGUMENTS).path == Path("mine")


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


def test_what_changed_in_an_experiment_is_named_by_its_path():
    def arguments(rate, layers, **more):
        rule = {"!obj:sgd.SGD": {"learning_rate": rate, **more}}
        return {"experiment": {"!obj:train.Train": {"algorithm": rule, "layers": layers}}}

    open_run("mine", "mlp", arguments(0.1, [{"dim": 5}, {"dim": 10}], max_epochs=3))
    changed = arguments(0.2, [{"dim": 5}, {"dim": 20}], max_epochs=9, momentum=0.9)
    with pytest.raises(InputError) as caught:
        open_run("mine", "mlp", changed, resume=True)
    assert str(caught.value).startswith(
        "mine holds a run with experiment.algorithm.learning_rate = 0.1, not 0.2; "
        "experiment.algorithm.momentum = nothing, not 0.9; "
        "experiment.layers.1.dim = 10, not 20: resume it"
    )
    many = {f"n{i}": 0 for i in range(9)}
    open_run("other", "mlp", many)
    with pytest.raises(InputError, match="n2 = 0, not 1; and 6 more: resume it"):
        open_run("other", "mlp", dict.fromkeys(many, 1), resume=True)
    open_run("mine", "mlp", arguments(0.1, [{"dim": 5}, {"dim": 10}], max_epochs=9), resume=True)


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


TEXTS = ["", "{", "[]", "[" * 100_000, "\xff", '{"name": "mlp"}', '{"arguments": {}}']
TEXTS += ['{"name": 3, "arguments": {}}', '{"name": "mlp", "arguments": []}']


@pytest.mark.parametrize("text", TEXTS)
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


HOLDER = """
import fcntl, sys
file = open("mine/.lock", "w")
fcntl.lockf(file, fcntl.LOCK_EX)
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.mark.parametrize("resume", [False, True])
def test_a_folder_into_which_another_process_writes_is_refused(resume):
    open_run("mine", "mlp", ARGUMENTS)
    before = Path("mine/config.json").read_bytes()
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", HOLDER], **pipes) as other:
        other.stdout.readline()
        with pytest.raises(InputError, match=r"another process is writing into mine: wait until"):
            open_run("mine", "mlp", ARGUMENTS, resume)
        other.kill()
    assert Path("mine/.lock").exists()  # what it leaves stops nobody
    assert Path("mine/config.json").read_bytes() == before
    open_run("mine", "mlp", ARGUMENTS, resume=True)


def test_a_lock_goes_with_its_owner():
    folder = RunFolder("mine")
    folder.lock()
    folder.lock()
    assert Path("mine/.lock").exists()
    Path("mine/.lock").unlink()  # as another object of this process does that is thrown away
    folder.lock()
    assert Path("mine/.lock").exists()
    folder.unlock()
    folder.unlock()
    assert not Path("mine/.lock").exists()
    RunFolder("mine").lock()
    assert not Path("mine/.lock").exists()


@pytest.mark.parametrize("file", ["last.ckpt", "log.jsonl", "layer0/log.jsonl", "layer0/last.ckpt"])
def test_a_run_without_its_arguments_is_not_resumed(file):
    folder = open_run("mine", "mlp", ARGUMENTS)
    folder.config.unlink()
    (folder / file).parent.mkdir(exist_ok=True)
    (folder / file).touch()
    with pytest.raises(InputError, match=r"mine holds a run but no config.json, .*put that file"):
        open_run("mine", "mlp", ARGUMENTS, resume=True)
    with pytest.raises(InputError, match="mine holds a run already"):
        open_run("mine", "mlp", ARGUMENTS)
    assert not folder.config.exists()


def test_a_folder_of_runs_is_no_run():
    for name in ("a", "b"):
        folder = open_run(f"all/{name}", "mlp", ARGUMENTS)
        folder.log.touch()
    assert not RunFolder("all").holds_a_run and not RunFolder("all").parts
    (RunFolder("all/a") / "layer0").mkdir()
    RunFolder("all/a/layer0").log.touch()
    assert [each.path for each in RunFolder("all/a").parts] == [Path("all/a/layer0")]


def test_the_folder_is_a_path():
    folder = RunFolder(Path("runs") / "mlp")
    assert Path(folder) == Path("runs/mlp") and str(folder) == os.fspath(folder) == f"{folder}"
    assert folder / "filters.png" == Path("runs/mlp/filters.png")
    files = [folder.config, folder.log, folder.clock, folder.checkpoint, folder.best]
    names = "config.json log.jsonl clock.jsonl last.ckpt best.safetensors"
    assert [path.name for path in files] == names.split()
    assert repr(folder) == "RunFolder('runs/mlp')"
