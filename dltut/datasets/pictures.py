"""Any picture of a digit, made ready as the digits of MNIST were; and other pictures resized."""

from collections.abc import Iterable, Mapping
from os import PathLike

import numpy as np
import scipy
from PIL import Image

from dltut.datasets.picture_files import eight_bits, read_picture
from dltut.datasets.scaling import WHITE, from_bytes
from dltut.exceptions import InputError, printable

SIDE, BOX = 28, 20  # pixels of a prepared digit, and of the square that its strokes fit in
LARGEST = 512  # pixels; larger pictures are shrunk before anything is looked for in them
FAINTEST = 0.1  # of the strongest stroke; what is fainter is none
THINNEST = 2.0  # pixels of a prepared stroke


def prepare(picture: str | PathLike | Image.Image, facts: Mapping) -> np.ndarray:
    """A picture as the pictures of a data set were prepared.

    Parameters
    ----------
    picture : path or PIL image
    facts : dict
        "image_shape" and "preparation", as `dltut.datasets.Dataset.facts` has them and a model
        file carries them.

    Returns
    -------
    float32 array, shape (channels, rows, columns)
        Values in [0, 1).

    Raises
    ------
    InputError
        If the picture cannot be read, or nothing is drawn on one for a model of digits.

    Notes
    -----
    "digit" (MNIST, the embedded digits): `prepare_digit`. "light on dark" (Fashion-MNIST):
    `resized`, and light and dark change places on a light ground. "whole" (pictures with masks):
    the size stays. "resize" (all others): `resized`, as `dltut.datasets.images` does.
    """
    if facts["preparation"] == "digit":
        return prepare_digit(picture)[None]
    if facts["preparation"] == "whole":
        image, name = _opened(picture)
        return whole(image, facts["image_shape"][0], name)
    x = resized(picture, tuple(facts["image_shape"]))
    has_light_ground = np.median(_border(x[0])) > 0.5
    is_to_be_dark = facts["preparation"] == "light on dark"
    return WHITE - x if is_to_be_dark and has_light_ground else x


