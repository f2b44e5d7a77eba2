"""A sweep goes on where it was, in one process or several, and its end is the same."""

import csv
import json
import sys
import time

import pytest
from sweeps.scripts import FALLING, NUMBER, written

from dltut.exceptions import InputError
from dltut.sweeps import best_row, draw_sweep, read_sweep, run_sweep
from dltut.sweeps.run import connected, line_of, sweep_in, work

KILLING = """
    import os
    import signal
    from pathlib import Path


    def main(x: float = 0.0, marker: Path = Path()):
        if x < 0 and not marker.exists():
            marker.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        return (x - 1) ** 2
"""


def sweep_of(folder, script, more, n_trials=6, **changes):
    written(folder, script)
    path = folder / "mine.yaml"
    path.write_text(f"script: script.py\n{more}\nn_trials: {n_trials}\n")
    return read_sweep(path, **changes)


SPACE = "space: {x: {low: -3.0, high: 3.0}}\nsearch: {name: random, seed: 5}"


def test_the_same_seed_the_same_table_however_often_it_is_stopped(tmp_path):
    whole = run_sweep(sweep_of(tmp_path, NUMBER, SPACE), tmp_path / "whole")
    for n in (2, 5, 6):
        parts = run_sweep(sweep_of(tmp_path, NUMBER, SPACE, n_trials=n), tmp_path / "parts")
    assert parts.rows() == whole.rows() and len(whole.rows()) == 6
    sweep = sweep_of(tmp_path, NUMBER, SPACE)
    for study in (whole, parts):
        draw_sweep(sweep, study)
    tables = [(tmp_path / name / "table.csv").read_bytes() for name in ("whole", "parts")]
    assert tables[0] == tables[1]
    with (tmp_path / "whole" / "table.csv").open() as file:
        rows = list(csv.DictReader(file))
    values = [float(row["value"]) for row in rows]
    assert values == sorted(values) == [(float(row["x"]) - 1) ** 2 for row in rows]
    assert int(rows[0]["trial"]) == best_row(whole.rows())["trial"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a sweep is one process there")
def test_a_process_that_is_killed_is_replaced_and_its_trial_run_again(tmp_path, capfd):
    marker = tmp_path / "killed"
    more = f"fixed: {{marker: {marker}}}\n{SPACE}"
    study = run_sweep(sweep_of(tmp_path, KILLING, more), tmp_path / "sweep", processes=2)
    assert marker.exists()
    assert [(row["trial"], row["outcome"]) for row in study.rows()] == [
        (number, "complete") for number in range(6)
    ]
    told = capfd.readouterr().err.splitlines()
    assert sorted(line.split(":")[0] for line in told) == [f"trial {n}" for n in range(6)]
    alone = run_sweep(sweep_of(tmp_path, KILLING, more), tmp_path / "alone")
    assert alone.rows() == study.rows()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a sweep is one process there")
def test_a_mistake_in_one_of_several_processes_is_one_line(tmp_path, capfd):
    more = "space: {start: {choices: [0.5, 0.4]}}\nsearch: grid\nchannel: valid_eror"
    begun = time.monotonic()
    with pytest.raises(InputError, match="no valid_eror; did you mean valid_error"):
        run_sweep(sweep_of(tmp_path, FALLING, more), tmp_path / "sweep", processes=2)
    assert time.monotonic() - begun < 60
    assert capfd.readouterr() == ("", "")


def test_another_sweep_in_the_folder_is_left_alone(tmp_path):
    run_sweep(sweep_of(tmp_path, NUMBER, SPACE, 1), tmp_path / "sweep")
    before = (tmp_path / "sweep" / "sweep.json").read_bytes()
    for old, new, name in [("3.0}", "4.0}", "space"), ("seed: 5", "seed: 6", "search")]:
        other = sweep_of(tmp_path, NUMBER, SPACE.replace(old, new))
        with pytest.raises(InputError, match=f"holds a sweep with another {name}"):
            run_sweep(other, tmp_path / "sweep")
    written(tmp_path, NUMBER, "other.py")
    path = tmp_path / "mine.yaml"
    path.write_text(path.read_text().replace("script.py", "other.py").replace("seed: 6", "seed: 5"))
    with pytest.raises(InputError, match="holds a sweep with another script"):
        run_sweep(read_sweep(path), tmp_path / "sweep")
    assert (tmp_path / "sweep" / "sweep.json").read_bytes() == before


def test_a_folder_tells_what_is_swept_in_it(tmp_path):
    sweep = sweep_of(tmp_path, NUMBER, SPACE, 2)
    run_sweep(sweep, tmp_path / "sweep")
    again = sweep_in(tmp_path / "sweep")
    assert (again.choices, again.n_trials) == (sweep.choices, 2)
    path = tmp_path / "sweep" / "sweep.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"n_trials": 4}))
    work(tmp_path / "sweep")
    assert len(run_sweep(sweep, tmp_path / "sweep").rows()) == 4
    path.write_text("{")
    with pytest.raises(InputError, match=r"sweep.json is damaged"):
        sweep_in(tmp_path / "sweep")
    with pytest.raises(InputError, match="holds no sweep"):
        sweep_in(tmp_path)


def test_a_line_a_trial_says_how_it_ended():
    row = {"trial": 3, "outcome": "failed", "value": None, "channel": "value"}
    row |= {
        "reason": "too large",
        "arguments": {"rate": 0.123456, "n_hidden": [10, 20]},
        "lower": True,
    }
    assert line_of(row, None) == "trial 3 failed: too large (with rate 0.12346, n_hidden [10, 20])"
    row |= {"outcome": "pruned", "value": 0.5, "channel": "valid_error"}
    shown = "trial 3: validation error 50 % with rate 0.12346, n_hidden [10, 20] (pruned)"
    assert line_of(row, None) == shown
    assert line_of(row, row) == f"{shown}, the best so far"


class Cluster:
    """What a sweep asks of a Dask client, with one worker, which is this process."""

    def __init__(self, addresses):
        self.addresses, self.submitted = addresses, []

    def scheduler_info(self):
        return {"workers": self.addresses}

    def submit(self, function, *arguments, workers, pure):
        self.submitted.append((arguments, workers, pure))
        function(*arguments)
        return Done()

    def cancel(self, tasks):
        assert all(task.done() for task in tasks)


class Done:
    def done(self):
        return True

    def result(self):
        return None


def test_each_worker_of_a_cluster_works_once(tmp_path):
    cluster = Cluster(["tcp://10.0.0.1:1", "tcp://10.0.0.2:1"])
    study = run_sweep(sweep_of(tmp_path, NUMBER, SPACE), tmp_path / "sweep", client=cluster)
    assert len(study.rows()) == 6 and best_row(study.rows())["outcome"] == "complete"
    folder = str((tmp_path / "sweep").resolve())
    assert cluster.submitted == [((folder,), [each], False) for each in cluster.addresses]
    with pytest.raises(InputError, match="has no workers"):
        run_sweep(sweep_of(tmp_path, NUMBER, SPACE, 9), tmp_path / "sweep", client=Cluster([]))


def test_a_cluster_of_dask_itself(tmp_path):
    distributed = pytest.importorskip("distributed", reason="pip install distributed")
    options = {"n_workers": 2, "threads_per_worker": 1, "dashboard_address": None}
    with distributed.LocalCluster(**options) as cluster, distributed.Client(cluster) as client:
        study = run_sweep(sweep_of(tmp_path, NUMBER, SPACE), tmp_path / "sweep", client=client)
    assert [row["outcome"] for row in study.rows()] == ["complete"] * 6


def test_without_dask_there_is_a_line(monkeypatch):
    monkeypatch.setitem(sys.modules, "dask.distributed", None)
    with pytest.raises(InputError, match="several machines need Dask: pip install distributed"):
        connected("tcp://127.0.0.1:8786")
