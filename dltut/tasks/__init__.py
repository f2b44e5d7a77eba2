"""What is asked of a network: its cost and measures, and how its answers are told and drawn."""

from dltut.tasks.catalogue import load_trained, task_from, task_of
from dltut.tasks.chunks import ChunkScores, chunk_scores, chunks_of
from dltut.tasks.classification import Classification
from dltut.tasks.forecasting import Forecasting
from dltut.tasks.inputs import Example, read_examples
from dltut.tasks.multilabel import MultiLabel
from dltut.tasks.music import Music
from dltut.tasks.reconstruction import Reconstruction
from dltut.tasks.regression import Regression
from dltut.tasks.segmentation import Segmentation
from dltut.tasks.tagging import Tagging
from dltut.tasks.task import Task
from dltut.tasks.writing import Writing

__all__ = [
    "ChunkScores",
    "Classification",
    "Example",
    "Forecasting",
    "MultiLabel",
    "Music",
    "Reconstruction",
    "Regression",
    "Segmentation",
    "Tagging",
    "Task",
    "Writing",
    "chunk_scores",
    "chunks_of",
    "load_trained",
    "read_examples",
    "task_from",
    "task_of",
]
