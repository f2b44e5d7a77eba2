"""Every kind of picture means what it says: each mode against NumPy, and nothing else is opened."""

import colorsys
import errno
import io
import os
import struct
import subprocess
import sys
import zlib
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytensor
import pytest
from fuzz.worst import tiff_pages
from PIL import EpsImagePlugin, Image, ImageFile, TiffImagePlugin
from PIL.PngImagePlugin import PngInfo

from dltut.commands.predict import Predictor
from dltut.datasets import images, load, segmentation
from dltut.datasets.kinds import Classes, Pictures
from dltut.datasets.picture_files import (
    FORMATS,
    eight_bits,
    endings,
    opened,
    read_frames,
    read_picture,
    white_of,
)
from dltut.datasets.pictures import marks, prepare, prepare_digit, resized
from dltut.exceptions import InputError
from dltut.models import LogisticRegression, save_model
from dltut.old_code.numerical import imread

RNG = np.random.RandomState(5)
GREY = RNG.randint(0, 256, (6, 8)).astype(np.uint8)
COLOUR = RNG.randint(0, 256, (6, 8, 4)).astype(np.uint8)  # a fourth channel to be alpha or key
RED = np.stack([GREY, GREY // 2, 255 - GREY], axis=-1)


def luma(colour):
    return colour @ [0.299, 0.587, 0.114]


def over_white(colour, alpha):
    """Red, green and blue, seen through where alpha is small."""
    share = alpha[..., None] / 255
    return colour * share + 255 * (1 - share)


def of_mode(mode, values, palette=None):
    image = Image.frombytes(mode, values.shape[1::-1], values.tobytes())
    if palette is not None:
        image.putpalette(palette.ravel().tobytes())
    return image


def from_hsv(values):
    flat = [colorsys.hsv_to_rgb(*each) for each in values.reshape(-1, 3) / 255]
    return 255 * np.array(flat).reshape(values.shape)


def from_ycc(values):
    y, cb, cr = (values[..., k].astype(float) - [0, 128, 128][k] for k in range(3))
    rgb = [y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb]
    return np.stack(rgb, axis=-1).clip(0, 255)


def from_lab(values):
    """CIE Lab with white D50 to sRGB, by the definitions."""
    lightness = values[..., 0] / 2.55
    a, b = (values[..., k].astype(np.int8).astype(float) for k in (1, 2))
    y = (lightness + 16) / 116
    f = np.stack([y + a / 500, y, y - b / 200], axis=-1)
    xyz = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29)) * [0.9642, 1, 0.8249]
    linear = (
        xyz
        @ np.linalg.inv(
            [[0.4360, 0.3851, 0.1431], [0.2225, 0.7169, 0.0606], [0.0139, 0.0971, 0.7142]]
        ).T
    )
    linear = linear.clip(0, 1)
    return 255 * np.where(linear > 0.0031308, 1.055 * linear ** (1 / 2.4) - 0.055, 12.92 * linear)


