"""Learning rules, schedules, constraints, and training on the whole set at once."""

from dltut.optim import schedules
from dltut.optim.batch_descent import batch_descent
from dltut.optim.conjugate import conjugate_gradient, flatten, unflatten
from dltut.optim.constraints import clip_gradient_norm, limit_norm, max_norm
from dltut.optim.rules import (
    adadelta,
    adagrad,
    adam,
    adamax,
    amsgrad,
    apply_momentum,
    apply_nesterov_momentum,
    momentum,
    nesterov,
    rmsprop,
    scale_steps,
    sgd,
)

__all__ = [
    "adadelta",
    "adagrad",
    "adam",
    "adamax",
    "amsgrad",
    "apply_momentum",
    "apply_nesterov_momentum",
    "batch_descent",
    "clip_gradient_norm",
    "conjugate_gradient",
    "flatten",
    "limit_norm",
    "max_norm",
    "momentum",
    "nesterov",
    "rmsprop",
    "scale_steps",
    "schedules",
    "sgd",
    "unflatten",
]
