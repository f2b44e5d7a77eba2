"""The race against the peers: its driver with invented peers, its tables, and a short real run."""

import importlib
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytensor
import pytest

from dltut.exceptions import InputError
from dltut.models import scattered_bits
from dltut.training import Monitor, Progress, Trainer

FOLDER = Path(__file__).parents[1] / "benchmarks"
MODULES = ("cold_start", "entries", "floor", "growth", "isa", "picture", "race", "run")
MODULES += ("samplers", "table", "works")

PEER = """
import os
import time


def versions():
    return {"invented": "1.0"}


def build(work, arrays, options):
    print("what a library prints is no answer")
    weights = arrays["p0"]
    if "reason" in options:
        raise ValueError(options["reason"])

    def run(n):
        if n == work["fatal"]:
            os._exit(3)
        with open(work["diary"], "a") as file:
            file.write(options["name"])
        weights[:] += n * options["step"]
        time.sleep(options["delay"])
        return [0.5] * n

    return run, lambda: [weights]
"""


@pytest.fixture(scope="module")
def bench():
    """The modules as `python benchmarks/run.py` imports them."""
    sys.path.insert(0, str(FOLDER))
    yield SimpleNamespace(**{name: importlib.import_module(name) for name in MODULES})
    sys.path.remove(str(FOLDER))
    for name in MODULES:
        del sys.modules[name]


@pytest.fixture
def folder(tmp_path):
    """A race's folder, whose cache of compiled code is that of all tests."""
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "pytensor").symlink_to(pytensor.config.base_compiledir)
    return tmp_path


@pytest.fixture
def entry(bench, tmp_path):
    """A function that invents an entry."""
    (tmp_path / "peer.py").write_text(PEER, encoding="utf-8")

    def invented(name, step=1.0, delay=0.0, interpreter=None, **options):
        options |= {"name": name, "step": step, "delay": delay}
        file = str(tmp_path / "peer")
        return bench.entries.Entry(name, file, ("work",), options, interpreter=interpreter)

    return invented


@pytest.fixture
def race(bench, tmp_path, monkeypatch):
    """A function that runs a race of invented entries and returns its results and its diary."""
    monkeypatch.setattr(bench.race, "PAUSE", 0.0)
    monkeypatch.setattr(bench.race, "LEAST", 0.0)

    def raced(*entries, cold=False, fatal=-1):
        diary = tmp_path / "diary"
        settings = {"diary": str(diary), "fatal": fatal}
        work = bench.works.Work("work", "invented work", settings, 2, 3, 5, 1e-6)
        object.__setattr__(work, "arrays", lambda: {"p0": np.ones(4)})
        running = bench.race.Race(work, entries, 1, {}, tmp_path)
        running.run(2, cold, lambda text: None)
        return running.results, diary.read_text(encoding="utf-8")

    return raced


def invented_results():
    def row(way, *seconds, **more):
        return {"way": way, "seconds": list(seconds), **more}

    entries = {
        "JAX": row("step", 0.002, 0.004, 0.003, peak=5e8, difference=1e-7),
        "dltut": row("ours", 0.001, 0.0011, 0.0012, cold=8.25, warm=1.5, peak=2.5e8),
        "JAX, epoch in a loop": row("loop", 0.002, 0.002, 0.002),
        "Theano": {"way": "step", "missing": "no Python was named"},
    }
    works = {"mlp": {"title": "MLP", "entries": entries}}
    for i, factor in enumerate((0.5, 2.0)):
        shapes = {
            "dltut": row("ours", 0.002),
            "torch": row("step", 0.002 * factor),
            "torch, channels last": row("step", 0.1),
        }
        works[f"conv-{i}"] = {"title": f"shape {i}", "entries": shapes}
    return {"machine": {}, "works": works}


def test_everyone_runs_in_turn_and_is_measured(entry, race):
    results, diary = race(entry("a"), entry("b"))
    # First call, check, two repeats of three rounds and one that is not counted.
    assert diary == "ab" + "ab" + "aaaabbbb" * 2
    for row in results.values():
        assert len(row["seconds"]) == 2
        assert row["peak"] > 1e6
        assert row["difference"] == 0
        assert row["versions"] == {"invented": "1.0"}


def test_time_is_divided_by_the_calls(entry, race):
    results, _ = race(entry("a", delay=0.06))
    for seconds in results["a"]["seconds"]:  # three rounds of two calls, 0.06 s each round
        assert 0.03 <= seconds < 0.1


