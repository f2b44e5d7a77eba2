"""Settings come from the call, the environment, the rc files and the defaults, in that order."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytensor
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltut.exceptions import InputError
from dltut.machine.config import Settings, configure, data_dir, default_data_dir, settings


@pytest.fixture(autouse=True)
def no_data_variable(monkeypatch):
    monkeypatch.delenv("DLTUT_DATA")


@pytest.fixture
def theanorc(monkeypatch, tmp_path):
    """Write an rc file and name it in $THEANORC."""

    def write(text, name="theanorc"):
        path = tmp_path / name
        path.write_text(text)
        monkeypatch.setenv("THEANORC", str(path))
        return path

    return write


def test_defaults(repository):
    assert settings() == Settings("float32", "cpu", "", repository / "data", None)
    assert settings().backend == "NUMBA"


def test_the_data_folder_of_an_installed_package_is_in_the_home_folder(monkeypatch, tmp_path):
    monkeypatch.setattr("dltut.machine.config.__file__", str(tmp_path / "dltut" / "config.py"))
    assert default_data_dir() == Path.home() / ".dltut" / "data"


def test_each_source_is_stronger_than_the_one_before(monkeypatch, theanorc):
    theanorc("[global]\nfloatX = float64\n[dltut]\ndata_dir = /rc\nthreads = 3\n")
    assert settings() == Settings("float64", data_dir=Path("/rc"), threads=3)
    monkeypatch.setenv("PYTENSOR_FLAGS", "base_compiledir=/cache,floatX=float32")
    assert settings().floatX == "float32"
    monkeypatch.setenv("THEANO_FLAGS", "floatX=float64, dltut.data_dir=/flags,")
    assert (settings().floatX, settings().data_dir) == ("float64", Path("/flags"))
    monkeypatch.setenv("DLTUT_DATA", "/variable")
    assert data_dir() == Path("/variable")
    assert settings(floatX="float32", threads=1).floatX == "float32"
    assert settings(threads=1).threads == 1
    assert data_dir("/call") == Path("/call")


def test_nothing_given_in_a_call_leaves_the_rest_alone(monkeypatch):
    monkeypatch.setenv("THEANO_FLAGS", "floatX=float64")
    assert settings(floatX=None, device=None) == settings()


def test_the_home_folder_s_rc_file_is_read(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / ".theanorc").write_text("[global]\ndevice = gpu1\n")
    assert settings().device == "cuda1"


def test_later_rc_files_win_and_missing_ones_are_passed_over(monkeypatch, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text("[global]\nfloatX = float64\ndevice = cuda\n")
    second.write_text("[global]\nfloatX = float32\n")
    monkeypatch.setenv("THEANORC", os.pathsep.join(map(str, [first, tmp_path / "none", second])))
    assert (settings().floatX, settings().device) == ("float32", "cuda")


def test_rc_files_may_have_comments_and_names_in_lower_case(theanorc):
    theanorc("# mine\n[global]\nfloatx = float64 ; wide\n[dltut]\ndata_dir = ~/100%/data # here\n")
    assert settings().floatX == "float64"
    assert settings().data_dir == Path.home() / "100%" / "data"


def test_the_example_is_a_valid_rc_file(monkeypatch, repository):
    monkeypatch.setenv("THEANORC", str(repository / "theanorc.example"))
    assert settings() == Settings("float32", "cpu", "NUMBA", Path.home() / "data", 2)


@pytest.mark.parametrize(
    ("given_device", "device", "backend"),
    [
        ("cpu", "cpu", "NUMBA"),
        ("cuda", "cuda", "JAX"),
        ("gpu", "cuda", "JAX"),
        ("cuda0", "cuda0", "JAX"),
        ("gpu12", "cuda12", "JAX"),
    ],
)
def test_the_device_decides_the_backend(given_device, device, backend):
    chosen = settings(device=given_device)
    assert (chosen.device, chosen.backend) == (device, backend)


@pytest.mark.parametrize(
    ("given_mode", "backend"),
    [("FAST_RUN", "NUMBA"), ("Mode", "NUMBA"), ("", "NUMBA"), ("JAX", "JAX")],
)
def test_theano_s_modes_are_understood(given_mode, backend):
    assert settings(mode=given_mode).backend == backend


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ({"floatX": "float23"}, "the call: floatX is 'float23'; did you mean float32?"),
        ({"floatX": 32}, "the call: floatX is '32'; valid names: float32, float64"),
        ({"device": "opencl0:0"}, "the call: device is 'opencl0:0'; expected cpu, cuda, cuda0"),
        ({"mode": "NUMBER"}, "the call: mode is 'NUMBER'; did you mean NUMBA?"),
        ({"threads": 0}, "the call: threads is '0'; expected a whole number from 1"),
        ({"data_dir": " "}, "the call: data_dir is ''; expected a folder"),
        ({"flotX": "float32"}, "the call: there is no setting flotX; did you mean floatX?"),
        ({"device": "cuda", "mode": "NUMBA"}, "device=cuda computes in mode JAX, not NUMBA"),
    ],
)
def test_bad_calls(call, message):
    with pytest.raises(InputError) as error:
        settings(**call)
    assert str(error.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[global]\nfloatX = float16\n", ", section [global]: floatX is 'float16'; did you mean"),
        ("[global]\ndevise = cpu\n", "there is no setting devise; did you mean device?"),
        ("[dltut]\ndatadir = /d\n", "no setting dltut.datadir; did you mean dltut.data_dir?"),
        ("floatX = float32\n", "cannot be read as an rc file (File contains no section headers"),
        ("[global]\nfloatX = float32\nfloatX = float64\n", "option 'floatX' in section 'global'"),
    ],
)
def test_bad_rc_files_are_named(theanorc, text, message):
    path = theanorc(text)
    with pytest.raises(InputError) as error:
        settings()
    assert str(error.value).startswith(str(path))
    assert message in str(error.value)
    assert "\n" not in str(error.value)


def test_an_rc_file_that_is_no_text(monkeypatch, tmp_path):
    path = tmp_path / "theanorc"
    path.write_bytes(b"\xff\xfe\x00")
    for broken in (path, tmp_path):
        monkeypatch.setenv("THEANORC", str(broken))
        with pytest.raises(InputError, match="cannot be read as an rc file"):
            settings()


def test_theanorc_names_only_missing_files(monkeypatch, tmp_path):
    monkeypatch.setenv("THEANORC", str(tmp_path / "none"))
    with pytest.raises(InputError, match="names no file that exists: correct or unset it"):
        settings()


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        ("floatX", "THEANO_FLAGS holds 'floatX': write name=value,name=value"),
        ("device=gpux", "THEANO_FLAGS: device is 'gpux'; expected cpu, cuda"),
        ("flotX=float32", "THEANO_FLAGS: there is no setting flotX; did you mean floatX?"),
    ],
)
def test_bad_flags(monkeypatch, flags, message):
    monkeypatch.setenv("THEANO_FLAGS", flags)
    with pytest.raises(InputError) as error:
        settings()
    assert str(error.value).startswith(message)


def test_an_old_theanorc_stops_nobody(theanorc, monkeypatch, capsys):
    theanorc(
        "[global]\nfloatX = float64\nallow_gc = False\noptimizer = fast_run\n"
        "[blas]\nldflags = -lopenblas\n[nvcc]\nfastmath = True\n[lib]\ncnmem = 0.8\n"
        "[cuda]\nroot = /usr/local/cuda\n[gpuarray]\npreallocate = 1\n[dnn]\nenabled = auto\n"
    )
    monkeypatch.setenv("THEANO_FLAGS", "dnn.conv.algo_fwd=time_once")
    assert configure().floatX == "float64"
    said = capsys.readouterr().err
    assert said == (
        "these Theano settings mean nothing here: allow_gc, blas.ldflags, cuda.root, "
        "dnn.conv.algo_fwd, dnn.enabled, gpuarray.preallocate, lib.cnmem, nvcc.fastmath, "
        "optimizer\n"
    )


def test_configure_sets_pytensor(capsys):
    with pytensor.config.change_flags(floatX="float64"):
        configure(mode="FAST_COMPILE")
        assert (pytensor.config.floatX, pytensor.config.mode) == ("float32", "FAST_COMPILE")
    assert capsys.readouterr().err == ""


@pytest.fixture
def installed(monkeypatch):
    """Pretend that only these packages are installed."""

    def pretend(*packages):
        found = dict.fromkeys(packages, object())
        monkeypatch.setattr(importlib.util, "find_spec", found.get)

    return pretend


def test_a_gpu_is_chosen_before_jax_is_imported(installed):
    installed("jax", "jax_cuda12_plugin")
    configure(device="gpu1")
    assert os.environ["JAX_PLATFORMS"] == "cuda"
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "1"
    assert pytensor.config.mode == "JAX"


def test_any_gpu_leaves_the_choice_to_jax(installed):
    installed("jax", "jax_cuda13_plugin")
    before = os.environ.get("CUDA_VISIBLE_DEVICES")
    configure(device="cuda")
    assert os.environ["JAX_PLATFORMS"] == "cuda"
    assert os.environ.get("CUDA_VISIBLE_DEVICES") == before


def test_jax_on_the_cpu_stays_on_the_cpu(installed):
    installed("jax", "jax_cuda12_plugin")
    configure(mode="JAX")
    assert os.environ["JAX_PLATFORMS"] == "cpu"


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ({"device": "cuda"}, 'device=cuda needs packages that are missing: pip install "dltut[cu'),
        ({"mode": "JAX"}, 'mode=JAX needs packages that are missing: pip install "dltut[jax]"'),
    ],
)
def test_missing_packages_are_named(installed, call, message):
    installed()
    before = pytensor.config.mode
    with pytest.raises(InputError) as error:
        configure(**call)
    assert str(error.value).startswith(message)
    assert pytensor.config.mode == before


def test_threads_are_limited_before_numba_is_imported(monkeypatch):
    monkeypatch.delitem(__import__("sys").modules, "numba", raising=False)
    configure(threads=1)
    assert os.environ["NUMBA_NUM_THREADS"] == os.environ["OPENBLAS_NUM_THREADS"] == "1"


def test_threads_of_libraries_that_are_loaded():
    program = (
        "import numpy, scipy.linalg, pytensor, threadpoolctl, dltut.machine.config as config;"
        "config.configure(threads=1);"
        "print({pool['num_threads'] for pool in threadpoolctl.threadpool_info()})"
    )
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert shown.stdout == "{1}\n", shown.stderr


def test_threads_that_come_too_late(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "numba", object())
    monkeypatch.delenv("NUMBA_NUM_THREADS", raising=False)
    with pytest.raises(InputError, match="threads=1 comes too late: set it before anything"):
        configure(threads=1)


@given(st.text(max_size=12))
def test_any_flags_are_read_or_refused_in_one_line(text):
    os.environ["THEANO_FLAGS"] = text.replace("\0", "").encode(errors="ignore").decode()
    try:
        assert isinstance(settings(), Settings)
    except InputError as error:
        assert "THEANO_FLAGS" in str(error)
