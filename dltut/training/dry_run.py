"""A dry run: one minibatch of everything, and nothing written."""

from collections.abc import Callable, Iterable

from dltut.machine.channels import printed, words
from dltut.machine.checks import check_counts
from dltut.training.extensions import Extension
from dltut.training.monitor import Monitor
from dltut.training.stopping import Criterion
from dltut.training.trainer import Trainer


def dry_run(
    step: Callable[[int], float], extensions: Iterable[Extension] = (), max_epochs: int = 1
) -> None:
    """Try on one minibatch what a run would consist of, and print what came out.

    Parameters
    ----------
    step : callable
        ``step(index) -> cost``; it learns from the first minibatch.
    extensions : sequence of Extension
        What Monitors among them measure each time is measured on the first minibatch, before
        learning; then the criteria are asked. All others are left alone.
    max_epochs : int
        As for `Trainer.run`.

    Raises
    ------
    InputError
        Where the run would be refused: if a number means nothing, or a criterion waits for a
        channel that is not there.

    Examples
    --------
    >>> dry_run(lambda index: 2.302585, [Monitor(lambda: 0.9)])
    dry run: cost 2.302585 on the first minibatch; nothing was written
    dry run: validation error 90 % on the first minibatch, before learning
    """
    check_counts("epochs", least=0, max_epochs=max_epochs)
    monitors = [each for each in extensions if isinstance(each, Monitor)]
    criteria = [each for each in extensions if isinstance(each, Criterion)]
    n_batches = getattr(step, "n_batches", 1)
    log = Trainer(step, n_batches, [*monitors, *criteria]).log
    measured = {name: value for monitor in monitors for name, value in monitor.tried().items()}
    cost = float(step(0))
    print(f"dry run: {log.cost_name} {cost:f} on the first minibatch; nothing was written")
    for name, value in measured.items():
        shown = printed(name, value)
        print(f"dry run: {words(name)} {shown} on the first minibatch, before learning")
    log.cost = cost
    log.move_to(0)
    log.append({"epoch": 1, "minibatch": 0, "iteration": 0, "train_cost": cost, **measured})
    for criterion in criteria:
        criterion.should_stop(log)
