"""``theano.gof.compilelock``: a lock of the folder in which compiled code lies."""

from contextlib import ExitStack

from pytensor.compile.compilelock import lock_ctx

from dltut.theano.names import passed_on

HELD: list[ExitStack] = []


def get_lock(lock_dir=None, **others) -> None:
    """Wait until no other process holds the lock of a folder, and hold it.

    Parameters
    ----------
    lock_dir : path, optional
        Default: where PyTensor compiles.
    **others
        Unread.
    """
    held = ExitStack()
    held.enter_context(lock_ctx(lock_dir))
    HELD.append(held)


def release_lock() -> None:
    """Let go of the lock that was taken last."""
    if HELD:
        HELD.pop().close()


__all__ = ["get_lock", "release_lock"]
__getattr__ = passed_on(__name__, "pytensor.compile.compilelock")
