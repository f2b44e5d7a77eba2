"""The command line of old programs; what it runs and finds is tested in tests/old_code."""

import pytest

from dltut.commands import cli
from dltut.commands.theano import divided


@pytest.mark.parametrize(
    ("typed", "handed_on"),
    [
        (["a.py"], ["a.py"]),
        (["a.py", "--check", "-m"], ["a.py", " --check", " -m"]),
        (["--check", "folder"], ["--check", "folder"]),
        (["-m", "train", "--", "-x"], ["--module", "train", " --", " -x"]),
        (["--help"], ["--help"]),
    ],
)
def test_a_program_s_own_arguments(typed, handed_on):
    assert divided(typed) == handed_on


def test_check_ends_with_a_status(tmp_path, capsys):
    (tmp_path / "old.py").write_text("import theano\nprint theano.shred\n")
    with pytest.raises(SystemExit) as ended:
        cli.main(["theano", "--check", str(tmp_path)])
    assert ended.value.code == 1
    (tmp_path / "old.py").write_text("import theano\nprint theano.shared\n")
    with pytest.raises(SystemExit) as ended:
        cli.main(["theano", "--check", str(tmp_path)])
    assert ended.value.code == 0


def test_a_program_gets_its_arguments(tmp_path, capsys):
    (tmp_path / "old.py").write_text("import sys\nprint sys.argv[1:]\n")
    cli.main(["theano", str(tmp_path / "old.py"), "--", "-x", "--check"])
    assert capsys.readouterr().out == "['--', '-x', '--check']\n"


def test_a_program_may_close_its_output(tmp_path, monkeypatch):
    (tmp_path / "old.py").write_text("import sys\nsys.stdout.write('7')\nsys.stdout.close()\n")
    with (tmp_path / "printed").open("w") as printed, monkeypatch.context() as patched:
        patched.setattr("sys.stdout", printed)
        cli.main(["theano", str(tmp_path / "old.py")])
    assert (tmp_path / "printed").read_text() == "7"


@pytest.mark.parametrize("arguments", [["none.py"], ["-m", "none"], ["--check", "none"], []])
def test_mistakes_are_one_line(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        cli.main(["theano", *arguments])
    assert ended.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("error: ") and said.count("\n") == 1
