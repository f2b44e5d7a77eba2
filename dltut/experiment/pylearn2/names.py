"""The table of Pylearn2's names: what each gives of this library, and what is not here."""

from collections.abc import Callable
from os import PathLike

import numpy as np

from dltut.exceptions import InputError, NoFile
from dltut.experiment.build import PICKLE
from dltut.experiment.part import inside
from dltut.experiment.pylearn2 import (
    algorithms,
    convolutions,
    costs,
    criteria,
    cross_validation,
    datasets,
    extensions,
    layers,
    models,
    monitor,
    preprocessing,
    train,
)
from dltut.experiment.pylearn2.examples import loaded_arrays
from dltut.machine.serialize import read_arrays
from dltut.models import load_model


def random_state(seed: models.Seeds = 1) -> np.random.RandomState:
    """A generator that begins with a seed."""
    return np.random.RandomState(seed)


NAMES: dict[str, Callable] = {
    "numpy.random.RandomState": random_state,
    "pylearn2.corruption.BinomialCorruptor": models.BinomialCorruptor,
    "pylearn2.corruption.DummyCorruptor": models.DummyCorruptor,
    "pylearn2.corruption.GaussianCorruptor": models.GaussianCorruptor,
    "pylearn2.corruption.SaltPepperCorruptor": models.SaltPepperCorruptor,
    "pylearn2.costs.autoencoder.MeanBinaryCrossEntropy": costs.MeanBinaryCrossEntropy,
    "pylearn2.costs.autoencoder.MeanSquaredReconstructionError": (
        costs.MeanSquaredReconstructionError
    ),
    "pylearn2.costs.autoencoder.SparseActivation": costs.SparseActivation,
    "pylearn2.costs.cost.MethodCost": costs.MethodCost,
    "pylearn2.costs.cost.SumOfCosts": costs.SumOfCosts,
    "pylearn2.costs.mlp.Default": costs.Default,
    "pylearn2.costs.mlp.L1WeightDecay": costs.L1WeightDecay,
    "pylearn2.costs.mlp.WeightDecay": costs.WeightDecay,
    "pylearn2.costs.mlp.dropout.Dropout": costs.Dropout,
    "pylearn2.cross_validation.TrainCV": cross_validation.train_cv,
    "pylearn2.cross_validation.dataset_iterators.DatasetKFold": cross_validation.DatasetKFold,
    "pylearn2.cross_validation.dataset_iterators.StratifiedDatasetKFold": (
        cross_validation.StratifiedDatasetKFold
    ),
    "pylearn2.cross_validation.train_cv_extensions.MonitorBasedSaveBestCV": (
        cross_validation.save_best_of_fold
    ),
    "pylearn2.datasets.csv_dataset.CSVDataset": datasets.CSVDataset,
    "pylearn2.datasets.dense_design_matrix.DenseDesignMatrix": datasets.DenseDesignMatrix,
    "pylearn2.datasets.dense_design_matrix.dataset_range": datasets.DatasetRange,
    "pylearn2.datasets.dense_design_matrix.from_dataset": datasets.FromDataset,
    "pylearn2.datasets.mnist.MNIST": datasets.MNIST,
    "pylearn2.datasets.npy_npz.NpyDataset": datasets.NpyDataset,
    "pylearn2.datasets.npy_npz.NpzDataset": datasets.NpzDataset,
    "pylearn2.datasets.preprocessing.GlobalContrastNormalization": (
        preprocessing.GlobalContrastNormalization
    ),
    "pylearn2.datasets.preprocessing.Pipeline": preprocessing.Pipeline,
    "pylearn2.datasets.preprocessing.RemoveMean": preprocessing.RemoveMean,
    "pylearn2.datasets.preprocessing.Standardize": preprocessing.Standardize,
    "pylearn2.datasets.preprocessing.ZCA": preprocessing.ZCA,
    "pylearn2.datasets.transformer_dataset.TransformerDataset": datasets.TransformerDataset,
    "pylearn2.datasets.zca_dataset.ZCA_Dataset": datasets.ZCA_Dataset,
    "pylearn2.models.autoencoder.Autoencoder": models.AutoencoderModel,
    "pylearn2.models.autoencoder.ContractiveAutoencoder": models.ContractiveAutoencoder,
    "pylearn2.models.autoencoder.DenoisingAutoencoder": models.DenoisingAutoencoder,
    "pylearn2.models.maxout.Maxout": layers.Maxout,
    "pylearn2.models.maxout.MaxoutConvC01B": convolutions.MaxoutConvC01B,
    "pylearn2.models.mlp.ConvElemwise": convolutions.ConvElemwise,
    "pylearn2.models.mlp.ConvRectifiedLinear": convolutions.ConvRectifiedLinear,
    "pylearn2.models.mlp.FlattenerLayer": layers.FlattenerLayer,
    "pylearn2.models.mlp.IdentityConvNonlinearity": convolutions.IdentityConvNonlinearity,
    "pylearn2.models.mlp.Linear": layers.Linear,
    "pylearn2.models.mlp.MLP": models.MLP,
    "pylearn2.models.mlp.PretrainedLayer": layers.PretrainedLayer,
    "pylearn2.models.mlp.RectifiedLinear": layers.RectifiedLinear,
    "pylearn2.models.mlp.RectifierConvNonlinearity": convolutions.RectifierConvNonlinearity,
    "pylearn2.models.mlp.Sigmoid": layers.Sigmoid,
    "pylearn2.models.mlp.SigmoidConvNonlinearity": convolutions.SigmoidConvNonlinearity,
    "pylearn2.models.mlp.Softmax": layers.Softmax,
    "pylearn2.models.mlp.Softplus": layers.Softplus,
    "pylearn2.models.mlp.Tanh": layers.Tanh,
    "pylearn2.models.mlp.TanhConvNonlinearity": convolutions.TanhConvNonlinearity,
    "pylearn2.models.softmax_regression.SoftmaxRegression": models.SoftmaxRegression,
    "pylearn2.monitor.push_monitor": monitor.EarlierModel,
    "pylearn2.space.Conv2DSpace": models.Conv2DSpace,
    "pylearn2.space.VectorSpace": models.VectorSpace,
    "pylearn2.termination_criteria.And": criteria.all_go_on,
    "pylearn2.termination_criteria.ChannelInf": criteria.channel_inf,
    "pylearn2.termination_criteria.ChannelTarget": criteria.channel_target,
    "pylearn2.termination_criteria.EpochCounter": criteria.epoch_counter,
    "pylearn2.termination_criteria.MatchChannel": criteria.match_channel,
    "pylearn2.termination_criteria.MonitorBased": criteria.monitor_based,
    "pylearn2.termination_criteria.Or": criteria.any_goes_on,
    "pylearn2.testing.datasets.random_dense_design_matrix": datasets.RandomDesignMatrix,
    "pylearn2.testing.datasets.random_one_hot_dense_design_matrix": datasets.RandomDesignMatrix,
    "pylearn2.train.Train": train.train,
    "pylearn2.train_extensions.ChannelSmoother": extensions.smooth,
    "pylearn2.train_extensions.best_params.MonitorBasedSaveBest": extensions.save_best,
    "pylearn2.train_extensions.plots.PlotManager": extensions.PlotManager,
    "pylearn2.train_extensions.plots.Plots": extensions.Plots,
    "pylearn2.training_algorithms.bgd.BGD": algorithms.BGD,
    "pylearn2.training_algorithms.learning_rule.AdaDelta": algorithms.AdaDelta,
    "pylearn2.training_algorithms.learning_rule.AdaGrad": algorithms.AdaGrad,
    "pylearn2.training_algorithms.learning_rule.Momentum": algorithms.Momentum,
    "pylearn2.training_algorithms.learning_rule.MomentumAdjustor": extensions.momentum_adjustor,
    "pylearn2.training_algorithms.learning_rule.RMSProp": algorithms.RMSProp,
    "pylearn2.training_algorithms.sgd.AnnealedLearningRate": algorithms.annealed,
    "pylearn2.training_algorithms.sgd.EpochCounter": criteria.epoch_counter,
    "pylearn2.training_algorithms.sgd.ExponentialDecay": algorithms.exponential_decay,
    "pylearn2.training_algorithms.sgd.LinearDecay": algorithms.linear_decay,
    "pylearn2.training_algorithms.sgd.LinearDecayOverEpoch": extensions.linear_decay_over_epoch,
    "pylearn2.training_algorithms.sgd.MonitorBasedLRAdjuster": extensions.monitor_based_rate,
    "pylearn2.training_algorithms.sgd.OneOverEpoch": extensions.one_over_epochs,
    "pylearn2.training_algorithms.sgd.PatienceBasedTermCrit": criteria.patience,
    "pylearn2.training_algorithms.sgd.PolyakAveraging": extensions.polyak,
    "pylearn2.training_algorithms.sgd.SGD": algorithms.SGD,
}

