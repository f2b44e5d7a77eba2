"""Every reader of files from outside, with good files to damage; all of them made by code."""

import csv
import gzip
import importlib.util
import io
import json
import os
import pickle
import random
import struct
import tempfile
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from faults.kinds import plain
from faults.trying import silently
from PIL import Image
from training.toy import LossHistory, Monitor, PolyakAverage, Quadratic

from dltut import models as m
from dltut.datasets import (
    characters,
    images,
    imdb,
    kinds,
    load,
    music,
    rays,
    read_idx,
    read_inputs,
    read_midi,
    segmentation,
    series,
    write_idx,
    write_midi,
)
from dltut.datasets.mask_files import read_table
from dltut.datasets.picture_files import read_frames, read_picture
from dltut.datasets.pictures import prepare
from dltut.datasets.slot_files import read_atis, read_tagged
from dltut.datasets.texts import read_text
from dltut.datasets.volumes import read_nifti
from dltut.exceptions import InputError
from dltut.experiment.phases import read_phases
from dltut.experiment.pylearn2.examples import loaded_arrays
from dltut.experiment.reading import read_yaml
from dltut.machine.pickles import load_arrays, load_sequence
from dltut.machine.serialize import read_arrays
from dltut.machine.theanorc import entries, flags
from dltut.models import load_model, save_model
from dltut.old_code.names import uses_in
from dltut.sweeps.plan import read_sweep
from dltut.sweeps.run import sweep_in
from dltut.tasks import load_trained, read_examples
from dltut.training import Trainer, read_config, read_run
from dltut.training.checkpoint import restore

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Reader:
    """A way in.

    Parameters
    ----------
    read : callable
        Takes the path of a file; raises nothing but an `InputError`.
    name : str
        Of the file.
    seeds : callable
        The contents of good files, made in a folder that it is given.
    words : sequence of bytes
        What files of this kind are made of.
    whole : callable, optional
        From what is changed to what stands in the file, such as a checksum around it.
    beside : callable, optional
        Writes what lies beside the file into a folder.
    is_slow : bool
        Whether an input takes more than a few milliseconds.
    allowance : float
        Times the limits that it may take: 1 but for what translates programs.
    """

    read: Callable
    name: str
    seeds: Callable
    words: Sequence[bytes] = ()
    whole: Callable = bytes
    beside: Callable = lambda folder: None
    is_slow: bool = False
    allowance: float = 1


def written(write: Callable, *variants) -> Callable:
    """Seeds: what a function writes to a path, with each of some arguments."""

    def seeds(folder):
        found = []
        for number, each in enumerate(variants):
            path = folder / f"seed{number}"
            write(path, each)
            found.append(path.read_bytes())
        return found

    return seeds


def texts(*given: str) -> Callable:
    return lambda folder: [each.encode() for each in given]


def rows(n=30, columns=4):
    rng = np.random.default_rng(1)
    return rng.normal(size=(n, columns)).round(2), rng.integers(0, 3, n)


def npy(array, **options):
    file = io.BytesIO()
    np.lib.format.write_array(file, np.asarray(array), **options)
    return file.getvalue()


def npz(save=np.savez, **arrays):
    file = io.BytesIO()
    save(file, **arrays)
    return file.getvalue()


X, Y = rows()
BYTES = np.random.RandomState(0).randint(0, 256, (12, 8, 8)).astype(np.uint8)
PAIRS = [(X[:20], Y[:20]), (X[20:25], Y[20:25]), (X[25:], Y[25:])]

