"""``theano.config``: Theano's settings, read from ``.theanorc`` and THEANO_FLAGS, settable."""

from collections.abc import Callable, Iterator
from contextlib import ContextDecorator
from functools import cache

import pytensor

from dltut.exceptions import nearest, printable, quoted
from dltut.machine.theanorc import flags, rc_entries

# Theano's settings and their defaults; those that PyTensor knows too are passed on to it.
DEFAULTS = {
    **dict.fromkeys("allow_gc check_input cycle_detection openmp".split(), False),
    **{"floatX": "float64", "device": "cpu", "mode": "Mode", "linker": "cvm", "cxx": ""},
    **{"optimizer": "fast_run", "exception_verbosity": "low", "on_unused_input": "raise"},
    **{"compute_test_value": "off", "compute_test_value_opt": "off", "warn_float64": "ignore"},
    **{"cast_policy": "custom", "int_division": "int", "base_compiledir": "", "compiledir": ""},
    **{"init_gpu_device": "", "force_device": False, "contexts": "", "print_active_device": True},
    **{"profile": False, "profile_memory": False, "profile_optimizer": False, "lib": "lib"},
    **{"optimizer_excluding": "", "optimizer_including": "", "optimizer_requiring": ""},
    **{"optimizer_verbose": False, "on_opt_error": "warn", "on_shape_error": "warn"},
    **{"openmp_elemwise_minsize": 200_000, "autocast_float": "float64", "tmpdir": ""},
    **{"allow_output_prealloc": True, "assert_no_cpu_op": "ignore", "deterministic": "default"},
    **{"max_use_ratio": 5, "mpi4py": None, "nocleanup": False, "numpy": "", "home": "~"},
    **{"pickle_test_value": True, "print_global_stats": False, "print_test_value": False},
    **{"reoptimize_unpickled_function": False, "unpickle_function": True, "lazy": True},
    **{"seterr_all": "ignore", "seterr_divide": "None", "stack_trace_size": 5, "txt": ""},
    **{"time_seq_optimizer": False, "ndim_shuffle": 0, "check_stack_trace": "off", "gpu": ""},
    **{"traceback.limit": 8, "numpy.seterr_all": "ignore", "unittests.rseed": "666"},
    **{"unittests.use_random_seed": True, "scan.allow_gc": False, "tensor.cmp_sloppy": 0},
    **{"tensor.local_elemwise_fusion": True, "tensor.insert_inplace_optimizer_validate_nb": -1},
    **{"DebugMode.check_strides": 0, "DebugMode.patience": 10, "DebugMode.check_finite": True},
    **{"DebugMode.check_py": True, "DebugMode.check_c": True, "DebugMode.warn_input_not_reused": 1},
    **{"DebugMode.check_isfinite": True, "experimental.unpickle_gpu_on_cpu": True},
    **{"experimental.mrg": False, "blas.ldflags": "", "gcc.cxxflags": "", "nvcc.flags": ""},
    **{"nvcc.fastmath": False, "nvcc.compiler_bindir": "", "cuda.root": "", "lib.cnmem": 0.0},
    **{"cuda.enabled": False, "dnn.enabled": "False", "dnn.conv.algo_fwd": "small"},
    **{"dnn.conv.algo_bwd": "none", "dnn.conv.algo_bwd_filter": "none", "lib.amdlibm": False},
    **{"dnn.conv.algo_bwd_data": "none", "conv.assert_shape": False, "gpuarray.preallocate": 0.0},
    **{"experimental.local_alloc_elemwise": True, "dnn.include_path": "", "dnn.library_path": ""},
    **{"warn.ignore_bug_before": "0.9", "warn.sum_div_dimshuffle_bug": False, "warn.round": False},
    **{"warn.argmax_pushdown_bug": False, "warn.inc_set_subtensor1": False, "gpuelemwise.sync": 1},
    **{"NanGuardMode.nan_is_error": True, "NanGuardMode.inf_is_error": True, "scan.debug": False},
    **{
        "NanGuardMode.big_is_error": True,
        "NanGuardMode.action": "raise",
        "profiling.time_thunks": 1,
    },
    **{"profiling.n_apply": 20, "profiling.n_ops": 20, "scan.allow_output_prealloc": True},
}
SECTIONS = {name.partition(".")[0] for name in DEFAULTS if "." in name} | {"optdb", "metaopt"}
MODES = "Mode FAST_RUN FAST_COMPILE DebugMode DEBUG_MODE NanGuardMode MonitorMode ProfileMode"
CHOICES = {
    "floatX": ("float32", "float64", "float16"),
    "mode": (*MODES.split(), "PROFILE_MODE", "NUMBA", "JAX", "None"),
    "compute_test_value": ("off", "ignore", "warn", "raise", "pdb"),
    "on_unused_input": ("raise", "warn", "ignore"),
    "exception_verbosity": ("low", "high"),
    "int_division": ("int", "raise", "floatX"),
}
PASSED_ON = ("floatX",)


