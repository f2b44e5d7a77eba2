"""What can be measured of any model that is made of layers: expressions by name."""

from collections.abc import Iterable, Sequence

import pytensor.tensor as pt
from pytensor.graph.basic import equal_computations

from dltut.exceptions import InputError, nearest, printable
from dltut.nn import binary_cross_entropy, errors, negative_log_likelihood

USUAL = ("objective", "misclass", "nll")
ALONE = ("misclass", "nll")  # stand there with a layer's name, too


def channels(
    model, x, y=None, terms: Sequence = (), which: Iterable[str] | None = None
) -> dict[str, object]:
    """Scalars of a minibatch by name, for `dltut.training.minibatch_functions`.

    Parameters
    ----------
    model : model
        With ``layers``; those of one without are the model itself. If it is more than a chain of
        them, it needs ``outputs(x, train)``, {layer's name: variable}.
    x, y : variables
        A minibatch. Where y are classes, a vector of whole numbers, or labels, a matrix of them,
        there are channels for them.
    terms : sequence of scalars, or of pairs (coefficient, scalar)
        What the cost is the sum of. If there is none, it is the negative log-likelihood.
    which : names, optional
        Names of channels or of groups of them, see below; objective, misclass and nll unless
        given, of those that there are.

    Returns
    -------
    dict
        {name: scalar}

    Raises
    ------
    InputError
        If a channel is unknown, or what the layers make of x cannot be told.

    Notes
    -----
    Groups, for layers called L, which are named as Pylearn2 names its channels:

    ============  ================================================================================
    objective     the cost
    misclass      the share of wrong answers; also L_misclass, of the last layer; of labels, the
                  share of examples with a wrong one
    nll           the negative log-likelihood; also L_nll
    detection     of labels, guessed where their probability is above 1/2: L_01_loss, the share of
                  wrong ones; L_precision, L_recall and L_f1 of all together; L_kl, which is nll;
                  L_per_output_precision_max, ..._mean, ..._min and so on over single labels
    max_class     L_max_max_class, L_mean_max_class, L_min_max_class: of the largest probabilities
    norms         L_row_norms_min, L_row_norms_mean, L_row_norms_max of a matrix W, and the same of
                  col_norms, of which a column leads to a unit; of filters, kernel_norms
    activations   L_max_x_max_u, L_max_x_mean_u, ...: the max, mean, min or range of each unit over
                  the examples, x, of which the max, mean or min over the units, u
    terms         term_0, term_1 ... without their coefficients, each with its name if any
    all           the objective, the terms, and all that have L in their names
    ============  ================================================================================

    Over several minibatches each is averaged, weighted by their examples: of a largest value that
    is the mean of the minibatches' largest ones, as in Pylearn2.

    Examples
    --------
    >>> import pytensor.tensor as pt
    >>> from dltut.models import LogisticRegression
    >>> model = LogisticRegression(784, 10, name="y")
    >>> x, y = pt.matrix("x"), pt.ivector("y")
    >>> list(channels(model, x, y, which=["misclass", "y_nll", "norms"]))[:4]
    ['misclass', 'y_nll', 'y_row_norms_min', 'y_row_norms_mean']
    """
    groups = _groups(model, x, y, terms)
    groups["all"] = {
        name: value
        for group in groups.values()
        for name, value in group.items()
        if name not in ALONE
    }
    known = groups["all"] | groups.get("misclass", {}) | groups.get("nll", {})
    if which is None:
        which = [name for name in USUAL if name in known]
    chosen = {}
    for name in which:
        if name in known:
            chosen[name] = known[name]
        elif name in groups:
            chosen |= groups[name]
        else:
            hint = nearest(name, {*groups, *known})
            raise InputError(f"there is no channel {printable(name)}; {hint}")
    return chosen


def layer_outputs(model, x) -> dict[str, object]:
    """What each layer makes of x, nothing being dropped.

    Parameters
    ----------
    model : model
        As for `channels`.
    x : variable

    Returns
    -------
    dict
        {layer's name: variable}, in order.

    Raises
    ------
    InputError
        If the model is more than a chain of its layers and has no ``outputs``.
    """
    if hasattr(model, "outputs"):
        return model.outputs(x, train=False)
    found, value = {}, x
    for name, layer in _named(model).items():
        value = found[name] = layer(_as_taken(value, layer, model))
    if not equal_computations([value], [model(x)]):
        raise InputError(
            f"{type(model).__name__} is more than a chain of its layers: give it a method "
            "outputs(x, train=False) that returns {layer's name: output}"
        )
    return found


