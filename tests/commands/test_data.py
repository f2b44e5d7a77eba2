"""python -m dltut data: the folder that is configured or given, and the nearest name."""

import pytest

from dltut.commands import cli, data
from dltut.datasets import download


def test_it_downloads_into_the_folder_that_is_given(monkeypatch, tmp_path):
    calls = []
    monkeypatch.setattr(data, "download", lambda *arguments: calls.append(arguments))
    cli.main(["data", "mnist"])
    cli.main(["data", "fashion-mnist", "--data-dir", str(tmp_path / "given")])
    assert calls == [("mnist", None), ("fashion-mnist", tmp_path / "given")]


def test_its_help_names_every_data_set(capsys):
    with pytest.raises(SystemExit):
        cli.main(["data", "--help"])
    shown = capsys.readouterr().out
    assert all(name in shown for name in download.SOURCES)


def test_an_unknown_name_leads_to_the_nearest(capsys):
    with pytest.raises(SystemExit) as end:
        cli.main(["data", "fashion"])
    assert end.value.code == 2
    error = "error: no data set 'fashion' to download: did you mean fashion-mnist?\n"
    assert capsys.readouterr().err == error