def resized(
    picture: str | PathLike | Image.Image,
    image_shape: tuple[int, int, int],
    white: float | None = None,
) -> np.ndarray:
    """A picture brought to one size and nothing else; other proportions are stretched.

    Parameters
    ----------
    picture : path or PIL image
    image_shape : (channels, rows, columns)
        1 channel for grey, 3 for colour.
    white : number, optional
        What is white in a picture of more than 8 bits; default: told by its largest number, see
        `dltut.datasets.picture_files.white_of`.

    Returns
    -------
    float32 array of that shape
        8-bit values divided by 256. See-through pixels count as white.

    Raises
    ------
    InputError
        If the picture cannot be read, or the shape is that of no picture.
    """
    channels, rows, columns = checked_shape(image_shape)
    image, name = _opened(picture)
    image = eight_bits(image, grey=channels == 1, white=white, name=name)
    image = image.resize((columns, rows), Image.Resampling.BICUBIC)
    x = from_bytes(np.asarray(image)).reshape(rows, columns, -1)
    x = x.repeat(channels // x.shape[2], axis=2)  # grey is the same in all colours
    return x.transpose(2, 0, 1)  # (channels, rows, columns)


def whole(image: Image.Image, channels: int, name: object = "the picture") -> np.ndarray:
    """A picture of its own size, float32 (channels, rows, columns), bytes divided by 256.

    Parameters
    ----------
    image : PIL image
    channels : int
        1 for grey, 3 for colour.
    name : str or path
        What messages call it.
    """
    pixels = from_bytes(np.asarray(eight_bits(image, grey=channels == 1, name=name)))
    pixels = pixels.reshape(*pixels.shape[:2], -1)
    return pixels.repeat(channels // pixels.shape[2], axis=2).transpose(2, 0, 1)


def checked_shape(image_shape: tuple) -> tuple[int, int, int]:
    """The shape of a picture, if it is one.

    Raises
    ------
    InputError
        If it is not 1 or 3 channels, rows and columns.

    Examples
    --------
    >>> checked_shape([3, 32, 32])
    (3, 32, 32)
    """
    given = tuple(image_shape) if isinstance(image_shape, Iterable) else (image_shape,)
    reason = "whole numbers from 1"
    if len(given) == 3 and all(isinstance(n, int | np.integer) and n > 0 for n in given):
        if given[0] in (1, 3):
            return given
        reason = f"and no {given[0]} channels: a picture has 1 for grey or 3 for colour"
    raise InputError(
        f"image_shape is {printable(given)}; expected (channels, height, width), {reason}"
    )


def prepare_digit(picture: str | PathLike | Image.Image) -> np.ndarray:
    """A drawn or photographed digit as the digits of MNIST look.

    Parameters
    ----------
    picture : path or PIL image
        Dark on light or light on dark, of any size, colour and place; one digit.

    Returns
    -------
    float32 array, shape (28, 28)
        Light strokes on 0, multiples of 1/256 in [0, 1). The strokes fill 20 pixels in height or
        width, and their centre of mass lies within half a pixel of (14, 14).

    Raises
    ------
    InputError
        If the picture cannot be read, or nothing is drawn on it.

    Notes
    -----
    Ground is what the median of the border shows; a shade that changes slowly over the picture is
    ground, too. Specks far smaller than the strokes are left out. LeCun et al. scaled black and
    white digits of 128 x 128; strokes too thin to survive that are thickened here to 2 pixels.

    References
    ----------
    .. [1] Y. LeCun, L. Bottou, Y. Bengio, P. Haffner (1998), "Gradient-based learning applied to
       document recognition", Proceedings of the IEEE 86(11), section III.A.
    """
    digit = _centred(_boxed(_drawn(picture)))
    return from_bytes(np.round(255 * digit))


def marks(picture: str | PathLike | Image.Image) -> int:
    """How many separate marks of about one height are drawn: more than one are several digits.

    Parameters
    ----------
    picture : path or PIL image
        As for `prepare_digit`.

    Raises
    ------
    InputError
        As `prepare_digit`.

    Notes
    -----
    Marks lie beside or below one another with a gap all across. A dot, or the bar of a five that
    stands off, is less than half as high as the rest and no mark of its own. Of single digits of
    MNIST 3 in 1,000 are taken for two, of pairs that do not touch 3 in 1,000 for one.

    Examples
    --------
    >>> picture = np.zeros((40, 60), np.uint8)
    >>> picture[10:30, 10:14] = picture[10:30, 40:44] = 255
    >>> marks(Image.fromarray(picture))
    2
    """
    strokes = _drawn(picture)
    parts, _ = scipy.ndimage.label(strokes > 0.3, np.ones((3, 3)))
    sizes = np.bincount(parts.ravel())[1:]
    boxes = scipy.ndimage.find_objects(parts)
    boxes = [box for box, size in zip(boxes, sizes, strict=True) if size > 0.1 * sizes.max()]
    return max(_apart(boxes, axis) for axis in (0, 1))


def _apart(boxes: list, axis: int) -> int:
    """How many groups of boxes lie apart along an axis, those of low boxes left out."""
    groups = []  # (end along the axis, first row, last row)
    for box in sorted(boxes, key=lambda box: box[axis].start):
        end, first, last = box[axis].stop, box[0].start, box[0].stop
        if groups and box[axis].start < groups[-1][0]:
            before = groups.pop()
            end, first, last = max(end, before[0]), min(first, before[1]), max(last, before[2])
        groups.append((end, first, last))
    heights = [last - first for _, first, last in groups]
    return sum(height > max(heights) / 2 for height in heights)


def _drawn(picture) -> np.ndarray:
    """The strokes of a picture, cut out."""
    image, name = _opened(picture)
    strokes = _strokes(_grey(image, "white", name))
    if strokes is None and image.has_transparency_data:
        strokes = _strokes(_grey(image, "black", name))  # drawn in white on nothing
    if strokes is None:
        raise InputError(
            f"nothing is drawn on {name}: draw one digit, dark on light or the reverse"
        )
    return strokes


def _opened(picture) -> tuple[Image.Image, object]:
    """A picture and what messages call it."""
    if isinstance(picture, Image.Image):
        return picture, "the picture"
    if not isinstance(picture, str | PathLike):
        raise InputError(
            f"a picture is a path or a PIL image, not of type {type(picture).__name__}"
        )
    return read_picture(picture), picture


def _grey(picture: Image.Image, ground: str, name: object) -> np.ndarray:
    """Brightness in [0, 1], at most LARGEST pixels a side."""
    image = eight_bits(picture, grey=True, ground=ground, name=name)
    image = image.copy() if image is picture else image
    image.thumbnail((LARGEST, LARGEST), Image.Resampling.BOX)
    return np.asarray(image, dtype=np.float64) / 255


def _strokes(grey: np.ndarray) -> np.ndarray | None:
    """What is drawn, cut out, from 0 for ground to 1; None if there is nothing."""
    ink = _ink(grey)
    smooth = _smooth(ink)
    peak = smooth.max()
    if peak < max(0.04, 7 * _noise(smooth)):
        return None
    parts, n = scipy.ndimage.label(
        smooth > max(FAINTEST * peak, 4 * _noise(smooth)), np.ones((3, 3))
    )
    sizes = np.bincount(parts.ravel(), minlength=n + 1)
    sizes[0] = 0  # the ground
    mask = (sizes >= 0.02 * sizes.max())[parts]
    floor = max(FAINTEST * peak, 4 * _noise(ink))
    (box,) = scipy.ndimage.find_objects((mask & (ink > floor)).astype(int))
    mask = scipy.ndimage.binary_dilation(mask)
    strokes = np.where(mask & (ink > floor / 2), ink / np.percentile(ink[mask], 90), 0)
    return strokes[box].clip(0, 1)


def _ink(grey: np.ndarray) -> np.ndarray:
    """How far each pixel is from the ground, to the side on which the strokes are."""
    smooth = _smooth(grey)
    ground = np.median(_border(smooth))
    sign = 1 if smooth.max() - ground > ground - smooth.min() else -1
    ink = sign * grey - _shade(sign * grey)
    return (ink - np.median(_border(ink))).clip(0)


def _shade(ink: np.ndarray) -> np.ndarray:
    """What changes too slowly over the picture to be a stroke: an opening half as wide as it."""
    half = max(ink.shape) // 4
    inside = tuple(slice(half, half + n) for n in ink.shape)
    return scipy.ndimage.grey_opening(np.pad(ink, half, mode="edge"), 2 * half + 1)[inside]


def _smooth(x: np.ndarray) -> np.ndarray:
    return scipy.ndimage.gaussian_filter(x, max(x.shape) / 250)


def _noise(x: np.ndarray) -> float:
    """The standard deviation on the border, whatever few strokes reach it."""
    return 1.4826 * np.median(np.abs(_border(x)))


def _border(x: np.ndarray) -> np.ndarray:
    return np.concatenate([x[0], x[-1], x[1:-1, 0], x[1:-1, -1]])


def _boxed(strokes: np.ndarray) -> np.ndarray:
    """Scaled into the box with the proportions kept."""
    pixel = max(strokes.shape) / BOX
    thin = THINNEST * pixel - _stroke_width(scipy.ndimage.gaussian_filter(strokes, pixel / 4))
    if thin >= 1:
        strokes = scipy.ndimage.grey_dilation(
            np.pad(strokes, round(thin / 2)), (round(thin) + 1,) * 2
        )
        pixel = max(strokes.shape) / BOX
    rows, columns = (max(1, round(n / pixel)) for n in strokes.shape)
    image = Image.fromarray(strokes.astype(np.float32))
    x = np.asarray(image.resize((columns, rows), Image.Resampling.LANCZOS))
    return (x / np.percentile(x[x > x.max() / 2], 60)).clip(0, 1)  # most of a stroke is saturated


def _stroke_width(strokes: np.ndarray) -> float:
    """Twice the area over the length of the outline."""
    inside = np.pad(strokes > strokes.max() / 2, 1)
    outline = inside & ~scipy.ndimage.binary_erosion(inside)
    return 2 * inside.sum() / outline.sum()


def _centred(x: np.ndarray) -> np.ndarray:
    """Placed with the centre of mass nearest to the middle where all of it is seen."""
    centre = scipy.ndimage.center_of_mass(x)
    top, left = (
        int(np.clip(round(SIDE / 2 - c), 0, SIDE - n)) for c, n in zip(centre, x.shape, strict=True)
    )
    digit = np.zeros((SIDE, SIDE))
    digit[top : top + x.shape[0], left : left + x.shape[1]] = x
    return digit
