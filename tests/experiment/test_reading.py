"""YAML gives a tree of places; whatever could make an object, or means two things, is an error."""

import os
import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dltut.exceptions import InputError
from dltut.experiment.reading import LARGEST, blanks_of, parsed, read_text, read_yaml
from dltut.experiment.tree import (
    Call,
    File,
    Items,
    Keys,
    Name,
    Node,
    Scalar,
    is_pylearn2,
    plain,
)

LONGEST = 1.0  # seconds


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / "my.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_plain(path)

    return read


def read_plain(path):
    return plain(parsed(read_text(path), path))


def test_a_mapping_is_read(tmp_path):
    (tmp_path / "my.yaml").write_text("a: 1")
    assert read_yaml(tmp_path / "my.yaml") == {"a": 1}
    (tmp_path / "my.yaml").write_text("- 1")
    with pytest.raises(InputError, match=r"my\.yaml:1:1: this is \[1\]; expected keys with values"):
        read_yaml(tmp_path / "my.yaml")


def tree(text, **options):
    return parsed(text, "my.yaml", **options)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(
            ("1e-4", 1e-4),
            ("1.0e-4", 1e-4),
            ("1e4", 1e4),
            (".5", 0.5),
            ("-3.", -3.0),
            ("5E+2", 500.0),
        ),
        *(("20", 20), ("-1", -1), ("+7", 7), ("010", 10), ("1:30", "1:30"), ("1_000", "1_000")),
        *(("true", True), ("False", False), ("null", None), ("~", None), ("", None)),
        *(("yes", "yes"), ("off", "off"), (".inf", ".inf"), ("nan", "nan"), ("2026-01-01",) * 2),
        *(("'20'", "20"), ('"true"', "true"), ("tanh", "tanh"), ("a b", "a b")),
        *(("[1, 2.5, x]", [1, 2.5, "x"]), ("{a: 1, b: {c: []}}", {"a": 1, "b": {"c": []}})),
        *(("\n  - 1\n  - name: x\n", [1, {"name": "x"}]), ("|\n  two\n  lines\n", "two\nlines\n")),
    ],
)
def test_values(read, text, value):
    found = read(f"key: {text}")["key"]
    assert found == value and type(found) is type(value)


def test_an_empty_file_is_an_empty_mapping(read):
    assert read("# nothing\n") == {}


LETTERS = st.text("abxyz -", max_size=5)
SCALARS = st.none() | st.booleans() | st.integers() | LETTERS
SCALARS |= st.floats(allow_nan=False, allow_infinity=False)


@given(st.dictionaries(LETTERS, SCALARS | st.lists(SCALARS, max_size=3), min_size=1, max_size=3))
def test_what_pyyaml_writes_is_read_back(tmp_path_factory, values):
    path = tmp_path_factory.getbasetemp() / "written.yaml"
    path.write_text(yaml.safe_dump(values))
    assert read_plain(path) == values


def test_the_environment_is_filled_in(read, monkeypatch):
    monkeypatch.setenv("DATA", "/digits")
    monkeypatch.setenv("RATE", "1e-3")
    monkeypatch.setenv("LOOP", "${LOOP} [1] !!x")
    found = read("a: ${DATA}/mnist\nb: ${RATE}\nc: '${RATE}'\nd: ${LOOP}\ne: $DATA")
    assert found == {
        "a": "/digits/mnist",
        "b": 1e-3,
        "c": "1e-3",
        "d": "${LOOP} [1] !!x",
        "e": "$DATA",
    }


def test_an_unknown_variable_names_the_nearest(read, monkeypatch):
    monkeypatch.setenv("DATA_FOLDER", "/digits")
    with pytest.raises(
        InputError,
        match=r"my\.yaml:2:4: the environment has no variable DATA_FOLDR: set it; "
        r"did you mean DATA_FOLDER\?",
    ):
        read("a: 1\nb: ${DATA_FOLDR}/x")


