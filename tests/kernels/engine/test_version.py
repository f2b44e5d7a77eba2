"""Who edits a kernel compiles that one again, and those that are made of it, but no other."""

import shutil
from pathlib import Path

import pytest

import dltut.kernels
from dltut.kernels.engine import version

FOLDER = Path(dltut.kernels.__file__).parent
ALONE = (
    "cross_entropy elementary error_rate lookup reduction rows shapes steps straight trim".split()
)

OF_PRODUCTS = set("conv conv_pool dense descent gibbs recurrent rules softmax_regression".split())


def versions(folder):
    version._imported.cache_clear()
    version.source_version.cache_clear()
    kernels = sorted(folder.glob("*/numba.py"))
    return {path.parent.name: version.source_version(str(path)) for path in kernels}


@pytest.mark.parametrize(
    ("file", "anew"),
    [
        ("dense/numba.py", {"dense", "rules"}),
        ("error_rate/numba.py", {"error_rate"}),
        ("threefry/op.py", {"threefry", "gibbs", "nade"}),
        ("conv/numba.py", {"conv", "conv_pool"}),
        ("conv/transforms.py", {"conv", "conv_pool"}),
        ("conv/winograd.py", {"conv", "conv_pool"}),
        ("engine/canvas.py", {"conv", "conv_pool"}),
        ("sums/numba.py", {"sums", "descent", "rules"}),
        ("conv_pool/pooling.py", {"conv_pool"}),
        ("dense/rewrite.py", set()),
        ("gibbs/jax.py", set()),
        ("engine/gemm.py", OF_PRODUCTS),
        ("engine/places.py", OF_PRODUCTS | {"threefry"}),
        ("engine/picked.py", {"conv_pool"}),
        ("engine/ones.py", {"gibbs"}),
        ("engine/atomic.py", None),
    ],
)
def test_what_is_compiled_again(tmp_path, file, anew):
    """None: all but what runs on one thread and calls nothing of the engine's."""
    copy = tmp_path / "kernels"
    shutil.copytree(FOLDER, copy, ignore=shutil.ignore_patterns("__pycache__"))
    before = versions(copy)
    with (copy / file).open("a") as source:
        source.write("# edited\n")
    after = versions(copy)
    changed = {name for name in before if after[name] != before[name]}
    everything_parallel = set(before) - set(ALONE)
    assert changed == (everything_parallel if anew is None else anew)
    assert len(set(before.values())) == len(before)
