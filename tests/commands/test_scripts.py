"""python -m dltut scripts: the tutorials' files in a folder of one's own, nothing written over."""

import pytest

from dltut.commands import cli, scripts


@pytest.fixture
def lay_out(tmp_path, capsys):
    """The files that it laid out, and what it said."""

    def run(name):
        cli.main(["scripts", str(tmp_path / name)])
        files = [path for path in (tmp_path / name).rglob("*") if path.is_file()]
        return {path.relative_to(tmp_path / name) for path in files}, capsys.readouterr()

    return run


def test_scripts_and_experiments_are_laid_out(lay_out, repository, tmp_path):
    names, said = lay_out("mine/here")
    sources = [*repository.glob("scripts/*.py"), *repository.glob("scripts/*/*.yaml")]
    assert names == {path.relative_to(repository / "scripts") for path in sources}
    assert said.out == f"{len(names)} files: {tmp_path}/mine/here\n"
    assert said.err == f"next: python {tmp_path}/mine/here/train_mlp.py --quick\n"
    for path in sources:
        copy = tmp_path / "mine" / "here" / path.relative_to(repository / "scripts")
        assert copy.read_bytes() == path.read_bytes()


def test_nothing_is_written_over(tmp_path, capsys):
    changed = tmp_path / "train_mlp.py"
    changed.write_text("# mine")
    with pytest.raises(SystemExit) as end:
        cli.main(["scripts", str(tmp_path)])
    assert end.value.code == 2 and list(tmp_path.iterdir()) == [changed]
    error = f"error: {changed} is there already: name another folder\n"
    assert capsys.readouterr().err == error and changed.read_text() == "# mine"


def test_a_file_is_not_a_folder(tmp_path, capsys):
    (tmp_path / "file").touch()
    with pytest.raises(SystemExit):
        cli.main(["scripts", str(tmp_path / "file")])
    error = f"error: {tmp_path}/file cannot be written (File exists): name another\n"
    assert capsys.readouterr().err == error


def test_an_installed_package_has_them_inside(monkeypatch, tmp_path, lay_out):
    (tmp_path / "package" / "scripts").mkdir(parents=True)
    (tmp_path / "package" / "scripts" / "one.py").touch()
    monkeypatch.setattr(scripts, "PACKAGE", tmp_path / "package")
    assert {path.name for path in lay_out("mine")[0]} == {"one.py"}
