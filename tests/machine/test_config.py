"""Settings come from the call, the environment, the rc files and the defaults, in that order."""

import importlib.util
import os
import resource
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytensor
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltut.exceptions import InputError
from dltut.machine.config import (
    DEBUGGING,
    THREAD_VARIABLES,
    Settings,
    check_environment,
    configure,
    data_dir,
    default_data_dir,
    settings,
)


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


TUTORIAL = "mode=FAST_RUN,device=gpu,floatX=float32"


def test_the_tutorials_own_line_is_taken(monkeypatch, capsys):
    monkeypatch.setenv("THEANO_FLAGS", TUTORIAL)
    assert settings() == Settings("float32", "cuda", "") and settings().backend == "JAX"
    monkeypatch.setattr(importlib.util, "find_spec", {}.get)
    assert configure() == Settings("float32", "cpu", "")
    assert pytensor.config.mode == "NUMBA"
    assert capsys.readouterr().err == (
        "THEANO_FLAGS: device=gpu, but JAX for CUDA is not installed: using the processor\n"
    )
    for call, flags in (({"device": "gpu"}, TUTORIAL), ({}, "device=cuda")):
        monkeypatch.setenv("THEANO_FLAGS", flags)
        with pytest.raises(InputError, match="device=cuda needs packages that are missing"):
            configure(**call)


@pytest.mark.parametrize("mode", DEBUGGING)
def test_theano_s_modes_for_debugging_are_said_to_mean_nothing(mode, monkeypatch, capsys):
    monkeypatch.setenv("THEANO_FLAGS", f"mode={mode}")
    assert configure().backend == "NUMBA"
    assert capsys.readouterr().err == f"these Theano settings mean nothing here: mode={mode}\n"


def test_values_in_quotation_marks_may_hold_commas(monkeypatch):
    monkeypatch.setenv(
        "THEANO_FLAGS",
        "gcc.cxxflags=\"-O3,-march=native -DX='a'\",floatX='float64', dltut.data_dir=/a\\,b#1",
    )
    assert settings() == Settings("float64", data_dir=Path("/a,b#1"))
    monkeypatch.setenv("THEANO_FLAGS", 'floatX="float64')
    with pytest.raises(InputError, match=r"THEANO_FLAGS is 'floatX=.*': no closing quotation"):
        settings()
    monkeypatch.setenv("THEANO_FLAGS", "," * 20_000)
    with pytest.raises(InputError, match="THEANO_FLAGS has 20000 characters; expected at most"):
        settings()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "latin1", "utf-8"])
def test_bytes_before_and_in_comments_do_not_matter(theanorc, encoding):
    path = theanorc("")
    path.write_bytes("# Präzision\n[global]\nfloatX = float64 # größer\n".encode(encoding))
    assert settings().floatX == "float64"


# Every setting that Theano had from 0.4 to 1.0, and what its successors called it.
OF_THEANO = """DebugMode.check_c DebugMode.patience NanGuardMode.action ProfileMode.min_memory_size
ProfileMode.n_apply_to_print allow_gc assert_no_cpu_op base_compiledir blas.check_openmp
blas.ldflags cache_optimizations cast_policy check_input check_stack_trace cmodule.debug
compile.timeout compiledir compiledir_format compute_test_value compute_test_value_opt contexts
conv.assert_shape ctc.root cublas.lib cuda.root cuda.enabled cxx cycle_detection deterministic
dnn.conv.algo_fwd dnn.enabled enable_initial_driver_test exception_verbosity experimental.mrg
force_device gcc.cxxflags gpu.local_elemwise_fusion gpuarray.preallocate gpuarray.sched
gpuelemwise.sync home init_gpu_device int_division lib.amdlibm lib.cnmem linker magma.enabled
metaopt.verbose nocleanup numpy.seterr_all nvcc.fastmath nvcc.flags on_opt_error on_shape_error
on_unused_input op.set_flops openmp openmp_elemwise_minsize optdb.max_use_ratio optimizer
optimizer_excluding optimizer_including optimizer_requiring optimizer_verbose
optimizer_verbose_ignore pickle_test_value print_active_device print_global_stats
print_test_value profile profile_memory profile_optimizer profiling.n_ops pycuda.init
reoptimize_unpickled_function scan.allow_gc shared.value_borrows tensor.cmp_sloppy
time_seq_optimizer traceback.limit unittest unittests.rseed unpickle_function vm.lazy
warn.ignore_bug_before warn_float64 warn__ignore_bug_before gcc__cxxflags blas__ldflags""".split()


