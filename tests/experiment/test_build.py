"""Nodes become objects once each; what is called stands in the table, and is checked before."""

import os
import time
from os import PathLike
from pathlib import Path

import pytest

from dltut.exceptions import InputError, NoFile
from dltut.experiment.build import PICKLE, build
from dltut.experiment.part import Part
from dltut.experiment.reading import parsed

LONGEST = 1.0  # seconds


class Thing:
    """Remembers what it was made of."""

    def __init__(
        self, value: object = None, n: int = 1, many: list[float] = (), inner: object = None
    ):
        self.value, self.n, self.many, self.inner = value, n, many, inner


class Holder:
    """Takes a Thing and nothing else."""

    def __init__(self, thing: Thing, things: dict[str, Thing] | None = None, folder: str = ""):
        self.thing, self.things, self.folder = thing, things, folder


def halved(value: float) -> float:
    if value > 100:
        raise InputError("the value is too large: give less")
    return value / 2


def careless(value: object) -> float:
    return 1.0 / value


def writes(path: PathLike | None = None, after: object = None) -> str:
    return f"writes {path}"


def waits(value: float) -> Part:
    return Part(halved, {"value": value})


NAMES = {
    "lib.Thing": Thing,
    "lib.Holder": Holder,
    "lib.halved": halved,
    "lib.careless": careless,
    "lib.waits": waits,
    "lib.writes": writes,
    "lib.gone": "it was a game; dltut has lib.Thing",
    "old.models.Machine": Thing,
    PICKLE: lambda path: f"read {path}",
}


def made(text, **context):
    return build(parsed(text, "my.yaml"), NAMES, context)


def test_values_lists_and_calls():
    thing = made("!obj:lib.Thing {value: [1, {a: x}], n: 3, inner: !obj:lib.Thing {n: 4}}")
    assert thing.value == [1, {"a": "x"}] and thing.n == 3 and thing.inner.n == 4
    assert made("!obj:lib.Thing {}").n == made("a: !obj:lib.Thing")["a"].n == 1
    assert made("!import lib.halved") is halved
    assert made('{a: !pkl: "x.pkl"}') == {"a": "read x.pkl"}


def test_an_alias_is_the_very_object():
    first, second, third = made("[&a !obj:lib.Thing {n: 2}, *a, !obj:lib.Thing {inner: *a}]")
    assert first is second is third.inner
    other, _ = made("[!obj:lib.Thing {n: 2}, !obj:lib.Thing {n: 2}]")
    assert other is not first


def test_a_memo_is_shared_by_the_trees_of_a_text():
    node = parsed("[&a !obj:lib.Thing {n: 2}, [*a]]", "my.yaml")
    memo = {}
    first, second = (build(each, NAMES, memo=memo) for each in node.items)
    assert second[0] is first


def test_the_context_fills_in_what_no_file_can_give():
    assert made("!obj:lib.Holder {thing: !obj:lib.Thing {}}", folder="runs").folder == "runs"
    with pytest.raises(
        InputError, match=r"my\.yaml:1:18: lib\.Holder: there is no folder; valid na"
    ):
        made("!obj:lib.Holder {folder: x, thing: !obj:lib.Thing {}}", folder="runs")


def test_a_path_is_looked_at_before_anything_is_made():
    assert made("!obj:lib.writes {path: a/b.pkl}") == "writes a/b.pkl"
    assert made("!obj:lib.writes {path: null}") == "writes None"
    for path in ("../a.pkl", "/etc/passwd", "~/a", "''"):
        with pytest.raises(
            InputError, match=r"my\.yaml:1:61: .* leads out of the folder of the runs"
        ):
            made(f"!obj:lib.writes {{after: !obj:lib.careless {{value: 0}}, path: {path}}}")