def test_cold_and_warm_launches_are_timed(entry, race):
    results, diary = race(entry("a"), cold=True)
    assert diary.startswith("aa")
    assert 0 < results["a"]["warm"] < 60
    assert 0 < results["a"]["cold"] < 60


def test_what_cannot_run_is_reported_with_its_reason(entry, race):
    results, _ = race(
        entry("a"), entry("broken", reason="no such library"), entry("else", interpreter="theano")
    )
    assert results["broken"]["missing"] == "ValueError: no such library"
    assert results["else"]["missing"] == ("no Python was named: --interpreter theano=/path/python")
    assert len(results["a"]["seconds"]) == 2


def test_who_computes_something_else_is_found(bench, entry, race):
    results, _ = race(entry("a"), entry("wrong", step=1.5))
    assert results["wrong"]["missing"].startswith("computes something else: off by 4.3e-01")
    assert "seconds" not in results["wrong"]
    found = {"works": {"work": {"entries": results}}}
    assert bench.table.differing(found) == ["wrong (work)"]


def test_a_process_that_dies_is_reported(entry, race):
    results, _ = race(entry("a"), fatal=5)
    assert results["a"]["missing"] == "what a library prints is no answer"
    assert "seconds" not in results["a"]


def test_a_process_that_hangs_is_killed(bench):
    command = [sys.executable, "-c", "import time; time.sleep(60)"]
    worker = bench.race.Worker(command, os.environ, limit=0.2)
    with pytest.raises(bench.race.PeerError, match="ended by signal 9"):
        worker.ask("build")
    worker.close()


def test_difference_is_relative_and_sees_shapes(bench):
    difference = bench.race.difference
    assert difference([np.array([0.0, 4.0])], [np.array([1.0, 4.0])]) == 0.25
    assert difference([0.5, np.zeros(2)], [0.5, np.zeros(2)]) == 0
    assert difference([np.zeros(2)], [np.zeros(3)]) == np.inf
    assert not difference([np.ones(2)], [np.array([1.0, np.nan])]) <= 1e-3


def test_table_of_a_work(bench):
    work = invented_results()["works"]["mlp"]
    assert bench.table.text(work).splitlines() == [
        "",
        "MLP",
        "who                     ms  least  most  x dltut  cold s  warm s   MB",
        "dltut                 1.10   1.00  1.20     1.00    8.25    1.50  250",
        "JAX, epoch in a loop  2.00   2.00  2.00     1.82",
        "JAX                   3.00   2.00  4.00     2.73                  500",
        "Theano                missing: no Python was named",
        "largest difference between weights: 1.0e-07",
    ]


def test_the_floor_stands_in_the_table(bench):
    work = invented_results()["works"]["mlp"] | {"floor": 0.00022}
    assert bench.table.rows(work)[-1] == [bench.table.FLOOR, "0.220", "", "", "0.200", "", "", ""]
    assert 1e8 < bench.floor.best_product([np.matmul], [256], 2) < 1e14


@pytest.mark.parametrize(
    ("name", "counted"),
    [
        ("logistic", 600 * 2 * 7840),
        ("mlp", 20 * (2 * 784 * 500 + 3 * 500 * 10)),
        ("lenet-eval", 500 * (24**2 * 25 * 20 + 8**2 * 25 * 20 * 50 + 800 * 500 + 500 * 10)),
        ("da", 20 * 784 * 500 * 5),
        ("rbm", 20 * 784 * 500 * 33),
        ("dbn", 10 * 784 * 1000 * 5),
        ("chars", 64 * 64 * 3 * ((64 + 512) * 4 * 512 + 512 * 96)),
        ("conv-stride2", 3 * 64 * 14**2 * 32 * 64 * 9),
        ("conv-full", 3 * 128 * 12**2 * 50 * 20 * 25),
    ],
)
def test_products_are_counted(bench, name, counted):
    assert bench.floor.multiplications(bench.works.WORKS[name].settings) == counted


def test_every_work_has_a_floor(bench):
    for work in bench.works.WORKS.values():
        assert bench.floor.seconds(work.settings, 1e11) > 0


def test_ratios_compare_with_the_right_peers(bench):
    assert bench.table.ratios(invented_results()) == [
        ["MLP, training step / best step peer", "0.37", "JAX", "0.50", "0.40"],
        ["MLP, training step / best loop peer", "0.55", "JAX, epoch in a loop", "0.60", "0.55"],
        ["six convolutions / better layout of torch", "1.00", "torch, 2 shapes", "0.80", "0.70"],
    ]
    held = bench.table.ratios(invented_results() | {"machine": {"isa": "avx2"}})
    assert [row[3:] for row in held] == [["0.60", "0.40"], ["0.80", "0.55"], ["0.80", "0.70"]]


