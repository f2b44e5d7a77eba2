"""What the tests of the scripts that look at runs have in common."""

import importlib.util
from pathlib import Path

import pytest

from dltut.commands.flags import run
from dltut.training import Log
from dltut.training.log import write_log

FOLDER = Path(__file__).parents[1] / "scripts"


def script(name):
    spec = importlib.util.spec_from_file_location(f"script_{name}", FOLDER / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def call(name, *arguments):
    run(script(name).main, [str(each) for each in arguments])


def refusal(capsys, *arguments, status=2):
    """The line with which a script ends: 1 if it cannot read a file, 2 if it is called wrongly."""
    with pytest.raises(SystemExit) as end:
        call(*arguments)
    assert end.value.code == status
    (line,) = capsys.readouterr().err.splitlines()
    return line


def make_run(folder, errors=(0.5, 0.25, 0.3)):
    """A run that validated after each of its epochs of ten minibatches, 40 seconds long."""
    folder.mkdir(parents=True)
    log, least = Log(n_batches=10), 1.0
    for i, error in enumerate(errors):
        row = {"epoch": i + 1, "minibatch": 9, "iteration": 10 * i + 9, "train_cost": 2.0 - i}
        row |= {"valid_error": error, "best": error < least}
        log.append(row | ({"test_error": error + 0.01} if row["best"] else {}))
        least = min(error, least)
    log.clock = [40.0 * (i + 1) for i in range(len(errors))]
    write_log(folder, log)
    return folder
