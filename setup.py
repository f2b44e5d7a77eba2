"""The scripts and experiment files are the tutorials: a wheel carries them inside the package."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithScripts(build_py):
    """The package, and the scripts beside it, from which ``python -m dltut scripts`` copies."""

    def run(self):
        super().run()
        if not self.editable_mode:
            target = Path(self.build_lib, "dltut", "scripts")
            left_out = shutil.ignore_patterns("__pycache__", "ruff.toml")
            shutil.copytree("scripts", target, ignore=left_out, dirs_exist_ok=True)


setup(cmdclass={"build_py": BuildWithScripts})
