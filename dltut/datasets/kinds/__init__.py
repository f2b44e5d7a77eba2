"""What the inputs of a data set are, and its targets: plain values that a model file can carry.

A kind is any object with ``facts``, a dictionary of JSON values, and ``checked(values, part)``,
which returns a column as it should be or raises an `InputError`.
"""

from dltut.datasets.kinds.catalogue import KINDS, LEARNED, kind_from
from dltut.datasets.kinds.kind import Kind, Named
from dltut.datasets.kinds.numbers import Numbers, Series
from dltut.datasets.kinds.pictures import PREPARATIONS, Pictures, square_shape
from dltut.datasets.kinds.rolls import Rolls
from dltut.datasets.kinds.targets import NO_TAG, VOID, Classes, Labels, Masks, Tags
from dltut.datasets.kinds.texts import Characters, Words

__all__ = [
    "KINDS",
    "LEARNED",
    "NO_TAG",
    "PREPARATIONS",
    "VOID",
    "Characters",
    "Classes",
    "Kind",
    "Labels",
    "Masks",
    "Named",
    "Numbers",
    "Pictures",
    "Rolls",
    "Series",
    "Tags",
    "Words",
    "kind_from",
    "square_shape",
]