NPY_WORDS = (
    b"'descr': '<f8'", b"'<i8'", b"'|O'", b"'<U9999999'", b"'V10'", b"'M8[s]'", b"'<c16'",
    b"'shape': (3,)", b"(9999999999,)", b"'fortran_order': True", b"(1, 2L)", b"(" * 200, b"-1,",
    b"[('a', '<f8')]", b"'|S0'", b"()", b"\x93NUMPY\x01\x00", b"\x93NUMPY\x03\x00", b"descr",
)  # fmt: skip
ZIP_WORDS = (
    b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b".npy",
)  # fmt: skip
PICKLE_WORDS = (
    b"cposix\nsystem\n", b"cbuiltins\neval\n", b"cnumpy\nndarray\n", b"cnumpy\ndtype\n",
    b"cnumpy.core.multiarray\n_reconstruct\n", b"cnumpy.core.multiarray\nscalar\n",
    b"ccollections\nOrderedDict\n", b"c_codecs\nencode\n", b"cbuiltins\nset\n", b"R", b"b", b"(",
    b"t.", b"\x8e", b"\x96\xff\xff\xff\xff\xff\xff\x00\x00", b"r\xff\xff\xff\x7f", b"q\xff",
    b"j\x00\x00\x00\x01", b"\x94", b"h\x00", b"\x85", b"\x86", b"\x87", b"}", b"]", b"\x8f",
    b"\x91", b"\x90", b"s", b"u", b"e", b"a", b"0", b"2", b"I01\n", b"L9999L\n",
    b"\x8b\x04\x00\x00\x00abcd", b"V\\ud800\n", b"S'a'\n", b"Pabc\n", b"Q", b"\x82\x01", b"\x97",
    b"\x98", b"\x93", b"\x81", b".", b"\x80\x05", b"\x95\xff\x00\x00\x00\x00\x00\x00\x00",
    b"F1e999\n", b"d", b"l", b"1",
)  # fmt: skip
TABLE_WORDS = [
    b"a,b,c\n", b'"', b'"\n', b",,", b"\t", b";", b"?", b"NA", b"1_0", b"1e999", b"# ", b"\r",
    b"\x00", b"=cmd|' /C calc'!A0", b"text", b"label", b"0", b"1", b"Date;Time;x\n",
    b"2006-12-16 17:24:00", b"16/12/2006",
]  # fmt: skip
TABLE_WORDS = (*TABLE_WORDS * 4, b"x" * 140_000)  # which takes as long as a hundred others
YAML_WORDS = (
    b"!!python/object/apply:os.system [ls]", b"!obj:pylearn2.train.Train {", b"!pkl: 'a.pkl'",
    b"!import os.system", b"!float 1", b"&a ", b"*a", b"<<: ", b"? ", b"- ", b"---\n", b"...\n",
    b"%YAML 9.9\n", b'"\\UFFFFFFFF"', b'"\\uD800"', b'"\\x00"', b"'\xed\xa0\x80'", b"%(a)s",
    b"%(b)i", b"${HOME}", b"${", b"~nosuchuser", b"|\n", b">\n", b"|9\n", b"{", b"}", b"[", b"]",
    b"!<!> ", b"!!binary ", b"!!set ", b"1:30", b"0x1F", b"1e5", b".inf", b"2001-01-01",
    b"!!str ", b"!obj:", b"model", b"data", b"dataset", b"rule", b"layers", b"max_epochs",
    b"learning_rate",
)  # fmt: skip
JSON_WORDS = (
    b"{", b"}", b"[", b"]", b'"a":', b"null", b"true", b"NaN", b"Infinity", b"-", b"1e999",
    b'"\\ud800"', b'"\\u0000"', b"[" * 5000, b'{"a":' * 5000, b"9" * 5000, b"1.5", b"[]", b"{}",
    b'""', b"-1", b"3e400",
)  # fmt: skip


def with_pairs(write):
    return written(lambda path, data: path.write_bytes(write(data)), PAIRS, PAIRS[::2])


def pickled(*values) -> Callable:
    return lambda folder: [
        pickle.dumps(each, protocol) for each in values for protocol in (0, 2, 4, 5)
    ]


def pictures(folder):
    rng = np.random.RandomState(0)
    colours = Image.fromarray(rng.randint(0, 256, (9, 7, 3)).astype(np.uint8))
    grey, found = colours.convert("L"), []
    ways = [
        (colours, "PNG", {}), (grey, "PNG", {}), (colours, "JPEG", {}), (colours, "GIF", {}),
        (colours, "JPEG", {"progressive": True}), (colours, "BMP", {}), (colours, "WEBP", {}),
        (colours, "TIFF", {}), (grey, "TIFF", {"compression": "tiff_lzw"}), (colours, "PPM", {}),
        (colours, "TIFF", {"compression": "tiff_adobe_deflate"}), (colours.convert("P"), "PNG", {}),
        (Image.fromarray(rng.randint(0, 65536, (5, 5)).astype(np.uint16)), "PNG", {}),
        (grey.convert("1"), "TIFF", {"compression": "group4"}), (grey.convert("F"), "TIFF", {}),
        (colours.convert("RGBA"), "PNG", {}), (grey, "TIFF", {"compression": "packbits"}),
    ]  # fmt: skip
    for picture, form, options in ways:
        file = io.BytesIO()
        picture.save(file, form, **options)
        found.append(file.getvalue())
    file = io.BytesIO()
    grey.save(file, "TIFF", save_all=True, append_images=[grey, grey])
    found.append(file.getvalue())
    file = io.BytesIO()
    grey.save(file, "GIF", save_all=True, append_images=[grey.rotate(90), grey])
    return [*found, file.getvalue(), EPS]


EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\nshowpage\n%%EOF\n"
PICTURE_WORDS = (
    b"IHDR", b"IDAT", b"iCCP", b"zTXt", b"iTXt", b"tEXt", b"acTL", b"fcTL", b"eXIf", b"PLTE",
    b"tRNS", b"IEND", b"\xff\xd8\xff", b"\xff\xe1", b"Exif\x00\x00", b"\xff\xc2", b"\xff\xda",
    b"II*\x00", b"MM\x00*", b"GIF89a", b"!\xf9\x04", b"RIFF", b"WEBPVP8X", b"VP8L", b"ALPH",
    b"BM", b"P6\n", b"P5\n", b"P7\n", b"Pf\n", b"%!PS", b"\x89PNG\r\n\x1a\n", b"99999 99999\n",
    b"DDS |", b"ftypavif", b"8BPS",
)  # fmt: skip


def with_checksums(data: bytes) -> bytes:
    """A PNG whose chunks have the right checksums, so that changes come further."""
    if data[:8] != b"\x89PNG\r\n\x1a\n":
        return data
    out, place = bytearray(data), 8
    while place + 8 <= len(out):
        (length,) = struct.unpack_from(">I", out, place)
        end = place + 8 + length
        if end + 4 > len(out):
            break
        out[end : end + 4] = struct.pack(">I", zlib.crc32(out[place + 4 : end]))
        place = end + 4
    return bytes(out)


def packed(data: bytes) -> bytes:
    return gzip.compress(data, 1, mtime=0)


def inside_npz(data: bytes) -> bytes:
    """Arrays of an npz file: what is changed is the content of one."""
    file = io.BytesIO()
    import zipfile

    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.npy", data)
        archive.writestr("y.npy", npy(Y))
    return file.getvalue()


def nifti(shape=(3, 4, 2), kind=4, order="<"):
    header = bytearray(352)
    struct.pack_into(f"{order}i", header, 0, 348)
    struct.pack_into(f"{order}8h", header, 40, len(shape), *shape, *[1] * (7 - len(shape)))
    struct.pack_into(f"{order}2h", header, 70, kind, 16)
    struct.pack_into(f"{order}3f", header, 108, 352, 1, 0)
    header[344:348] = b"n+1\x00"
    return bytes(header) + np.arange(np.prod(shape), dtype=f"{order}i2").tobytes()


def songs(folder):
    roll = np.zeros((12, 88), np.float32)
    roll[2:6, 40], roll[4:9, 44], roll[9:, 30] = 1, 1, 1
    write_midi(folder / "song.mid", roll)
    plain = b"MThd\0\0\0\6\0\0\0\1\0\x60MTrk\0\0\0\x0c\0\x90\x3c\x40\x60\x80\x3c\x40\0\xff\x2f\0"
    return [(folder / "song.mid").read_bytes(), plain]


MIDI_WORDS = (
    b"MThd", b"MTrk", b"\xff\x2f\x00", b"\xff\x51\x03\x00\x00\x00", b"\xff\x51\x03\x07\xa1\x20",
    b"\xff\x59\x02\x00\x00", b"\xff\x58\x04\x04\x02\x18\x08", b"\xff\x01\x03end", b"\x90\x3c\x40",
    b"\x80\x3c\x40", b"\xff\xff\xff\x7f", b"\x8f\xff\xff\x7f", b"\xf0\x05", b"\xf7",
    b"\xb0\x40\x7f", b"\xe0\x00\x40", b"\xc0\x05", b"\x00\x06\x00\x01\x00\x01\x00\x01",
    b"\xff\x54\x05",
)  # fmt: skip

PIECES = [[[60, 64], [62], [], [60]], [[50]], [[61, 65, 68]]]
MUSIC = {"train": PIECES, "valid": PIECES[:1], "test": PIECES[1:]}
SNIPS = {"Weather": [{"data": [{"text": "rain in "}, {"text": "Bonn", "entity": "city"}]}]}
FOLD = (
    ([[0, 1], [1]], [[0, 0], [0]], [[0, 1], [0]]), ([[0]], [[0]], [[1]]), ([[1]], [[0]], [[0]]),
    {"words2idx": {"to": 0, "bonn": 1}, "labels2idx": {"O": 0, "B-c": 1}, "tables2idx": {"x": 0}},
)  # fmt: skip
REVIEWS = [([[2, 3, 4], [5, 2]] * 20, [0, 1] * 20), ([[2, 9]] * 4, [1, 0] * 2)]


