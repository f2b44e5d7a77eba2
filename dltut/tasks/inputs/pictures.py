"""Pictures that a model is asked about."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from dltut.datasets.kinds import Pictures
from dltut.datasets.picture_files import read_frames, read_picture
from dltut.datasets.pictures import marks, prepare, resized
from dltut.datasets.scaling import WHITE
from dltut.tasks.inputs.reader import Example, Reader

STACKS = (".tif", ".tiff")  # whose pages are pictures; those of a GIF are one that moves


class PictureReader(Reader):
    """Pictures: files, PIL images, prepared rows."""

    def __init__(self, inputs: Pictures):
        super().__init__(
            inputs, tuple(inputs.shape), "picture", "a picture, its file, or a row of data.test.x"
        )

    def examples(self, given, number):
        """The picture, prepared if it is an image or a file."""
        if isinstance(given, Image.Image):
            yield self.seen(given, f"picture {number}")
        else:
            yield from super().examples(given, number)

    def file(self, path) -> Iterator[Example]:
        """The picture in a file, or the pages of a stack."""
        is_stack = Path(path).suffix.lower() in STACKS
        pages = read_frames(path) if is_stack else [read_picture(path)]
        if len(pages) == 1:
            yield self.seen(pages[0], str(path), path)
        else:
            for number, page in enumerate(pages, start=1):
                yield self.seen(page, f"{path} page {number}")

    def seen(self, picture: Image.Image, name: str, path=None) -> Example:
        """The picture as the training pictures were, digits in the size of these.

        Parameters
        ----------
        picture : PIL image
        name : str
            Of the example.
        path : path, optional
            Where it was read, for messages.
        """
        facts = {"image_shape": self.shape, "preparation": self.inputs.preparation}
        x = prepare(path or picture, facts) * np.float32(self.inputs.white / WHITE)
        if x.shape != self.shape and self.inputs.preparation != "whole":
            x = resized(self.shown(x), self.shape)
        x = self.ready(x)
        n = marks(picture) if self.inputs.preparation == "digit" else 1
        several = f"there seem to be {n} digits, which are taken for one: cut them apart"
        return Example(name, picture, x, several if n > 1 else "")

    def shown(self, x) -> Image.Image:
        """An image of the prepared values."""
        pixels = (255 / self.inputs.white * x).clip(0, 255).astype(np.uint8)
        return Image.fromarray(pixels.transpose(1, 2, 0) if len(pixels) == 3 else pixels[0])

    def doubts(self, x) -> str:
        """Whether these may be bytes."""
        if x.max(initial=0) <= 16 * self.inputs.white:
            return ""
        return (
            f"values up to {x.max():g}: an array is taken as prepared, such as data.test.x; "
            "Image.fromarray(array) is prepared first"
        )
