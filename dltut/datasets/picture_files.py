"""Picture files: which kinds are opened, how large they may be, and what their numbers mean."""

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from os import SEEK_END, PathLike
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from dltut.exceptions import InputError, printable
from dltut.machine.files import Unpacked, unreadable
from dltut.machine.notices import say

# What is opened, whatever a file is called. Pillow knows many kinds more: for EPS it starts
# Ghostscript, and PDF, MPEG or HDF5 are no pictures.
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM")
MEMORY = 64 * 2**20  # bytes that any picture may take; ten times its file is allowed beside it
WHITES = {"i": (255, 4095, 65535), "f": (1, 255)}  # of whole numbers and of fractions
MOST_PAGES, LEAST_PAGE = 1000, 256  # more pages than these have so many bytes each
# How files of a kind begin, and how often may stand in them what costs much each time: a scan goes
# through a JPEG's whole picture, and Pillow unpacks each colour profile of a PNG.
COSTLY = ((b"\xff\xd8", b"\xff\xda", 100, "scans"), (b"\x89PNG", b"iCCP", 10, "colour profiles"))
FEWEST = 16  # levels of the upper 8 bits of a 16-bit colour, below which the lower 8 are missed

_BROKEN = (
    OSError, EOFError, SyntaxError, ValueError, TypeError, AttributeError, LookupError,
    ArithmeticError, MemoryError, RuntimeError, AssertionError, struct.error, zlib.error,
    Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip


def endings() -> set[str]:
    """The endings of picture files' names, in small letters.

    Examples
    --------
    >>> ".png" in endings(), ".jpeg" in endings(), ".pdf" in endings()
    (True, True, False)
    """
    known = Image.registered_extensions().items()
    return {ending for ending, name in known if name in FORMATS}


def read_picture(path: str | PathLike) -> Image.Image:
    """The picture in a file, whole in memory and upright.

    Raises
    ------
    InputError
        If there is none, it is of no kind in `FORMATS`, damaged, or so much larger in memory than
        on the disk that it may be meant to fill the memory.
    """
    path = Path(path)
    with opened(path) as (image, n_bytes):
        return _loaded(image, n_bytes)


def read_frames(path: str | PathLike) -> list[Image.Image]:
    """All pictures in a file, such as the pages of a TIFF stack.

    Raises
    ------
    InputError
        As `read_picture`; or if together they are too large.
    """
    path, frames = Path(path), []
    with opened(path) as (image, n_bytes):
        total, n_pages = 0, getattr(image, "n_frames", 1)
        for number in range(n_pages):
            image.seek(number)
            if number == MOST_PAGES and n_bytes < LEAST_PAGE * n_pages:
                raise ValueError(f"{n_pages:,} pages in {n_bytes:,} bytes: they can hold nothing")
            if number and total + _memory(image) > MEMORY + 10 * n_bytes:
                raise ValueError(
                    f"more than {total // 2**20} MB in {number} pages, packed into {n_bytes:,} "
                    "bytes: save them without compression"
                )
            frame = _loaded(image, n_bytes)
            frame = frame.copy() if n_pages > 1 else frame
            total += _held(frame)
            frames.append(frame)
    return frames


@contextmanager
def opened(file: str | PathLike | IO[bytes]) -> Iterator[tuple[Image.Image, int]]:
    """A picture file while it is read, and its size in bytes; the one way in for all of them.

    Parameters
    ----------
    file : path or binary file

    Raises
    ------
    InputError
        Of whatever is wrong with it, in the block, too; before it is decoded, if it has more pixels
        than Pillow or the limits of this module let it have.
    """
    is_file = hasattr(file, "read")
    path = getattr(file, "name", "the picture") if is_file else Path(file)
    try:
        if not is_file and path.is_dir():
            raise InputError(f"{path} is no readable picture (a folder): name a picture in it")
        if not is_file and not path.is_file():
            raise InputError(f"there is no picture {path}: check its name")
        with ExitStack() as stack, warnings.catch_warnings():
            if not is_file:  # Pillow asks for as many bytes as a file says, and gets what is there
                file = stack.enter_context(Unpacked(path.open("rb"), path.stat().st_size))
            n_bytes = _size(file)
            _check_webp(file, n_bytes)
            _check_costly(file)
            warnings.filterwarnings("ignore", module="PIL")  # about side information such as EXIF
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=FORMATS) as image:
                yield image, n_bytes
    except InputError:
        raise
    except UnidentifiedImageError:
        reason = f"damaged, or none of {', '.join(FORMATS)}"
        raise InputError(f"{path} is no readable picture ({reason}): convert it") from None
    except _BROKEN as error:
        if getattr(error, "errno", None):
            raise unreadable(path, error) from None
        reason = printable(str(error).partition("\n")[0] or type(error).__name__, 160)
        raise InputError(f"{path} is no readable picture ({reason}): repair or remove it") from None


