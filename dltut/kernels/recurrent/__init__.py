"""The whole loop of a recurrent cell as one operation, and its gradient as another."""

from dltut.kernels.recurrent.op import Recurrence

__all__ = ["Recurrence"]
