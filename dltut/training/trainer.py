"""The training loop: minibatch after minibatch, with extensions around it."""

from collections.abc import Callable, Iterable
from math import isfinite
from time import perf_counter

import numpy as np

from dltut.exceptions import InputError
from dltut.machine.checks import check_counts
from dltut.training.accompanied import guests
from dltut.training.extensions import Extension, next_look_of
from dltut.training.interrupt import handling_ctrl_c
from dltut.training.log import Log
from dltut.training.stopping import not_finite

HOOKS = "attach before_training at_start before_epoch after_batch after_epoch".split()
HOOKS += "should_stop last_iteration between_batches after_training".split()

AT_ONCE = 0.05  # seconds of one call: so soon a Ctrl-C is seen, and the display moves
SMALL = 0.002  # seconds of a minibatch: where one takes longer, it gains nothing
PAYS_AFTER = 5.0  # seconds of training: compiling the loop takes some tenths of one


class Trainer:
    """Runs a step over the minibatches of a split, epoch after epoch, until something says stop.

    Parameters
    ----------
    step : callable
        ``step(index) -> cost``: learn from minibatch `index` of an epoch. Such as
        `dltut.training.minibatch_function` makes, but any callable will do. One that cannot go on
        raises ``StopIteration(reason)``, and the run ends with the minibatch before. If it has
        ``many(first, n)``, an array of costs, minibatches that take less than two milliseconds are
        learned from many at a time, up to the next one that an extension wants to see.
    n_batches : int, optional
        Minibatches in an epoch, ``step.n_batches`` if not given.
    extensions : sequence of Extension
        Monitoring, stopping criteria, display, checkpoints. For each hook they are called in this
        order.
    state : dict, optional
        Names to variables (anything with ``get_value()`` and ``set_value()``) of all that the step
        changes; ``step.state`` if not given, else nothing.

    Attributes
    ----------
    log : Log
        Where the run stands and what it has measured.
    best : dict or None
        Copies of the state's values at the best validation.
    broken_off : bool
        True if an error or a second Ctrl-C came in the middle of a minibatch, so that what stands
        in memory may be neither before nor after it.

    Raises
    ------
    InputError
        If there is not one whole minibatch, an extension has none of the hooks, or something in
        the state is no variable.

    Notes
    -----
    After each minibatch: the `after_batch` hooks, after the last of an epoch the `after_epoch`
    hooks, then the copy of a new best, the stopping criteria, and the `between_batches` hooks.
    Before the first minibatch of all: the `at_start` hooks, and the rest if they wrote a row.

    Examples
    --------
    >>> log = Trainer(lambda index: 1 / (index + 1), n_batches=4).run(max_epochs=2)
    >>> log.epoch, log.iteration, log.cost, log.stop_reason
    (2, 7, 0.25, 'max_epochs = 2 reached')
    """

    def __init__(
        self,
        step: Callable[[int], float],
        n_batches: int | None = None,
        extensions: Iterable[Extension] = (),
        state: dict | None = None,
    ):
        self.step = step
        if not callable(step):
            raise InputError(f"the step is {step!r}; expected a function of a minibatch's number")
        if any(hasattr(extensions, name) for name in HOOKS):
            raise InputError(f"extensions is one {type(extensions).__name__}: give a list of them")
        self.extensions = (*extensions, *guests())
        self.state = dict(getattr(step, "state", {}) if state is None else state)
        self.n_batches = _n_batches(step, n_batches)
        self.log = Log(n_batches=self.n_batches)
        self.best = None
        self.broken_off = False
        self._last = self._last_iteration = None
        self._at_once = 1
        self._interrupted = False
        _check_extensions(self.extensions)
        _check_state(self.state)
        self._hooks = {name: _filled_in(name, self.extensions) for name in HOOKS}
        self._looks = [next_look_of(extension) for extension in self.extensions]
        self._call("attach")

    def run(self, max_epochs: int) -> Log:
        """Train until `max_epochs` epochs are done in all, or something asks to stop.

        Parameters
        ----------
        max_epochs : int
            Counted from the very beginning: ``run(5)`` and then ``run(10)`` is ``run(10)``.

        Returns
        -------
        Log
            When this returns, the values of the best validation are in the state's variables;
            the last ones are kept, and the next `run` goes on from them.

        Raises
        ------
        InputError
            If `max_epochs` is not a whole number >= 0.
        KeyboardInterrupt
            At the second Ctrl-C; the first one ends the run when the minibatch is done.
        """
        check_counts("epochs", least=0, max_epochs=max_epochs)
        if not self.log.final:
            self.log.stop_reason = None
        self._go_on_from_last()
        self._interrupted, self.broken_off = False, True
        with self.log.running(), handling_ctrl_c(self._on_ctrl_c):
            self._call("before_training")
            try:
                self._train(max_epochs)
                self.broken_off = False
            except KeyboardInterrupt:
                self.stop("interrupted", final=False)
                if self._interrupted:
                    raise
            finally:
                self._finish()
        return self.log

    def stop(self, reason: str, final: bool = True) -> None:
        """Ask for the end of the run once the present minibatch is done.

        Parameters
        ----------
        reason : str
            Stands in the log; the first reason counts.
        final : bool
            If so, running or resuming again does nothing; otherwise it goes on.
        """
        if self.log.stop_reason is None or (final and not self.log.final):
            self.log.stop_reason, self.log.final = reason, final

    def values(self) -> dict[str, np.ndarray]:
        """Copies of the values from which training goes on, by name."""
        if self._last is not None:
            return self._last
        return {name: np.array(variable.get_value()) for name, variable in self.state.items()}

    def put(self, values: dict[str, np.ndarray]) -> None:
        """Set the state's variables to these values."""
        for name, variable in self.state.items():
            variable.set_value(np.array(values[name]))  # it may learn in place

    def _train(self, max_epochs: int) -> None:
        self._last_iteration = max_epochs * self.n_batches - 1
        if self.log.iteration >= 0 or self.log.rows:  # a criterion that has spoken speaks again
            self._ask_criteria()
        else:
            self._start()
        self._look_ahead()
        while self.log.stop_reason is None:
            if self.log.iteration >= self._last_iteration:
                self.stop(f"max_epochs = {max_epochs} reached", final=False)
            else:
                self._epoch()

    def _start(self) -> None:
        self._call("at_start")
        if self.log.rows:
            self._settle(n_rows=0)
            self._call("between_batches")

    def _epoch(self) -> None:
        log = self.log
        epoch, first = divmod(log.iteration + 1, self.n_batches)
        log.epoch = epoch + 1
        self._call("before_epoch")
        while first < self.n_batches and log.stop_reason is None:
            try:
                log.costs = self._learned(first)
            except StopIteration as asked:
                self.stop(str(asked) or "the step cannot go on")
                log.move_to(log.iteration)
                break
            log.cost = log.costs[-1]
            first += len(log.costs)
            log.minibatch = first - 1
            log.iteration += len(log.costs)
            self._after_minibatch()

    def _learned(self, first: int) -> list[float]:
        """The costs of the minibatch `first`, or of as many as nobody looks at one by one."""
        n, start = 1, perf_counter()
        if self._at_once > 1:
            looks = [look(self.log) for look in self._looks]
            ends = [look - self.log.iteration for look in looks if look is not None]
            n = max(1, min([self._at_once, self.n_batches - first, *ends]))
        costs = self.step.many(first, n).tolist() if n > 1 else [_cost(self.step(first))]
        each = (perf_counter() - start) / len(costs)
        pays = each < SMALL and self.log.seconds >= PAYS_AFTER and hasattr(self.step, "many")
        self._at_once = int(AT_ONCE / each) if pays else 1
        return costs

    def _after_minibatch(self) -> None:
        log = self.log
        if not isfinite(log.cost):
            culprit = not_finite(self.values()) or "the cost"
            self.stop(f"{culprit} is not finite after {log.place}: lower the learning rate")
            return
        n_rows = len(log.rows)
        self._call("after_batch")
        if log.epoch_ended:
            self._call("after_epoch")
        self._settle(n_rows)
        self._call("between_batches")

    def _settle(self, n_rows: int) -> None:
        """Keep the values of a new best row, and ask the criteria."""
        if any(row.get("best") for row in self.log.rows[n_rows:]):
            self.best = self.values()
        self._ask_criteria()
        if len(self.log.rows) > n_rows:
            self._look_ahead()

    def _call(self, name: str) -> None:
        for hook in self._hooks[name]:
            try:
                hook(self)
            except StopIteration as asked:
                self.stop(str(asked) or f"{type(hook.__self__).__name__} asked to stop")

    def _ask_criteria(self) -> None:
        for should_stop in self._hooks["should_stop"]:
            reason = should_stop(self.log)
            if reason is not None:
                self.stop(reason, final=False)

    def _look_ahead(self) -> None:
        ends = [end(self.log) for end in self._hooks["last_iteration"]]
        self.log.last_iteration = min([self._last_iteration, *(e for e in ends if e is not None)])

    def _go_on_from_last(self) -> None:
        if self._last is not None:
            self.put(self._last)
            self._last = None

    def _finish(self) -> None:
        self.stop("broken off by an error", final=False)  # unless there is a reason already
        self._last = self.values()
        if self.best is not None:
            self.put(self.best)
        self._call("after_training")

    def _on_ctrl_c(self) -> None:
        if self._interrupted:
            raise KeyboardInterrupt
        self._interrupted = True
        self.stop("interrupted", final=False)