def _size(file: IO[bytes]) -> int:
    place = file.tell()
    size = file.seek(0, SEEK_END)
    file.seek(place)
    return size


def _check_webp(file: IO[bytes], n_bytes: int) -> None:
    """Refuse a large picture of the kind for which Pillow makes room while it opens it."""
    place = file.tell()
    start = file.read(30)
    file.seek(place)
    if start[:4] != b"RIFF" or start[8:12] != b"WEBP" or len(start) < 30:
        return
    kind = start[12:16]
    if kind == b"VP8X":  # 24 bits each, less one
        width, height = (int.from_bytes(start[k : k + 3], "little") + 1 for k in (24, 27))
    elif kind == b"VP8L":  # 14 bits each, less one
        bits = int.from_bytes(start[21:25], "little")
        width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        width, height = (each & 0x3FFF for each in struct.unpack("<2H", start[26:30]))
    if 9 * width * height > MEMORY + 10 * n_bytes:
        raise ValueError(f"{width} x {height} pixels in a file of {n_bytes} bytes: shrink it")


def _check_costly(file: IO[bytes]) -> None:
    """Refuse a picture that would be gone through again and again."""
    place = file.tell()
    start = file.read(4)
    for begins, mark, most, what in COSTLY:
        if start.startswith(begins) and file.read().count(mark) > most:
            raise ValueError(f"more than {most} {what}: save it again")
    file.seek(place)


def is_deep(picture: Image.Image) -> bool:
    """Whether a picture's numbers are no bytes: 12, 16 or 32 bits, or fractions.

    Examples
    --------
    >>> is_deep(Image.new("I;16", (2, 2))), is_deep(Image.new("RGB", (2, 2)))
    (True, False)
    """
    return picture.mode[0] in "IF"


def eight_bits(
    picture: Image.Image,
    grey: bool = False,
    ground: str = "white",
    white: float | None = None,
    name: object = "the picture",
) -> Image.Image:
    """A picture with 8 bits a channel and nothing see-through.

    Parameters
    ----------
    picture : PIL image
    grey : bool
        Whether colours become shades of grey.
    ground : {"white", "black"}
        What see-through pixels count as.
    white : number, optional
        What is white in a picture of more than 8 bits; default: `white_of` it, which is said where
        it is not the most that its kind of numbers usually reaches.
    name : str or path
        What messages call the picture.

    Returns
    -------
    PIL image
        Of mode L, or RGB if it has colours.

    Raises
    ------
    InputError
        If the picture has no pixels, or numbers whose meaning cannot be told.
    """
    if min(picture.size) < 1:
        raise InputError(
            f"{name} has {picture.width} x {picture.height} pixels: give one with more"
        )
    if is_deep(picture):
        return _levels(picture, ground, white, name)
    if picture.mode == "La":
        picture = picture.convert("LA")  # Pillow goes no other way from here
    if picture.has_transparency_data:
        picture = picture if picture.mode == "RGBA" else picture.convert("RGBA")
        whole = Image.new("RGB", picture.size, ground)
        whole.paste(picture, mask=picture)
        picture = whole
    if picture.mode == "LAB":
        picture = picture.convert("RGB")
    mode = "L" if grey or picture.mode in ("1", "L") else "RGB"
    return picture if picture.mode == mode else picture.convert(mode)  # convert would copy