def table(n=40, delimiter=",", names="a,b,kind"):
    rng = random.Random(1)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(names.split(","))
    for k in range(n):
        writer.writerow([round(rng.random(), 2), rng.randrange(9), "xyz"[k % 3]])
    return out.getvalue()


TEXTS = "text,label\n" + "".join(
    f'"a {w} film, number {k}",{k % 2}\n' for k, w in enumerate("good bad nice dull".split() * 10)
)
SERIES = "time;power\n" + "".join(
    f"2006-12-16 {k // 60:02}:{k % 60:02}:00;{k % 7}.5\n" for k in range(300)
)
COLUMNS = "to O\nNew B-city\nYork I-city\n\nfrom O\nBonn B-city\n\nat O\n"
RC = "[global]\nfloatX = float32\ndevice=cpu\n[nvcc]\nfastmath=True\n[DEFAULT]\nbase=%(USER)s\n"


def experiments(folder):
    places = [REPOSITORY / "scripts", REPOSITORY / "tests" / "experiment" / "files"]
    found = [path for place in places for path in sorted(place.rglob("*.yaml"))]
    return [path.read_bytes() for path in found if path.stat().st_size < 8000]


def sweeps(folder):
    """What stands in the folders of sweeps that are run."""
    script = str(REPOSITORY / "scripts" / "train_logistic.py")
    space = {"learning_rate": {"low": 0.01, "high": 1, "log": True}, "batch_size": {"choices": [1]}}
    rest = {"prune": {"name": "median"}, "channel": None, "lower": None, "n_trials": 4}
    fixed = {"max_epochs": 3}
    return [
        json.dumps(
            {"script": script, "space": space, "fixed": fixed, "search": search} | rest
        ).encode()
        for search in ("tpe", {"name": "random", "seed": 1})
    ]


SWEEP_WORDS = (
    b'"space"', b'"script"', b'"experiment"', b'"fixed"', b'"search"', b'"prune"', b'"channel"',
    b'"low"', b'"high"', b'"choices"', b'"n_trials"', b'"grid"', b'"halving"', b'"beside"',
)  # fmt: skip


def model_files(folder):
    """Model files as they are, with headers as scripts write them."""
    rng = np.random.default_rng(0)
    facts = {"inputs": kinds.Pictures((1, 8, 8)).facts, "targets": kinds.Classes(["a", "b"]).facts}
    save_model(folder / "a", m.MLP(rng, 64, 3, 2), facts)
    save_model(folder / "b", m.LeNet(rng, (1, 28, 28), (2, 2), 3, 2))
    return [(folder / name).read_bytes() for name in "ab"]


def headers(folder):
    """Headers of model files, as JSON; `with_header` puts a whole file around each."""
    found = []
    for number, (model, facts) in enumerate(models()):
        save_model(folder / f"m{number}", model, facts)
        found.append(json.dumps(read_arrays(folder / f"m{number}")[1]).encode())
    return found