@pytest.mark.parametrize("where", ["file", "flags"])
def test_every_setting_of_theano_is_accepted(where, theanorc, monkeypatch, capsys):
    if where == "flags":
        monkeypatch.setenv("THEANO_FLAGS", ",".join(f"{name}=1" for name in OF_THEANO))
    else:
        pairs = [name.rpartition(".")[::2] for name in OF_THEANO]
        sections = dict.fromkeys(section or "global" for section, _ in pairs)
        for section in sections:
            keys = [key for of, key in pairs if (of or "global") == section]
            sections[section] = f"[{section}]\n" + "".join(f"{key} = 1\n" for key in keys)
        theanorc("".join(sections.values()))
    configure()
    (line,) = capsys.readouterr().err.splitlines()
    assert line.count(", ") == len(OF_THEANO) - 1


def test_defaults_of_all_sections_are_filled_in(theanorc, monkeypatch):
    monkeypatch.setenv("USER", "me")
    theanorc(
        "[DEFAULT]\nscratch = /scratch/%(USER)s\ndata_dir = /of/all\nfloatX = float64\n"
        "[global]\nbase_compiledir = %(scratch)s/theano\ndevice = cpu\n"
        "[dltut]\ndata_dir = %(scratch)s/50%%/%(unknown)s\n"
    )
    assert settings() == Settings("float64", data_dir=Path("/scratch/me/50%/%(unknown)s"))
    theanorc("[DEFAULT]\ndata_dir = /of/all\nfloatX = float64\n[dltut]\nthreads = 1\n")
    assert settings() == Settings("float32", data_dir=Path("/of/all"), threads=1)


def test_filling_in_does_not_fill_the_memory(theanorc):
    lines = ["a0 = " + "x" * 1000, *(f"a{i} = " + f"%(a{i - 1})s" * 100 for i in range(1, 10))]
    theanorc("[DEFAULT]\n" + "\n".join(lines) + "\n[dltut]\ndata_dir = %(a9)s\n")
    with pytest.raises(InputError, match="a value with the others that it names has more than"):
        settings()


def test_fifty_thousand_blanks_in_a_key(theanorc):
    start = time.monotonic()
    path = theanorc("[global]\na" + " " * 50_000 + "b\n")
    with pytest.raises(InputError, match="cannot be read as an rc file"):
        settings()
    path.write_text("[global]\nfloat" + " " * 50_000 + "X" + "\t" * 50_000 + "= float64\n")
    with pytest.raises(InputError, match=r"no setting float X; did you mean floatX\?"):
        settings()
    assert time.monotonic() - start < 2


def test_an_rc_file_without_end(monkeypatch, tmp_path):
    (tmp_path / "long").write_bytes(b"#" * (2**20 + 1))
    for path, reason in ((tmp_path / "long", "more than 1048576 bytes"), ("/dev/zero", "no file")):
        monkeypatch.setenv("THEANORC", str(path))
        with pytest.raises(InputError, match=rf"cannot be read as an rc file \(.*{reason}"):
            settings()


def test_homes_that_nobody_has(monkeypatch, theanorc):
    for name, value in (("THEANORC", "~nosuchuser/rc"), ("DLTUT_DATA", "~nosuchuser/data")):
        monkeypatch.setenv(name, value)
        with pytest.raises(InputError, match=r"~nosuchuser/.*: .* Write the path without ~"):
            settings()
        monkeypatch.delenv(name)


def test_names_from_outside_are_shown_printable(monkeypatch):
    monkeypatch.setenv("THEANO_FLAGS", "\x1b[31m" + "n" * 1000 + "=1")
    with pytest.raises(InputError) as caught:
        settings()
    assert "\x1b" not in str(caught.value) and len(str(caught.value)) < 300


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