def test_an_unknown_variable_prints_no_environment(read, monkeypatch):
    monkeypatch.setenv("SECRET_OF_MINE", "1")
    with pytest.raises(InputError) as caught:
        read("a: ${qqqqqqqq}")
    assert "SECRET_OF_MINE" not in str(caught.value) and "PATH" not in str(caught.value)
    assert str(caught.value).endswith("no variable qqqqqqqq: set it; export qqqqqqqq=...")


@pytest.mark.parametrize(
    "text",
    [
        "model: !!python/object/apply:pathlib.Path.touch [{marker}]",
        "model: !!python/object/apply:os.system ['touch {marker}']",
        "model: !!python/object/new:os.system ['touch {marker}']",
        "model: !!python/name:os.system",
        "model: !!python/module:{module}",
        "!!python/object/apply:os.system ['touch {marker}']",
        "a: [1, {{b: !!python/object/apply:os.system ['touch {marker}']}}]",
        "? !!python/object/apply:os.system ['touch {marker}']\n: 1",
        "!!python/name:os.system x: 1",
        "a: !obj:os.system {{command: 'touch {marker}'}}",
        "a: !!int '3'",
    ],
)
def test_a_file_that_asks_for_an_object_runs_nothing(read, tmp_path, monkeypatch, text):
    marker = tmp_path / "marker"
    (tmp_path / "marking.py").write_text(f"open({str(marker)!r}, 'w')")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(InputError, match=r"my\.yaml:1:\d+: (the tag .* asks for|a key is)") as e:
        read(text.format(marker=marker, module="marking"))
    assert not marker.exists() and "\n" not in str(e.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3", ":3:1: the key a stands there twice: keep one"),
        ("a: {b: 1, b: 1}", ":1:11: the key b stands there twice"),
        ("a: &x [*x]", r":1:8: \*x stands inside of what it stands for: take it out"),
        ("a: &x {b: [1, {c: *x}]}", r":1:19: \*x stands inside"),
        ("a: &x 1\nb: *y", r":2:4: there is no anchor &y; valid names: x"),
        ("a: *y", r":1:4: there is no anchor &y; none stands before it"),
        ("a: &x 1\nb: &x 2", ":2:4: the anchor &x stands there twice: rename one"),
        ("&x a: 1", ":1:1: a key has no anchor: take it away"),
        ("a: &x {b: 1}\nc:\n  <<: *x", r":3:3: keys are not merged \(<<\): write them out"),
        ("? [1, 2]\n: 3", ":1:3: a key is a plain word, such as batch_size"),
        ("a: 1\n---\nb: 2", ":2:1: a second document begins; one is read"),
        ("a: [1", ":1:6: .*: this is not YAML"),
        ("a: 1\n\tb: 2", ":2:1: .*: this is not YAML"),
        ("a: b: c", ":1:5: mapping values are not allowed here: this is not YAML"),
        ("a: %", ":1:4: .*: this is not YAML"),
        ("a: 1\nb: \x07", r":2:4: the character '\\x07' cannot stand in a text: this is not YAML"),
        ("a: 1\rb: \x07", r":2:4: the character '\\x07' cannot stand in a text"),
        ("a: 1\r\n\r\nb: \x07", r":3:4: the character '\\x07' cannot stand in a text"),
        ("a: 1\u2028b: \x07", r":2:4: the character '\\x07' cannot stand in a text"),
        ("a: \0", r":1:4: the character '\\x00' cannot stand in a text"),
        (
            "a: " + "[" * 10**4,
            ":1:2[0-9]: this stands in more than 20 lists or keys: write it flat",
        ),
        ("- " * 10**4, r":1:\d+: this stands in more than 20"),
        ("{a: " * 10**4, r":1:\d+: this stands in more than 20"),
        ("a: [" + "1, " * 9000 + "]", r":1:\d+: an experiment has at most 3,000 values"),
        ("#" * (LARGEST + 1), " is larger than 100,000 bytes: this is no experiment"),
        ("a: " + "9" * 5000, ":1:4: 9999.* is longer than any number needed here"),
        ("a: ${HOME", r":1:4: \$\{ without \} : close it, \$\{NAME\}"),
        (b"a: 1\nb: \xff\xfe", ":2:4: this is no text in UTF-8: a YAML file was expected"),
        (b"\x1f\x8b\x08\x00", ":1:2: this is no text in UTF-8"),
        ("a: !import os", r":1:4: 'os' is no name with dots, such as a\.module\.Name"),
        ("a: !import:a.b c.d", r":1:4: !import has two names, 'a\.b' and 'c\.d'"),
        ("a: !obj: {b: 1}", ":1:4: '' is no name with dots"),
        ("a: !objx.y {b: 1}", r":1:4: there is no tag !objx\.y: write !obj:name \{"),
        ("a: !obj:x.y [1]", r":1:4: !obj:x\.y with a list: give \{key: value, \.\.\.\}"),
        ("a: !pkl: {b: 1}", ":1:4: !pkl takes no keys: give it one name"),
        ("a: !float x", ":1:4: !float is 'x'; expected a number"),
    ],
)
def test_mistakes_are_named(read, text, message):
    begun = time.process_time()
    with pytest.raises(InputError, match=rf"my\.yaml{message}") as caught:
        read(text)
    assert "\n" not in str(caught.value) and time.process_time() - begun < LONGEST


