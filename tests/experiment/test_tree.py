"""Where something stands in a tree, and what a tree tells as plain values."""

import json

import pytest

from dltut.exceptions import InputError
from dltut.experiment.reading import parsed
from dltut.experiment.tree import described, place_of, plain, undescribed


def tree(text, **options):
    return parsed(text, "my.yaml", **options)


def test_places():
    node = tree("rule: {name: sgd,\n  rate: 1}\nstopping:\n  - {name: a}\n  - b")
    found = [
        str(place_of(node, keys))
        for keys in [
            (),
            ("rule",),
            ("rule", "rate"),
            ("rule", "none"),
            ("stopping", 1),
            ("stopping", 0, "name"),
            ("stopping", 7),
            ("none",),
        ]
    ]
    places = "1:1 1:1 2:3 1:1 5:5 4:6 3:1 1:1".split()
    assert found == [f"my.yaml:{place}" for place in places]


def test_what_is_told_becomes_the_same_tree():
    text = "!obj:a.B {f: !import a.c, p: !pkl: x.pkl, l: [1, null, {n: 0.5}]}"
    told = json.loads(json.dumps(described(tree(text))))
    assert described(undescribed(told, "config.json")) == told
    assert str(undescribed(told, "config.json").place).startswith("config.json")


def test_tags_are_no_plain_values():
    with pytest.raises(InputError, match=r"^my\.yaml:1:5: the tag !import asks"):
        plain(tree("{f: !import os.system}"))
