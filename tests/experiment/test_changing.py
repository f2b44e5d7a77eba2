"""Another value in a tree, which stays as it is; a path that leads nowhere is one line."""

import pytest

from dltut.exceptions import InputError
from dltut.experiment.changing import changed, replaced
from dltut.experiment.reading import parsed
from dltut.experiment.tree import described, place_of, plain


def tree(text, **options):
    return parsed(text, "my.yaml", **options)


def test_settings_change_one_value_and_leave_the_tree():
    node = tree("{a: &x {n: 1}, b: *x, c: [1, {d: 2}]}")
    new = changed(changed(node, "a.n", "5e-1"), "c.1.d", "[x, 3]")
    assert plain(new) == {"a": {"n": 0.5}, "b": {"n": 1}, "c": [1, {"d": ["x", 3]}]}
    assert plain(node) == {"a": {"n": 1}, "b": {"n": 1}, "c": [1, {"d": 2}]}
    assert plain(changed(node, "new", "{k: v}"))["new"] == {"k": "v"}
    assert str(place_of(new, ("a", "n"))) == "--set a.n=5e-1"


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("modle.n", "1", r"--set modle\.n=1: there is no modle in the file; did you mean model\?"),
        ("model.n.x", "1", "--set model.n.x=1: 'x' would stand in a plain value; name a key of it"),
        (
            "l.2",
            "1",
            "--set l.2=1: there is no item '2'; the list there has 2: give a number from 0",
        ),
        ("l.x", "1", "there is no item 'x'"),
        ("", "1", "there is no  in the file"),
        ("model.", "1", "there is no  in the file"),
        ("model.n", "[1", r"--set model\.n=\[1:1:3: .*: this is not YAML"),
        ("model.n", "!!python/name:os.system", "the tag .* asks for a Python object"),
    ],
)
def test_settings_that_lead_nowhere(path, value, message):
    with pytest.raises(InputError, match=message):
        changed(tree("{model: {n: 1}, l: [1, 2]}"), path, value)


def test_a_text_is_replaced_wherever_it_stands():
    node = tree("!obj:a.B {f: !pkl: X/a.pkl, l: [X, 1, &a {k: yX}], m: *a, same: {n: 5}}")
    new = replaced(node, "X", "1")
    assert described(new) == {
        "!obj:a.B": {
            "f": "!pkl: 1/a.pkl",
            "l": ["1", 1, {"k": "y1"}],
            "m": {"k": "y1"},
            "same": {"n": 5},
        }
    }
    assert new.items["m"] is new.items["l"].items[2]
    assert new.items["same"] is node.items["same"]
    assert described(node)["!obj:a.B"]["l"][0] == "X"