@pytest.mark.parametrize(("path", "why"), [("none.yaml", "No such file"), (".", "Is a directory")])
def test_no_file(tmp_path, monkeypatch, path, why):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=rf"{path} cannot be read \({why}.*\): check its name"):
        read_plain(Path(path))


@given(st.binary(max_size=60) | st.text("{}[]:-&*!'\"\n #ab1?|>%@,", max_size=30))
def test_any_bytes_are_read_or_refused_in_one_line(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        read_plain(path)
    except InputError as error:
        assert str(error).startswith(f"{path}:") and "\n" not in str(error)


def bomb(levels, width):
    """Aliases of aliases: width ** levels values, written out."""
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines)


@pytest.mark.parametrize(("levels", "width"), [(9, 9), (300, 1), (18, 2), (300, 300)])
def test_bombs_are_refused_at_once(read, levels, width):
    begun = time.process_time()
    with pytest.raises(InputError, match=r"my\.yaml:\d+:\d+: (the aliases|an exp)|larger than"):
        read(bomb(levels, width))
    assert time.process_time() - begun < LONGEST


def test_an_anchor_is_the_very_node():
    node = tree("{a: &x {n: 1}, b: *x, c: [*x]}")
    assert node.items["a"] is node.items["b"] is node.items["c"].items[0]
    assert plain(node) == {"a": {"n": 1}, "b": {"n": 1}, "c": [{"n": 1}]}


PYLEARN2 = """!obj:pylearn2.train.Train {
    dataset: &train !obj:a.MNIST { which_set: 'train', center: yes },
    model: !obj:a.MLP {layers: [], nvis: 784, rate: 1e-3, scale: .5e2, n: !float 3},
    again: *train,
    act: !import 'theano.tensor.tanh',
    rule: !import:a.b.rule ,
    old: !pkl: "dae_l1.pkl",
    nothing: !obj:a.Empty ,
}
"""


def test_pylearn2_s_language():
    node = tree(PYLEARN2)
    assert isinstance(node, Call) and node.name == "pylearn2.train.Train" and is_pylearn2(node)
    given = node.items
    assert given["dataset"] is given["again"] and given["dataset"].name == "a.MNIST"
    assert given["dataset"].items["center"].value is True
    model = {key: each.value for key, each in given["model"].items.items() if key != "layers"}
    assert model == {"nvis": 784, "rate": 1e-3, "scale": 50.0, "n": 3.0}
    assert type(model["n"]) is float
    assert isinstance(given["act"], Name) and given["act"].name == "theano.tensor.tanh"
    assert isinstance(given["rule"], Name) and given["rule"].name == "a.b.rule"
    assert isinstance(given["old"], File) and given["old"].path == "dae_l1.pkl"
    assert isinstance(given["nothing"], Call) and given["nothing"].items == {}
    assert [str(given[key].place) for key in ("dataset", "old")] == ["my.yaml:2:14", "my.yaml:7:10"]
    assert str(node.places["model"]) == "my.yaml:3:5"


