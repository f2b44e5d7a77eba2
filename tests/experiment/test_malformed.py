"""A thousand spoilt files: each is read, or refused in one line with its place, and at once."""

import inspect
import random
import re
import time

import pytest

from dltut.exceptions import InputError
from dltut.experiment.build import build
from dltut.experiment.phases import read_phases

N = 500  # of each language
LONGEST = 1.0  # seconds
SPOILT = re.compile(r"^[^\n]*spoilt\.yaml(:\d+:\d+): [^\n]+$")
OTHER = """!obj:pylearn2.train.Train {
    dataset: &train !obj:pylearn2.datasets.mnist.MNIST {
        which_set: 'train',
        start: 0,
        stop: 50000
    },
    model: !obj:pylearn2.models.mlp.MLP {
        layers: [
            !obj:pylearn2.models.mlp.Sigmoid { layer_name: 'h0', dim: 500, irange: 5e-2 },
            !obj:pylearn2.models.mlp.Softmax { layer_name: 'y', n_classes: 10, istdev: .05 }
        ],
        nvis: 784,
    },
    algorithm: !obj:pylearn2.training_algorithms.sgd.SGD {
        learning_rate: .01,
        batch_size: 100,
        monitoring_dataset: { 'train': *train },
        termination_criterion: !obj:pylearn2.termination_criteria.EpochCounter { max_epochs: 5 }
    },
    save_path: "mlp.pkl",
    save_freq: 1
}
"""


class Made:
    """What every name of the table makes."""


KINDS = {
    "pylearn2.train.Train": {
        "dataset": Made,
        "model": Made,
        "algorithm": Made,
        "save_path": str,
        "save_freq": int,
    },
    "pylearn2.datasets.mnist.MNIST": {"which_set": str, "start": int, "stop": int},
    "pylearn2.models.mlp.MLP": {"layers": list[Made], "nvis": int},
    "pylearn2.models.mlp.Sigmoid": {"layer_name": str, "dim": int, "irange": float},
    "pylearn2.models.mlp.Softmax": {"layer_name": str, "n_classes": int, "istdev": float},
    "pylearn2.training_algorithms.sgd.SGD": {
        "learning_rate": float,
        "batch_size": int,
        "monitoring_dataset": dict[str, Made],
        "termination_criterion": Made,
    },
    "pylearn2.termination_criteria.EpochCounter": {"max_epochs": int},
}


def adapter(name, calls):
    """A function with the signature of a name, which notes that it was called."""

    def make(**given):
        calls.append(name)
        return Made()

    make.__signature__ = inspect.Signature(
        inspect.Parameter(key, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=kind)
        for key, kind in KINDS[name].items()
    )
    return make


def spoilt(text, draw):
    """The text, cut, swapped, retyped, renamed or nested."""
    for _ in range(draw.randint(1, 3)):
        text = draw.choice([cut, swapped, retyped, renamed, nested, sprinkled])(text, draw)
    return text


def cut(text, draw):
    start = draw.randrange(len(text) + 1)
    return text[:start] + text[start + draw.randint(1, 40) :]


def swapped(text, draw):
    lines = text.split("\n")
    i, j = draw.randrange(len(lines)), draw.randrange(len(lines))
    lines[i], lines[j] = lines[j], lines[i]
    return "\n".join(lines)


def retyped(text, draw):
    values = [
        "x",
        "-1",
        "1e999",
        "[1, 2]",
        "{a: b}",
        "null",
        "''",
        "true",
        "${HOME",
        "*a",
        "!!int 1",
    ]
    found = list(re.finditer(r"(?<=: )[\w.'-]+", text))
    if not found:
        return text
    one = draw.choice(found)
    return text[: one.start()] + draw.choice(values) + text[one.end() :]


def renamed(text, draw):
    found = list(re.finditer(r"[A-Za-z_]{3,}", text))
    if not found:
        return text
    one = draw.choice(found)
    letters = list(one[0])
    letters[draw.randrange(len(letters))] = draw.choice("abcxyz_")
    return text[: one.start()] + "".join(letters) + text[one.end() :]


def nested(text, draw):
    around = draw.choice(["[{}]", "{{a: {}}}", "&b {}", "- {}", "!obj:os.system {{command: {}}}"])
    return around.format(text) if draw.random() < 0.5 else text.replace("{", "{a: {", 1)


def sprinkled(text, draw):
    for _ in range(draw.randint(1, 4)):
        i = draw.randrange(len(text) + 1)
        text = text[:i] + draw.choice("{}[]:,&*!%@`'\"#|>?-\t\n\0\x1bé\ue000") + text[i:]
    return text


@pytest.fixture(scope="module")
def ours(request):
    root = request.config.rootpath
    return [path.read_text() for path in sorted(root.glob("scripts/experiments/*.yaml"))]


def refused(path, text, act):
    """Whether the text is refused, then in one line with its place, and at once."""
    path.write_text(text, encoding="utf-8")
    begun = time.process_time()
    try:
        act(path)
        return False
    except InputError as error:
        assert SPOILT.match(str(error)), f"{error}\n{text}"
        return True
    finally:
        assert time.process_time() - begun < LONGEST


def test_our_files(ours, tmp_path):
    draw, path = random.Random(1), tmp_path / "spoilt.yaml"
    texts = (spoilt(ours[i % len(ours)], draw) for i in range(N))
    assert sum(refused(path, text, read_phases) for text in texts) > N / 2


def test_files_of_the_other_language(tmp_path):
    draw, path, calls = random.Random(2), tmp_path / "spoilt.yaml", []
    table = {name: adapter(name, calls) for name in KINDS}

    def act(path):
        for phase in read_phases(path, names=table):
            build(phase.node, table)

    assert sum(refused(path, spoilt(OTHER, draw), act) for _ in range(N)) > N / 2
    calls.clear()
    assert not refused(path, OTHER, act) and sorted(calls) == sorted(KINDS)
