"""``theano.function``: what Theano compiled, compiled for our kernels."""

from collections.abc import Mapping

import numpy as np
from pytensor.compile.io import In as PlainIn
from pytensor.compile.io import Out
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.tensor import as_tensor_variable

from dltut.machine.backend import compiled
from dltut.theano.compile.defaults import narrower_updates
from dltut.theano.compile.io import NO_DEFAULT, In
from dltut.theano.compile.mode import name_of
from dltut.theano.configuration import config
from dltut.theano.quiet import silently


def function(
    inputs,
    outputs=None,
    mode=None,
    updates=None,
    givens=None,
    no_default_updates=False,
    accept_inplace=False,
    name=None,
    rebuild_strict=True,
    allow_input_downcast=None,
    profile=None,
    on_unused_input=None,
    **others,
):
    """Compile a function of variables.

    Parameters
    ----------
    inputs : list of variable or In
    outputs : variable, Out, list of these, or dict, optional
        A dictionary makes a function that returns one.
    mode : str or mode, optional
        Theano's names; each is served by one of ours, see `dltut.theano.compile.mode`.
    updates : dict or list of pairs, optional
        {shared variable: next value}; streams of random numbers advance without being named.
    givens : dict or list of pairs, optional
        What to put in the place of a variable.
    no_default_updates : bool or list
        Whether, or which, shared variables keep their values although they have a default update.
    accept_inplace, profile
        As in PyTensor.
    name : str, optional
    rebuild_strict : bool
        Whether givens must be of the types of what they replace.
    allow_input_downcast : bool, optional
        Whether values may lose precision; None: only Python's numbers where floatX is float32.
    on_unused_input : {"raise", "warn", "ignore"}, optional
    **others
        ``copy_cache_limit`` and the like, which have no meaning here.
    """
    if not isinstance(inputs, list | tuple):
        raise TypeError("theano.function needs a list of inputs, also for a single one")
    ins = [_input(each, allow_input_downcast) for each in inputs]
    defaults = [getattr(each, "default", NO_DEFAULT) for each in ins]
    keys, listed = _listed(outputs)
    states = _states(ins, defaults)
    updates = [
        (shared, _converted(shared, value))
        for shared, value in [*_pairs(updates), *states.values()]
    ]
    givens = [(_variable(old), _given(_variable(old), new)) for old, new in _pairs(givens)]
    givens += [(ins[number].variable, state) for number, (state, _) in states.items()]
    shown = [] if listed is None else listed if isinstance(listed, list) else [listed]
    updates += narrower_updates(shown, updates, givens, no_default_updates)
    compiled_one = silently(
        compiled,
        [each for number, each in enumerate(ins) if number not in states],
        listed,
        mode=name_of(mode) if mode is None or isinstance(mode, str) else mode,
        updates=updates,
        givens=givens,
        no_default_updates=no_default_updates,
        accept_inplace=accept_inplace,
        name=name,
        rebuild_strict=rebuild_strict,
        allow_input_downcast=allow_input_downcast,
        profile=profile,
        on_unused_input=on_unused_input or config.on_unused_input,
    )
    return Function(compiled_one, ins, defaults, keys, states)


def evaluated(variable, inputs_to_values=None):
    """The value of a variable: ``eval``, which compiles a function in Theano's mode, and keeps it.

    Parameters
    ----------
    variable : variable
    inputs_to_values : dict, optional
        {variable: value}
    """
    values = inputs_to_values or {}
    kept = vars(variable).setdefault("_fn_cache", {})
    key = "theano", *values
    if key not in kept:
        kept[key] = function(list(values), variable)
    return kept[key](*values.values())


