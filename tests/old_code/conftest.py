"""Programs of a few lines, written to a folder and run."""

import textwrap

import pytest

from dltut.old_code.running import run_script


@pytest.fixture
def ran(tmp_path, capsys):
    """Run a program, with other files beside it; what it printed, and what was said at its end."""

    def run(text, *arguments, **files):
        for name, content in {"program": text, **files}.items():
            (tmp_path / f"{name}.py").write_text(textwrap.dedent(content))
        capsys.readouterr()
        run_script(str(tmp_path / "program.py"), arguments)
        printed = capsys.readouterr()
        return printed.out.splitlines(), printed.err

    return run
