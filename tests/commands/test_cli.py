"""python -m dltut: the table of commands, and the small ones that need no run."""

import subprocess
import sys

import pytest

from dltut import __version__
from dltut.commands import cli
from dltut.commands.flags import described


@pytest.mark.parametrize("arguments", [[], ["-h"], ["--help"]])
def test_the_overview_names_every_command(capsys, arguments):
    cli.main(arguments)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("usage: python -m dltut COMMAND")
    found = dict(line.split(maxsplit=1) for line in lines[2:])
    known = {"data", "doctor", "export", "plot", "predict", "scripts", "train", "watch"}
    assert known <= found.keys()
    assert found["train"] == "Train what a configuration file describes."


def test_the_overview_is_light(repository):
    """Nothing heavy is imported before a command runs."""
    heavy = "pytensor numba jax numpy scipy matplotlib PIL tensorboard".split()
    code = "import sys; from dltut.commands import cli; cli.main(['--help']); "
    code += f"print([name for name in {heavy} if name in sys.modules])"
    command = [sys.executable, "-c", code]
    ended = subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"


def test_version(capsys):
    cli.main(["--version"])
    assert capsys.readouterr().out == f"dltut {__version__}\n"


@pytest.mark.parametrize("name", cli.commands())
def test_every_command_has_a_function_with_help(capsys, name):
    main = cli.function_of(name)
    with pytest.raises(SystemExit) as end:
        cli.main([name, "--help"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: python -m dltut {name} ")
    texts = described(main).values()
    assert [text for text in texts if not text.endswith(".") or ". " in text] == []


def test_an_unknown_command_names_the_nearest(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["docter"])
    assert end.value.code == 2
    assert capsys.readouterr().err == "error: there is no command docter; did you mean doctor?\n"


def test_the_module_runs_as_a_program(repository):
    command = [sys.executable, "-m", "dltut", "data", "mnis"]
    ended = subprocess.run(command, cwd=repository, capture_output=True, text=True)
    assert ended.returncode == 2
    assert ended.stderr.startswith("error: no data set 'mnis' to download: did you mean mnist?")
    assert ended.stderr.count("\n") == 1
