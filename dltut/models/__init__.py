"""Models: layers in order, and what a file needs to build them again."""

from dltut.models.answers import probability_function, reconstruction_function, score_function
from dltut.models.autoencoder import Autoencoder, cA, dA
from dltut.models.boltzmann import (
    RBM,
    gibbs_samples,
    log_partition,
    pseudo_likelihood,
    scattered_bits,
)
from dltut.models.characters import CharacterModel, Writer
from dltut.models.fcn1d import FCN1D
from dltut.models.fcn8 import FCN8
from dltut.models.lenet import LeNet
from dltut.models.logistic import LogisticRegression
from dltut.models.mlp import MLP
from dltut.models.music import RNNNADE, RNNRBM, compose, frame_accuracy, log_likelihood
from dltut.models.neighbours import nearest_words
from dltut.models.recurrent import RecurrentNetwork
from dltut.models.saved import load_model, save_model
from dltut.models.sequential import Sequential
from dltut.models.stacked import DBN, SdA
from dltut.models.tagger import BidirectionalTagger, WindowTagger
from dltut.models.text_classifier import TextClassifier
from dltut.models.unet import UNet

__all__ = [
    "DBN",
    "FCN1D",
    "FCN8",
    "MLP",
    "RBM",
    "RNNNADE",
    "RNNRBM",
    "Autoencoder",
    "BidirectionalTagger",
    "CharacterModel",
    "LeNet",
    "LogisticRegression",
    "RecurrentNetwork",
    "SdA",
    "Sequential",
    "TextClassifier",
    "UNet",
    "WindowTagger",
    "Writer",
    "cA",
    "compose",
    "dA",
    "frame_accuracy",
    "gibbs_samples",
    "load_model",
    "log_likelihood",
    "log_partition",
    "nearest_words",
    "probability_function",
    "pseudo_likelihood",
    "reconstruction_function",
    "save_model",
    "scattered_bits",
    "score_function",
]