def test_a_part_knows_its_place():
    part = made("a: !obj:lib.waits {value: 200}")["a"]
    with pytest.raises(InputError, match="too large") as caught:
        part()
    assert str(caught.value.keys[-1]) == "my.yaml:1:4"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("!obj:lib.Thong {}", r"1:1: there is no lib\.Thong; did you mean lib\.Thing\?"),
        (
            "!obj:new.models.Machine {}",
            r"1:1: there is no new\.models\.Machine; did you mean old\.mod",
        ),
        ("!obj:lib.gone {}", r"1:1: there is no lib\.gone: it was a game; dltut has lib\.Thing"),
        ("a:\n  !import os.system", r"2:3: there is no os\.system; "),
        (
            "!obj:lib.Thing {n: 2,\n m: 3}",
            r"2:2: lib\.Thing: there is no m; did you mean n\?|valid",
        ),
        ("!obj:lib.Thing {n: two}", r"1:20: lib\.Thing: n is 'two'; expected a whole number"),
        (
            "!obj:lib.Thing {many: [1, x]}",
            r"1:23: lib\.Thing: many is \[1.*\]; expected a list, each",
        ),
        ("!obj:lib.halved {}", r"1:1: lib\.halved: value is missing: give a number"),
        (
            "!obj:lib.halved {value: .inf}",
            r"1:25: lib\.halved: value is '\.inf'; expected a number",
        ),
        ("!obj:lib.halved {value: 101}", r"1:1: the value is too large: give less"),
        ("[!obj:lib.halved {value: 101}]", r"1:2: the value is too large"),
        ("!obj:lib.Holder {thing: 5}", r"1:25: lib\.Holder: thing is 5; expected a Thing"),
        (
            "!obj:lib.Holder {thing: !obj:lib.Thing {}, things: {a: 1}}",
            r"1:52: lib\.Holder: things is \{'a': 1\}; expected keys, each with a Thing or null",
        ),
        (
            "!obj:lib.careless {value: 0}",
            r"1:1: lib\.careless cannot be made of these values \(float div",
        ),
        (
            "!obj:lib.careless {value: x}",
            r"1:1: lib\.careless cannot be made of these values \(unsup",
        ),
        ("!obj:lib.Thing {self: 1}", r"1:17: lib\.Thing: there is no self; "),
    ],
)
def test_mistakes_are_placed(text, message):
    with pytest.raises(InputError, match=rf"^my\.yaml:{message}") as caught:
        made(text)
    assert "\n" not in str(caught.value)


def test_a_missing_file_stays_one():
    def read(path):
        raise NoFile(f"there is no file {path}")

    with pytest.raises(NoFile, match=r"my\.yaml:1:1: there is no file x\.pkl"):
        build(parsed('!pkl: "x.pkl"', "my.yaml"), {PICKLE: read})
    with pytest.raises(InputError, match=r"my\.yaml:1:1: !pkl is not read here"):
        build(parsed('!pkl: "x.pkl"', "my.yaml"), {})


HOSTILE = [
    "!obj:os.system {command: 'touch {marker}'}",
    "!obj:subprocess.Popen {args: [touch, {marker}]}",
    "!obj:builtins.eval {source: '1'}",
    "!obj:builtins.__import__ {name: os}",
    "!obj:lib.Thing.__class__ {}",
    "!obj:lib.Thing.__init__ {}",
    "!obj:lib.halved.__globals__ {}",
    "!obj:pathlib.Path.touch {self: {marker}}",
    "!import os.system",
    "!import:os.system",
    "!import 'os.path'",
    "!import builtins.exec",
    "!import dltut.experiment.build.build",
    "!obj:lib.Thing {value: !import os.system}",
    "!obj:lib.Thing {value: !obj:os.system {command: 'touch {marker}'}}",
    "!obj:!pkl {path: x}",
    "!!python/object/apply:os.system ['touch {marker}']",
    "!!python/object/new:os.system ['touch {marker}']",
    "!!python/name:os.system",
    "!!python/module:os",
    "!!python/object:lib.Thing {}",
    "!python/object/apply:os.system [x]",
    "!<tag:yaml.org,2002:python/object/apply:os.system> [x]",
    "%TAG ! tag:yaml.org,2002:python/\n---\n!name:os.system x",
    "%TAG !obj: tag:yaml.org,2002:python/\n---\n!obj:name:os.system x",
    "[&a !obj:lib.Thing {inner: *a}]",
    "&a [*a]",
    "[&a [x], &b [*a, *a, *a, *a, *a, *a, *a, *a, *a], &c [" + ", ".join(["*b"] * 400) + "]]",
    "!obj:lib.Thing {<<: {n: 1}}",
    "!obj:lib.Thing {? [1] : 2}",
    "!obj:lib.Thing {value: ${PATH_OF_NOTHING}}",
    "!obj:lib.Thing {value: '${HOME'}",
    "!obj: {n: 1}",
    "!import ''",
    "!import os",
    "!obj:..os.system {}",
    "!obj:os..system {}",
    "!obj:os.sys tem {}",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_files_do_nothing_at_once(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    marker = tmp_path / "marker"
    begun = time.process_time()
    with pytest.raises(InputError, match=r"^my\.yaml:\d+:\d+: ") as caught:
        made(text.replace("{marker}", str(marker)))
    assert time.process_time() - begun < LONGEST and not list(tmp_path.iterdir())
    assert "\n" not in str(caught.value) and os.environ["PATH"] not in str(caught.value)
    assert Path.cwd() == tmp_path
