"""Models: layers in order, and what a file needs to build them again."""

from dltut.models.autoencoder import Autoencoder, cA, dA
from dltut.models.lenet import LeNet
from dltut.models.logistic import LogisticRegression
from dltut.models.mlp import MLP
from dltut.models.probabilities import probability_function
from dltut.models.saved import load_model

__all__ = [
    "MLP",
    "Autoencoder",
    "LeNet",
    "LogisticRegression",
    "cA",
    "dA",
    "load_model",
    "probability_function",
]
