"""The training loop and what hangs on it: monitoring, stopping, display, checkpoints."""

from dltut.training.checkpoint import Checkpoint
from dltut.training.display import Progress
from dltut.training.extensions import (
    EachEpoch,
    Extension,
    LossHistory,
    PolyakAverage,
    ShuffleEpochs,
)
from dltut.training.learning_rate import HalveOnNoImprovement, Schedule
from dltut.training.log import Log, read_log
from dltut.training.monitor import Monitor
from dltut.training.patience import Patience
from dltut.training.pretraining import (
    PretrainingStep,
    pretrain,
    pretraining_steps,
    read_pretrained,
)
from dltut.training.rehearsal import rehearse
from dltut.training.run_folder import open_run, read_config
from dltut.training.step import minibatch_function, minibatch_functions
from dltut.training.stopping import (
    Criterion,
    Diverged,
    MaxEpochs,
    NoImprovement,
    TargetReached,
    TimeLimit,
    all_of,
    any_of,
)
from dltut.training.trainer import Trainer

__all__ = [
    "Checkpoint",
    "Criterion",
    "Diverged",
    "EachEpoch",
    "Extension",
    "HalveOnNoImprovement",
    "Log",
    "LossHistory",
    "MaxEpochs",
    "Monitor",
    "NoImprovement",
    "Patience",
    "PolyakAverage",
    "PretrainingStep",
    "Progress",
    "Schedule",
    "ShuffleEpochs",
    "TargetReached",
    "TimeLimit",
    "Trainer",
    "all_of",
    "any_of",
    "minibatch_function",
    "minibatch_functions",
    "open_run",
    "pretrain",
    "pretraining_steps",
    "read_config",
    "read_log",
    "read_pretrained",
    "rehearse",
]
