"""The only door to a compiled function: mode, shared data on the device, news of compiling."""

import importlib.util
import warnings
from collections.abc import Iterable
from functools import lru_cache
from math import isfinite

import numpy as np
import pytensor
from pytensor.compile.rebuild import UnusedInputError
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.utils import MissingInputError
from pytensor.link.basic import Container
from pytensor.tensor.type import TensorType

from dltut.exceptions import InputError, nearest
from dltut.machine.graph_arguments import (
    check_apart,
    checked_inputs,
    checked_outputs,
    checked_pairs,
)
from dltut.machine.notices import spinner
from dltut.machine.remember import marks
from dltut.machine.rng import next_states
from dltut.machine.stopwatch import not_counted
from dltut.machine.undisturbed import undisturbed

MODES = ("NUMBA", "JAX", "FAST_COMPILE")


def function(inputs, outputs=None, updates=None, givens=None, mode=None, name=None):
    """A compiled function, as ``pytensor.function``, for the backend that is configured.

    Parameters
    ----------
    inputs : list of variables
    outputs : variable or list of variables, optional
    updates : dict or list of pairs, optional
        {shared variable: next value}. Random streams in the graph are advanced, and what it
        remembers is kept, without being named.
    givens : dict or list of pairs, optional
        What to put in the place of a variable, such as a minibatch for x.
    mode : {"NUMBA", "JAX", "FAST_COMPILE"}, optional
        Default: ``pytensor.config.mode`` if it is one of these, else NUMBA.
    name : str, optional

    Returns
    -------
    CompiledFunction

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> x = pt.dscalar("x")
    >>> float(function([x], x**2, mode="FAST_COMPILE")(3.0))
    9.0
    """
    mode = _mode_name(mode)
    kind = JaxFunction if mode == "JAX" else CompiledFunction
    with not_counted():
        return kind(*_build(inputs, outputs, updates, givens, mode, name))


@undisturbed
def compiled(inputs, outputs, mode, **options):
    """What ``pytensor.function`` makes for one of our modes, for those who need all its options.

    Parameters
    ----------
    inputs : list of variables or In
    outputs : variable, list of variables or None
    mode : {"NUMBA", "JAX", "FAST_COMPILE"} or Mode
    **options
        Of ``pytensor.function``.
    """
    mode = _pytensor_mode(_mode_name(mode)) if isinstance(mode, str) else mode
    return pytensor.function(inputs, outputs, mode=mode, **options)


class CompiledFunction:
    """A callable that compiles at its first call.

    Attributes
    ----------
    state : list of shared variables
        Everything that a call changes: parameters, rule state, random streams, running means.
    """

    def __init__(self, compiled, state: list[SharedVariable]):
        self.state = state
        self._function = compiled
        self._first = True

    def __call__(self, *arguments):
        """Call the compiled function; the first call compiles it.

        Raises
        ------
        InputError
            If an argument is not of the type of the input, or an operation refuses what it got,
            such as a label that the model does not have, or the disk is full under the folder for
            compiled code.
        """
        try:
            return self._first_call(arguments) if self._first else self._function(*arguments)
        except (InputError, OSError) as error:
            raise _in_one_line(error) from None
        except (TypeError, ValueError):
            _check_arguments(self._function, arguments)
            raise

    def many(self, first: int, n: int) -> np.ndarray:
        """What a function of one whole number gives for first, first + 1, ...: n calls in one.

        Parameters
        ----------
        first, n : int

        Returns
        -------
        array, shape (n,) or shorter, float64
            It ends with the first number that is not finite.

        Raises
        ------
        InputError
            As a call does; what the calls before it change may be changed in part then.

        Notes
        -----
        In modes NUMBA and JAX Python is not entered between the calls, which saves twenty
        microseconds or more each. Numbers and state are those of calls one by one, bit for bit.

        Examples
        --------
        >>> import pytensor.tensor as pt
        >>> i = pt.lscalar("i")
        >>> function([i], 1.0 / i, mode="FAST_COMPILE").many(1, 4).tolist()
        [1.0, 0.5, 0.3333333333333333, 0.25]
        """
        try:
            together = None if self._first else self._in_one_call(first, n)
        except (InputError, OSError) as error:
            raise _in_one_line(error) from None
        if together is not None:
            return together
        numbers = []
        for number in range(first, first + n):
            numbers.append(float(self(number)))
            if not isfinite(numbers[-1]):
                break
        return np.array(numbers)

    def each(self, numbers: Iterable[int]) -> list:
        """What a function of one whole number gives for each: all are begun before one is fetched.

        Parameters
        ----------
        numbers : iterable of int

        Examples
        --------
        >>> import pytensor.tensor as pt
        >>> i = pt.lscalar("i")
        >>> [float(x) for x in function([i], i / 2, mode="FAST_COMPILE").each(range(3))]
        [0.0, 0.5, 1.0]
        """
        return [self(number) for number in numbers]

    def _in_one_call(self, first: int, n: int):
        from dltut.kernels.engine.many import many_calls

        return many_calls(self._function, first, n)

    @undisturbed
    def _first_call(self, arguments):
        text = f"compiling {self._function.name or 'a function'}, first run only"
        with spinner(text), not_counted():
            result = self._function(*arguments)
        self._first = False
        return result