SCRIPT = "a script of your own, like those in scripts/"
RBM = "dltut.models.RBM, in scripts/train_rbm.py and scripts/train_dbn.py"
PICTURES = "a folder of pictures or idx files, as dltut.datasets.load takes it"
RECURRENT = "no recurrent layers in files yet"
ABSENT: dict[str, tuple[str, str]] = {
    "pylearn2.blocks.StackedBlocks": (
        "a stack of coders",
        "dltut.models.SdA, scripts/train_sda.py",
    ),
    "pylearn2.corruption.BinomialSampler": ("draws from probabilities", "masking noise"),
    "pylearn2.corruption.ComposedCorruptor": ("several kinds of noise", "one kind at a time"),
    "pylearn2.corruption.DropoutCorruptor": (
        "masking noise that keeps the mean",
        "pylearn2.corruption.BinomialCorruptor, or dropout of a layer",
    ),
    "pylearn2.corruption.MultinomialSampler": ("draws from probabilities", "masking noise"),
    "pylearn2.corruption.OneHotCorruptor": ("noise for classes", "salt_and_pepper noise"),
    "pylearn2.corruption.SmoothOneHotCorruptor": ("noise for classes", "gaussian noise"),
    "pylearn2.costs.autoencoder.SampledMeanBinaryCrossEntropy": (
        "a cost of some of the inputs",
        "pylearn2.costs.autoencoder.MeanBinaryCrossEntropy",
    ),
    "pylearn2.costs.autoencoder.SampledMeanSquaredReconstructionError": (
        "a cost of some of the inputs",
        "pylearn2.costs.autoencoder.MeanSquaredReconstructionError",
    ),
    "pylearn2.costs.cost.LpPenalty": ("a power of variables", "WeightDecay and L1WeightDecay"),
    "pylearn2.costs.dbm.MultiPrediction": ("a cost of a deep Boltzmann machine", RBM),
    "pylearn2.costs.dbm.TorontoSparsity": ("a cost of a deep Boltzmann machine", RBM),
    "pylearn2.costs.dbm.VariationalPCD": ("a cost of a deep Boltzmann machine", RBM),
    "pylearn2.costs.dbm.WeightDecay": ("a cost of a deep Boltzmann machine", RBM),
    "pylearn2.costs.ebm_estimation.CDk": ("contrastive divergence", RBM),
    "pylearn2.costs.ebm_estimation.NCE": ("noise-contrastive estimation", RBM),
    "pylearn2.costs.ebm_estimation.SM": ("score matching", RBM),
    "pylearn2.costs.ebm_estimation.SMD": ("denoising score matching", RBM),
    "pylearn2.costs.ebm_estimation.SML": ("persistent contrastive divergence", RBM),
    "pylearn2.costs.gated_autoencoder.SymmetricMSRE": ("a cost of gated autoencoders", SCRIPT),
    "pylearn2.costs.mlp.missing_target_cost.MissingTargetCost": ("a cost without targets", SCRIPT),
    "pylearn2.costs.vae.ImportanceSamplingCriterion": (
        "a bound of a variational autoencoder",
        "pylearn2.models.autoencoder.DenoisingAutoencoder",
    ),
    "pylearn2.costs.vae.VAECriterion": (
        "a bound of a variational autoencoder",
        "pylearn2.models.autoencoder.DenoisingAutoencoder",
    ),
    "pylearn2.cross_validation.dataset_iterators.DatasetHoldout": (
        "one division of the data",
        "pylearn2.cross_validation.dataset_iterators.DatasetKFold",
    ),
    "pylearn2.cross_validation.dataset_iterators.DatasetValidKFold": (
        "folds for training, validation and test",
        "pylearn2.cross_validation.dataset_iterators.DatasetKFold",
    ),
    "pylearn2.datasets.avicenna.Avicenna": ("a data set of a challenge", PICTURES),
    "pylearn2.datasets.binarized_mnist.BinarizedMNIST": (
        "MNIST, drawn as zeros and ones",
        "pylearn2.datasets.mnist.MNIST with binarize: true",
    ),
    "pylearn2.datasets.binarizer.Binarizer": (
        "inputs drawn as zeros and ones",
        "pylearn2.datasets.mnist.MNIST with binarize: true",
    ),
    "pylearn2.datasets.cifar10.CIFAR10": ("60,000 small photographs", PICTURES),
    "pylearn2.datasets.cifar100.CIFAR100": ("60,000 small photographs", PICTURES),
    "pylearn2.datasets.dense_design_matrix.convert_to_one_hot": (
        "targets as unit vectors",
        "classes, which every cost takes as numbers",
    ),
    "pylearn2.datasets.hdf5.HDF5Dataset": (
        "arrays in an HDF5 file",
        "pylearn2.datasets.npy_npz.NpzDataset",
    ),
    "pylearn2.datasets.iris.Iris": ("150 flowers", "pylearn2.datasets.csv_dataset.CSVDataset"),
    "pylearn2.datasets.norb.SmallNORB": ("photographs of toys", PICTURES),
    "pylearn2.datasets.preprocessing.ExtractPatches": ("pieces of pictures", SCRIPT),
    "pylearn2.datasets.preprocessing.LeCunLCN": (
        "local contrast normalisation",
        "pylearn2.datasets.preprocessing.GlobalContrastNormalization",
    ),
    "pylearn2.datasets.preprocessing.PCA": (
        "principal components",
        "pylearn2.datasets.preprocessing.ZCA",
    ),
    "pylearn2.datasets.sparse_dataset.SparseDataset": (
        "rows that are mostly 0",
        "pylearn2.datasets.npy_npz.NpzDataset",
    ),
    "pylearn2.datasets.svhn.SVHN": ("house numbers", PICTURES),
    "pylearn2.datasets.tfd.TFD": ("photographs of faces", PICTURES),
    "pylearn2.datasets.vector_spaces_dataset.VectorSpacesDataset": (
        "several columns",
        "dltut.datasets.Split with columns of any names",
    ),
    "pylearn2.energy_functions.rbm_energy.grbm_type_1": ("an energy", RBM),
    "pylearn2.models.autoencoder.DeepComposedAutoencoder": (
        "a stack of autoencoders",
        "dltut.models.SdA, in scripts/train_sda.py",
    ),
    "pylearn2.models.autoencoder.HigherOrderContractiveAutoencoder": (
        "an autoencoder with a penalty of curvature",
        "pylearn2.models.autoencoder.ContractiveAutoencoder",
    ),
    "pylearn2.models.dbm.DBM": ("a deep Boltzmann machine", RBM),
    "pylearn2.models.dbm.BinaryVector": ("a layer of a deep Boltzmann machine", RBM),
    "pylearn2.models.dbm.BinaryVectorMaxPool": ("a layer of a deep Boltzmann machine", RBM),
    "pylearn2.models.dbm.Softmax": ("a layer of a deep Boltzmann machine", RBM),
    "pylearn2.models.gated_autoencoder.FactoredGatedAutoencoder": (
        "an autoencoder of pairs of pictures",
        "pylearn2.models.autoencoder.Autoencoder",
    ),
    "pylearn2.models.gsn.GSN": (
        "a generative stochastic network",
        "pylearn2.models.autoencoder.DenoisingAutoencoder",
    ),
    "pylearn2.models.kmeans.KMeans": ("clusters", "scikit-learn's KMeans"),
    "pylearn2.models.local_coordinate_coding.LocalCoordinateCoding": ("sparse coding", SCRIPT),
    "pylearn2.models.lwta.LWTA": (
        "units of which the largest stays",
        "pylearn2.models.maxout.Maxout",
    ),
    "pylearn2.models.maxout.MaxoutLocalC01B": (
        "maxout without shared filters",
        "pylearn2.models.maxout.MaxoutConvC01B",
    ),
    "pylearn2.models.mlp.CompositeLayer": (
        "layers side by side",
        "a dltut.layers.Network of your own",
    ),
    "pylearn2.models.mlp.LinearGaussian": (
        "a linear layer with a variance",
        "pylearn2.models.mlp.Linear",
    ),
    "pylearn2.models.mlp.SoftmaxPool": ("a softmax over groups", "pylearn2.models.maxout.Maxout"),
    "pylearn2.models.mlp.SpaceConverter": (
        "a change of axes",
        "pylearn2.models.mlp.FlattenerLayer",
    ),
    "pylearn2.models.mlp.WindowLayer": ("the middle of a picture", "a transform of the data"),
    "pylearn2.models.mnd.DiagonalMND": ("a normal distribution", "dltut.samplers.Gaussian"),
    "pylearn2.models.pca.PCA": ("principal components", "pylearn2.datasets.preprocessing.ZCA"),
    "pylearn2.models.rbm.GaussianBinaryRBM": ("a machine of real inputs", RBM),
    "pylearn2.models.rbm.RBM": ("a restricted Boltzmann machine", RBM),
    "pylearn2.models.s3c.S3C": ("spike-and-slab sparse coding", RBM),
    "pylearn2.models.svm.DenseMulticlassSVM": (
        "a support vector machine",
        "pylearn2.models.softmax_regression.SoftmaxRegression",
    ),
    "pylearn2.models.vae.VAE": (
        "a variational autoencoder",
        "pylearn2.models.autoencoder.DenoisingAutoencoder",
    ),
    "pylearn2.sandbox.nlp.models.mlp.ProjectionLayer": (
        "a row for each word",
        "dltut.layers.Embedding",
    ),
    "pylearn2.sandbox.rnn.models.rnn.RNN": ("a recurrent network", RECURRENT),
    "pylearn2.space.CompositeSpace": ("several inputs", "one input, n_in or image_shape"),
    "pylearn2.space.IndexSpace": ("whole numbers", "dltut.layers.Embedding"),
    "pylearn2.train_extensions.best_params.KeepBestParams": (
        "the best parameters in memory",
        "pylearn2.train_extensions.best_params.MonitorBasedSaveBest; a run keeps best.safetensors",
    ),
    "pylearn2.train_extensions.SharedSetter": (
        "variables set at chosen epochs",
        "pylearn2.training_algorithms.sgd.LinearDecayOverEpoch, or dltut.optim.schedules.join",
    ),
    "pylearn2.train_extensions.live_monitoring.LiveMonitoring": (
        "a server of the channels",
        "python -m dltut watch RUN, which reads the run's log",
    ),
    "pylearn2.train_extensions.roc_auc.RocAucChannel": ("the area under a curve", "misclass"),
    "pylearn2.train_extensions.window_flip.WindowAndFlip": (
        "pictures shifted and mirrored anew after each epoch",
        "pictures as they are (a mirrored digit is none)",
    ),
    "pylearn2.train_extensions.wmape_channel.WMapeNumeratorChannel": ("an error in percent", "mse"),
    "pylearn2.train_extensions.wmape_channel.WMapeDenominatorChannel": (
        "an error in percent",
        "mse",
    ),
    "pylearn2.training_algorithms.bgd.BacktrackingStepShrinker": (
        "shorter steps after a failure",
        "line_search_mode: exhaustive",
    ),
    "pylearn2.training_algorithms.bgd.ScaleStep": ("shorter steps", "line_search_mode: exhaustive"),
    "pylearn2.training_algorithms.bgd.StepShrinker": (
        "shorter steps",
        "line_search_mode: exhaustive",
    ),
    "pylearn2.training_algorithms.default.DefaultTrainingAlgorithm": (
        "models that train themselves",
        "pylearn2.training_algorithms.sgd.SGD; for Boltzmann machines scripts/train_rbm.py",
    ),
    "pylearn2.training_algorithms.sgd.EpochMonitor": (
        "lines within an epoch",
        "the progress bar of every run",
    ),
}
"""{name: (what it was in Pylearn2, what is nearest to it here)}."""