class Configuration:
    """Theano's settings as attributes; those with a dot are attributes of a `Section`.

    Examples
    --------
    >>> config.exception_verbosity
    'low'
    """

    def __init__(self):
        self.__dict__.update(_values=dict(DEFAULTS), _followers={})

    def __getattr__(self, name: str) -> object:
        """The value of a setting, or a section of settings."""
        if name in PASSED_ON:
            return getattr(pytensor.config, name)
        if name in SECTIONS:
            return Section(self, name)
        if name in self._values:
            return self._values[name]
        known = [*DEFAULTS, *SECTIONS]
        raise AttributeError(f"theano.config has no {printable(name)}; {nearest(name, known)}")

    def __setattr__(self, name: str, value: object) -> None:
        """Set one; an unknown name or value is refused."""
        self.set(name, value)

    def set(self, name: str, value: object) -> None:
        """Set a setting, ``name`` or ``section.name``.

        Parameters
        ----------
        name : str
        value : object
            A text from a file or a flag, or a value of the default's kind.

        Raises
        ------
        AttributeError
            If there is no setting of this name.
        ValueError
            If it cannot have this value.
        """
        section, dot, _ = name.partition(".")
        if name not in self._values and not (dot and section in SECTIONS):
            raise AttributeError(
                f"theano.config has no {printable(name)}; {nearest(name, DEFAULTS)}"
            )
        if name in CHOICES and str(value) not in CHOICES[name]:
            hint = nearest(str(value), CHOICES[name])
            raise ValueError(f"theano.config.{name} cannot be {quoted(value)}; {hint}")
        self._values[name] = _of_kind(value, DEFAULTS.get(name))
        if name in PASSED_ON:
            setattr(pytensor.config, name, value)
        for follower in self._followers.get(name, ()):
            follower(value)

    def follow(self, name: str, follower: Callable[[object], None]) -> None:
        """Call a function with the value of a setting, now and whenever it is set.

        Parameters
        ----------
        name : str
        follower : callable
        """
        self._followers.setdefault(name, []).append(follower)
        follower(self._values[name])

    def change_flags(self, **changed) -> "change_flags":
        """Other settings for the time of a ``with`` block or of a function."""
        return change_flags(**changed)

    def __dir__(self) -> list[str]:
        return sorted({name.partition(".")[0] for name in self._values})

    def _in(self, section: str) -> Iterator[str]:
        return (name for name in self._values if name.startswith(f"{section}."))


class Section:
    """The settings whose names begin with a word and a dot, such as ``config.dnn``.

    Parameters
    ----------
    whole : Configuration
    name : str
    """

    def __init__(self, whole: Configuration, name: str):
        self.__dict__.update(_whole=whole, _name=name)

    def __getattr__(self, name: str) -> object:
        """The value of a setting, or a deeper section."""
        full = f"{self._name}.{name}"
        values = self._whole._values
        if full in values:
            return values[full]
        if any(self._whole._in(full)):
            return Section(self._whole, full)
        if self._name == "warn":
            return False
        raise AttributeError(f"theano.config has no {full}; {nearest(full, values)}")

    def __setattr__(self, name: str, value: object) -> None:
        """Set one."""
        self._whole.set(f"{self._name}.{name}", value)


def _of_kind(value: object, default: object) -> object:
    """A text as the number or the truth that the default is."""
    if not isinstance(value, str) or isinstance(default, str) or default is None:
        return value
    if isinstance(default, bool):
        return value.strip().lower() in ("1", "true", "yes", "on")
    try:
        return type(default)(value)
    except ValueError:
        return value


@cache
def configured() -> Configuration:
    """Theano's settings as the rc files and THEANO_FLAGS have them; what is unknown is left out."""
    made = Configuration()
    for source in (rc_entries(), flags("THEANO_FLAGS")):
        for _, name, value in source:
            section = name.replace("__", ".").partition(".")[0]
            if name in DEFAULTS or section in SECTIONS:
                made.set(name.replace("__", "."), value)
    return made


class change_flags(ContextDecorator):
    """``with theano.configparser.change_flags(floatX="float32"):``, also before a function.

    Parameters
    ----------
    arguments : dict, optional
        Names with dots.
    **changed
        Settings; two underscores stand for a dot.
    """

    def __init__(self, arguments: dict | None = None, **changed):
        named = {name.replace("__", "."): value for name, value in changed.items()}
        self.changed = {**(arguments or {}), **named}
        self.before: list[dict] = []

    def __enter__(self):
        """Set them."""
        self.before.append({name: _value(name) for name in self.changed})
        for name, value in self.changed.items():
            config.set(name, value)
        return config

    def __exit__(self, *error):
        """Set what was before."""
        for name, value in self.before.pop().items():
            config.set(name, value)


def _value(name: str) -> object:
    value = config
    for part in name.split("."):
        value = getattr(value, part)
    return value


config = configured()