def white_of(picture: Image.Image, name: object = "the picture") -> tuple[float, float]:
    """What white is in a picture of more than 8 bits, and the largest number in it.

    Returns
    -------
    white : number
        Of whole numbers the smallest of 255, 4095 (12 bits) and 65535 that none exceeds, of
        fractions 1 or 255.
    largest : number

    Raises
    ------
    InputError
        If a number is negative, not finite, or larger than all of these.

    Examples
    --------
    >>> white_of(Image.fromarray(np.array([[0, 3000]], np.uint16)))
    (4095, 3000)
    """
    values = np.asarray(picture)
    lowest, largest = values.min(), values.max()  # NaN if one is
    whites = WHITES["f" if picture.mode == "F" else "i"]
    if not 0 <= lowest <= largest <= whites[-1]:
        raise InputError(
            f"{name} holds numbers from {lowest:g} to {largest:g}, expected 0 to {whites[0]} or "
            f"{whites[-1]}: save it with 8 bits a pixel"
        )
    return next(white for white in whites if largest <= white), largest.item()


def _levels(picture: Image.Image, ground: str, white: float | None, name: object) -> Image.Image:
    """The numbers of a picture of more than 8 bits, from 0 to 255."""
    if white is None:
        white, largest = white_of(picture, name)
        if largest and white not in (1, 65535):
            say(f"{name}: numbers up to {largest:g}, so {white} is taken as white")
    values = np.asarray(picture)
    if not (white > 0 and np.isfinite(values).all()):
        raise InputError(f"{name}: white is {white}; expected a number above 0, and no NaN inside")
    levels = values * np.float32(255 / white)
    levels = np.rint(levels, out=levels).clip(0, 255, out=levels).astype(np.uint8)
    if "transparency" in picture.info:
        levels[values == picture.info["transparency"]] = 255 if ground == "white" else 0
    return Image.fromarray(levels)


def _loaded(image: Image.Image, n_bytes: int) -> Image.Image:
    """An opened picture, decoded and turned upright."""
    if _memory(image) > MEMORY + 10 * n_bytes:
        image.draft(None, (640, 640))  # JPEG is shrunk while it is decoded
    check_room(image, n_bytes)
    is_wide = image.mode in ("RGB", "RGBA", "CMYK") and ";16" in str(image.tile)
    has_white_zero = getattr(image, "tag_v2", {}).get(262) == 0
    image.load()
    ImageOps.exif_transpose(image, in_place=True)
    if is_wide and max(high for _, high in image.getextrema()[:3]) < FEWEST:
        raise ValueError("of its 16 bits a colour only the upper 8 can be read, and are nearly 0")
    if has_white_zero and is_deep(image):
        raise ValueError("it has more than 8 bits and 0 is white: save it with 0 for black")
    return image


def check_room(image: Image.Image, n_bytes: int) -> None:
    """Refuse a picture, before it is decoded, that is far larger in memory than on the disk.

    Parameters
    ----------
    image : PIL image
        As `opened` gives it.
    n_bytes : int
        Of its file.

    Raises
    ------
    ValueError
        Which `opened` says in words.
    """
    limit = MEMORY + 10 * n_bytes
    width, height = image.size
    coefficients = 3 * width * height if "progressive" in image.info else 0  # a JPEG's, in bytes
    if max(_memory(image), coefficients) > limit:
        raise ValueError(
            f"{width} x {height} pixels in a file of {n_bytes} bytes would take more than "
            f"{limit // 2**20} MB: shrink it"
        )


def _memory(image: Image.Image) -> float:
    """How many bytes decoding and preparing a picture takes, with the copies on the way."""
    each = {"1": 2, "L": 2, "P": 5, "RGB": 5}.get(image.mode, 9)
    if is_deep(image) or (image.mode != "RGBA" and image.has_transparency_data):
        each = 13
    if getattr(image, "is_animated", False):
        each = max(each, 9)  # each page is put together from those before
    return each * image.width * image.height


def _held(image: Image.Image) -> int:
    """How many bytes a decoded picture takes."""
    each = {"1": 1, "L": 1, "P": 1, "I;16": 2}.get(image.mode, 4)
    return each * image.width * image.height
