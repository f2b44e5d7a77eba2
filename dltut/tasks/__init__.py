"""What is asked of a network: its cost and measures, and how its answers are told and drawn."""

from dltut.tasks.catalogue import load_trained, task_from, task_of
from dltut.tasks.classification import Classification
from dltut.tasks.forecasting import Forecasting
from dltut.tasks.inputs import Example, read_examples
from dltut.tasks.multilabel import MultiLabel
from dltut.tasks.reconstruction import Reconstruction
from dltut.tasks.regression import Regression
from dltut.tasks.task import Task
from dltut.tasks.writing import Writing

__all__ = [
    "Classification",
    "Example",
    "Forecasting",
    "MultiLabel",
    "Reconstruction",
    "Regression",
    "Task",
    "Writing",
    "load_trained",
    "read_examples",
    "task_from",
    "task_of",
]
