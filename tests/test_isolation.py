"""The suite's own guards work: no network, an empty home."""

import os
import socket
from pathlib import Path

import pytest


@pytest.mark.parametrize("host", ["192.0.2.1", "example.org"])
def test_no_host_beyond_this_machine_is_reached(host):
    with pytest.raises(RuntimeError, match="tests use no network"):
        socket.create_connection((host, 80), timeout=0.1)
    with socket.socket() as connection, pytest.raises(RuntimeError, match="tests use no network"):
        connection.connect((host, 80))


def test_this_machine_is_reached():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=5).close()


def test_local_sockets_are_reached(tmp_path):
    path = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as server, socket.socket(socket.AF_UNIX) as client:
        server.bind(path)
        server.listen()
        client.connect(path)


def test_home_is_empty_and_the_compilation_cache_is_kept():
    assert not (Path.home() / ".theanorc").exists()
    assert not os.environ.get("THEANO_FLAGS")
    assert "base_compiledir=" in os.environ["PYTENSOR_FLAGS"]
    assert str(Path.home()) not in os.environ["PYTENSOR_FLAGS"]