def _in_one_line(error: InputError | OSError) -> InputError:
    """The error of compiled code as the line that counts."""
    if isinstance(error, InputError):
        # PyTensor appends the graph around the operation to the operation's own line.
        return InputError(str(error).partition(r"\nApply node that caused")[0])
    return InputError(
        f"compiled code cannot be kept in {pytensor.config.compiledir} ({error.strerror}): "
        "free some space, or name another folder by PYTENSOR_FLAGS=base_compiledir=FOLDER"
    )


def _check_arguments(compiled, arguments: tuple) -> None:
    """Refuse arguments that are not of the types of the inputs, in a line without their numbers."""
    inputs = zip(getattr(compiled, "input_storage", ()), arguments, strict=False)
    for place, (container, given) in enumerate(inputs):
        kind = container.type
        try:
            kind.filter(given)
        except (TypeError, ValueError):
            name = container.name or f"argument {place}"
            raise InputError(f"{name} is {_told(given)}; {_hint(name, kind, given)}") from None


def _told(given) -> str:
    """An argument without its numbers."""
    if isinstance(given, np.ndarray):
        return f"an array of {given.dtype}, shape {given.shape}"
    return f"a {type(given).__name__}"


def _hint(name: str, kind, given) -> str:
    if not isinstance(kind, TensorType):
        return f"expected {kind}"
    rank, width = getattr(given, "ndim", kind.ndim), str(getattr(given, "dtype", ""))
    if rank != kind.ndim:
        row = f": give {name}[None], one row, for a single example" if rank == kind.ndim - 1 else ""
        return f"the function takes rank {kind.ndim}{row}"
    hint = f"the function takes {kind.dtype} of rank {kind.ndim}"
    is_too_wide = width == "float64" and kind.dtype == "float32"
    return f"{hint}: give {name}.astype('float32')" if is_too_wide else hint


class JaxFunction(CompiledFunction):
    """A function run by JAX: shared values stay on the device from the first call on.

    Notes
    -----
    PyTensor leaves read-only shared values in NumPy and JAX would send them again at every call.
    Whatever is still a NumPy array when a call begins, at first or after ``set_value``, is moved.
    ``get_value`` fetches a NumPy array.

    A function of one whole number that gives one number and changes something, such as a step of
    training, is a loop on the device (`dltut.kernels.engine.looped`), of one step or of many.
    """

    def __init__(self, compiled, state: list[SharedVariable]):
        super().__init__(_DeviceCall(compiled), state)

    def each(self, numbers: Iterable[int]) -> list:
        """As of any function; a card computes the next ones while nobody waits for the first."""
        numbers = [*numbers]
        head = [self(number) for number in numbers[:1]] if self._first else []
        return head + self._function.each(numbers[len(head) :])

    def _in_one_call(self, first: int, n: int):
        return self._function.many(first, n)


class _DeviceCall:
    """What PyTensor's compiled function does at a call, with all values on the device."""

    def __init__(self, compiled):
        self.name, self.input_storage = compiled.name, compiled.input_storage
        self._jitted = compiled.vm.jit_fn
        self._unpack = compiled.unpack_single
        shared = compiled.get_shared()
        n_arguments = len(compiled.input_storage) - len(shared)
        self._types = [container.type for container in compiled.input_storage[:n_arguments]]
        changed = compiled.maker.fgraph.update_mapping
        self._shared = compiled.vm.inputs[n_arguments:]
        self._places = [changed[place] - n_arguments for place in sorted(changed)]
        self._n_outputs = len(compiled.maker.fgraph.outputs) - len(changed)
        self._loop, self._is_new = None, True
        self._has_arrays_alone = all(isinstance(each.type, TensorType) for each in shared)
        for variable in shared:
            if isinstance(variable.type, TensorType):
                variable.container.__class__ = _DeviceContainer

    def __call__(self, *arguments):
        values = self._called(self._jitted, arguments)
        if self._loop is None or values.dtype != "float64":
            return values
        from dltut.kernels.engine.wide import usable

        return usable(values)

    def each(self, numbers: list[int]) -> list:
        """What calls of one number each give, fetched when all have begun."""
        import jax

        return jax.device_get([self._called(self._jitted.started, [each]) for each in numbers])

    def _called(self, jitted, arguments):
        if len(arguments) != len(self._types):
            raise TypeError(f"expected {len(self._types)} arguments, got {len(arguments)}")
        sent = [*map(_sent, self._types, arguments)]
        if self._is_new:
            self._loop, self._is_new = self._loop_of(sent), False
        if self._loop is not None:
            cost, *_ = self._loop(*sent, _number(self._types[0], 1))
            return cost
        for storage in self._shared:
            if isinstance(storage[0], np.ndarray):
                storage[0] = _on_device(storage[0])
        values = jitted(*sent, *(storage[0] for storage in self._shared)) or ()
        for place, value in zip(self._places, values[self._n_outputs :], strict=True):
            self._shared[place][0] = value
        return values[0] if self._unpack else list(values[: self._n_outputs])

    def many(self, first: int, n: int):
        """What n calls give, as an array, or None where there is no loop."""
        if self._loop is None:
            return None
        from dltut.kernels.engine.looped import AT_MOST

        parts, end = [np.empty(0)], first + n
        while first < end and np.isfinite(parts[-1][-1:]).all():
            numbers = (_sent(self._types[0], each) for each in (first, min(end - first, AT_MOST)))
            _, costs, n_done = self._loop(*numbers)
            parts.append(np.asarray(costs, "float64")[: int(n_done)])
            first += AT_MOST
        return np.concatenate(parts)

    def _loop_of(self, sent: list):
        """The loop of a step that is a function of one whole number, if this is one."""
        from dltut.kernels.engine.looped import loop_of

        is_step = self._unpack and self._n_outputs == len(sent) == 1 and bool(self._places)
        is_step &= [(kind.ndim, kind.dtype[:3]) for kind in self._types] == [(0, "int")]
        jitted = getattr(self._jitted, "jitted", None)  # what has no `trace` is a function around
        if not is_step or not self._has_arrays_alone or not hasattr(jitted, "trace"):
            return None
        return loop_of(jitted, *sent, self._shared, self._places)


