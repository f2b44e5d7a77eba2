"""``theano.scan``: a loop over the first axis of sequences, or over so many steps."""

from pytensor.graph.replace import clone_replace
from pytensor.scan.basic import scan as plain_scan
from pytensor.scan.checkpoints import scan_checkpoints as plain_checkpoints

from dltut.theano.compile.mode import name_of
from dltut.theano.gof.trial import taught
from dltut.theano.names import passed_on
from dltut.theano.quiet import silently
from dltut.theano.updates import OrderedUpdates


def scan(
    fn,
    sequences=None,
    outputs_info=None,
    non_sequences=None,
    n_steps=None,
    truncate_gradient=-1,
    go_backwards=False,
    mode=None,
    name=None,
    profile=False,
    allow_gc=None,
    strict=False,
    return_list=False,
):
    """A loop: what a function of one element, the last values and the constants gives each time.

    Parameters
    ----------
    fn : callable
        Of the taps of the sequences, those of the outputs, and the constants, in this order.
    sequences, outputs_info, non_sequences
        A variable, a dictionary (``input``, ``initial``, ``taps``), or a list of these.
    n_steps : int or scalar, optional
    truncate_gradient : int
    go_backwards : bool
    mode, name, profile, allow_gc : optional
    strict : bool
        Whether all that the function uses must stand in `non_sequences`.
    return_list : bool

    Returns
    -------
    outputs : variable or list of variables
    updates : dict
        {shared variable: its value after the loop}
    """
    if n_steps is not None and isinstance(n_steps, float):
        n_steps = int(n_steps)
    outputs, updates = silently(
        plain_scan,
        taught(fn, sequences, outputs_info, non_sequences),
        sequences=sequences,
        outputs_info=outputs_info,
        non_sequences=non_sequences,
        n_steps=n_steps,
        truncate_gradient=truncate_gradient,
        go_backwards=go_backwards,
        mode=_inner_mode(mode),
        name=name,
        profile=bool(profile),
        strict=strict,
        return_list=return_list,
        return_updates=True,
    )
    return outputs, _ordered(updates)


def _inner_mode(mode):
    """PyTensor would have a C compiler translate what is inside of a loop of FAST_COMPILE."""
    if mode is None or isinstance(mode, str):
        return "FAST_COMPILE" if name_of(mode) == "FAST_COMPILE" else None
    return mode


def _ordered(updates):
    made = OrderedUpdates()
    made.update(updates)
    return made


def map(
    fn,
    sequences,
    non_sequences=None,
    truncate_gradient=-1,
    go_backwards=False,
    mode=None,
    name=None,
):
    """A function of each element of the sequences.

    Parameters
    ----------
    fn : callable
    sequences, non_sequences : list
    truncate_gradient, go_backwards, mode, name
        As for `scan`.
    """
    return scan(
        fn,
        sequences,
        [],
        non_sequences,
        truncate_gradient=truncate_gradient,
        go_backwards=go_backwards,
        mode=mode,
        name=name,
    )


def reduce(
    fn, sequences, outputs_info, non_sequences=None, go_backwards=False, mode=None, name=None
):
    """The last value of a function of each element and the value before.

    Parameters
    ----------
    fn : callable
    sequences, outputs_info, non_sequences : list
    go_backwards, mode, name
        As for `scan`.
    """
    outputs, updates = scan(
        fn,
        sequences,
        outputs_info,
        non_sequences,
        go_backwards=go_backwards,
        truncate_gradient=-1,
        mode=mode,
        name=name,
    )
    if isinstance(outputs, list | tuple):
        return [each[-1] for each in outputs], updates
    return outputs[-1], updates


def foldl(fn, sequences, outputs_info, non_sequences=None, mode=None, name=None):
    """`reduce` from the first element on.

    Parameters
    ----------
    fn, sequences, outputs_info, non_sequences, mode, name
        As for `reduce`.
    """
    return reduce(fn, sequences, outputs_info, non_sequences, False, mode, name)


def foldr(fn, sequences, outputs_info, non_sequences=None, mode=None, name=None):
    """`reduce` from the last element on.

    Parameters
    ----------
    fn, sequences, outputs_info, non_sequences, mode, name
        As for `reduce`.
    """
    return reduce(fn, sequences, outputs_info, non_sequences, True, mode, name)


def clone(output, replace=None, strict=True, share_inputs=True, copy_inputs=None):
    """A copy of a graph with some variables replaced by others.

    Parameters
    ----------
    output : variable or list of variables
    replace : dict or list of pairs, optional
    strict : bool
        Whether the replacements must be of the types of what they replace.
    share_inputs : bool
        Whether the copy has the same inputs.
    copy_inputs : bool, optional
        The older name of `share_inputs`.
    """
    share_inputs = share_inputs if copy_inputs is None else copy_inputs
    pairs = dict(replace) if replace else None
    return clone_replace(output, pairs, rebuild_strict=strict, copy_inputs_over=share_inputs)


def scan_checkpoints(fn, sequences=(), outputs_info=None, non_sequences=(), **options):
    """`scan` that keeps some of the values alone, and computes the others again for gradients.

    Parameters
    ----------
    fn : callable
    sequences, outputs_info, non_sequences : list
    **options
        ``name``, ``n_steps``, ``save_every_N``, ``padding``.
    """
    return silently(
        plain_checkpoints, fn, list(sequences), outputs_info, list(non_sequences), **options
    )


__getattr__ = passed_on(__name__, "pytensor.scan.basic")