def test_a_gpu_is_raced_by_those_who_can_use_it(bench):
    there = [each.name for each in bench.entries.ENTRIES if each.runs_on("cuda")]
    assert "dltut, JAX mode" in there and "torch" in there and "JAX" in there
    assert not {"dltut", "Theano", "pytensor-ml, JAX"} & set(there)
    assert bench.run.on_device("cpu")["JAX_PLATFORMS"] == "cpu"
    assert bench.run.on_device("cuda")["JAX_DEFAULT_MATMUL_PRECISION"] == "float32"
    with pytest.raises(InputError, match=r"^there is no device 'cude': did you mean cuda\?$"):
        bench.run.on_device("cude")
    results = invented_results() | {"machine": {"device": "cuda"}}
    entries = results["works"]["mlp"]["entries"]
    entries["dltut, JAX mode"] = entries.pop("dltut")
    assert bench.table.ratios(results)[:2] == [
        ["mlp, JAX mode / hand-written JAX", "0.37", "JAX", "1.15", "1.00"],
        ["mlp, JAX mode / best step peer", "0.37", "JAX", "", "1.00"],
    ]
    ours, *_ = bench.table.rows(results["works"]["mlp"])
    assert ours[4] == "1.00"


def test_tables_and_pictures_are_written(bench, tmp_path):
    bench.run.write(tmp_path, invented_results())
    names = {path.name for path in tmp_path.iterdir()}
    assert {"speed.json", "speed.png", "mlp.csv", "mlp.rst", "ratios.rst"} <= names
    assert json.loads((tmp_path / "speed.json").read_text())["works"] == invented_results()["works"]
    assert (tmp_path / "mlp.csv").read_text().splitlines()[1].startswith("dltut,1.10,1.00,1.20")
    assert (tmp_path / "mlp.rst").read_text().startswith(".. list-table::\n")
    image = bench.picture.race(invented_results())
    assert image.width > 1000
    assert len(image.getcolors(2**20)) > 20


def test_whoever_races_convolutions_is_drawn(bench):
    """Also who has no colour of its own."""
    results = invented_results()
    entries = results["works"]["conv-0"]["entries"]
    entries["dltut, JAX mode"] = {"way": "ours", "seconds": [0.004]}
    assert bench.picture.race(results).width > 1000


def test_works_of_the_last_race_are_kept(bench, tmp_path):
    with pytest.raises(InputError, match="nothing to keep: race without --keep first"):
        bench.run.kept_works(tmp_path)
    bench.run.write(tmp_path, invented_results())
    assert bench.run.kept_works(tmp_path) == invented_results()["works"]


def test_growth_is_drawn(bench):
    lines = {"dltut": {1: [0.1, 0.2, 0.3], 4: [0.4]}, "JAX": {1: [0.3], 4: [0.5]}}
    image = bench.picture.growth({"batch size": lines, "maps": lines})
    assert image.width > 1000


def test_panels_of_the_last_time_are_kept(bench, tmp_path):
    line = {"dltut": {5: [0.1, 0.2], 20: [0.3]}}
    panels = {title: line for title, *_ in bench.growth.PANELS.values()}
    bench.growth.write(tmp_path, panels, {"isa": "avx2"})
    assert bench.growth.kept_panels(tmp_path) == panels
    with pytest.raises(InputError, match="nothing to keep"):
        bench.growth.kept_panels(tmp_path / "other")
    with pytest.raises(InputError, match=r"no panel 'pixel'.*pixels"):
        bench.growth.main(panels=("pixel",))


def test_the_first_validation_is_found_in_what_a_script_prints(bench, capsys):
    monitor = Monitor(lambda: 0.5)
    Trainer(lambda index: 0.5, n_batches=2, extensions=[monitor, Progress()]).run(2)
    lines = capsys.readouterr().out.splitlines()
    assert bench.cold_start.seconds_to(bench.cold_start.FIRST, lines[:1], 0.0) is not None


def test_mistakes_of_the_user(bench):
    with pytest.raises(InputError, match=r"there is no work 'lenett'.*lenet"):
        bench.run.chosen_works(["lenett"])
    assert bench.run.chosen_works(["unsupervised"]) == ["da", "rbm", "dbn", "hmc"]
    with pytest.raises(InputError, match="expected name=path of a Python"):
        bench.run.named_interpreters(["theano"])
    with pytest.raises(InputError, match="no peer 'jax' needs an interpreter"):
        bench.run.named_interpreters(["jax=/usr/bin/python"])