def table(folder: str | PathLike) -> dict[str, Callable | str]:
    """What `dltut.experiment.build.build` takes: adapters, and lines about what is not here.

    Parameters
    ----------
    folder : path
        Of the runs: where ``!pkl`` finds what an earlier experiment wrote.

    Examples
    --------
    >>> table("runs")["pylearn2.models.dbm.DBM"]
    'it was a deep Boltzmann machine in Pylearn2; dltut has dltut.models.RBM, in \
scripts/train_rbm.py and scripts/train_dbn.py'
    """
    told = {
        name: f"it was {what} in Pylearn2; dltut has {near}"
        for name, (what, near) in ABSENT.items()
    }
    return told | NAMES | {PICKLE: lambda path: read(folder, path)}


def read(folder: str | PathLike, path: str) -> object:
    """What an earlier experiment wrote into the folder of the runs: a model, or an array.

    Parameters
    ----------
    folder : path
    path : str
        As it stands in the file. Whatever its ending, it is one of this library's files.

    Raises
    ------
    NoFile
        If it cannot be read, perhaps not yet.
    InputError
        If it is a pickle, or no plain file.
    """
    file = inside(folder, path)
    if file.exists() and not file.is_file():  # a pipe would be waited for
        raise InputError(f"{file} is no plain file: name one that an experiment wrote")
    try:
        with file.open("rb") as opened:
            start = opened.read(9)
    except OSError as error:
        raise NoFile(
            f"{file} cannot be read ({error.strerror}): run the experiment first that writes "
            f"{path}, with the same folder of runs"
        ) from None
    if start.startswith(b"\x93NUMPY"):
        return loaded_arrays(file)
    if start[8:] != b"{":
        raise InputError(
            f"{file} is no model of dltut: a pickle of Pylearn2 is never loaded, since it can run "
            f"code; run the experiment that writes {path} again, here"
        )
    model = load_model(file)
    model.header = read_arrays(file)[1]  # which push_monitor asks for
    return model
