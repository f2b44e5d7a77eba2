"""Theano's two ways of writing settings down: rc files and comma-separated flags."""

import configparser
import os
import re
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

from dltut.exceptions import InputError, printable, quoted
from dltut.machine.files import expanded, is_file, unreadable

LARGEST = 2**20  # bytes of an rc file
LONGEST = 10_000  # characters of a variable with flags, or of a value with others filled in
MOST = 10_000  # settings that sections have from [DEFAULT]
VARIABLES = ("USER", "LSCRATCH", "TMPDIR", "TEMP", "TMP")  # that may be filled in, as in Theano

# What steered Theano's C compiler, its GPU library and its debugging, and has no meaning today.
RETIRED_SECTIONS = frozenset(
    """blas cmodule compile config conv cublas ctc cuda cudnn DebugMode dnn experimental gcc gpu
    gpuarray gpuelemwise hdf5 lib magma metaopt MonitorMode NanGuardMode numba numpy nvcc op optdb
    ProfileMode profiling pycuda pygpu scan shared sparse tensor traceback unittests vm warn
    """.split()
)
RETIRED_KEYS = frozenset(
    """allow_gc allow_output_prealloc assert_no_cpu_op autocast_float base_compiledir
    cache_optimizations cast_policy check_input check_stack_trace compiledir compiledir_format
    compute_test_value compute_test_value_opt contexts cxx cycle_detection deterministic
    enable_initial_driver_test exception_verbosity force_device home init_gpu_device int_division
    lazy linker max_use_ratio mpi4py nocleanup on_opt_error on_shape_error on_unused_input openmp
    openmp_elemwise_minsize optimizer optimizer_excluding optimizer_including optimizer_requiring
    optimizer_verbose optimizer_verbose_ignore pickle_test_value print_active_device
    print_global_stats print_test_value profile profile_memory profile_optimizer
    reoptimize_unpickled_function seterr_all seterr_divide seterr_invalid seterr_over seterr_under
    stack_trace_size test_value time_seq_optimizer tmpdir unittest unpickle_function warn_float64
    """.split()
)


def is_retired(name: str) -> bool:
    """Whether Theano had a setting of this name that means nothing here.

    Examples
    --------
    >>> is_retired("nvcc.fastmath"), is_retired("gcc__cxxflags"), is_retired("floatX")
    (True, True, False)
    """
    section, dot, _ = name.replace("__", ".").partition(".")
    retired = RETIRED_SECTIONS if dot else RETIRED_KEYS
    return section.lower() in {each.lower() for each in retired}


def rc_entries(variable: str = "THEANORC") -> Iterator[tuple[str, str, str]]:
    """Everything in the files that ``$THEANORC`` lists, or else in ``~/.theanorc``.

    Parameters
    ----------
    variable : {"THEANORC", "PYTENSORRC"}

    Yields
    ------
    place, name, value : str
        Where it stands, ``key`` or ``section.key``, and what it is set to; later files come later.

    Raises
    ------
    InputError
        If a file cannot be read as an rc file, or none of those in ``$THEANORC`` exists.
    """
    listed = os.environ.get(variable)
    names = listed.split(os.pathsep) if listed else [f"~/.{variable.lower()}"]
    try:
        paths = [expanded(name) for name in names if name.strip()]
    except InputError:
        if listed:
            raise
        return  # without a home there is no file in it
    there = [path for path in paths if os.access(path, os.F_OK)]
    if listed and not there and variable == "THEANORC":
        raise InputError(
            f"THEANORC={printable(listed)} names no file that exists: correct or unset it"
        )
    for path in there:
        yield from entries(path)


