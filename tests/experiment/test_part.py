"""Parts wait for what is known later; files stay in their folder; one's own take part."""

import sys
from pathlib import Path

import pytest

from dltut.exceptions import InputError, NoFile, at
from dltut.experiment.part import (
    Late,
    Part,
    existing,
    inside,
    load_parts,
    made,
    needed_by,
    part,
    parts_of,
    role_of,
)


def pair(first, second, third=3):
    return first, second, third


def everything(*items, scale=1.0):
    return [scale * each for each in items]


def writes(path: Path | None = None, text: str = ""):
    return path, text


def test_the_context_gives_what_is_taken_and_not_there():
    assert Part(pair, {"second": 2})(first=1, third=5, other=6) == (1, 2, 5)
    assert Part(pair, {"second": 2, "third": 4})(first=1, third=5) == (1, 2, 4)
    assert Part(pair).takes == {"first", "second", "third"} and Part(pair).name == "pair"
    with pytest.raises(InputError, match="pair needs second, which is not known here: give it"):
        Part(pair)(first=1)


def test_parts_in_parts_are_made_first():
    inner = Part(pair, {"second": 2})
    assert Part(pair, {"first": inner, "second": 0})(first=7) == ((7, 2, 3), 0, 3)
    listed = Part(everything, {"items": [Part(len, {}), 2.0], "scale": 2.0})
    assert listed.all_takes >= {"items", "scale"}
    assert Part(everything, {"items": [1.0, 2.0], "scale": 2.0})() == [2.0, 4.0]
    assert made(5, first=1) == 5 and made(inner, first=1) == (1, 2, 3)


def test_what_is_late_is_asked_for_when_it_is_needed():
    def missing():
        raise InputError("there are no pictures")

    assert Part(pair, {"second": 2})(first=Late(lambda: 8), other=Late(missing)) == (8, 2, 3)
    with pytest.raises(InputError, match="no pictures"):
        Part(pair, {"second": 2})(first=Late(missing))
    assert Part(writes)(path=Late(missing)) == (None, "")  # it can do without


def test_errors_know_where_they_belong():
    def refuses():
        raise InputError("no")

    with pytest.raises(InputError) as caught, at("phases", 1):
        Part(refuses, {}, ("stopping", 0))()
    assert caught.value.keys == ("phases", 1, "stopping", 0)


def test_values_that_cannot_be_are_one_line_and_one_s_own_mistakes_are_found():
    def library(value):
        return 1 / value

    with pytest.raises(InputError, match=r"library cannot be made of these values \(division by"):
        Part(library, {"value": 0})()
    with pytest.raises(ZeroDivisionError):
        Part(part("cost")(library), {"value": 0})()


@pytest.mark.parametrize("name", ["a.pkl", "phase1/a.pkl", "a/b/c.safetensors", "./a", ".a"])
def test_files_are_in_the_folder_of_the_runs(tmp_path, name):
    assert inside(tmp_path, name) == tmp_path / name
    assert Part(writes, {"path": name, "text": name})(folder=tmp_path) == (tmp_path / name, name)


@pytest.mark.parametrize(
    "name",
    ["../a", "a/../../b", "/etc/passwd", "~/.bashrc", "~root/x", "", ".", "..", "a/..", "a\0b"],
)
def test_and_nowhere_else(tmp_path, name):
    with pytest.raises(InputError, match="leads out of the folder of the runs: give a name in it"):
        inside(tmp_path, name)
    with pytest.raises(InputError, match="leads out of the folder") as caught:
        Part(writes, {"path": name})
    assert caught.value.keys == ("path",)


def test_a_link_does_not_lead_out(tmp_path):
    runs, other = tmp_path / "runs", tmp_path / "other"
    runs.mkdir()
    other.mkdir()
    (runs / "link").symlink_to(other)
    with pytest.raises(InputError, match="is a link out of the folder of the runs"):
        inside(runs, "link/a.pkl")


def test_a_file_to_be_read_is_there(tmp_path):
    with pytest.raises(
        NoFile, match=r"there is no file .*a\.pkl: run the experiment that writes it"
    ):
        existing(tmp_path, "a.pkl")
    (tmp_path / "a.pkl").touch()
    assert existing(tmp_path, "a.pkl") == tmp_path / "a.pkl"
    with pytest.raises(InputError, match="leads out") as caught:
        existing(tmp_path, "../a.pkl")
    assert not isinstance(caught.value, NoFile)


def test_marks_are_not_inherited():
    @part("model")
    class Mine:
        pass

    class Child(Mine):
        pass

    assert role_of(Mine) == "model" and role_of(Child) is None and role_of(5) is None
    with pytest.raises(InputError, match=r"there is no role 'modle'; did you mean model\?"):
        part("modle")
    assert needed_by(pair) == ["first", "second"]


OWN = '''
from dltut.experiment.part import part
from dltut.training import Criterion

@part("stopping")
class Never(Criterion):
    """Go on."""

@part("cost")
def mine(weights, strength: float = 0.5):
    """A cost."""

def other(): ...
'''


def test_files_of_one_s_own_parts(tmp_path):
    path = tmp_path / "my_parts.py"
    path.write_text(OWN)
    before = set(sys.modules)
    found = load_parts([path])
    assert set(found) >= {"stopping", "cost"} and set(found["cost"]) == {"mine"}
    assert (
        found["stopping"]["Never"].__doc__ == "Go on."
        and "my_parts" not in set(sys.modules) - before
    )
    (tmp_path / "none.py").write_text("x = 1")
    with pytest.raises(
        InputError, match=r'none\.py marks no part: write @part\("model"\) above a cl'
    ):
        load_parts([tmp_path / "none.py"])
    with pytest.raises(
        InputError, match=r"a\.txt is no file of Python code: name one such as my_p"
    ):
        load_parts([tmp_path / "a.txt"])


def test_installed_packages_take_part(tmp_path, monkeypatch):
    (tmp_path / "elsewhere.py").write_text(OWN)
    info = tmp_path / "elsewhere-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: elsewhere\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[dltut.parts]\nmine = elsewhere\n")
    monkeypatch.syspath_prepend(tmp_path)
    found = load_parts()
    assert found["cost"]["mine"].__module__ == "elsewhere"
    assert parts_of(sys.modules["elsewhere"]).keys() == {"stopping", "cost"}
    monkeypatch.delitem(sys.modules, "elsewhere")