@pytest.mark.parametrize(
    ("isa", "flags", "words"),
    [
        ("avx512", "fpu avx2 fma bmi2 f16c", "has no avx512f, avx512dq, avx512vl"),
        ("avx2", "fpu avx", "has no avx2, fma, bmi2, f16c"),
        ("avx3", "", r"did you mean avx2\?"),
    ],
)
def test_instruction_sets_that_are_not_there_are_refused(bench, tmp_path, isa, flags, words):
    facts = tmp_path / "cpuinfo"
    facts.write_text(f"processor : 0\nflags : {flags}\n")
    with pytest.raises(InputError, match=words):
        bench.isa.variables_of(isa, facts)


def test_ours_held_to_avx2_has_its_vectors(bench, tmp_path):
    facts = tmp_path / "cpuinfo"
    facts.write_text("flags : avx2 fma bmi2 f16c avx512f avx512dq avx512vl\n")
    assert bench.isa.variables_of("avx512", facts) == {}
    code = "from dltut.kernels.engine.vectors import BYTES; import numba; "
    code += "from numba.core.registry import cpu_target; "
    code += "print(BYTES, cpu_target.target_context.codegen()._get_host_cpu_name())"
    found = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | bench.isa.variables_of("avx2", facts),
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.split() == ["32", "x86-64-v3"]


def test_works_are_as_published(bench):
    work = bench.works.WORKS["lenet"]
    arrays = work.arrays()
    assert arrays["x"].shape == (50_000, 784)
    assert [arrays[f"p{i}"].shape for i in range(0, 8, 2)] == [
        (20, 1, 5, 5),
        (50, 20, 5, 5),
        (800, 500),
        (500, 10),
    ]
    assert {array.dtype.str for name, array in arrays.items() if name != "y"} == {"<f4"}
    assert len(bench.works.CONVOLUTIONS) == 6


def test_works_that_draw_compare_what_draws_hardly_change(bench):
    rng = np.random.RandomState(0)
    first, second = 3 + rng.randn(2, 3000, 3, 5)
    difference, works = bench.race.difference, bench.works.WORKS
    alike = [works[name].compared for name in ("da", "hmc")]
    for compared in alike:
        assert difference(compared([first]), compared([second])) < 0.1
        assert difference(compared([first]), compared([1.3 * second])) > 0.25
    assert difference(*(works["mlp"].compared([each]) for each in (first, second))) > 0.5


def test_chains_start_at_draws_of_a_gaussian(bench):
    arrays = bench.works.WORKS["hmc"].arrays()
    assert arrays["x"].shape == (3, 5)
    assert (np.linalg.eigvalsh(arrays["precision"]) > 0).all()
    off = arrays["x"] - arrays["mean"]
    assert ((off @ arrays["precision"]) * off).sum() < 40  # chi-square of 15 degrees: 25 at most


def test_everyone_flips_the_same_bits(bench):
    settings = bench.works.WORKS["rbm"].settings
    assert scattered_bits(1, 784) == settings["stride"]


def test_works_without_labels_have_pixels_as_chances(bench):
    arrays = bench.works.WORKS["dbn"].arrays()
    assert arrays["p0"].shape == (784, 1000)
    assert 0 <= arrays["x"].min() < arrays["x"].max() <= 1
    assert np.abs(arrays["p0"]).max() == pytest.approx(4 * np.sqrt(6 / 1784), rel=1e-3)


