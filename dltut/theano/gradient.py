"""``theano.gradient``: derivatives."""

import numpy as np
import pytensor.gradient
from pytensor.gradient import (
    DisconnectedInputError,
    DisconnectedType,
    GradientError,
    NullTypeGradError,
    disconnected_grad,
    grad_clip,
    grad_not_implemented,
    grad_scale,
    grad_undefined,
    numeric_grad,
    subgraph_grad,
    undefined_grad,
    zero_grad,
)
from pytensor.graph.traversal import ancestors

from dltut.theano.compile.mode import get_mode
from dltut.theano.names import passed_on
from dltut.theano.quiet import silently

consider_constant = disconnected_grad


def grad(
    cost,
    wrt,
    consider_constant=None,
    disconnected_inputs="raise",
    add_names=True,
    known_grads=None,
    return_disconnected="zero",
    null_gradients="raise",
):
    """The gradient of a cost by a variable, or by each of several.

    Parameters
    ----------
    cost : scalar, optional
        None where `known_grads` say where to begin.
    wrt : variable or list of variables
    consider_constant : list of variables, optional
        Through which no gradient passes.
    disconnected_inputs : {"raise", "warn", "ignore"}
        What to do with a variable that the cost does not depend on; "ignore" gives zeros.
    add_names : bool
    known_grads : dict, optional
        {variable: its gradient}
    return_disconnected : {"zero", "None", "Disconnected"}
    null_gradients : {"raise", "return"}
    """
    several = isinstance(wrt, list | tuple)
    wanted = list(wrt) if several else [wrt]
    found = silently(
        pytensor.gradient.grad,
        cost,
        wanted,
        consider_constant=consider_constant,
        disconnected_inputs=disconnected_inputs,
        add_names=add_names,
        known_grads=known_grads,
        return_disconnected=return_disconnected.lower(),
        null_gradients=null_gradients,
    )
    return type(wrt)(found) if several else found[0]


def Rop(f, wrt, eval_points, disconnected_outputs="raise", return_disconnected="zero"):
    """The derivative of f by `wrt` in the direction of `eval_points`.

    Parameters
    ----------
    f, wrt, eval_points : variable or list of variables
        Of `wrt`, those that f does not depend on, or that have None for a direction, add nothing.
    disconnected_outputs : {"raise", "warn", "ignore"}
        What to do if something in f depends on nothing in `wrt`.
    return_disconnected : {"zero", "None", "Disconnected"}

    Raises
    ------
    DisconnectedInputError
        If something in f depends on nothing in `wrt`, unless that is allowed.
    """
    wanted, directions = _listed(wrt), _listed(eval_points)
    if disconnected_outputs == "raise":
        _refuse_what_depends_on_none(_listed(f), wanted)
    if len(wanted) == len(directions):  # PyTensor says so if they are not
        pairs = [(w, d) for w, d in zip(wanted, directions, strict=True) if d is not None]
        wanted, directions = map(list, zip(*pairs, strict=True))
    options = {"return_disconnected": return_disconnected.lower()}
    # What PyTensor calls outputs here is `wrt`, which Theano let be.
    options["disconnected_outputs"] = "ignore"
    return silently(pytensor.gradient.Rop, f, wanted, directions, **options)


def _listed(given):
    return list(given) if isinstance(given, list | tuple) else [given]


def _refuse_what_depends_on_none(f, wrt):
    for each in f:
        if not {*ancestors([each])} & {*wrt}:
            raise DisconnectedInputError(f"{each} depends on none of {wrt}: its derivative is 0")


def Lop(f, wrt, eval_points, consider_constant=None, disconnected_inputs="raise"):
    """The gradient of f by `wrt`, weighted by `eval_points`.

    Parameters
    ----------
    f, wrt, eval_points : variable or list of variables
    consider_constant : list of variables, optional
    disconnected_inputs : {"raise", "warn", "ignore"}
    """
    options = {"disconnected_inputs": disconnected_inputs}
    return silently(pytensor.gradient.Lop, f, wrt, eval_points, consider_constant, **options)


def jacobian(expression, wrt, consider_constant=None, disconnected_inputs="raise"):
    """The derivatives of a vector by a variable, or by each of several.

    Parameters
    ----------
    expression : vector
    wrt : variable or list of variables
    consider_constant : list of variables, optional
    disconnected_inputs : {"raise", "warn", "ignore"}
    """
    options = {"disconnected_inputs": disconnected_inputs}
    return silently(pytensor.gradient.jacobian, expression, wrt, consider_constant, **options)


def hessian(cost, wrt, consider_constant=None, disconnected_inputs="raise"):
    """The second derivatives of a cost by a vector, or by each of several.

    Parameters
    ----------
    cost : scalar
    wrt : vector or list of vectors
    consider_constant : list of variables, optional
    disconnected_inputs : {"raise", "warn", "ignore"}
    """
    options = {"disconnected_inputs": disconnected_inputs}
    return silently(pytensor.gradient.hessian, cost, wrt, consider_constant, **options)


def verify_grad(fun, pt, n_tests=2, rng=None, eps=None, **options):
    """Compare an operation's gradient with finite differences.

    Parameters
    ----------
    fun : callable
    pt : list of arrays
    n_tests : int
    rng : RandomState, optional
    eps : float, optional
    **options
        ``out_type``, ``abs_tol``, ``rel_tol``, ``mode``, ``cast_to_output_type``.
    """
    rng = np.random.RandomState(2012) if rng is None else rng
    options["mode"] = get_mode(options.get("mode"))
    return silently(pytensor.gradient.verify_grad, fun, pt, n_tests, rng, eps, **options)


def format_as(use_list, use_tuple, outputs):
    """Outputs as a list, a tuple, or the one that there is.

    Parameters
    ----------
    use_list, use_tuple : bool
    outputs : variable or list of variables
    """
    if use_list or use_tuple:
        return list(outputs) if use_list else tuple(outputs)
    return outputs[0] if isinstance(outputs, list | tuple) else outputs


__all__ = [
    "DisconnectedInputError",
    "DisconnectedType",
    "GradientError",
    "Lop",
    "NullTypeGradError",
    "Rop",
    "consider_constant",
    "disconnected_grad",
    "format_as",
    "grad",
    "grad_clip",
    "grad_not_implemented",
    "grad_scale",
    "grad_undefined",
    "hessian",
    "jacobian",
    "numeric_grad",
    "subgraph_grad",
    "undefined_grad",
    "verify_grad",
    "zero_grad",
]
__getattr__ = passed_on(__name__, "pytensor.gradient")