def test_a_list_is_phases_and_may_be_pylearn2_s():
    node = tree("[!obj:a.Train {x: yes}, !obj:a.Train {x: off}]")
    assert isinstance(node, Items) and is_pylearn2(node)
    assert [each.items["x"].value for each in node.items] == [True, False]
    assert not is_pylearn2(tree("[{a: yes}]")) and not is_pylearn2(tree("[]"))


def test_our_own_files_have_no_tags():
    with pytest.raises(
        InputError, match=r"my\.yaml:1:5: the tag !obj:os\.system asks for a Python"
    ):
        plain(tree("{a: !obj:os.system {command: x}}"))
    with pytest.raises(InputError, match=r"my\.yaml:1:6: the tag !pkl: asks"):
        plain(tree('{a: [!pkl: "x.pkl"]}'))


def test_the_caller_s_environment_goes_first(monkeypatch):
    monkeypatch.setenv("STEM", "of the shell")
    monkeypatch.setenv("OTHER", "shell")
    node = tree("a: ${STEM}.pkl\nb: ${OTHER}", environment={"STEM": "dae"})
    assert plain(node) == {"a": "dae.pkl", "b": "shell"}
    with pytest.raises(InputError, match=r"no variable STEN: set it; did you mean STEM\?"):
        tree("a: ${STEN}", environment={"STEM": "dae"})


def test_no_message_tells_a_value_of_the_environment(monkeypatch):
    monkeypatch.setenv("TOKEN_OF_MINE", "sesame")
    for text in ("a: ${TOKEN_OF_MIN}", "a: ${token}", "a: ${}", "a: ${TOKEN_OF_MINE"):
        with pytest.raises(InputError) as caught:
            tree(text)
        assert "sesame" not in str(caught.value)
        assert sum(name in str(caught.value) for name in os.environ if len(name) > 4) <= 1


def test_blanks_are_filled_in_before_reading():
    text = "n: %(n)i\nrate: %(rate)f\nname: '%(name)s'\nshare: 5 %%"
    assert blanks_of(text) == {"n", "rate", "name"}
    filled = tree(text, blanks={"n": "20", "rate": "1e-7", "name": "a b"})
    assert plain(filled) == {"n": 20, "rate": 1e-7, "name": "a b", "share": "5 %"}
    assert plain(tree("share: 5 %%")) == {"share": "5 %%"}  # a file without blanks is left alone


@pytest.mark.parametrize(
    ("blanks", "message"),
    [
        ({}, r"my\.yaml:2:4: %\(n\)i has no value: give --set n=\.\.\."),
        ({"n": "2.5"}, r"my\.yaml:2:4: n is '2\.5'; expected a whole number"),
        ({"n": "5", "s": "x\ny: 3"}, r"my\.yaml:3:4: s is 'x\\ny: 3'; expected text in one line"),
        ({"n": "5", "s": "x", "f": "fast"}, r"my\.yaml:4:4: f is 'fast'; expected a number"),
    ],
)
def test_a_blank_without_a_value(blanks, message):
    with pytest.raises(InputError, match=message):
        tree("a: 1\nb: %(n)i\nc: %(s)s\nd: %(f)f", blanks=blanks)


TEXTS = st.text("{}[]:-&*!'\"\n #ab1?|>%@,$(", max_size=30) | st.sampled_from(
    [PYLEARN2[i:] + PYLEARN2[:i] for i in range(0, len(PYLEARN2), 7)]
)


@given(TEXTS)
def test_any_text_becomes_a_tree_or_one_line(text):
    try:
        node = tree(text)
    except InputError as error:
        assert str(error).startswith("my.yaml:") and "\n" not in str(error)
    else:
        assert isinstance(node, Node) and isinstance(node, Scalar | Items | Keys | Name | File)