class Function:
    """A compiled function; what it does not have itself it takes from PyTensor's.

    Parameters
    ----------
    whole : pytensor function
    inputs : list of In
    defaults : list
        What each is if a call leaves it out.
    keys : list of str, optional
        Of the dictionary that calls return.
    states : dict
        {number of an input: (shared variable, next value)} for inputs that have an update.
    """

    def __init__(self, whole, inputs, defaults, keys, states):
        self._whole = whole
        self._inputs = inputs
        self._defaults = defaults
        self._keys = keys
        self._states = states
        self._plain = keys is None and not states and all(d is NO_DEFAULT for d in defaults)

    def __call__(self, *arguments, **named):
        """Call it, with arguments in order or by the names of the inputs."""
        output_subset = named.pop("output_subset", None)
        if self._plain and output_subset is None:
            return self._whole(*arguments, **named)
        values = self._called(*self._arguments(arguments, named))
        if output_subset is not None:
            return self._subset(values, output_subset)
        return values if self._keys is None else dict(zip(self._keys, values, strict=True))

    def __getattr__(self, name):
        """An attribute of the function of PyTensor."""
        if name.startswith("__") or name == "_whole":
            raise AttributeError(name)
        return getattr(self._whole, name)

    def __setattr__(self, name, value):
        """``trust_input`` belongs to PyTensor's."""
        target = self._whole if name == "trust_input" else self
        object.__setattr__(target, name, value)

    def __copy__(self):
        """Another with the same shared variables."""
        return self.copy()

    def copy(self, share_memory=False, swap=None, delete_updates=False, name=None, profile=None):
        """Another function of the same graph.

        Parameters
        ----------
        share_memory : bool
        swap : dict, optional
            {shared variable: another in its place}
        delete_updates : bool
        name : str, optional
        profile : optional
        """
        options = {"swap": swap, "delete_updates": delete_updates, "name": name}
        another = silently(self._whole.copy, share_memory, profile=profile, **options)
        return Function(another, self._inputs, self._defaults, self._keys, self._states)

    def __getitem__(self, item):
        """The value of a shared variable or of an input with an update."""
        return self._state(item).get_value()

    def __setitem__(self, item, value):
        """Set it."""
        self._state(item).set_value(value)

    def _state(self, item):
        for number, (state, _) in self._states.items():
            if item in (self._inputs[number].variable, self._inputs[number].name):
                return state
        for shared in self._whole.get_shared():
            if item is shared or item == shared.name:
                return shared
        raise KeyError(str(item))

    def _arguments(self, arguments, named):
        """The arguments of PyTensor's function: all but the states, which are set."""
        if len(arguments) > len(self._inputs):
            raise TypeError(
                f"the function takes {len(self._inputs)} arguments, not {len(arguments)}"
            )
        values = list(arguments) + self._defaults[len(arguments) :]
        rest = dict(named)
        for number, each in enumerate(self._inputs):
            name = each.name or each.variable.name
            for key in (name, each.variable):
                if key is not None and key in rest:
                    values[number] = rest.pop(key)
        if rest:
            raise TypeError(f"the function has no input {next(iter(rest))}")
        missing = [
            str(i.variable) for i, v in zip(self._inputs, values, strict=True) if v is NO_DEFAULT
        ]
        if missing:
            raise TypeError(f"the function needs its input {missing[0]}, which was not given")
        return values, len(arguments)

    def _called(self, values, n_given):
        for number, (state, _) in self._states.items():
            if values[number] is not self._defaults[number]:
                state.set_value(np.asarray(values[number], dtype=state.dtype))
        plain = [value for number, value in enumerate(values) if number not in self._states]
        return self._whole(
            *(each.get_value() if isinstance(each, SharedVariable) else each for each in plain)
        )

    def _subset(self, values, wanted):
        values = values if isinstance(values, list) else [values]
        if self._keys is not None:
            return {key: values[self._keys.index(key)] for key in wanted}
        return [values[number] for number in wanted]


def _input(given, allow_downcast):
    """An input as an `In`."""
    if isinstance(given, PlainIn):
        if given.allow_downcast is None:
            given.allow_downcast = allow_downcast
        return given
    if isinstance(given, tuple | list):
        return In(*given)
    if not isinstance(given, Variable):
        raise TypeError(f"theano.function cannot have the input {given!r}: give a variable or In")
    if isinstance(given, SharedVariable):
        raise TypeError(
            f"theano.function has the shared variable {given} among its inputs: give a variable "
            "without a value, and put it in the place of the shared one by givens="
        )
    return In(given, allow_downcast=allow_downcast)


def _states(ins, defaults):
    """{number of an input with an update: (a shared variable for its value, the next value)}."""
    states = {}
    for number, (each, default) in enumerate(zip(ins, defaults, strict=True)):
        following = getattr(each, "next_default", None)
        if following is not None:
            state = default
            if not isinstance(default, SharedVariable):
                state = each.variable.type.filter(default, allow_downcast=True)
                state = _shared_of(each.variable, state)
            states[number] = state, following
    return states


def _shared_of(variable, value):
    from dltut.theano.compile.sharedvalue import shared

    return shared(value, name=variable.name, broadcastable=variable.type.broadcastable)


def _listed(outputs):
    """The keys of the outputs, if they are a dictionary, and the outputs."""
    if isinstance(outputs, Mapping):
        if not all(isinstance(key, str) for key in outputs):
            raise AssertionError("the keys of a dictionary of outputs must be strings")
        keys = sorted(outputs)
        return keys, [_output(outputs[key]) for key in keys]
    if isinstance(outputs, list | tuple):
        return None, [_output(each) for each in outputs]
    return None, None if outputs is None else _output(outputs)


def _output(given):
    """An output as a variable; Theano took numbers and arrays too."""
    if isinstance(given, Out):
        return given.variable
    return given if isinstance(given, Variable) else as_tensor_variable(given)


def _pairs(given) -> list:
    """Pairs of a dictionary or of a list of pairs."""
    if given is None:
        return []
    return list(given.items()) if isinstance(given, Mapping) else [tuple(each) for each in given]


def _variable(given):
    return given.variable if isinstance(given, PlainIn) else given


def _converted(variable, value):
    """The next value of a shared variable as a variable of its type, where that loses nothing.

    Raises
    ------
    TypeError
        If it cannot be had without loss.
    """
    if not isinstance(variable, SharedVariable):
        raise TypeError(f"an update is of a shared variable; {variable} is none")
    if isinstance(value, Variable):
        return value
    return as_tensor_variable(value).astype(variable.dtype)


def _given(variable, value):
    return value if isinstance(value, Variable) else variable.type.filter_variable(value)