def _groups(model, x, y, terms) -> dict[str, dict]:
    """{group: {name: scalar}}."""
    outputs = layer_outputs(model, x)
    *hidden, last = outputs
    scores, groups = outputs[last], {}
    terms = [each if isinstance(each, tuple | list) else (1, each) for each in terms]
    if _are_classes(y):
        nll, misclass = negative_log_likelihood(scores, y), errors(scores, y)
        groups["misclass"] = {"misclass": misclass, f"{last}_misclass": misclass}
        groups["nll"] = {"nll": nll, f"{last}_nll": nll}
        groups["max_class"] = {
            f"{last}_{name}_max_class": value for name, value in _extremes(_surest(scores)).items()
        }
        terms = terms or [(1, nll)]
    elif _are_labels(y, scores):
        nll = binary_cross_entropy(scores, y)
        wrong = pt.neq(scores > 0, y).any(axis=1).mean()
        groups["misclass"] = {"misclass": wrong, f"{last}_misclass": wrong}
        groups["nll"] = {"nll": nll, f"{last}_nll": nll}
        found = _detection(scores, y) | {"kl": nll}
        groups["detection"] = {f"{last}_{name}": value for name, value in found.items()}
        terms = terms or [(1, nll)]
        outputs[last] = pt.sigmoid(scores)
        hidden.append(last)
    else:
        hidden.append(last)
    if terms:
        groups = {"objective": {"objective": sum(share * term for share, term in terms)}} | groups
        groups["terms"] = {_term(i, term): term for i, (_, term) in enumerate(terms)}
    groups["norms"] = _norms(_named(model))
    groups["activations"] = {k: v for name in hidden for k, v in _units(name, outputs[name])}
    return groups


def _are_classes(y) -> bool:
    return y is not None and y.ndim == 1 and y.dtype.startswith(("int", "uint"))


def _are_labels(y, scores) -> bool:
    return y is not None and y.ndim == scores.ndim == 2 and y.dtype.startswith(("int", "uint"))


def _detection(scores, y) -> dict:
    """How many of the labels that hold are found, and how many of those found hold."""
    guessed = scores > 0
    found = {"01_loss": pt.neq(guessed, y).mean()}
    for axis, name in {None: "{}", 0: "per_output_{}"}.items():
        right, n_guessed, n_true = (
            each.sum(axis=axis) for each in (guessed & pt.eq(y, 1), guessed, y)
        )
        rates = {
            "precision": right / pt.maximum(1, n_guessed),
            "recall": right / pt.maximum(1, n_true),
            "f1": 2 * right / pt.maximum(1, n_guessed + n_true),
        }
        for rate, value in rates.items():
            value = value.astype(scores.dtype)
            each = {"": value} if axis is None else _extremes(value)
            found |= {"_".join(filter(None, [name.format(rate), k])): v for k, v in each.items()}
    return found


def _named(model) -> dict:
    """The layers by name; one without is called by its number, the last output."""
    layers = [*getattr(model, "layers", ())] or [model]
    usual = [*(f"layer{i}" for i in range(len(layers) - 1)), "output"]
    return {
        getattr(layer, "name", "") or name: layer for layer, name in zip(layers, usual, strict=True)
    }


def _as_taken(value, layer, model):
    """What goes into a layer: pictures for filters, a row an example for a matrix of weights."""
    rank = getattr(getattr(layer, "W", None), "ndim", None)
    if rank == 4 and value.ndim == 2 and hasattr(model, "image_shape"):
        return value.reshape((-1, *model.image_shape))
    return value.reshape((-1, layer.n_in)) if rank == 2 and value.ndim == 4 else value


def _term(i: int, term) -> str:
    return f"term_{i}_{term.name}" if term.name else f"term_{i}"


def _surest(scores):
    """The largest probability of each example."""
    return 1 / pt.exp(scores - scores.max(axis=1, keepdims=True)).sum(axis=1)


def _extremes(values) -> dict:
    return {"max": values.max(), "mean": values.mean(), "min": values.min()}


def _norms(layers: dict) -> dict:
    """Of rows and columns of each W, or of its filters."""
    found = {}
    for name, layer in layers.items():
        W = getattr(layer, "W", None)
        axes = {2: {"row": 1, "col": 0}, 4: {"kernel": (1, 2, 3)}}
        for kind, axis in axes.get(getattr(W, "ndim", None), {}).items():
            norms = _extremes((W**2).sum(axis=axis) ** 0.5)
            for extreme in ("min", "mean", "max"):
                found[f"{name}_{kind}_norms_{extreme}"] = norms[extreme]
    return found


def _units(name: str, outputs):
    """(name, scalar) of what the units do over the examples."""
    most, least = outputs.max(axis=0), outputs.min(axis=0)
    over = {"max": most, "mean": outputs.mean(axis=0), "min": least, "range": most - least}
    for kind, units in over.items():
        for extreme, value in _extremes(units).items():
            yield f"{name}_{kind}_x_{extreme}_u", value
