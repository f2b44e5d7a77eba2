"""A rehearsal: one minibatch of everything, and nothing written."""

from collections.abc import Callable


def rehearse(step: Callable[[int], float], *measures: Callable[[int], float]) -> None:
    """Run the step and each measure once on the first minibatch and print what came out.

    Parameters
    ----------
    step : callable
        ``step(index) -> cost``.
    *measures : callable
        Such as the validation error.
    """
    before = [float(measure(0)) for measure in measures]
    cost = float(step(0))
    print(f"dry run: cost {cost:f} on the first minibatch; nothing was written")
    for value in before:
        print(f"dry run: error {100 * value:f} % on the first minibatch, before learning")
