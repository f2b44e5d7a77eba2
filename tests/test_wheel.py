"""A wheel has everything: installed away from the checkout it trains, and predicts."""

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
import setuptools
from PIL import Image

BUILT_FROM = "dltut scripts pyproject.toml setup.py MANIFEST.in README.rst LICENSE".split()


@pytest.fixture(scope="module")
def run(tmp_path_factory, repository):
    """Run a program of a fresh environment in an empty folder; what it prints."""
    if int(setuptools.__version__.partition(".")[0]) < 77:
        pytest.skip("building a wheel needs setuptools 77 or newer: pip install 'dltut[test]'")
    home = tmp_path_factory.mktemp("wheel")
    source, fresh, work = home / "source", home / "fresh", home / "work"
    source.mkdir()
    work.mkdir()
    for name in BUILT_FROM:
        copy = shutil.copytree if (repository / name).is_dir() else shutil.copyfile
        copy(repository / name, source / name)
    venv.create(fresh, with_pip=False)
    [packages] = (fresh / "lib").glob("python*/site-packages")
    # What dltut stands on is found where these tests find it, after the fresh environment's own.
    (packages / "below.pth").write_text(sysconfig.get_path("purelib") + "\n")

    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    wheel = [
        "wheel",
        "--no-build-isolation",
        "--no-deps",
        "--no-index",
        "--wheel-dir",
        home,
        source,
    ]
    subprocess.run([*pip, *wheel], check=True)
    [file] = home.glob("dltut-*.whl")
    python = fresh / "bin" / "python"
    subprocess.run(
        [*pip, "--python", python, "install", "--no-deps", "--no-index", file], check=True
    )
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def run(program, *arguments):
        command = [fresh / "bin" / program, *arguments]
        ended = subprocess.run(command, cwd=work, env=environment, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stderr
        return ended.stdout

    run.work, run.packages = work, packages
    return run


@pytest.mark.slow
def test_a_wheel_trains_and_predicts(run):
    place = run("python", "-c", "import dltut; print(dltut.__file__)")
    assert Path(place.strip()).is_relative_to(run.packages)
    assert run("dltut", "scripts", "laid") == "21 files: laid\n"
    small = "--dataset digits --quick --n-hidden 20 --batch-size 100".split()
    assert "Best validation error" in run("python", "laid/train_mlp.py", *small)
    Image.linear_gradient("L").save(run.work / "mine.png")
    assert run("dltut", "predict", "runs/mlp", "mine.png").startswith("mine.png: ")
