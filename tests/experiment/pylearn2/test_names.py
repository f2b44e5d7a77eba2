"""The table: every name leads to one of ours or says what is near; nothing else is ever called."""

import gzip
import pickle
import re

import numpy as np
import pytest

from dltut.exceptions import InputError
from dltut.experiment.pylearn2.names import ABSENT, NAMES, read, table
from dltut.machine.arguments import kinds
from dltut.models import LogisticRegression, save_model


def test_no_name_is_both_here_and_absent():
    assert not NAMES.keys() & ABSENT.keys()
    assert len(NAMES) > 70 and len(ABSENT) > 70


@pytest.mark.parametrize("name", NAMES)
def test_an_adapter_says_of_each_argument_what_fits(name):
    adapter = NAMES[name]
    assert adapter.__module__.startswith("dltut.experiment.pylearn2.") and adapter.__doc__
    assert None not in kinds(adapter).values()


def test_what_is_near_is_there():
    for what, near in ABSENT.values():
        for name in re.findall(r"pylearn2\.[\w.]+\w", near):
            assert name in NAMES, f"{what}: {name}"


def test_the_page_has_every_name(repository):
    page = (repository / "docs/howto/from_pylearn2.rst").read_text(encoding="utf-8")
    missing = [name for name in NAMES | ABSENT if f"``{name}``" not in page]
    wrong = [text for pair in ABSENT.values() for text in pair if text not in page]
    listed = set(re.findall(r"^ +\* - ``((?:pylearn2|numpy)[\w.]+)``", page, re.MULTILINE))
    assert not missing + wrong and listed == {*NAMES, *ABSENT}


@pytest.mark.parametrize("name", ["os.system", "subprocess.Popen", "builtins.eval", "!pkl"])
def test_other_names_are_not_called(made, name):
    if name != "!pkl":
        with pytest.raises(InputError, match=rf"my.yaml:1:1: there is no {name}; "):
            made(f"!obj:{name} {{a: 1}}")
        with pytest.raises(InputError, match=rf"my.yaml:1:1: there is no {name}; "):
            made(f"!import '{name}'")
    assert name not in NAMES


def test_an_absent_name_says_what_it_was(made):
    with pytest.raises(InputError) as caught:
        made("!p:models.dbm.DBM {batch_size: 3}")
    assert str(caught.value).startswith(
        "my.yaml:1:1: there is no pylearn2.models.dbm.DBM: it was a deep Boltzmann machine in "
        "Pylearn2; dltut has dltut.models.RBM"
    )


def test_models_and_arrays_are_read(made, tmp_path):
    model = LogisticRegression(4, 3)
    model.params[0].set_value(np.full((4, 3), 0.5, model.params[0].dtype))
    save_model(tmp_path / "a.pkl", model)
    found = made('!pkl: "./a.pkl"')
    assert isinstance(found, LogisticRegression) and (found.params[0].get_value() == 0.5).all()
    with (tmp_path / "b.npy").open("wb") as file:
        np.save(file, np.eye(3))
    assert (made("!pkl: b.npy") == np.eye(3)).all()


class Evil:
    def __reduce__(self):
        return print, ("called",)


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_is_refused_and_not_loaded(protocol, tmp_path, capsys):
    for name, content in {
        "evil.pkl": pickle.dumps(Evil(), protocol),
        "evil.pkl.gz": gzip.compress(pickle.dumps(Evil(), protocol)),
    }.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match="pickle of Pylearn2 is never loaded"):
            read(tmp_path, name)
    assert capsys.readouterr().out == ""


def test_an_array_of_objects_is_refused(tmp_path, capsys):
    with (tmp_path / "evil.npy").open("wb") as file:
        np.save(file, np.array([Evil()], dtype=object), allow_pickle=True)
    with pytest.raises(InputError, match=r"holds .object.; expected numbers or texts"):
        read(tmp_path, "evil.npy")
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("path", ["/etc/passwd", "../x.pkl", "~/x.pkl", "a/../../x.pkl", ""])
def test_paths_stay_in_the_folder_of_the_runs(tmp_path, path):
    with pytest.raises(InputError, match="leads out of the folder of the runs"):
        read(tmp_path, path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"run the experiment first that writes dae_l1\.pkl"):
        read(tmp_path, "dae_l1.pkl")


def test_the_table_is_made_anew(tmp_path):
    assert table(tmp_path) is not table(tmp_path) and table(tmp_path).keys() > NAMES.keys()
