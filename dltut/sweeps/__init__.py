"""Sweeps: the same script or experiment again and again, with other arguments each time."""

from dltut.exceptions import InputError

try:
    import optuna  # noqa: F401  (the rooms of this package are built on it)
except ImportError:
    raise InputError("sweeps are made by Optuna: pip install 'dltut[sweep]'") from None

from dltut.sweeps.plan import Sweep, read_sweep
from dltut.sweeps.run import run_sweep
from dltut.sweeps.space import Choices, Range, read_space
from dltut.sweeps.study import Outcome, Study, Trial
from dltut.sweeps.table import best_row, draw_sweep, sorted_rows, table_text

__all__ = [
    "Choices",
    "Outcome",
    "Range",
    "Study",
    "Sweep",
    "Trial",
    "best_row",
    "draw_sweep",
    "read_space",
    "read_sweep",
    "run_sweep",
    "sorted_rows",
    "table_text",
]
