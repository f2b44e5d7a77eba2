"""A program runs as ``python PROGRAM`` would have run it."""

import os
import subprocess
import sys

import pytest

from dltut.exceptions import InputError
from dltut.old_code.running import run_module, run_script


def test_it_finds_what_programs_find(ran, tmp_path):
    out, said = ran(
        """
        import sys
        print(sys.argv[1:], __name__, __file__ == sys.argv[0], sys.path[0], __package__)
        print(sys.modules['__main__'].__dict__ is globals())
        """,
        "--epochs",
        "3",
    )
    assert out == [f"['--epochs', '3'] __main__ True {tmp_path} None", "True"]
    assert said == ""  # nothing was lent


def test_nothing_of_it_is_left(ran):
    before = sys.argv, list(sys.path), list(sys.meta_path), sys.modules["__main__"]
    with pytest.raises(SystemExit):
        ran("import sys\nsys.path.append('/nowhere')\nsys.exit(3)\n")
    assert before[0] == sys.argv and before[1] == sys.path
    assert sys.modules["__main__"] is before[3]
    assert [each for each in sys.meta_path if each not in before[2]] in ([], sys.meta_path[:1])


@pytest.mark.parametrize(("end", "status"), [("sys.exit()", None), ("sys.exit(3)", 3)])
def test_its_status_is_its_own(ran, end, status):
    with pytest.raises(SystemExit) as ended:
        ran(f"import sys\n{end}\n")
    assert ended.value.code == status


def test_an_error_is_shown_as_python_shows_it(ran, capsys, monkeypatch):
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    with pytest.raises(SystemExit) as ended:
        ran("import running_bad\n", running_bad="print 'before'\n\n1 / 0\n")
    assert ended.value.code == 1
    shown = capsys.readouterr().err
    assert "ZeroDivisionError" in shown
    assert 'running_bad.py", line 3' in shown
    assert "cli.py" not in shown


def test_what_is_not_served_says_where(ran):
    with pytest.raises(InputError, match=r"too few \(.*program.py, line 3\)$"):
        ran("from dltut.exceptions import InputError\n\nraise InputError('too few')\n")


def test_what_is_not_there(tmp_path):
    with pytest.raises(InputError, match="there is no script"):
        run_script(str(tmp_path / "none.py"))
    with pytest.raises(InputError, match=r"there is no module 'none\.such' to run"):
        run_module("none.such")


def test_a_module_runs_by_its_name(tmp_path, monkeypatch, capsys):
    package = tmp_path / "running_package"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "inner.py").write_text("word = 'inner'\n")
    (package / "__main__.py").write_text(
        "from .inner import word\nimport sys\nprint __package__, word, sys.argv[1:]\n"
    )
    monkeypatch.chdir(tmp_path)
    run_module("running_package", ["a"])
    assert capsys.readouterr().out == "running_package inner ['a']\n"


def test_nothing_is_written_beside_it(ran, tmp_path):
    ran("import running_helper\n", running_helper="x = 1\n")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["program.py", "running_helper.py"]


def test_it_says_what_it_did(ran):
    _, said = ran("print 'a', xrange(2)\n")
    assert said == "read as Python 2: program.py; lent: xrange\n"


def test_modules_are_of_the_language_of_those_that_use_them(ran):
    program = "import running_open\nprint running_open.half(7)\n"
    assert ran(program, running_open="def half(n): return n / 2\n")[0] == ["3"]


def test_from_the_command_line(tmp_path, repository):
    (tmp_path / "old.py").write_text("import sys\nprint 'args', sys.argv[1:]\nsys.exit(4)\n")
    command = [sys.executable, "-m", "dltut", "theano", str(tmp_path / "old.py"), "--help", "-x"]
    environment = os.environ | {"PYTHONPATH": str(repository)}
    ended = subprocess.run(command, capture_output=True, text=True, env=environment, cwd=tmp_path)
    assert ended.stdout == "args ['--help', '-x']\n"
    assert ended.returncode == 4
