"""A thousand spoilt files: each is read, or refused in one line with its place, and at once."""

import inspect
import random
import re
import time

import pytest
import yaml

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
    """The text, cut, swapped, retyped, renamed, nested, doubled, divided or ended otherwise."""
    for _ in range(draw.randint(1, 3)):
        text = draw.choice(SPOILING)(text, draw)
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
    """Another value, or other lists and keys, in the place of any."""
    values, _ = places(text)
    if not values:
        return text
    start, end = draw.choice(values)
    other = text[slice(*draw.choice(values))]
    value = other if draw.random() < 0.2 else draw.choice(VALUES)
    return text[:start] + value + text[end:]


def rekeyed(text, draw):
    """Another key, of those that YAML has its own mind of."""
    _, keys = places(text)
    if not keys:
        return text
    start, end, _ = draw.choice(keys)
    return text[:start] + draw.choice(KEYS) + text[end:]


def doubled(text, draw):
    """A key with its value twice, or another one beside it."""
    _, keys = places(text)
    if not keys:
        return text
    start, _, last = draw.choice(keys)
    line = text.rfind("\n", 0, start) + 1
    more = text[start:last].rstrip()
    if draw.random() < 0.5:
        more = f"{draw.choice(KEYS)}: {draw.choice(VALUES)}"
    between = ", " if "{" in text[line:start] else "\n" + " " * (start - line)
    return text[:start] + more + between + text[start:]


def divided(text, draw):
    """Several documents, or what may stand before and behind one."""
    around = "---\n{0}|{0}\n---\n{0}|{0}...\nx: y|%YAML 1.2\n---\n{0}|%YAML 9.9\n---\n{0}|"
    around += "%TAG !e! tag:x,2000:\n---\n{0}|%FOO\n---\n{0}|%YAML 1.1\n{0}|---\n---\n{0}|? {0}"
    return draw.choice(around.split("|")).format(text)


def ended(text, draw):
    """Lines that end as elsewhere, columns of tabs, marks of the order of bytes, odd blanks."""
    ends = ["\r\n", "\r", "\x85", "\u2028", "\f\n", "\t\n", "\0\n"]
    blanks = [("  ", "\t"), (" ", "\xa0"), (" ", "\u3000"), (":", "\uff1a"), ("", "\ufeff")]
    old, new = draw.choice([*(("\n", end) for end in ends), *blanks])
    return text.replace(old, new, draw.choice([1, 2, -1]) if old else 1)


def places(text):
    """Where values stand in a text, and where keys, if it is YAML; only begun and ended."""
    try:
        tree = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, ValueError, RecursionError):
        return [], []
    values, keys, nodes, seen = [], [], [tree] if tree else [], set()
    while nodes:
        node = nodes.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        values.append((node.start_mark.index, node.end_mark.index))
        if isinstance(node, yaml.MappingNode):
            keys += [
                (k.start_mark.index, k.end_mark.index, v.end_mark.index) for k, v in node.value
            ]
            nodes += [value for _, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            nodes += node.value
    return values, keys


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


SPOILING = [cut, swapped, retyped, retyped, rekeyed, renamed, nested, sprinkled, doubled, divided]
SPOILING += [ended]
VALUES = """x|-1|0|1e999|-.inf|.nan|1e-400|1e39|9999999999|18446744073709551616|0x10|010|1_000|1:30|
2001-01-01|[1, 2]|[]|{}|{a: b}|[[[]]]|[null]|[{}]|null|~|''|" "|"\\0"|"\\x1b[2J"|"\\ud800"|true|
yes|${HOME|${HOME}|${NONE}|${}|*a|*none|&x|&a 1|!!int 1|!!str 1|!!null x|!!set {a}|!!omap [a: 1]|
!!binary aGk=|!!timestamp 1|!local 1|!<!x> 1|!e!x 1|!obj:os.system {}|!obj:x|!obj: {}|!obj|!import|
!import x|!pkl: x|!pkl: ../x|!pkl:|!float x|!float 1|!float [1]|\u00e9|\u65e5\u672c|\U0001f3b2|
\u202e|\ue000|\ufeff|%(x)s|%(x)i|%|%%|{<<: *a}|{<<: {a: 1}}|{a: 1, a: 2}|{? a : b}|{? [a] : b}|
[a: b]|{a, b}|{name: sgd}|{name: x}|{name: [x]}|{name: null}|{name: 3}|digits|.|- a|? a|: a|a: b: c|
`x`|@x|!|"|'|[|{|]|}|,|#|> x|__class__|self""".replace("|\n", "|").split("|")
VALUES += [
    "9" * 300,
    "9" * 3000,
    "1e" + "9" * 50,
    "[" * 30 + "]" * 30,
    "{a: " * 25 + "1" + "}" * 25,
]
VALUES += ["|\n  text\n", "x" * 5000, "[" + "1, " * 4000 + "1]", "|"]
KEYS = """x|name|<<|''|null|true|1|1.5|\u00e9|__class__|self|kwargs|"\\0"|? x|[a]|{a: b}|&k x|*a|
!t x|rng|folder|params|model|%(x)s|${HOME}|=|-|!obj:x""".replace("|\n", "|").split("|")


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