@cache
def models():
    """A model of every kind with what its file says of inputs and outputs."""
    rng = np.random.default_rng(0)
    pictures, classes = kinds.Pictures((1, 8, 8)).facts, kinds.Classes(["a", "b"]).facts
    numbers = kinds.Numbers(["a", "b"], [0, 0], [1, 1]).facts
    one = kinds.Numbers(["c"], [0], [1]).facts
    words, tags = kinds.Words(["x", "y"]).facts, kinds.Tags(["O", "B-c"]).facts
    window = kinds.Series(["a"], 6, [0], [1]).facts
    masks = kinds.Masks(["a", "b"], ((1, 2, 3), (4, 5, 6))).facts
    old = {"image_shape": [1, 8, 8], "classes": ["a", "b"], "preparation": "resize"}
    rows, large = m.LogisticRegression(64, 2), kinds.Pictures((1, 28, 28)).facts
    layers = [{"name": "Dense", "n_out": 3, "activation": "relu", "dropout": 0.5}, "Dense"]
    return [
        (m.MLP(rng, 64, (3, 4), 2), {"inputs": pictures, "targets": classes}),
        (rows, old),
        (m.LeNet(rng, (1, 28, 28), (2, 2), 3, 2), {"inputs": large, "targets": classes}),
        (m.LogisticRegression(2, 1), {"inputs": numbers, "targets": one}),
        (
            m.LogisticRegression(2, 2),
            {"inputs": numbers, "targets": kinds.Labels(["a", "b"]).facts},
        ),
        (m.dA(rng, 64, 5), {"inputs": pictures, "targets": None}),
        (m.RBM(rng, 64, 5), {"inputs": pictures, "targets": None}),
        (m.SdA(rng, 64, (5, 4), 2), {"inputs": pictures, "targets": classes}),
        (m.DBN(rng, 64, (5, 4), 2), {"inputs": pictures, "targets": classes}),
        (m.Sequential(rng, layers, 64, n_out=2), {"inputs": pictures, "targets": classes}),
        (
            m.UNet(rng, (1, 16, 16), n_filters=2, depth=1),
            {"inputs": kinds.Pictures((1, 16, 16), "whole").facts, "targets": masks},
        ),
        (m.LogisticRegression(6, 1), {"inputs": window, "targets": one}),
        (rows, {"inputs": words, "targets": classes, "task": "Classification"}),
        (rows, {"inputs": words, "targets": tags}),
        (rows, {"inputs": kinds.Rolls(60, 64).facts, "targets": None}),
        (rows, {"inputs": kinds.Characters(["a", "b"], 5).facts, "targets": None}),
        (rows, {"inputs": pictures | {"transforms": TRANSFORMS}, "targets": classes}),
    ]


TRANSFORMS = [
    {"name": "standardise", "mean": [0.0] * 64, "deviation": [1.0] * 64},
    {"name": "contrast_normalise", "scale": 1.0},
]


SAFE = json.dumps(
    {
        "W": {"dtype": "F32", "shape": [4, 2], "data_offsets": [0, 32]},
        "b": {"dtype": "I16", "shape": [2], "data_offsets": [32, 36]},
        "c": {"dtype": "BF16", "shape": [], "data_offsets": [36, 38]},
        "__metadata__": {"format": "np"},
    }
)


def with_length(header: bytes) -> bytes:
    """A safetensors file with this header."""
    return struct.pack("<Q", len(header)) + header + bytes(38)


def whole_file(arrays: dict, header) -> bytes:
    """Arrays and a header as `write_arrays` writes them, with a checksum that is right."""
    import safetensors.numpy

    total = zlib.crc32(json.dumps(header).encode())
    for name in sorted(arrays):
        values = arrays[name]
        total = zlib.crc32(f"{name} {values.dtype} {values.shape}".encode(), total)
        total = zlib.crc32(np.ascontiguousarray(values), total)
    facts = json.dumps({"header": header, "crc32": total})
    return safetensors.numpy.save(arrays, {"dltut": facts})


def with_header(data: bytes) -> bytes:
    """A model file with this header, as far as it is JSON, around two small arrays."""
    arrays = {"W": np.zeros((4, 2), np.float32), "b": np.zeros(2, np.float32)}
    try:
        return whole_file(arrays, json.loads(data))
    except (ValueError, RecursionError):
        return data


MODEL_WORDS = (
    *JSON_WORDS, b'"MLP"', b'"LeNet"', b'"UNet"', b'"SdA"', b'"DBN"', b'"Sequential"', b'"Dense"',
    b"20000", b'"n_in"', b'"n_hidden"', b'"arguments"', b'"kind"', b'"Pictures"', b'"Numbers"',
    b'"Words"', b'"task"', b'"Segmentation"', b'"Tagging"', b'"layers"', b'"layer"',
    b'"transforms"', b'"names"', b'"shape"', b"[1, 8, 8]", b'"activation"', b'"tanh"',
    b"1000000000", b'"rng"', b'"name"', b'"mean"', b'"scale"', b'"data_offsets"', b'"dtype"',
    b'"F32"', b'"F16"', b'"BF16"', b'"F8_E4M3"', b'"I64"', b'"BOOL"', b'"C64"', b'"__metadata__"',
    b'"F4"', b'"U64"', b'"F8_E8M0"', b'"dltut"', b'"crc32"', b'"inputs"', b'"targets"',
)  # fmt: skip