SOFT_LAB = np.stack([GREY // 2 + 60, GREY // 16, (GREY // 16).astype(np.int8)], -1).astype(np.uint8)
YCC = np.asarray(Image.fromarray(RED).convert("YCbCr"))
PREMULTIPLIED = (COLOUR[..., :3] * (COLOUR[..., 3:] / 255)).astype(np.uint8)
INK = (255 - COLOUR[..., :3].astype(float)) * (255 - COLOUR[..., 3:]) / 255
PALETTE = RNG.randint(0, 256, (256, 3)).astype(np.uint8)

# mode: picture, what it shows as red, green and blue, and how far rounding may lead
MODES = {
    "1": (Image.fromarray(GREY > 99), 255.0 * np.dstack([GREY > 99] * 3), 0),
    "L": (Image.fromarray(GREY), np.dstack([GREY] * 3), 0),
    "LA": (
        of_mode("LA", COLOUR[..., :2]),
        over_white(np.dstack([COLOUR[..., 0]] * 3), COLOUR[..., 1]),
        1,
    ),
    "La": (
        of_mode("La", np.dstack([GREY // 2, GREY // 2 + 100])),
        np.dstack([GREY // 2 + 155.0 - GREY // 2] * 3),
        2,
    ),
    "P": (of_mode("P", GREY, PALETTE), PALETTE[GREY], 0),
    "PA": (
        of_mode("PA", np.dstack([GREY, GREY.T.reshape(6, 8)]), PALETTE),
        over_white(PALETTE[GREY], GREY.T.reshape(6, 8)),
        1,
    ),
    "RGB": (Image.fromarray(RED), RED, 0),
    "RGBX": (of_mode("RGBX", COLOUR), COLOUR[..., :3], 0),
    "RGBA": (Image.fromarray(COLOUR), over_white(COLOUR[..., :3], COLOUR[..., 3]), 1),
    "RGBa": (
        of_mode("RGBa", np.dstack([PREMULTIPLIED, COLOUR[..., 3]])),
        PREMULTIPLIED + 255.0 - COLOUR[..., 3:],
        3,
    ),
    "CMYK": (of_mode("CMYK", COLOUR), INK, 1),
    "YCbCr": (of_mode("YCbCr", YCC), from_ycc(YCC), 2),
    "HSV": (of_mode("HSV", RED), from_hsv(RED), 2),
    "LAB": (of_mode("LAB", SOFT_LAB), from_lab(SOFT_LAB), 3),
    "I;16": (Image.fromarray(GREY.astype(np.uint16) * 257), np.dstack([GREY] * 3), 0),
    "I;16B": (of_mode("I;16B", GREY.astype(">u2") * 257), np.dstack([GREY] * 3), 0),
    "I": (Image.fromarray(GREY.astype(np.int32) * 257), np.dstack([GREY] * 3), 0),
    "F": (Image.fromarray(GREY.astype(np.float32) / 255), np.dstack([GREY] * 3), 0),
}


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_shows_what_numpy_makes_of_it(mode):
    picture, expected, tolerance = MODES[mode]
    assert picture.mode == mode
    grey, colour = (resized(picture, (channels, 6, 8)) * 256 for channels in (1, 3))
    assert np.abs(colour.transpose(1, 2, 0) - expected).max() <= tolerance
    assert np.abs(grey[0] - luma(expected)).max() <= tolerance + 1


def test_no_mode_is_left_out():
    known = {"1", "L", "P", "RGB", "RGBA", "CMYK", "YCbCr", "LAB", "HSV", "I", "F"}
    rare = {"LA", "La", "PA", "RGBX", "RGBa", "I;16", "I;16B"}
    assert set(MODES) == known | rare
    in_tiffs = {mode for mode, _ in TiffImagePlugin.OPEN_INFO.values()}
    assert in_tiffs <= set(MODES)


@pytest.mark.parametrize(
    ("mode", "ending"),
    [
        ("1", "png"), ("L", "png"), ("LA", "png"), ("P", "png"), ("RGB", "png"), ("RGBA", "png"),
        ("I;16", "png"), ("CMYK", "tif"), ("YCbCr", "tif"), ("LAB", "tif"), ("I", "tif"),
        ("F", "tif"), ("I;16", "tif"), ("I;16B", "tif"), ("I", "pgm"), ("L", "webp"),
    ],
)  # fmt: skip
def test_modes_survive_a_file(tmp_path, mode, ending):
    picture, *_ = MODES[mode]
    path = tmp_path / f"a.{ending}"
    picture.save(path, **({"lossless": True} if ending == "webp" else {}))
    expected = resized(picture, (3, 6, 8))
    np.testing.assert_array_equal(resized(path, (3, 6, 8)), expected)


def test_a_transparent_colour_is_white(tmp_path):
    black = np.zeros((2, 2), np.uint8)
    for values, key in (
        (Image.fromarray(black), 0),
        (of_mode("P", black, np.zeros((1, 3), np.uint8)), 0),
        (Image.fromarray(np.dstack([black] * 3)), (0, 0, 0)),
        (Image.fromarray(black.astype(np.uint16)), 0),
        (Image.fromarray(black > 0), 0),
    ):
        values.save(tmp_path / "a.png", transparency=key)
        assert (resized(tmp_path / "a.png", (1, 2, 2)) == 255 / 256).all(), values.mode


DEEP = np.array([[0, 100, 200, 255]])


@pytest.mark.parametrize(
    ("values", "white"),
    [
        (DEEP.astype(np.uint16), 255),
        (DEEP.astype(np.int32), 255),
        ((DEEP * 4095 // 255).astype(np.uint16), 4095),
        ((DEEP * 257).astype(np.uint16), 65535),
        ((DEEP * 257).astype(np.int32), 65535),
        ((DEEP / 255).astype(np.float32), 1),
        (DEEP.astype(np.float32), 255),
    ],
)
def test_the_largest_number_says_what_white_is(capsys, values, white):
    picture = Image.fromarray(values)
    assert white_of(picture) == (white, values.max())
    found = np.asarray(eight_bits(picture), int)
    assert np.abs(found - DEEP).max() <= (white == 4095)
    is_said = f"so {white} is taken as white" in capsys.readouterr().err
    assert is_said == (white not in (1, 65535))


def test_white_can_be_stated(capsys):
    dark = Image.fromarray(np.array([[0, 128 * 257]], np.uint16) // 257)
    assert np.asarray(eight_bits(dark, white=65535)).max() == 0
    assert np.asarray(eight_bits(dark, white=1020)).max() == 32
    assert np.asarray(eight_bits(Image.fromarray(np.float32([[2e9]])), white=1e9)).max() == 255
    assert capsys.readouterr().err == ""
    for white in (0, -1, np.nan):
        with pytest.raises(InputError, match=r"white is .*; expected a number above 0"):
            eight_bits(dark, white=white)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (np.int32([[0, 70_000]]), "numbers from 0 to 70000, expected 0 to 255 or 65535: save it"),
        (np.int32([[-1, 5]]), "numbers from -1 to 5"),
        (np.float32([[0, 300]]), "numbers from 0 to 300, expected 0 to 1 or 255"),
        (np.float32([[-0.1, 1]]), "numbers from -0.1 to 1"),
        (np.float32([[np.nan, 1]]), "numbers from nan to nan"),
        (np.float32([[np.inf, 1]]), "numbers from 1 to inf"),
    ],
)
def test_numbers_that_mean_nothing_are_refused(tmp_path, values, message):
    Image.fromarray(values).save(tmp_path / "a.tif")
    for read in (lambda path: resized(path, (1, 4, 4)), prepare_digit):
        with pytest.raises(InputError, match=rf"a\.tif holds {message}") as caught:
            read(tmp_path / "a.tif")
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("size", [(0, 0), (0, 5), (5, 0)])
@pytest.mark.parametrize("mode", ["L", "RGBA", "I;16", "F", "P"])
def test_pictures_without_pixels(mode, size):
    with pytest.raises(InputError, match=r"the picture has \d x \d pixels: give one with more"):
        resized(Image.new(mode, size), (1, 4, 4))
    with pytest.raises(InputError, match=r"the picture has \d x \d pixels: give one with more"):
        prepare_digit(Image.new(mode, size))


@pytest.mark.parametrize("given", [None, 5, np.zeros((28, 28)), b"x.png", ["x.png"]])
def test_what_is_no_picture(given):
    with pytest.raises(InputError, match="a picture is a path or a PIL image, not of type"):
        prepare_digit(given)


def png(width, height, bits=8, kind=2, rows=None):
    """The bytes of a PNG file."""
    pixels = rows if rows is not None else b"\0" * 100

    def chunk(name, content):
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    header = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(pixels, 9))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(("largest", "is_refused"), [(255, True), (4095, True), (65535, False)])
def test_colours_of_16_bits_of_which_the_lower_ones_count(tmp_path, largest, is_refused):
    rows = b"".join(b"\0" + np.full(3 * 4, largest, ">u2").tobytes() for _ in range(4))
    (tmp_path / "a.png").write_bytes(png(4, 4, 16, 2, rows))
    if is_refused:
        with pytest.raises(InputError, match=r"a\.png is no .* only the upper 8 can be read"):
            read_picture(tmp_path / "a.png")
    else:
        assert read_picture(tmp_path / "a.png").getpixel((0, 0)) == (255, 255, 255)


def test_sixteen_bits_with_white_at_zero_are_refused(tmp_path):
    info = TiffImagePlugin.ImageFileDirectory_v2()
    info[262] = 0
    MODES["I;16"][0].save(tmp_path / "a.tif", tiffinfo=info)
    content = bytearray((tmp_path / "a.tif").read_bytes())
    place = content.find(struct.pack("<HHI", 262, 3, 1))
    content[place + 8] = 0
    (tmp_path / "a.tif").write_bytes(content)
    with pytest.raises(InputError, match="0 is white: save it with 0 for black"):
        read_picture(tmp_path / "a.tif")


EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\nshowpage\n"


@pytest.mark.parametrize("name", ["x.png", "x.jpg", "x.eps", "x"])
def test_no_picture_starts_a_program(tmp_path, monkeypatch, name):
    started = []
    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", lambda *args: started.append(args))
    monkeypatch.setattr(subprocess, "Popen", lambda *args, **options: started.append(args))
    (tmp_path / name).write_bytes(EPS)
    with pytest.raises(InputError, match=rf"{name} is no readable picture \(damaged, or none of"):
        read_picture(tmp_path / name)
    assert not started


def test_no_door_for_pictures_starts_a_program(tmp_path, acts):
    """Whatever a file is called, and wherever pictures are taken."""
    folder = tmp_path / "classes"
    for kind in ("cat", "dog", "images", "masks"):
        (folder / kind).mkdir(parents=True)
        (folder / kind / "x.png").write_bytes(EPS)
        (folder / kind / "x.tif").write_bytes(EPS)
    picture = folder / "cat" / "x.png"
    save_model(tmp_path / "m", LogisticRegression(64, 2), FACTS)
    with pytensor.config.change_flags(mode="FAST_COMPILE"):
        predictor = Predictor(tmp_path / "m")
    doors = {
        "read_picture": lambda: read_picture(picture),
        "read_frames": lambda: read_frames(picture),
        "a file": lambda: opened(io.BytesIO(EPS)).__enter__(),
        "prepare": lambda: prepare(picture, {"preparation": "digit"}),
        "prepare whole": lambda: prepare(picture, WHOLE),
        "resized": lambda: resized(picture, (1, 8, 8)),
        "marks": lambda: marks(picture),
        "load": lambda: load(folder),
        "images": lambda: images.load(folder),
        "masks": lambda: segmentation.from_folder(folder),
        "predict": lambda: predictor(picture),
        "old code": lambda: imread(picture),
        "one picture": lambda: load(picture),
    }
    for name, door in doors.items():
        acts.clear()
        with pytest.raises(InputError):
            door()
        assert not acts, name


@pytest.fixture(scope="module")
def hooked():
    """What starts a program; a hook stays as long as the process."""
    seen = []
    starts = {"subprocess.Popen", "os.system", "os.posix_spawn", "os.exec", "os.fork", "os.spawn"}
    sys.addaudithook(lambda event, arguments: seen.append(event) if event in starts else None)
    return seen


@pytest.fixture
def acts(hooked):
    hooked.clear()
    return hooked


WHOLE = {"preparation": "whole", "image_shape": (1, 8, 8)}
FACTS = {
    "inputs": Pictures((1, 8, 8)).facts,
    "targets": Classes(["a", "b"]).facts,
}


def bomb(width, height, **info):
    """A picture of one colour, packed into a thousandth."""
    file = io.BytesIO()
    Image.new("L", (width, height)).save(file, "PNG", **info)
    return file.getvalue()


def texts(n):
    """A picture with a text of so many letters, packed."""
    info = PngInfo()
    info.add_text("a", "b" * n, zip=True)
    return bomb(9, 9, pnginfo=info)


def pages(n):
    """A stack of pages of one colour."""
    file, page = io.BytesIO(), Image.new("L", (3000, 3000))
    more = [page] * (n - 1)
    page.save(file, "TIFF", save_all=True, append_images=more, compression="tiff_adobe_deflate")
    return file.getvalue()


BOMBS = {
    "pixels": bomb(12_000, 9_000),
    "a text": texts(100 * 2**20),
    "a profile": bomb(9, 9, icc_profile=bytes(100 * 2**20)),
    "pages": pages(16),
}


@pytest.mark.parametrize("name", BOMBS)
@pytest.mark.parametrize("door", [read_picture, read_frames, imread])
def test_a_small_file_of_large_pictures_is_refused_before_it_is_decoded(tmp_path, name, door):
    path = tmp_path / "x.png"
    path.write_bytes(BOMBS[name])
    with peak() as before:
        try:
            door(path)
        except InputError as error:
            assert "x.png is no readable picture" in str(error)
    assert before() < 10 * len(BOMBS[name]) + 70 * 2**20


def test_thousands_of_pages_in_which_there_is_nothing(tmp_path):
    with pytest.raises(InputError, match=r"1,076 pages in 83,936 bytes: they can hold nothing"):
        path = tmp_path / "x.tif"
        path.write_bytes(tiff_pages(84_000))
        read_frames(path)


@contextmanager
def peak():
    """How much the process grows in the block; Pillow's memory is not Python's."""

    def status(name):
        lines = Path("/proc/self/status").read_text().splitlines()
        return next(1024 * int(line.split()[1]) for line in lines if line.startswith(name))

    Path("/proc/self/clear_refs").write_text("5")
    start = status("VmRSS")
    yield lambda: status("VmHWM") - start


@pytest.mark.parametrize("kind", ["ICO", "TGA", "PCX", "DDS", "SGI", "SPIDER", "PDF", "QOI"])
def test_only_a_few_kinds_are_opened_whatever_their_name_is(tmp_path, kind):
    content = io.BytesIO()
    Image.fromarray(RED).convert("F" if kind == "SPIDER" else "RGB").save(content, kind)
    (tmp_path / "x.png").write_bytes(content.getvalue())
    with pytest.raises(InputError, match=r"x\.png is no readable picture .*: convert it"):
        read_picture(tmp_path / "x.png")
    assert kind not in FORMATS


def test_endings():
    assert {".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".webp", ".pgm"} <= endings()
    assert not {".pdf", ".eps", ".ps", ".mpg", ".h5", ".psd", ".ico", ".avif", ".txt"} & endings()


def test_a_small_file_does_not_fill_the_memory(tmp_path, monkeypatch):
    class Decoded(Exception):
        pass

    def load(*arguments):
        raise Decoded

    monkeypatch.setattr(ImageFile.ImageFile, "load", load)
    path = tmp_path / "bomb.png"
    for width, height, kind in ((9000, 9000, 2), (9000, 9000, 6), (16_000, 4800, 0)):
        path.write_bytes(png(width, height, 8, kind))
        with pytest.raises(InputError, match=r"bomb\.png is no .* would take more than 64 MB") as e:
            read_picture(path)
        assert "\n" not in str(e.value)
    path.write_bytes(png(4000, 3000, 8, 2))  # a drawing as large as a telephone's photograph
    with pytest.raises(Decoded):
        read_picture(path)


PEAK = """
import re, sys
from dltut.datasets import picture_files
from dltut.datasets.pictures import resized
def peak(): return int(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1]) / 1024
picture_files.MEMORY = 2**24
before = [resized(sys.argv[1], (1, 28, 28)), peak()][1]
for path in sys.argv[2:]:
    resized(path, (1, 28, 28)), resized(path, (3, 28, 28))
print(peak() - before)
"""


def test_the_memory_that_pictures_take(tmp_path, repository):
    """The largest that are let through, flat as they compress best; a quarter of the real limit."""
    small, paths = tmp_path / "small.png", []
    Image.fromarray(RED).save(small)
    for mode, ending, n in (
        ("RGB", "png", 1800), ("RGBA", "png", 1350), ("LA", "png", 1130), ("L", "png", 2890),
        ("I;16", "png", 1130), ("F", "tif", 1130), ("CMYK", "tif", 1360), ("P", "gif", 1800),
        ("RGB", "jpg", 4000),
    ):  # fmt: skip
        paths.append(tmp_path / f"{len(paths)}.{ending}")
        compressed = {"compression": "tiff_lzw"} if ending == "tif" else {}
        Image.new(mode, (n, n)).save(paths[-1], **compressed)
    command = [sys.executable, "-c", PEAK, small, *paths]
    shown = subprocess.run(command, cwd=repository, capture_output=True, text=True)
    assert shown.stderr == "" and float(shown.stdout) < 16 + 8


def test_large_photographs_are_shrunk_while_they_are_read(tmp_path):
    large = Image.new("RGB", (8000, 6000), "white")
    large.paste("black", (2000, 1000, 3000, 5000))
    large.save(tmp_path / "large.jpg", quality=30)
    picture = read_picture(tmp_path / "large.jpg")
    assert picture.size == (1000, 750)
    np.testing.assert_allclose(
        resized(picture, (1, 28, 28)), resized(large, (1, 28, 28)), atol=0.05
    )


def test_a_folder_decides_about_all_its_deep_pictures_together(tmp_path, capsys):
    """A dark picture beside bright ones stays dark."""
    for name, largest in (("a", 3000), ("b", 200)):
        (tmp_path / name).mkdir()
        for i in range(5):
            values = np.full((4, 4), largest - i, np.uint16)
            Image.fromarray(values).save(tmp_path / name / f"{i}.png")
    (tmp_path / "b" / "5.png").write_bytes(png(4, 4, 8, 0, b"\0\xc8\xc8\xc8\xc8" * 4))
    dataset = images.load(tmp_path, (1, 4, 4))
    x = np.concatenate([split.x for split in dataset])[:, 0] * 256
    y = np.concatenate([split.y for split in dataset])
    assert x[y == 0].min() == 187 and sorted(x[y == 1]) == [12, 12, 12, 12, 12, 200]
    (line,) = capsys.readouterr().err.splitlines()
    assert line == (
        "data: 10 pictures of more than 8 bits hold numbers up to 3000, so 4095 is taken as white"
    )
    stated = images.load(tmp_path, (1, 4, 4), white=65535)
    assert max(split.x.max() for split in stated) * 256 == 200
    assert capsys.readouterr().err == ""


def test_folders_and_other_things_are_told_apart(tmp_path):
    with pytest.raises(InputError, match=r"is no readable picture \(a folder\): name a picture"):
        read_picture(tmp_path)
    for name in ("none.png", "n" * 1000, "a\0b", "a\nb.png"):
        with pytest.raises(InputError) as caught:
            read_picture(tmp_path / name)
        assert "Errno 21" not in str(caught.value) and "\n" not in str(caught.value)


@pytest.mark.parametrize("number", [errno.EIO, errno.EACCES])
def test_what_the_system_cannot_read_is_not_called_damaged(tmp_path, monkeypatch, number):
    (tmp_path / "a.png").write_bytes(png(4, 4))

    def fail(*arguments, **options):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Image, "open", fail)
    with pytest.raises(InputError, match=rf"a\.png cannot be read \({os.strerror(number).lower()}"):
        read_picture(tmp_path / "a.png")


def two_photographs() -> bytes:
    """A JPEG with an index of two pictures, as some cameras write it."""
    file = io.BytesIO()
    first, second = (Image.new("RGB", (8, 8), colour) for colour in ("red", "blue"))
    first.save(file, "MPO", save_all=True, append_images=[second])
    return file.getvalue()


def test_a_jpeg_with_an_index_of_its_pictures(tmp_path):
    (tmp_path / "a.jpg").write_bytes(two_photographs())
    frames = read_frames(tmp_path / "a.jpg")
    assert [max("RGB", key=dict(zip("RGB", each.getpixel((3, 3)), strict=True)).get)
            for each in (read_picture(tmp_path / "a.jpg"), *frames)] == ["R", "R", "B"]  # fmt: skip


def test_a_damaged_index_of_pictures_is_refused_or_read(tmp_path):
    content, reasons = two_photographs(), []
    begin = content.index(b"MPF")
    for place in range(begin, begin + 100):
        for byte in (6, 255):
            damaged = content[:place] + bytes([byte]) + content[place + 1 :]
            (tmp_path / "a.jpg").write_bytes(damaged)
            try:
                assert read_frames(tmp_path / "a.jpg")[0].size == (8, 8)
            except InputError as error:
                reasons.append(type(error.__cause__ or error.__context__))
                assert "is no readable picture" in str(error)
    assert len(reasons) >= 9 and {SyntaxError, ValueError} <= set(reasons)
