"""What can be hung onto a training run: the hooks, and extensions that need no more than those."""

from collections.abc import Callable
from functools import partial

import numpy as np

from dltut.exceptions import InputError
from dltut.training.log import Log


class Extension:
    """The hooks of a training run, all empty: a subclass fills in those that it needs.

    Each takes the `dltut.training.Trainer`. ``trainer.log`` says where the run stands, and is the
    only thing that extensions speak to each other through; ``trainer.stop(reason)`` asks for the
    run's end, which comes when the minibatch is done.

    Examples
    --------
    >>> from dltut.training import Trainer
    >>> class Count(Extension):
    ...     n = 0
    ...     def after_batch(self, trainer):
    ...         self.n += 1
    >>> count = Count()
    >>> log = Trainer(lambda index: 0.0, n_batches=3, extensions=[count]).run(max_epochs=2)
    >>> count.n
    6

    Notes
    -----
    ``raise StopIteration(reason)`` asks for the end, too, as in Pylearn2.

    Small minibatches are made many at a time, in one call of compiled code, where nobody looks at
    each of them. `next_look` says which one an extension wants to see next.
    """

    def attach(self, trainer) -> None:
        """When the trainer is made, once."""

    def before_training(self, trainer) -> None:
        """When a run begins or goes on."""

    def at_start(self, trainer) -> None:
        """Before the first minibatch of all, once; not again when a run goes on."""

    def before_epoch(self, trainer) -> None:
        """Before an epoch, and again when a run goes on in the middle of one.

        What is done here should depend on ``trainer.log.epoch`` alone.
        """

    def after_batch(self, trainer) -> None:
        """After every minibatch."""

    def after_epoch(self, trainer) -> None:
        """After the last minibatch of an epoch."""

    def should_stop(self, log) -> str | None:
        """After every minibatch: the reason to stop, None to go on."""

    def last_iteration(self, log) -> int | None:
        """After every new row: the iteration at which it would stop if nothing improved any more.

        The display tells from it how much time is left. None if it cannot know.
        """

    def between_batches(self, trainer) -> None:
        """After every minibatch when all of the above is done, and the log has its new row.

        The moment to look or to save: what `state` returns should not change any more.
        """

    def next_look(self, log) -> int | None:
        """The next iteration after which the hooks above must be called; by default, the next one.

        None if it is enough to be called whenever others are, and at the end of each epoch.
        ``log.costs`` has the costs of all minibatches since the last time. Whoever fills in
        `after_batch`, `should_stop` or `between_batches` is called after every minibatch as long as
        it does not fill in this, too.
        """
        return log.iteration + 1

    def with_others(self, log) -> None:
        """What `next_look` is for who needs to be called only when others are."""

    def after_training(self, trainer) -> None:
        """When the run has ended, however it ended; the best values are in the variables."""

    def state(self) -> dict:
        """What a checkpoint must keep to go on exactly: names to JSON values or NumPy arrays."""
        return {}

    def load_state(self, state: dict) -> None:
        """Go on from what `state` returned."""


class EachEpoch(Extension):
    """Call a function after every epoch.

    Parameters
    ----------
    function : callable
        ``function(log)``, such as one that draws a picture.

    Examples
    --------
    >>> from dltut.training import Trainer
    >>> epochs = []
    >>> note = EachEpoch(lambda log: epochs.append(log.epoch))
    >>> log = Trainer(lambda index: 0.0, n_batches=3, extensions=[note]).run(max_epochs=2)
    >>> epochs
    [1, 2]
    """

    def __init__(self, function: Callable[[Log], None]):
        self.function = function

    def after_epoch(self, trainer) -> None:
        """Call it."""
        self.function(trainer.log)


class EachBatch(Extension):
    """Call a function after every minibatch.

    Parameters
    ----------
    function : callable
        ``function(log)``; it is called often, so it should be quick.

    Examples
    --------
    >>> from dltut.training import Trainer
    >>> places = []
    >>> note = EachBatch(lambda log: places.append(log.place))
    >>> log = Trainer(lambda index: 0.0, n_batches=2, extensions=[note]).run(max_epochs=1)
    >>> places
    ['epoch 1 (1 of 2 minibatches)', 'epoch 1']
    """

    def __init__(self, function: Callable[[Log], None]):
        self.function = function

    def after_batch(self, trainer) -> None:
        """Call it."""
        self.function(trainer.log)


class LossHistory(Extension):
    """The cost of every minibatch.

    Attributes
    ----------
    costs : list of float
        As many as epochs times minibatches.
    """

    def __init__(self):
        self.costs = []

    def after_batch(self, trainer) -> None:
        """Note the costs."""
        self.costs += trainer.log.costs

    next_look = Extension.with_others

    def state(self) -> dict:
        """The costs so far."""
        return {"costs": np.array(self.costs, dtype="float64")}

    def load_state(self, state: dict) -> None:
        """Go on with these costs."""
        check_kept("costs", state["costs"], (np.size(state["costs"]),))
        self.costs = state["costs"].tolist()


LOOKING = ("after_batch", "should_stop", "between_batches")


def next_look_of(extension) -> Callable[[Log], int | None]:
    """What says which minibatch an extension must see next: every one, if it does not say.

    Parameters
    ----------
    extension : Extension, or anything with some of its hooks

    Returns
    -------
    callable
        ``look(log)``: an iteration, or None as `Extension.next_look` means it. What a class says
        counts for its own hooks, not for those that a subclass fills in anew.
    """
    kinds = type(extension).__mro__

    def depth(name):
        return next((i for i, kind in enumerate(kinds) if name in vars(kind)), len(kinds))

    filled_in = [depth(name) for name in LOOKING]
    base = kinds.index(Extension) if Extension in kinds else len(kinds)
    if min(filled_in) >= base:
        return partial(Extension.with_others, extension)
    if depth("next_look") <= min(filled_in):
        return extension.next_look
    return partial(Extension.next_look, extension)


def check_kept(name: str, value, shape: tuple[int, ...]) -> None:
    """Refuse from a checkpoint what is no array of floats of this shape.

    Parameters
    ----------
    name : str
        What the error calls it.
    value : array
    shape : tuple of int

    Raises
    ------
    InputError
        Naming it.
    """
    if getattr(value, "dtype", None) != np.float64 or value.shape != shape:
        raise InputError(
            f"the checkpoint holds a damaged {name}: delete the file to begin the run again"
        )