def entries(path: str | os.PathLike) -> Iterator[tuple[str, str, str]]:
    """What one rc file sets, as `rc_entries` yields it.

    Raises
    ------
    InputError
        If the file is not one.

    Notes
    -----
    As in Theano, ``%(name)s`` stands for another entry of the section or of ``[DEFAULT]``, or for
    USER, TMPDIR and the like; what stands in ``[DEFAULT]`` belongs to every section.
    """
    parser = configparser.ConfigParser(
        interpolation=None, inline_comment_prefixes=("#", ";"), default_section="\0"
    )
    parser.optionxform = str  # keep the capital X of floatX
    try:
        parser.read_string(_text(path), source=Path(path).name)
    except configparser.Error as error:
        raise _no_rc_file(path, " ".join(str(error).split())) from None
    shared = dict(parser["DEFAULT"]) if "DEFAULT" in parser else {}
    if len(shared) * len(parser.sections()) > MOST:
        raise _no_rc_file(path, f"[DEFAULT] gives its sections more than {MOST:,} settings")
    left = LARGEST
    for section in parser.sections():
        prefix = "" if section == "global" else f"{section}."
        own = {} if section == "DEFAULT" else dict(parser[section])
        words = {name: os.environ.get(name, "") for name in VARIABLES} | shared | own
        for key, value in ({} if section == "DEFAULT" else shared | own).items():
            place = f"{path}, section [{section if key in own else 'DEFAULT'}]"
            value = _filled_in(value, words, path)
            left -= len(value)
            if left < 0:
                raise _no_rc_file(path, f"its values have more than {LARGEST} characters")
            yield place, f"{prefix}{key}", value


def flags(variable: str) -> Iterator[tuple[str, str, str]]:
    """What an environment variable such as ``THEANO_FLAGS="floatX=float32,device=cpu"`` sets.

    Yields
    ------
    place, name, value : str
        A value in quotation marks may hold commas.

    Raises
    ------
    InputError
        If something in it is not ``name=value``.
    """
    text = os.environ.get(variable, "")
    if len(text) > LONGEST:
        raise InputError(f"{variable} has {len(text)} characters; expected at most {LONGEST}")
    splitter = shlex.shlex(text, posix=True)
    splitter.whitespace, splitter.whitespace_split, splitter.commenters = ",", True, ""
    try:
        found = [each.strip() for each in splitter]
    except ValueError as error:
        raise InputError(f"{variable} is {quoted(text)}: {str(error).lower()}") from None
    for flag in filter(None, found):
        name, equals, value = flag.partition("=")
        if not equals:
            raise InputError(f"{variable} holds {quoted(flag)}: write name=value,name=value")
        yield variable, name.strip(), value.strip()


def _text(path: str | os.PathLike) -> str:
    """The text of an rc file with its blanks before "=" and ":" made one.

    Theano read bytes: comments may be in any encoding.
    """
    if not is_file(path):
        raise _no_rc_file(path, "it is no file")
    try:
        with Path(path).open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise unreadable(path, error) from None
    if len(content) > LARGEST:
        raise _no_rc_file(path, f"it has more than {LARGEST} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin1")
    # in a long row of blanks configparser looks for the "=" again from each
    return "\n".join(map(_with_single_blanks, text.splitlines()))


def _with_single_blanks(line: str) -> str:
    key, mark, rest = re.match(r"([^=:]*)([=:]?)(.*)", line, re.DOTALL).groups()
    indented = " " * key[:1].isspace()
    return f"{indented}{' '.join(key.split())}{mark}{rest}"


def _filled_in(value: str, words: Mapping[str, str], path: object) -> str:
    """A value with ``%(name)s`` replaced; what is no name stays as it is."""
    for _ in range(configparser.MAX_INTERPOLATION_DEPTH):
        names = [name for name in re.findall(r"%\((\w+)\)s", value) if name in words]
        if sum(len(words[name]) for name in names) > LONGEST:
            problem = f"a value with the others that it names has more than {LONGEST:,} characters"
            raise _no_rc_file(path, problem)
        if not names:
            break
        value = re.sub(r"%\((\w+)\)s", lambda name: words.get(name[1], name[0]), value)
    return value.replace("%%", "%")


def _no_rc_file(path: object, reason: str) -> InputError:
    return InputError(
        f"{path} cannot be read as an rc file ({printable(reason, 200)}): "
        "write [global] and key = value lines"
    )
