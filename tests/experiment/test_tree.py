"""YAML gives plain values; whatever could make an object, or means two things, is an error."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dltut.exceptions import InputError
from dltut.experiment.tree import read_yaml


@pytest.fixture
def read(tmp_path):
    def read(text):
        path = tmp_path / "my.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_yaml(path)

    return read


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
    assert read_yaml(path) == values


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
        match=r"my\.yaml, line 2: the environment has no variable DATA_FOLDR: set it; "
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
    with pytest.raises(InputError, match=r"my\.yaml, line 1: (the tag .* asks for|a key is)") as e:
        read(text.format(marker=marker, module="marking"))
    assert not marker.exists() and "\n" not in str(e.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3", ", line 3: the key a stands there twice: keep one"),
        ("a: {b: 1, b: 1}", ", line 1: the key b stands there twice"),
        ("a: &x 1\nb: *x", r", line 1: anchors and aliases \(&x, \*x\) are not read: write"),
        ("a: &x [*x]", ", line 1: anchors and aliases"),
        ("a: 1\n<<: *x", ", line 2: anchors and aliases"),
        ("? [1, 2]\n: 3", ", line 1: a key is a plain word, such as batch_size"),
        ("a: 1\n---\nb: 2", ", line 2: a second document begins; one is read"),
        ("a: [1", ", line 1: .*: this is not YAML"),
        ("a: 1\n\tb: 2", ", line 2: .*: this is not YAML"),
        ("a: b: c", ", line 1: mapping values are not allowed here: this is not YAML"),
        ("a: %", ", line 1: .*: this is not YAML"),
        ("a: \x07", ": unacceptable character #x0007: .*: this is not YAML"),
        ("- 1", r" holds \[1\]; expected keys with values: batch_size: 20"),
        ("batch_size", " holds 'batch_size'; expected keys"),
        ("a: " + "[" * 10**5, ", line 1: this stands in more than 20 lists or keys: write it flat"),
        ("- " * 10**5, ", line 1: this stands in more than 20"),
        ("{a: " * 10**5, ", line 1: this stands in more than 20"),
        (b"a: \xff\xfe", " is no text in UTF-8: a YAML file was expected"),
        (b"\x1f\x8b\x08\x00", " is no text in UTF-8"),
    ],
)
def test_mistakes_are_named(read, text, message):
    with pytest.raises(InputError, match=rf"my\.yaml{message}") as caught:
        read(text)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(("path", "why"), [("none.yaml", "No such file"), (".", "Is a directory")])
def test_no_file(tmp_path, monkeypatch, path, why):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=rf"{path} cannot be read \({why}.*\): check its name"):
        read_yaml(Path(path))


@given(st.binary(max_size=60) | st.text("{}[]:-&*!'\"\n #ab1?|>%@,", max_size=30))
def test_any_bytes_are_read_or_refused_in_one_line(tmp_path_factory, text):
    path = tmp_path_factory.getbasetemp() / "any.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        assert isinstance(read_yaml(path), dict)
    except InputError as error:
        assert "\n" not in str(error)
