"""Extensions for every trainer that is made in a block of code, wherever in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_GUESTS: ContextVar[tuple] = ContextVar("extensions that accompany every trainer", default=())


@contextmanager
def accompanied(*extensions) -> Iterator[None]:
    """Hang extensions onto every `dltut.training.Trainer` that is made during the block.

    They come after the trainer's own. So whoever calls a training script can look on, and end it.

    Examples
    --------
    >>> from dltut.training import LossHistory, Trainer
    >>> history = LossHistory()
    >>> with accompanied(history):
    ...     trainer = Trainer(lambda index: 1.0, n_batches=3)
    >>> log = trainer.run(max_epochs=1)
    >>> history.costs
    [1.0, 1.0, 1.0]
    """
    before = _GUESTS.set((*_GUESTS.get(), *extensions))
    try:
        yield
    finally:
        _GUESTS.reset(before)


def guests() -> tuple:
    """The extensions that accompany a trainer made here."""
    return _GUESTS.get()