@pytest.mark.parametrize(
    ("source", "name", "settings"),
    [
        ("mlp_mkl.c", "mlp", {"n_hidden": [7]}),
        ("lenet_onednn.cpp", "lenet", {"maps": [3, 4], "n_hidden": [6]}),
        ("mlp_dll.cpp", "mlp", {}),
    ],
)
def test_programs_in_c_descend(bench, tmp_path, monkeypatch, source, name, settings):
    """A small step lowers the cost by the rate times the squared gradient, which moved them."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    peer = importlib.import_module("peers.native_peer")
    work = bench.works.WORKS[name].settings | {"n_examples": 1000, "l2": 0.0} | settings
    work |= {"learning_rate": 0.001}
    arrays = bench.works.ARRAYS["network"](work)
    before = [arrays[f"p{i}"].astype("float64") for i in range(len(arrays) - 2)]
    try:
        run, result = peer.build(work, arrays, {"source": source, "threads": 1})
    except RuntimeError as error:
        assert str(error).startswith((f"{source} needs ", "DLL_HOME does not say"))
        pytest.skip(str(error))
    first = run(1)[0]
    gone = sum(((a - b) ** 2).sum() for a, b in zip(before, result(), strict=True))
    assert run(1)[0] - first == pytest.approx(-gone / work["learning_rate"], rel=0.1)


def test_effective_draws_are_counted_and_wrong_ones_found(bench, tmp_path):
    """Of independent draws all count; those of another density are no figure."""
    pytest.importorskip("arviz_stats")
    draws = 3 + np.random.default_rng(1).normal(size=(4, 1000, 2))
    runs = []
    for centre in (3, 3.5):
        np.savez(tmp_path / "draws.npz", draws, [0.5, 2.0], 10)
        runs.append(bench.samplers.judged(tmp_path / "draws.npz", np.full(2, centre), np.eye(2)))
    right, wrong = ({"runs": [each], "first": 5.0, "versions": {}} for each in runs)
    assert 3200 < runs[0]["ess"] < 4800 and 3200 < runs[0]["ess_of_squares"] < 4800
    assert bench.samplers.rates(right)[0] == runs[0]["ess"] / 2.0
    assert bench.samplers.rates(right, warmed=True)[0] == runs[0]["ess"] / 2.5
    assert "missing" not in bench.samplers.checked(right)
    assert "draws of another density" in bench.samplers.checked(wrong)["missing"]


def test_targets_have_the_moments_that_are_said(bench):
    """The turned Gaussian's condition number; the energies of ours are those of the densities."""
    mean, covariance = bench.samplers.turned(np.random.default_rng(0))
    assert np.linalg.cond(covariance) == pytest.approx(100) and len(mean) == 100
    mean, covariance = bench.samplers.tutorial(None)
    given = bench.works.WORKS["hmc"].arrays()
    np.testing.assert_allclose(covariance @ given["precision"], np.eye(5), atol=1e-4)
    with pytest.raises(InputError, match="there is no target 'bananas': did you mean banana"):
        bench.samplers.main(targets=("bananas",))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["da", "rbm", "rnnrbm", "hmc"])
def test_peers_that_are_installed_agree_where_they_draw(bench, folder, name):
    published = bench.works.WORKS[name]
    fewer = {"n_hidden": 50, "n_examples": 6000} if name in ("da", "rbm") else {}
    if name == "rnnrbm":
        fewer = {"n_hidden": 60, "n_recurrent": 40, "steps": 40, "k": 5, "n_examples": 100}
    settings = published.settings | fewer
    checked = {"da": 300, "rbm": 150, "rnnrbm": 100, "hmc": 4000}[name]
    work = bench.works.Work(  # one call a repeat: loops in JAX are compiled anew for each number
        name, "small", settings, 1, 1, checked, published.tolerance, published.compared
    )
    entries = [entry for entry in bench.entries.ENTRIES if "compiled" not in entry.name]
    running = bench.race.Race(work, entries, 1, {}, folder)
    running.run(1, cold=False, say=lambda text: None)
    for entry in running.entries:
        row = running.results[entry.name]
        library = entry.file.removesuffix("_peer")
        is_here = library == "ours" or importlib.util.find_spec(library) is not None
        if is_here and entry.interpreter is None:
            assert row.get("seconds"), row


@pytest.mark.slow
def test_peers_that_are_installed_agree_on_a_small_lenet(bench, folder):
    settings = bench.works.WORKS["lenet"].settings
    settings = settings | {"n_examples": 40, "batch_size": 8, "maps": [3, 4], "n_hidden": [6]}
    work = bench.works.Work("lenet", "small", settings, 1, 1, 3, 1e-3)
    running = bench.race.Race(work, bench.entries.ENTRIES[1:8], 1, {}, folder)
    running.run(1, cold=False, say=lambda text: None)
    for entry in running.entries:
        library = entry.file.removesuffix("_peer")
        row = running.results[entry.name]
        if library != "ours" and importlib.util.find_spec(library) is None:
            assert "No module named" in row["missing"]
        elif "compiled" not in entry.name:  # needs a C++ compiler, too
            assert row["seconds"], row


@pytest.mark.slow
def test_quick_run(tmp_path):
    command = [sys.executable, str(FOLDER / "run.py"), "--works", "logistic", "--peers", "dltut"]
    command += ["--quick", "--threads", "1", "--out", str(tmp_path)]
    finished = subprocess.run(command, capture_output=True, text=True)
    assert finished.returncode == 0, finished.stderr
    row = json.loads((tmp_path / "speed.json").read_text())["works"]["logistic"]["entries"]["dltut"]
    assert len(row["seconds"]) == 2
    assert "logistic regression" in finished.stdout
