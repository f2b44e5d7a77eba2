"""How a number of the log is called, which way it should go, and how it is printed.

A channel is named for a split and a measure: ``valid_error`` is the validation error. The last
word of the name says what kind of number it is. Errors, accuracies and the like are *rates*, from
0 to 1, and are printed in percent; anything else, a squared error too, is printed as it is.
"""

import math

SPLITS = {"train": "training", "valid": "validation", "test": "test"}
RISING_RATES = ("accuracy", "f1", "precision", "recall", "iou")
RATES = ("error", "errors", "misclass", *RISING_RATES)
RISING = (*RISING_RATES, "likelihood")
MAGNITUDES = {"squared", "square", "absolute"}  # of an error that is measured, not counted


def words(name: str) -> str:
    """A channel in words.

    Examples
    --------
    >>> words("valid_error"), words("train_cost"), words("norm")
    ('validation error', 'training cost', 'norm')
    """
    first, *rest = name.split("_")
    return " ".join([SPLITS.get(first, first) if rest else first, *rest])


def measure_of(name: str) -> str:
    """What is measured, without on what.

    Examples
    --------
    >>> measure_of("valid_squared_error"), measure_of("norm")
    ('squared_error', 'norm')
    """
    split = name.partition("_")[0]
    return name.removeprefix(f"{split}_") if split in SPLITS else name


def is_rate(name: str) -> bool:
    """Whether a channel is a share, from 0 to 1.

    Examples
    --------
    >>> [is_rate(name) for name in ("valid_error", "valid_f1", "valid_squared_error", "valid_cost")]
    [True, True, False, False]
    """
    parts = name.split("_")
    return parts[-1] in RATES and not MAGNITUDES & set(parts)


def rises(name: str) -> bool:
    """Whether a channel is one of those of which more is better.

    Examples
    --------
    >>> [rises(name) for name in ("valid_error", "valid_accuracy", "valid_pseudo_likelihood")]
    [False, True, True]
    """
    return name.split("_")[-1] in RISING


def printed(name: str, value: float, n_examples: int | None = None) -> str:
    """The value of a channel, rates in percent.

    Parameters
    ----------
    name : str
    value : float
    n_examples : int, optional
        How many examples a rate was counted on: it gets as many digits as these can tell.

    Examples
    --------
    >>> printed("valid_error", 0.088, 1000), printed("test_error", 0.07489583, 9600)
    ('8.8 %', '7.49 %')
    >>> printed("valid_error", 0.125), printed("train_cost", 0.123456)
    ('12.5 %', '0.1235')
    """
    if not is_rate(name) or not 0 <= value <= 1:
        return f"{value:.4g}"
    if n_examples is None:
        return f"{100 * value:.4g} %"
    digits = max(0, math.ceil(math.log10(n_examples)) - 2)
    return f"{100 * value:.{digits}f} %"


def better(value: float, best: float | None, lower: bool) -> bool:
    """Whether a value beats the best so far, of which there may be none; NaN and ties never do.

    Parameters
    ----------
    value : float
    best : float or None
    lower : bool
        Whether lower is better.

    Examples
    --------
    >>> better(0.25, 0.5, lower=True), better(0.5, 0.5, lower=False), better(0.5, None, lower=False)
    (True, False, True)
    """
    if best is None:
        best = math.inf if lower else -math.inf
    return value < best if lower else value > best


def significant(
    value: float, best: float | None, lower: bool, threshold: float, is_rate: bool
) -> bool:
    """Whether a value that is better than the best so far is so by enough.

    Parameters
    ----------
    value : float
    best : float or None
    lower : bool
        Whether lower is better: then the value has to be below ``best * threshold``.
    threshold : float
        Above 0, at most 1.
    is_rate : bool
        Where higher is better, a rate is judged by what it lacks to 1, so that an accuracy is
        judged as its error would be. Anything else has to gain ``1 - threshold`` of the size of
        the best.

    Examples
    --------
    >>> significant(0.0996, 0.1, True, 0.995, True), significant(0.0994, 0.1, True, 0.995, True)
    (False, True)
    >>> significant(0.9004, 0.9, False, 0.995, True), significant(0.9006, 0.9, False, 0.995, True)
    (False, True)
    >>> significant(-99.6, -100.0, False, 0.995, False)
    False
    """
    if best is None:
        return True
    if lower:
        return value < best * threshold
    if is_rate:
        return 1 - value < (1 - best) * threshold
    return value > best + abs(best) * (1 - threshold)
