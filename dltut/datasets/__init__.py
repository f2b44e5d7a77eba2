"""Data sets as NumPy arrays: found on this machine, checked, divided, scaled."""

from dltut.datasets import (
    adding,
    brain,
    characters,
    digits,
    fashion_mnist,
    images,
    imdb,
    mnist,
    music,
    pictures,
    rays,
    segmentation,
    series,
    shapes,
    slots,
    toy_reviews,
)
from dltut.datasets.arrays import from_arrays
from dltut.datasets.augmentation import Augmentation, augmented
from dltut.datasets.base import Dataset, Split
from dltut.datasets.catalogue import load, load_data
from dltut.datasets.codes import encoded
from dltut.datasets.folds import cross_validated, cross_validation, mean_and_deviation
from dltut.datasets.idx import read_idx, write_idx
from dltut.datasets.kinds import (
    Characters,
    Classes,
    Labels,
    Masks,
    Numbers,
    Pictures,
    Rolls,
    Series,
    Tags,
    Words,
    kind_from,
)
from dltut.datasets.layouts import read_inputs
from dltut.datasets.midi import read_midi, write_midi
from dltut.datasets.onehot import from_one_hot, one_hot
from dltut.datasets.texts import from_texts
from dltut.datasets.transforms import (
    ZCA,
    ContrastNormalise,
    Standardise,
    Transform,
    contrast_normalise,
    standardise,
    transform_from,
    transformed,
    zca,
)
from dltut.datasets.words import Vocabulary, vocabulary_of
from dltut.machine.columns import check_range

__all__ = [
    "ZCA",
    "Augmentation",
    "Characters",
    "Classes",
    "ContrastNormalise",
    "Dataset",
    "Labels",
    "Masks",
    "Numbers",
    "Pictures",
    "Rolls",
    "Series",
    "Split",
    "Standardise",
    "Tags",
    "Transform",
    "Vocabulary",
    "Words",
    "adding",
    "augmented",
    "brain",
    "characters",
    "check_range",
    "contrast_normalise",
    "cross_validated",
    "cross_validation",
    "digits",
    "encoded",
    "fashion_mnist",
    "from_arrays",
    "from_one_hot",
    "from_texts",
    "images",
    "imdb",
    "kind_from",
    "load",
    "load_data",
    "mean_and_deviation",
    "mnist",
    "music",
    "one_hot",
    "pictures",
    "rays",
    "read_idx",
    "read_inputs",
    "read_midi",
    "segmentation",
    "series",
    "shapes",
    "slots",
    "standardise",
    "toy_reviews",
    "transform_from",
    "transformed",
    "vocabulary_of",
    "write_idx",
    "write_midi",
    "zca",
]