class _DeviceContainer(Container):
    """A shared variable's value, on the device, seen as a NumPy array from outside."""

    value = property(lambda self: np.asarray(self.storage[0]), Container.__set__)


def _sent(kind: TensorType, value):
    """An argument on the device; there, the numbers of minibatches wait for the next epoch."""
    return _number(kind, value) if type(value) is int else _on_device(kind.filter(value))


@lru_cache(maxsize=65536)
def _number(kind: TensorType, value: int):
    return _on_device(kind.filter(value))


@undisturbed
def _build(inputs, outputs, updates, givens, mode, name):
    inputs, listed = checked_inputs(inputs), checked_outputs(outputs)
    updates, givens = checked_pairs("updates", updates), checked_pairs("givens", givens)
    check_apart(inputs, givens)
    whole = [*listed, *updates.values(), *givens.values()]
    updates |= {each: value for each, value in next_states(whole).items() if each not in updates}
    # In their order: what is put in the place of a mark may hold earlier ones.
    givens = _unmarked(givens.values()) | givens | _unmarked(whole)
    pytensor_mode = _pytensor_mode(mode)
    with warnings.catch_warnings():
        # JAX drops run-time assertions while tracing; shapes are checked before.
        warnings.filterwarnings("ignore", "Skipping .* Op", UserWarning)
        try:
            compiled = pytensor.function(
                inputs,
                outputs,
                updates=list(updates.items()),
                givens=list(givens.items()),
                mode=pytensor_mode,
                name=name,
            )
        except (UnusedInputError, MissingInputError) as error:
            raise _of_inputs(error) from None
    return compiled, list(updates)


def _of_inputs(error: UnusedInputError | MissingInputError) -> InputError:
    """What PyTensor says of inputs that are too many or too few, in one line."""
    if isinstance(error, UnusedInputError):
        unused = str(error).partition("\n")[0].rpartition(": ")[2].rstrip(".")
        return InputError(
            f"the outputs do not depend on the input {unused}: leave it out of the inputs"
        )
    needed = str(error).partition(") of the graph")[0].partition("(")[2]
    return InputError(
        f"what is computed needs {needed}: add it to the inputs, or give it a value by givens"
    )


def _unmarked(outputs) -> dict:
    """What takes the place of each mark of `remember`: the value itself."""
    return {mark.outputs[0]: mark.inputs[0] for mark in marks([*outputs])}


def _mode_name(mode: str | None) -> str:
    if mode is None:
        configured = pytensor.config.mode
        return configured if configured in MODES else "NUMBA"
    if mode not in MODES:
        raise InputError(f"there is no mode {mode!r}: {nearest(mode, MODES)}")
    return mode


def _pytensor_mode(mode: str):
    """PyTensor's mode of this name with our own operations and rewrites."""
    if mode == "JAX":
        if importlib.util.find_spec("jax") is None:
            raise InputError('mode JAX needs an extra package: pip install "dltut[jax]"')
        _check_device()
    from dltut.kernels.modes import mode_of

    return mode_of(mode)


def _check_device() -> None:
    """Refuse a device that is not there."""
    import jax

    try:
        jax.devices()
    except (RuntimeError, AssertionError) as error:  # the latter where JAX sees no GPU at all
        reason = str(error).partition("\n")[0] or "no GPU is visible"
        raise InputError(
            f"JAX finds no device of the kind that is configured ({reason}): "
            "use device=cpu, or see to the driver"
        ) from None


def _on_device(value):
    import jax

    from dltut.kernels.engine.wide import wide

    with wide():
        return jax.device_put(value)
