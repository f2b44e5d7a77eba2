"""Models of music: what sounds in a frame, given all the frames before it."""

from dltut.models.music.composing import compose
from dltut.models.music.judging import Likelihood, frame_accuracy, log_likelihood
from dltut.models.music.remembering import Remembering, Steps
from dltut.models.music.rnnnade import RNNNADE
from dltut.models.music.rnnrbm import RNNRBM

__all__ = [
    "RNNNADE",
    "RNNRBM",
    "Likelihood",
    "Remembering",
    "Steps",
    "compose",
    "frame_accuracy",
    "log_likelihood",
]