def read_flags(path):
    """The file's content as the variable THEANO_FLAGS, as far as a variable can hold it."""
    text = path.read_bytes().replace(b"\0", b"")
    os.environ["THEANO_FLAGS"] = os.fsdecode(text)
    list(flags("THEANO_FLAGS"))


def read_rc(path):
    list(entries(path))


def read_table_inputs(path):
    read_inputs(path, kinds.Numbers(["a", "b", "kind=x"], [0, 0, 0], [1, 1, 1]))


def ask(inputs) -> Callable:
    return lambda path: read_examples([path], inputs)


def in_folder(read, *others):
    """A reader of the folder in which the file lies."""
    return lambda path: read(path.parent)


def notebook(folder):
    code = "import theano.tensor as T\nx = T.matrix()\nprint T.dot(x, x)\n"
    cells = [{"cell_type": "code", "source": [code]}, {"cell_type": "markdown", "source": "a"}]
    return [
        json.dumps({"cells": cells}).encode(),
        json.dumps({"worksheets": [{"cells": cells}]}).encode(),
    ]


def mask_seeds(folder):
    labels = Image.fromarray(np.arange(63).reshape(9, 7).astype(np.uint8) % 3)
    out = []
    for form in ("PNG", "TIFF"):
        file = io.BytesIO()
        labels.save(file, form)
        out.append(file.getvalue())
    return out


def other_pairs(folder):
    for kind in ("images", "masks"):
        (folder / kind).mkdir(exist_ok=True)
        for k in range(3):
            Image.fromarray(np.full((9, 7), k, np.uint8)).save(folder / kind / f"{k}.png")
    Image.new("L", (7, 9)).save(folder / "images" / "m.png")


def other_idx(folder):
    from dltut.datasets.layouts import IDX_FILES

    for name, array in zip(IDX_FILES[1:], (Y[:12], BYTES[:4], Y[:4]), strict=True):
        write_idx(folder / name, array.astype(np.uint8))


def other_rays(folder):
    for name in ("training_geo.txt", "training_cls.txt"):
        (folder / name).write_text("0 1 0 2\n" * 5)


def classes_beside(folder):
    for name in ("cat", "dog"):
        (folder / name).mkdir(exist_ok=True)
        for k in range(7):
            Image.fromarray(np.full((9, 9), 30 * k, np.uint8)).save(folder / name / f"{k}.png")


@cache
def short_run() -> dict[str, bytes]:
    """The files of a short training run."""
    with tempfile.TemporaryDirectory() as folder:
        silently(plain, Path(folder, "run"))
        return {path.name: path.read_bytes() for path in Path(folder, "run").iterdir()}


def run_file(name: str) -> Callable:
    return lambda folder: [short_run()[name]]


