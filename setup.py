"""The scripts and experiment files go into the wheel; everything else is in pyproject.toml."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithScripts(build_py):
    """Copy the package, and the tutorials' scripts into it."""

    def run(self):
        super().run()
        if self.editable_mode:  # the checkout has them
            return
        for path in [*Path("scripts").glob("*.py"), *Path("scripts").glob("*/*.yaml")]:
            place = Path(self.build_lib, "dltut", path)
            place.parent.mkdir(parents=True, exist_ok=True)
            self.copy_file(str(path), str(place))


setup(cmdclass={"build_py": BuildWithScripts})
