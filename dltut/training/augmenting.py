"""Pictures and masks that are moved anew every epoch, by another thread while this one trains."""

from concurrent.futures import Future, ThreadPoolExecutor

import numpy as np

from dltut.datasets.augmentation import Augmentation, augmented
from dltut.datasets.base import Split
from dltut.exceptions import InputError
from dltut.machine.shared import SharedSplit, shared_dataset
from dltut.training.extensions import Extension


class Augment(Extension):
    """Put moved pictures and masks in the place of the training ones before every epoch.

    Parameters
    ----------
    split : Split
        The training part, whose x are pictures and y their masks.
    image_shape : (channels, rows, columns)
        Of a row of x.
    how : Augmentation
    seed : int
        With the numbers of the epoch and of the row it gives what is drawn, so that a resumed run
        needs no memory of it.

    Attributes
    ----------
    split : SharedSplit
        For the step: one epoch's rows.
    image_shape : (channels, rows, columns)
        Of these: crops are smaller.

    Raises
    ------
    InputError
        If the masks do not have the pictures' rows and columns, or the crop does not fit.

    Notes
    -----
    The next epoch's pictures are made while this one's are learned: NumPy and SciPy let another
    thread work. When the run ends, the first pictures of the data set are *not* put back.

    Examples
    --------
    >>> from dltut.datasets import shapes
    >>> data = shapes.shapes(32, (4, 2, 2))
    >>> augment = Augment(data.train, data.image_shape, Augmentation(crop=(24, 24)), seed=1)
    >>> augment.image_shape, augment.split.y.get_value().shape
    ((1, 24, 24), (4, 24, 24))
    """

    def __init__(
        self, split: Split, image_shape: tuple[int, int, int], how: Augmentation, seed: int
    ):
        if split.y.shape[1:] != tuple(image_shape[1:]):
            raise InputError(
                f"masks of {split.y.shape[1:]} do not belong to pictures of {tuple(image_shape)}: "
                "expected a label for each pixel"
            )
        self.how, self.seed = how, seed
        self._x, self._y = split.x.reshape(-1, *image_shape), split.y
        self.image_shape = image_shape[0], *how.sides(image_shape[1:])
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="augment")
        self._next: tuple[int, Future] | None = None
        x, y = self._made(1)
        self.split: SharedSplit = shared_dataset({"x": x, "y": y})
        self.split.part = split.part

    def before_epoch(self, trainer) -> None:
        """Take this epoch's pictures, and let the next one's be made."""
        epoch = trainer.log.epoch
        waiting, self._next = self._next, None
        x, y = waiting[1].result() if waiting and waiting[0] == epoch else self._made(epoch)
        self.split.x.set_value(x.astype(self.split.x.dtype, copy=False), borrow=True)
        self.split.y.set_value(y, borrow=True)
        self._next = epoch + 1, self._threads.submit(self._made, epoch + 1)

    def after_training(self, trainer) -> None:
        """Wait for what is being made."""
        if self._next:
            self._next[1].cancel() or self._next[1].result()
            self._next = None

    def _made(self, epoch: int) -> tuple[np.ndarray, np.ndarray]:
        x, y = augmented(self._x, self._y, self.how, self.seed, epoch)
        return x.reshape(len(x), -1), y
