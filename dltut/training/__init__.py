"""The training loop and what hangs on it: monitoring, stopping, display, checkpoints."""

from dltut.training.accompanied import accompanied
from dltut.training.augmenting import Augment
from dltut.training.averaging import PolyakAverage, Smooth
from dltut.training.checkpoint import Checkpoint, read_meaning, read_run
from dltut.training.dry_run import dry_run
from dltut.training.extensions import (
    EachBatch,
    EachEpoch,
    Extension,
    LossHistory,
)
from dltut.training.following import Follower, is_training, read_columns
from dltut.training.learning_rate import HalveOnNoImprovement, MonitorBasedRate, Scheduled
from dltut.training.log import Log, read_log
from dltut.training.monitor import Monitor
from dltut.training.patience import HistoryPatience, Patience
from dltut.training.plotting import PlotWhileTraining
from dltut.training.pretraining import (
    PretrainingStep,
    pretrain,
    pretraining_steps,
    read_pretrained,
)
from dltut.training.progress import Progress
from dltut.training.ratio import Ratio, ratios
from dltut.training.reader import Reader
from dltut.training.run_folder import RunFolder, open_run, read_config
from dltut.training.saving import SaveBest, SaveEvery
from dltut.training.shuffling import Order, ShuffleEpochs, partial_of, row_order
from dltut.training.step import minibatch_function, minibatch_functions
from dltut.training.stopping import (
    Criterion,
    Diverged,
    MatchChannel,
    MaxEpochs,
    NoImprovement,
    TargetReached,
    TimeLimit,
    all_of,
    any_of,
)
from dltut.training.trainer import Trainer

Schedule = Scheduled  # its name in 0.1

__all__ = [
    "Augment",
    "Checkpoint",
    "Criterion",
    "Diverged",
    "EachBatch",
    "EachEpoch",
    "Extension",
    "Follower",
    "HalveOnNoImprovement",
    "HistoryPatience",
    "Log",
    "LossHistory",
    "MatchChannel",
    "MaxEpochs",
    "Monitor",
    "MonitorBasedRate",
    "NoImprovement",
    "Order",
    "Patience",
    "PlotWhileTraining",
    "PolyakAverage",
    "PretrainingStep",
    "Progress",
    "Ratio",
    "Reader",
    "RunFolder",
    "SaveBest",
    "SaveEvery",
    "Scheduled",
    "ShuffleEpochs",
    "Smooth",
    "TargetReached",
    "TimeLimit",
    "Trainer",
    "accompanied",
    "all_of",
    "any_of",
    "dry_run",
    "is_training",
    "minibatch_function",
    "minibatch_functions",
    "open_run",
    "partial_of",
    "pretrain",
    "pretraining_steps",
    "ratios",
    "read_columns",
    "read_config",
    "read_log",
    "read_meaning",
    "read_pretrained",
    "read_run",
    "row_order",
]