def _filled_in(name: str, extensions: tuple) -> list[Callable]:
    """The methods `name` of those extensions that have one which is not the empty hook."""
    empty = getattr(Extension, name)
    return [
        getattr(each, name) for each in extensions if getattr(type(each), name, empty) is not empty
    ]


def _cost(given) -> float:
    try:
        return float(given)
    except (TypeError, ValueError):
        what = f"shape {given.shape}" if hasattr(given, "shape") else f"a {type(given).__name__}"
        raise InputError(f"the step gives {what}; the cost is one number: take its mean") from None


def _check_extensions(extensions: tuple) -> None:
    for extension in extensions:
        if isinstance(extension, type) or not any(hasattr(extension, name) for name in HOOKS):
            raise InputError(
                f"{extension!r} is no extension: give an object (not a class) with one of the "
                f"methods {', '.join(HOOKS)}"
            )


def _check_state(state: dict) -> None:
    for name, variable in state.items():
        if not hasattr(variable, "get_value") or not hasattr(variable, "set_value"):
            raise InputError(
                f"{name} in the state is {variable!r}, which is no variable: it has no get_value() "
                "and set_value()"
            )


def _n_batches(step: Callable, n_batches: int | None) -> int:
    if n_batches is None:
        n_batches = getattr(step, "n_batches", None)
    if n_batches is None:
        raise InputError("the step does not say how many minibatches an epoch has: give n_batches")
    if n_batches == 0:
        raise InputError(
            "n_batches is 0: there is not one whole minibatch to learn from; "
            "choose a batch_size that is at most the number of training examples"
        )
    check_counts("minibatches", n_batches=n_batches)
    return int(n_batches)
