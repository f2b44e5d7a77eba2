"""Random graphs rewritten and compiled, beside the same as written; more: drawn_graphs.py."""

import pytensor
import pytest
from drawn_graphs import Drawn
from pytensor.compile.mode import Mode

from dltut.kernels.modes import numba_mode


@pytest.mark.parametrize("seed", range(6))
def test_rewritten_and_as_written(seed):
    """Without a compiler: the operations have references in NumPy."""
    with pytensor.config.change_flags(floatX="float64"):
        mode = Mode("py", numba_mode().excluding("fusion").optimizer)
        Drawn(seed).assert_same_as_written(mode)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [8])
def test_compiled_and_as_written(seed, mode):
    with pytensor.config.change_flags(floatX="float64"):
        Drawn(seed).assert_same_as_written(mode)
