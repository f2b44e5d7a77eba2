"""What a person sees of a training run: a bar on a terminal, and the tutorials' lines."""

import sys
import time

from tqdm import tqdm

from dltut.machine.progress import bar, say
from dltut.training.extensions import Extension
from dltut.training.log import place
from dltut.training.monitor import POSITION

REDRAW = 0.1  # seconds


class Progress(Extension):
    """Print a line a validation and a summary at the end; on a terminal, a bar in between.

    Parameters
    ----------
    line_every : float
        Without a terminal: seconds without a validation after which a line says how far it is.

    Notes
    -----
    Lines of the log go to standard output, in the tutorials' wording; the bar and the signs of life
    between them to standard error. The iteration in the summary counts from 1, as in the tutorials.
    """

    def __init__(self, line_every: float = 30.0):
        self.line_every = line_every
        self._bar = None

    def before_training(self, trainer) -> None:
        """Begin to watch the clock; say where a resumed run goes on."""
        log = trainer.log
        self._bar = bar(log.n_batches, "training")
        self._bar.bar_format = "|{bar:20}| {desc}"
        self._n_shown = len(log.rows)
        self._every = self.line_every if self._bar.disable else REDRAW
        self._seen = time.monotonic(), log.iteration
        if log.iteration >= 0:
            self._print(f"going on after {log.place}")

    def between_batches(self, trainer) -> None:
        """Print the new rows; move the bar when it has stood for a while."""
        log = trainer.log
        if len(log.rows) > self._n_shown:
            self._print(*(line for row in log.rows[self._n_shown :] for line in lines(row, log)))
            self._n_shown = len(log.rows)
            if self._bar.disable:
                self._seen = time.monotonic(), log.iteration
        if time.monotonic() - self._seen[0] >= self._every:
            self._show(log)

    def after_training(self, trainer) -> None:
        """Print the summary."""
        self._bar.close()
        self._print(*summary(trainer.log))

    def _show(self, log) -> None:
        now = time.monotonic()
        rate = (log.iteration - self._seen[1]) / (now - self._seen[0])
        self._seen = now, log.iteration
        best = log.best_row
        error = "" if best is None else f"best validation error {100 * best['valid_error']:.2f} %, "
        text = f"{log.place}, cost {log.cost:.4g}, {error}{rate:.4g} minibatches/s"
        if self._bar.disable:
            say(text)
            return
        self._bar.n = log.minibatch + 1
        self._bar.set_description_str(text)

    def _print(self, *texts: str) -> None:
        for text in texts:
            tqdm.write(text, file=sys.stdout)
        sys.stdout.flush()


def lines(row: dict, log) -> list[str]:
    """The tutorials' lines for one row of the log.

    Examples
    --------
    >>> from dltut.training import Log
    >>> row = {"epoch": 2, "minibatch": 82, "valid_error": 0.125, "best": False}
    >>> lines(row, Log(n_batches=83))
    ['epoch 2, minibatch 83/83, validation error 12.500000 %']
    >>> row = {"epoch": 2, "minibatch": 82, "train_cost": 0.25, "penalty": 0.5}
    >>> lines(row, Log(n_batches=83))
    ['epoch 2, minibatch 83/83, cost 0.250000, penalty 0.500000']
    """
    where = place(row["epoch"], row["minibatch"], log.n_batches)
    if "valid_error" not in row:
        channels = {name: row[name] for name in row if name not in POSITION}
        numbers = {"cost": row["train_cost"]} | channels
        return [", ".join([where, *(f"{name} {value:f}" for name, value in numbers.items())])]
    valid = f"{where}, validation error {100 * row['valid_error']:f} %"
    if "test_error" not in row:
        return [valid]
    return [valid, f"     {where}, test error of best model {100 * row['test_error']:f} %"]


def summary(log) -> list[str]:
    """What is to be said when a run has ended: the best scores, why it ended, how long it took.

    Examples
    --------
    >>> from dltut.training import Log
    >>> log = Log(n_batches=10, stop_reason="max_epochs = 3 reached")
    >>> log.append({"iteration": 9, "valid_error": 0.25, "best": True})
    >>> log.move_to(29)
    >>> log.set_seconds(6.0)
    >>> for line in summary(log):
    ...     print(line)
    Optimization complete. Best validation score of 25.000000 % obtained at iteration 10
    Stopped in epoch 3 (iteration 30): max_epochs = 3 reached
    Trained for 6.0 s, 0.5 epochs/s
    """
    epochs = (log.iteration + 1) / log.n_batches
    rate = epochs / log.seconds if log.seconds else 0.0
    return [
        *_scores(log),
        f"Stopped in epoch {log.epoch} (iteration {log.iteration + 1}): {log.stop_reason}",
        f"Trained for {_duration(log.seconds)}, {rate:.3g} epochs/s",
    ]


def _scores(log) -> list[str]:
    best = log.best_row
    if best is None:
        return []
    word = "interrupted" if log.stop_reason == "interrupted" else "complete"
    text = f"Optimization {word}. Best validation score of {100 * best['valid_error']:f} % "
    text += f"obtained at iteration {best['iteration'] + 1}"
    if "test_error" in best:
        text += f", with test performance {100 * best['test_error']:f} %"
    names = {"valid": "validation", "test": "test"}
    counted = [f"{n:,} {names[split]}" for split, n in log.n_examples.items()]
    return [text, f"Errors counted on {' and '.join(counted)} examples"] if counted else [text]


def _duration(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min {seconds} s" if hours else f"{minutes} min {seconds} s"