@pytest.mark.parametrize(
    ("visible", "device", "card"),
    [
        ("2,3", "cuda0", "2"),
        ("2,3", "cuda1", "3"),
        ("5", "cuda0", "5"),
        ("GPU-8932f937,MIG-GPU-1a/2/0", "cuda1", "MIG-GPU-1a/2/0"),
        (" 4 , 7,-1,6", "cuda1", "7"),
        (None, "cuda3", "3"),
    ],
)
def test_a_card_is_one_of_those_that_a_batch_system_shows(
    installed, monkeypatch, visible, device, card
):
    installed("jax", "jax_cuda12_plugin")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if visible is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    for _ in range(2):  # in a notebook, or by a command that starts another
        configure(device=device)
        assert os.environ["CUDA_VISIBLE_DEVICES"] == card


@pytest.mark.parametrize(
    ("visible", "n_cards"), [("2,3", 2), ("", 0), ("-1", 0), ("NoDevFiles", 0), ("1,-1,2,3", 1)]
)
def test_a_card_that_a_batch_system_does_not_show(installed, monkeypatch, visible, n_cards):
    installed("jax", "jax_cuda12_plugin")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", visible)
    with pytest.raises(InputError, match=f"device=cuda2, but CUDA_VIS.* shows {n_cards} cards"):
        configure(device="cuda2")
    assert os.environ["CUDA_VISIBLE_DEVICES"] == visible


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


@pytest.mark.parametrize("name", THREAD_VARIABLES)
@pytest.mark.parametrize("value", ["four", "-1", "1e3", "2.5", "٣", "9" * 5000, "4;2"])
def test_words_for_the_number_of_threads_are_one_line(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(InputError, match=f"the variable {name} is '.*'; expected a whole number"):
        configure()


def test_numbers_of_threads_of_several_levels(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", " 4,2")
    monkeypatch.setenv("NUMBA_NUM_THREADS", "")
    check_environment()
    assert os.environ["OMP_NUM_THREADS"] == "4" and "NUMBA_NUM_THREADS" not in os.environ


@contextmanager
def disk_of(n_bytes):
    """No file can become longer: writing fails in the kernel, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


def test_compiled_code_that_cannot_be_kept():
    with (
        disk_of(1000),
        pytest.raises(InputError, match=r"compiled code is kept, cannot be written \(File too l"),
    ):
        configure()


FIRST = "import dltut.commands.flags, pytensor; print(pytensor.config.compiledir)"


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"OMP_NUM_THREADS": "four"}, "error: the variable OMP_NUM_THREADS is 'four'; expected"),
        ({"HOME": "/dev/null"}, "error: /dev/null/.pytensor, where compiled code is kept, cannot"),
        ({"PYTENSOR_FLAGS": "base_compiledir=/dev/null/a"}, "error: /dev/null/a, where compiled"),
        ({"PYTENSOR_FLAGS": "floatX='"}, "error: PYTENSOR_FLAGS is 'floatX='': no closing"),
        ({"PYTENSORRC": "rc"}, "error: /dev/null/b, where compiled code is kept, cannot be"),
    ],
)
def test_what_would_stop_the_import_of_pytensor_is_one_line(tmp_path, changes, line, repository):
    (tmp_path / "rc").write_text("[global]\nbase_compiledir = /dev/null/b\n")
    environment = os.environ | {"PYTHONPATH": str(repository), "PYTENSOR_FLAGS": ""} | changes
    shown = subprocess.run(
        [sys.executable, "-c", FIRST],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert shown.returncode == 2 and shown.stderr.count("\n") == 1, shown.stderr
    assert shown.stderr.startswith(line)


def test_threads_of_several_levels_let_pytensor_be_imported(repository):
    environment = os.environ | {"PYTHONPATH": str(repository), "OMP_NUM_THREADS": "2,1"}
    shown = subprocess.run(
        [sys.executable, "-c", FIRST], env=environment, capture_output=True, text=True
    )
    assert shown.returncode == 0, shown.stderr
