"""What takes long to import waits until it is needed."""

import subprocess
import sys

import pytest

from dltut.viz.later import Later

SLOW = ("matplotlib", "scipy.special", "scipy.ndimage")


def test_a_module_is_imported_when_it_is_used():
    module = "wsgiref.headers"
    sys.modules.pop(module, None)
    later = Later(module)
    assert module not in sys.modules
    assert later.Headers is sys.modules[module].Headers
    with pytest.raises(AttributeError, match="no_such_name"):
        later.no_such_name  # noqa: B018


@pytest.mark.parametrize("script", ["train_mlp", "train_lenet"])
def test_a_script_that_trains_draws_nothing(repository, script):
    """So it begins half a second earlier."""
    code = f"import sys, {script}; print([each for each in {SLOW} if each in sys.modules])"
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, capture_output=True, cwd=repository / "scripts", text=True)
    assert result.stdout == "[]\n", result.stderr