@cache
def checkpoint() -> tuple[dict, dict]:
    """Arrays and header of a checkpoint."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "last.ckpt")
        path.write_bytes(short_run()[path.name])
        return read_arrays(path)


def with_place(data: bytes) -> bytes:
    """A checkpoint that says this of its place in the training."""
    return whole_file(checkpoint()[0], {"checkpoint": data.decode("latin1")})


def resumed(path):
    """Put a new trainer where a checkpoint says; where it refuses, the trainer is as before."""
    toy = Quadratic(2)
    trainer = Trainer(toy, 2, [Monitor(toy, toy), LossHistory(), PolyakAverage(toy.params, 2)])
    before = {name: each.tobytes() for name, each in trainer.values().items()}
    try:
        restore(path, trainer)
    except InputError:
        assert {name: each.tobytes() for name, each in trainer.values().items()} == before
        assert not trainer.log.rows
        raise


RUN_WORDS = (
    *JSON_WORDS, b'"iteration"', b'"seconds"', b'"epoch"', b'"valid_cost"', b'"name"', b'"rows"',
    b'"arguments"', b'"clock"', b'"extensions"', b'"n_batches"', b'"watched"', b'"lower"',
    b'"final"', b'"stop_reason"', b'"cost_name"', b'"n_examples"', b'"losses"',
)  # fmt: skip
READERS = {
    "idx": Reader(
        read_idx, "a-ubyte", written(write_idx, BYTES, Y.astype(np.int16), X), (b"\0\0\x08\x03",)
    ),
    "idx packed": Reader(
        read_idx, "a-ubyte.gz", written(write_idx, BYTES, Y.astype(np.int16)), whole=packed
    ),
    "idx folder": Reader(
        in_folder(load), "train-images-idx3-ubyte", written(write_idx, BYTES), beside=other_idx
    ),
    "npy": Reader(
        load, "a.npy", lambda _: [npy(X), npy(np.c_[X, Y]), npy(np.asfortranarray(X))], NPY_WORDS
    ),
    "npz": Reader(
        load,
        "a.npz",
        lambda _: [
            npz(x=X, y=Y),
            npz(np.savez_compressed, x=X, y=Y),
            npz(x_train=X, y_train=Y, x_test=X, y_test=Y),
        ],
        ZIP_WORDS + NPY_WORDS,
    ),
    "npz inside": Reader(
        load, "a.npz", lambda _: [npy(X), npy(X.astype("f4"))], NPY_WORDS, inside_npz
    ),
    "npz of Pylearn2": Reader(
        loaded_arrays, "a.npz", lambda _: [npz(x=X, y=Y), npy(X)], ZIP_WORDS + NPY_WORDS
    ),
    "pickle": Reader(
        load_arrays,
        "a.pkl",
        pickled(PAIRS, {"a": [1, 2.5, None, (b"x", "y")]}, {1, 2, 3}, X[0, 0]),
        PICKLE_WORDS,
    ),
    "pickle packed": Reader(load_sequence, "a.pkl.gz", pickled(PAIRS, [1]), PICKLE_WORDS, packed),
    "pickle data": Reader(load, "a.pkl", pickled(PAIRS, PAIRS[::2]), PICKLE_WORDS),
    "csv": Reader(
        load,
        "a.csv",
        texts(table(), table(delimiter=";"), table(delimiter="\t"), TEXTS, "1,2,0\n3,4,1\n" * 20),
        TABLE_WORDS,
    ),
    "csv packed": Reader(load, "a.csv.gz", texts(table()), TABLE_WORDS, packed),
    "picture": Reader(read_picture, "x.png", pictures, PICTURE_WORDS),
    "picture mended": Reader(read_picture, "x.png", pictures, PICTURE_WORDS, with_checksums),
    "picture pages": Reader(read_frames, "x.tif", pictures, PICTURE_WORDS),
    "picture prepared": Reader(
        lambda path: prepare(path, kinds.Pictures(preparation="digit").facts),
        "x.png",
        pictures,
        PICTURE_WORDS,
        with_checksums,
        is_slow=True,
    ),
    "picture asked": Reader(
        ask(kinds.Pictures((3, 8, 8))), "x.png", pictures, PICTURE_WORDS, with_checksums
    ),
    "picture folder": Reader(
        lambda path: images.load(path.parent.parent),
        "cat/x.png",
        pictures,
        PICTURE_WORDS,
        with_checksums,
        classes_beside,
        is_slow=True,
    ),
    "mask": Reader(
        lambda path: segmentation.load(path.parent.parent),
        "masks/m.png",
        mask_seeds,
        PICTURE_WORDS,
        with_checksums,
        other_pairs,
        is_slow=True,
    ),
    "classes": Reader(
        read_table,
        "classes.csv",
        texts("name,r,g,b\nsky,0,0,255\nvoid,0,0,0\n", "sky\ntree\n", "a,1\nb,2\n"),
    ),
    "volume": Reader(
        read_nifti, "a.nii", lambda _: [nifti(), nifti(order=">"), nifti((2, 2, 2, 1))]
    ),
    "volume packed": Reader(read_nifti, "a.nii.gz", lambda _: [nifti()], whole=packed),
    "midi": Reader(read_midi, "a.mid", songs, MIDI_WORDS),
    "midi asked": Reader(ask(kinds.Rolls()), "a.mid", songs, MIDI_WORDS),
    "music json": Reader(music.load, "a.json", texts(json.dumps(MUSIC)), JSON_WORDS),
    "music pickle": Reader(music.load, "a.pickle", pickled(MUSIC), PICKLE_WORDS),
    "slot columns": Reader(
        read_tagged, "a.txt", texts(COLUMNS, COLUMNS.replace(" ", "\t")), (b"-DOCSTART-", b"\n\n")
    ),
    "slot json": Reader(
        read_tagged,
        "a.json",
        texts(json.dumps(SNIPS)),
        (*JSON_WORDS, b'"data"', b'"text"', b'"entity"'),
    ),
    "slot fold": Reader(read_atis, "atis.fold0.pkl", pickled(FOLD), PICKLE_WORDS),
    "reviews": Reader(
        lambda path: imdb.load(path=path), "imdb.pkl", pickled(*[REVIEWS]), PICKLE_WORDS
    ),
    "reviews table": Reader(
        lambda path: imdb.load(path=path), "imdb.csv", texts(TEXTS), TABLE_WORDS
    ),
    "series": Reader(
        lambda path: series.load(path, 5),
        "a.csv",
        texts(SERIES, table(200), "1\n2\n3\n4\n" * 60),
        TABLE_WORDS,
    ),
    "series asked": Reader(
        ask(kinds.Series(["power"], 5, [0], [1])), "a.csv", texts(SERIES), TABLE_WORDS
    ),
    "text": Reader(read_text, "a.txt", texts("It's a text.\nOf lines.\n")),
    "text asked": Reader(
        ask(kinds.Words(["a", "text"])), "a.txt", texts("It's a text.\nOf lines. 9.5/10 isn't\n")
    ),
    "characters": Reader(
        lambda path: characters.load([path], 5, 2), "a.txt", texts("It's a text of lines.\n" * 30)
    ),
    "table asked": Reader(read_table_inputs, "a.csv", texts(table()), TABLE_WORDS),
    "rays": Reader(
        in_folder(rays.read_rays), "training_raw.txt", texts("0 1 0 2\n" * 5), beside=other_rays
    ),
    "yaml": Reader(read_yaml, "a.yaml", experiments, YAML_WORDS),
    "experiment": Reader(read_phases, "a.yaml", experiments, YAML_WORDS, is_slow=True),
    "sweep": Reader(read_sweep, "a.yaml", experiments, YAML_WORDS, is_slow=True),
    "sweep run": Reader(
        in_folder(sweep_in), "sweep.json", sweeps, (*JSON_WORDS, *SWEEP_WORDS), is_slow=True
    ),
    "rc file": Reader(
        read_rc,
        "theanorc",
        texts(RC),
        (b"[", b"]", b"=", b":", b"%(base)s", b" " * 50_000, b"\n ", b"\\"),
    ),
    "flags": Reader(
        read_flags,
        "flags",
        texts("floatX=float32,device=cpu,nvcc.flags='-a,b'"),
        (b",", b"=", b"'", b'"', b"\\"),
    ),
    "safetensors": Reader(read_arrays, "a.safetensors", model_files, MODEL_WORDS),
    "safetensors header": Reader(
        read_arrays, "a.safetensors", texts(SAFE), MODEL_WORDS, with_length
    ),
    "model": Reader(load_model, "a.safetensors", model_files, MODEL_WORDS),
    "model header": Reader(
        load_model, "a.safetensors", headers, MODEL_WORDS, with_header, is_slow=True
    ),
    "trained": Reader(
        load_trained, "a.safetensors", headers, MODEL_WORDS, with_header, is_slow=True
    ),
    "run log": Reader(in_folder(read_run), "log.jsonl", run_file("log.jsonl"), RUN_WORDS),
    "run clock": Reader(
        in_folder(read_run),
        "clock.jsonl",
        run_file("clock.jsonl"),
        RUN_WORDS,
        beside=lambda folder: (folder / "log.jsonl").write_bytes(short_run()["log.jsonl"]),
    ),
    "run config": Reader(in_folder(read_config), "config.json", run_file("config.json"), RUN_WORDS),
    "checkpoint": Reader(resumed, "last.ckpt", run_file("last.ckpt"), RUN_WORDS),
    "checkpoint place": Reader(
        resumed,
        "last.ckpt",
        lambda folder: [checkpoint()[1]["checkpoint"].encode()],
        RUN_WORDS,
        with_place,
    ),
    "notebook": Reader(
        uses_in,
        "a.ipynb",
        notebook,
        (*JSON_WORDS, b"cells", b"worksheets", b"source", b"theano"),
        allowance=20,
    ),
    "old script": Reader(
        uses_in,
        "a.py",
        texts("import theano.tensor as T\nx = T.matrix()\nprint T.dot(x, x)\n"),
        (
            b"(" * 300,
            b"-" * 9999,
            b"not " * 999,
            b"x." * 999,
            b"exec 'a'",
            b"lambda",
            b"print x",
            b"0777",
            b"`x`",
            b"\f",
            b"\\\n",
            b"# coding: x\n",
        ),
        allowance=20,
    ),
}
if importlib.util.find_spec("pretty_midi") is None:
    READERS = {name: each for name, each in READERS.items() if not name.startswith("midi")}
