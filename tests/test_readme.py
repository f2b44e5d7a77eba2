"""What README.rst and the Makefile promise holds."""

import os
import re
import subprocess
import textwrap
import tomllib

import pytensor
import pytest
from PIL import Image

NUMBER = re.compile(r" *\b[\d.]+\b")  # costs differ in their last digits from machine to machine


@pytest.fixture(scope="module")
def readme(repository):
    return (repository / "README.rst").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def project(repository):
    return tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))


def test_the_example_prints_what_it_learned(readme, capsys):
    block, _, shown = readme.split(".. code-block:: python\n")[1].partition("\nThat prints")
    with pytensor.config.change_flags(mode="FAST_COMPILE", floatX="float64"):
        exec(compile(textwrap.dedent(block), "README.rst", "exec"), {})
    promised = textwrap.dedent(shown.partition("::\n\n")[2].partition("\n\nA model is")[0])
    assert NUMBER.sub("N", capsys.readouterr().out.strip()) == NUMBER.sub("N", promised)
    *_, learned = re.findall(r"([\d.]+) %", promised)
    assert float(learned) < 12


def test_its_picture_is_there(readme, repository):
    [picture] = re.findall(r"^\.\. image:: (\S+)", readme, re.MULTILINE)
    with Image.open(repository / picture) as image:
        assert min(image.size) > 100


def test_its_make_commands_are_targets(readme, repository):
    targets = set(re.findall(r"^(\w+):", (repository / "Makefile").read_text(), re.MULTILINE))
    assert {"train", "test", "docs"} <= set(re.findall(r"make (\w+)", readme)) <= targets


def test_its_files_are_there(readme, repository):
    named = re.findall(r"``([\w./]+\.(?:rst|txt|example)|LICENSE)``", readme)
    missing = {name for name in named if not (repository / name).exists()}
    assert not missing


@pytest.mark.parametrize("python", ["false", "no-such-python"])
def test_an_old_or_missing_python_is_named(repository, tmp_path, python):
    command = ["make", "train", f"PYTHON={python}", f"VENV={tmp_path / 'venv'}"]
    ended = subprocess.run(command, cwd=repository, capture_output=True, text=True)
    assert ended.returncode != 0
    assert f"error: dltut needs Python 3.11 or later; found: {python}." in ended.stderr
    assert not (tmp_path / "venv").exists()


def test_a_second_make_installs_nothing(repository, tmp_path):
    (tmp_path / "bin").mkdir()
    for name in ("bin/python", ".installed"):
        (tmp_path / name).touch()
    command = ["make", "--no-print-directory", "--dry-run", "train", f"VENV={tmp_path}"]
    command.append("ARGS=--quick")
    # `make test` has started this test: what it was called with must not come through.
    environment = {name: text for name, text in os.environ.items() if not name.startswith("MAKE")}
    ended = subprocess.run(
        command, cwd=repository, env=environment, capture_output=True, text=True, check=True
    )
    assert ended.stdout == f"{tmp_path}/bin/python scripts/train_mlp.py --quick\n"


def test_the_package_carries_its_data(repository, project):
    for package, patterns in project["tool"]["setuptools"]["package-data"].items():
        folder = repository.joinpath(*package.split("."))
        for pattern in patterns:
            assert list(folder.glob(pattern)), f"{package} has no {pattern}"
        carried = {path.suffix for path in folder.iterdir() if path.is_file()} - {".py"}
        assert carried <= {pattern.removeprefix("*") for pattern in patterns}


def test_the_console_script_is_the_command_line(project):
    assert project["project"]["scripts"] == {"dltut": "dltut.commands.cli:main"}
