"""Theano's two ways of writing settings down: rc files and comma-separated flags."""

import configparser
import os
from collections.abc import Iterator
from pathlib import Path

from dltut.exceptions import InputError

# What steered Theano's C compiler, its GPU library and its debugging, and has no meaning today.
RETIRED_SECTIONS = frozenset(
    """blas cmodule compile config conv ctc cuda cudnn DebugMode dnn experimental gcc gpuarray
    gpuelemwise hdf5 lib magma metaopt MonitorMode NanGuardMode numpy nvcc optdb profiling pycuda
    scan sparse tensor traceback unittests vm warn""".split()
)
RETIRED_KEYS = frozenset(
    """allow_gc allow_output_prealloc assert_no_cpu_op autocast_float base_compiledir cast_policy
    check_input check_stack_trace compiledir compiledir_format compute_test_value
    compute_test_value_opt contexts cxx cycle_detection deterministic enable_initial_driver_test
    exception_verbosity force_device init_gpu_device int_division lazy linker max_use_ratio
    mpi4py nocleanup on_opt_error on_shape_error on_unused_input openmp openmp_elemwise_minsize
    optimizer optimizer_excluding optimizer_including optimizer_requiring optimizer_verbose
    pickle_test_value print_active_device print_global_stats print_test_value profile
    profile_memory profile_optimizer reoptimize_unpickled_function stack_trace_size tmpdir
    warn_float64""".split()
)


def is_retired(name: str) -> bool:
    """Whether Theano had a setting of this name that means nothing here.

    Examples
    --------
    >>> is_retired("nvcc.fastmath"), is_retired("floatX")
    (True, False)
    """
    section, dot, _ = name.partition(".")
    retired = RETIRED_SECTIONS if dot else RETIRED_KEYS
    return section.lower() in {each.lower() for each in retired}


def rc_entries() -> Iterator[tuple[str, str, str]]:
    """Everything in the files that ``$THEANORC`` lists, or else in ``~/.theanorc``.

    Yields
    ------
    place, name, value : str
        Where it stands, ``key`` or ``section.key``, and what it is set to; later files come later.

    Raises
    ------
    InputError
        If a file cannot be read as an rc file, or none of those in ``$THEANORC`` exists.
    """
    listed = os.environ.get("THEANORC")
    names = listed.split(os.pathsep) if listed else ["~/.theanorc"]
    paths = [Path(name).expanduser() for name in names if name.strip()]
    if listed and not any(path.exists() for path in paths):
        raise InputError(f"THEANORC={listed} names no file that exists: correct or unset it")
    for path in filter(Path.exists, paths):
        yield from entries(path)


def entries(path: str | os.PathLike) -> Iterator[tuple[str, str, str]]:
    """What one rc file sets, as `rc_entries` yields it.

    Raises
    ------
    InputError
        If the file is not one.
    """
    parser = configparser.ConfigParser(interpolation=None, inline_comment_prefixes=("#", ";"))
    parser.optionxform = str  # keep the capital X of floatX
    try:
        parser.read_string(Path(path).read_text(encoding="utf-8"), source=str(path))
    except (configparser.Error, UnicodeDecodeError, OSError) as error:
        reason = " ".join(str(error).split())
        raise InputError(
            f"{path} cannot be read as an rc file ({reason}): write [global] and key = value lines"
        ) from None
    for section in parser.sections():
        prefix = "" if section == "global" else f"{section}."
        for key, value in parser[section].items():
            yield f"{path}, section [{section}]", f"{prefix}{key}", value


def flags(variable: str) -> Iterator[tuple[str, str, str]]:
    """What an environment variable such as ``THEANO_FLAGS="floatX=float32,device=cpu"`` sets.

    Yields
    ------
    place, name, value : str

    Raises
    ------
    InputError
        If something in it is not ``name=value``.
    """
    for flag in filter(None, map(str.strip, os.environ.get(variable, "").split(","))):
        name, equals, value = flag.partition("=")
        if not equals:
            raise InputError(f"{variable} holds {flag!r}: write name=value,name=value")
        yield variable, name.strip(), value.strip()
