"""A wheel is enough: built from the sources, installed away from them, it trains and predicts."""

import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from PIL import Image

from dltut.datasets import load

SOURCES = "LICENSE MANIFEST.in README.rst dltut pyproject.toml scripts setup.py".split()

pytest.importorskip("setuptools", minversion="77", reason="pip install 'dltut[test]'")


@pytest.fixture(scope="module")
def wheel(repository, tmp_path_factory):
    """The wheel, built from a copy of the sources, in which building may leave its files."""
    sources, built = tmp_path_factory.mktemp("sources"), tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        if (repository / name).is_dir():
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(repository / name, sources / name, ignore=ignored)
        else:
            shutil.copy(repository / name, sources)
    build = "from setuptools.build_meta import build_wheel; import sys; build_wheel(sys.argv[1])"
    run([sys.executable, "-c", build, str(built)], sources)
    [path] = built.glob("*.whl")
    return path


def run(command, folder):
    """The standard output of a command that ends well."""
    ended = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """The Python of a new environment with the wheel; what dltut stands on is this one's."""
    home = tmp_path_factory.mktemp("environment")
    venv.create(home, symlinks=True)
    layout = {"base": str(home), "platbase": str(home)}
    packages = sysconfig.get_path("purelib", "venv", layout)
    shutil.unpack_archive(wheel, packages, "zip")
    # The folder alone: what an editable installation has put into it is not followed.
    Path(packages, "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return f"{sysconfig.get_path('scripts', 'venv', layout)}/python"


@pytest.mark.slow
def test_it_lays_out_the_scripts_trains_and_predicts(python, repository, tmp_path, monkeypatch):
    monkeypatch.delenv("PYTHONPATH", raising=False)
    home = run([python, "-c", "import dltut; print(dltut.__file__)"], tmp_path).strip()
    assert home.startswith(str(python).partition("/bin/")[0])

    run([python, "-m", "dltut", "scripts", "mine"], tmp_path)
    names = {path.relative_to(repository / "scripts") for path in repository.glob("scripts/**/*")}
    wanted = {name for name in names if name.suffix in (".py", ".yaml")}
    mine = tmp_path / "mine"
    assert {path.relative_to(mine) for path in mine.rglob("*") if path.is_file()} == wanted

    run([python, "mine/train_logistic.py", "--dataset", "digits", "--quick"], tmp_path)
    digit = (255 * load("digits").test.x[0]).astype("uint8").reshape(28, 28)
    Image.fromarray(digit).save(tmp_path / "digit.png")
    said = run([python, "-m", "dltut", "predict", "runs/logistic", "digit.png"], tmp_path)
    assert said.startswith("digit.png: ") and said.count(" %") == 3
