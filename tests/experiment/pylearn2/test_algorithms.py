"""Rules and algorithms of Pylearn2: steps against NumPy, on a bowl."""

import numpy as np
import pytensor
import pytest

from dltut.exceptions import InputError
from dltut.machine.backend import function

SGD = "!p:training_algorithms.sgd.SGD {learning_rate: .1%s}"
RULE = ", learning_rule: !p:training_algorithms.learning_rule.%s"


def steps(part, n=3):
    """Where w, from 1, is after some steps of a rule on w squared."""
    w = pytensor.shared(np.array(1.0), name="w")
    step = function([], updates=part(cost=w**2, params=[w]), mode="FAST_COMPILE")
    found = []
    for _ in range(n):
        step()
        found.append(float(w.get_value()))
    return found


def by_hand(step, n=3):
    w, found, memory = 1.0, [], {"v": 0.0, "s": 0.0, "d": 0.0}
    for _ in range(n):
        w = step(w, 2 * w, memory)
        found.append(w)
    return found


def momentum(w, g, m, nesterov=False):
    m["v"] = 0.5 * m["v"] - 0.1 * g
    return w + (0.5 * m["v"] - 0.1 * g if nesterov else m["v"])


def adagrad(w, g, m):
    m["s"] += g**2
    return w - 0.1 * g / max(1e-5, np.sqrt(m["s"]))


def rmsprop(w, g, m):
    m["s"] = 0.9 * m["s"] + 0.1 * g**2
    return w - 0.1 * g / max(1e-5, np.sqrt(m["s"]))


def adadelta(w, g, m):
    m["s"] = 0.95 * m["s"] + 0.05 * g**2
    u = g * np.sqrt(m["d"] + 0.1) / np.sqrt(m["s"] + 0.1)
    m["d"] = 0.95 * m["d"] + 0.05 * u**2
    return w - u


@pytest.mark.parametrize(
    ("rule", "step"),
    [
        ("", lambda w, g, m: w - 0.1 * g),
        (RULE % "Momentum {init_momentum: .5}", momentum),
        (
            RULE % "Momentum {init_momentum: .5, nesterov_momentum: true}",
            lambda w, g, m: momentum(w, g, m, nesterov=True),
        ),
        (RULE % "AdaGrad {}", adagrad),
        (RULE % "RMSProp {}", rmsprop),
        (RULE % "AdaDelta {}", adadelta),
    ],
)
def test_rules(made, rule, step):
    part = made(SGD % rule).parts()["rule"]
    assert steps(part) == pytest.approx(by_hand(step), rel=1e-6)


def test_the_order_and_what_is_monitored(made):
    plain = made(SGD % "")
    assert plain.iteration == "shuffled_sequential" and plain.monitored == {} == dict(plain.changes)
    assert made(SGD % ", train_iteration_mode: sequential").iteration == "sequential"
    with pytest.raises(InputError, match="train_iteration_mode is 'random'; expected sequential"):
        made(SGD % ", train_iteration_mode: random")
    with pytest.raises(InputError, match=r"there is no learning_rat; did you mean learning_rate\?"):
        made("!p:training_algorithms.sgd.SGD {learning_rat: 1}")


def test_callbacks_are_one_or_several(made):
    decay = "!p:training_algorithms.sgd.ExponentialDecay {decay_factor: 1.1, min_lr: 1e-3}"
    for text in (decay, f"[{decay}]"):
        [change] = made(SGD % f", update_callbacks: {text}").changes
        assert change.number == "learning_rate"


def test_batch_descent(made):
    text = "!p:training_algorithms.bgd.BGD {conjugate: 1, line_search_mode: exhaustive%s}"
    part = made(text % "").parts()["algorithm"]
    assert part.arguments["search"] == "exhaustive" and part.arguments["conjugate"] is True
    assert part.arguments["n_updates"] == 10
    for change, message in {
        ", scale_step: .5": "scale_step is 0.5; dltut knows 1 alone",
        ", line_search_mode: x": "the key line_search_mode stands there twice",
    }.items():
        with pytest.raises(InputError, match=message):
            made(text % change).parts()
