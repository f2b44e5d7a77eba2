"""What every test and doctest has around it: no network, nobody's own settings or data."""

import gc
import os
import signal
import socket
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from pytensor import config

settings.register_profile(
    "dltut",
    deadline=None,  # a first example may compile a graph
    derandomize=True,
    database=None,
    # floatX and mode stay the same for all examples of one test
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
settings.load_profile("dltut")

# The jobs that a shell runs in the background begin with Ctrl-C ignored; some tests press it.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Graphs are full of cycles and take long to look through: do it less often.
gc.set_threshold(50_000, 20, 50)

HERE = {"127.0.0.1", "localhost", "::1", ""}


@pytest.fixture(autouse=True)
def no_network(own_settings, monkeypatch):
    """Only this machine can be reached, from the tests and from the programs they start."""
    for name in ("connect", "connect_ex"):
        reach = getattr(socket.socket, name)
        monkeypatch.setattr(socket.socket, name, inside(reach, host_of_address))
    monkeypatch.setattr(socket, "getaddrinfo", inside(socket.getaddrinfo, lambda args: args[0]))
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # nobody listens there
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1,localhost")


def host_of_address(arguments):
    """The host that a socket is told to connect to; None for a local (Unix) socket."""
    address = arguments[1]
    return address[0] if isinstance(address, tuple) else None


def inside(reach, host_of):
    """The socket function `reach`, refusing hosts beyond this machine."""

    def reach_inside(*arguments, **options):
        host = host_of(arguments)
        if isinstance(host, str | bytes) and os.fsdecode(host) not in HERE:
            raise RuntimeError(f"a test tried to reach {os.fsdecode(host)}: tests use no network")
        return reach(*arguments, **options)

    return reach_inside


@pytest.fixture(autouse=True, scope="session")
def compile_in_one_process():
    """The tests run two at a time: no processor is idle that could compile from the other end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("dltut.kernels.engine.linker.n_threads", lambda: 1)
        yield


@pytest.fixture(autouse=True, scope="module")
def settings_of_the_module():
    """PyTensor's settings as before when its tests end: what they share may be made by commands."""
    with config.change_flags(floatX=config.floatX, mode=config.mode):
        yield


@pytest.fixture(scope="session")
def empty_home(tmp_path_factory):
    return tmp_path_factory.mktemp("home")


@pytest.fixture(autouse=True)
def own_settings(empty_home, request):
    """An empty home, and all settings as before once the test ends; compiled code stays cached.

    The examples in docstrings are about what comes out and not about backends: they take the mode
    that compiles fastest.
    """
    before = dict(os.environ)
    if "base_compiledir" not in os.environ.get("PYTENSOR_FLAGS", ""):
        cache = f"base_compiledir={Path.home() / '.pytensor'}"
        os.environ["PYTENSOR_FLAGS"] = f"{os.environ.get('PYTENSOR_FLAGS', '')},{cache}".strip(",")
    for name in ("THEANORC", "THEANO_FLAGS", "PYTENSORRC"):
        os.environ.pop(name, None)
    os.environ |= {"HOME": str(empty_home), "DLTUT_DATA": str(empty_home / "data")}
    mode = "FAST_COMPILE" if isinstance(request.node, pytest.DoctestItem) else config.mode
    with config.change_flags(floatX=config.floatX, mode=mode):
        yield
    os.environ.clear()
    os.environ.update(before)


def pytest_make_parametrize_id(config, val, argname):
    """Bytes under the name of their argument: packed ones hold the time at which they were made."""
    return argname if isinstance(val, bytes) else None
