"""Flags are made from a signature; a user's mistake becomes one line and status 2."""

import inspect
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltut.commands.flags import documentation, run
from dltut.exceptions import InputError


def train(
    run_name: str,
    *pictures: Path,
    dataset: str = "auto",
    learning_rate: float = 0.01,
    n_hidden: int | tuple[int, ...] = 500,
    n_kernels: tuple[int, ...] = (20, 50),
    floatX: Literal["float32", "float64"] = "float32",
    seed: int | None = None,
    data_dir: str | None = None,
    quick: bool = False,
    shuffle: bool = True,
):
    """Train a network,
    100 % of it.

    Longer explanation.

    Parameters
    ----------
    run_name : str
        Name of the run.
    *pictures : paths
        Pictures to classify.
    learning_rate : float
        Step size;
        50 % of it is wise.
    dataset, data_dir : str
        Where the data comes from.
    quick : bool
        A small run.

    Returns
    -------
    dict
        Not a parameter.
    """
    return {name: value for name, value in locals().items() if value is not None}


DEFAULTS = {
    "run_name": "first",
    "pictures": (),
    "dataset": "auto",
    "learning_rate": 0.01,
    "n_hidden": 500,
    "n_kernels": (20, 50),
    "floatX": "float32",
    "quick": False,
    "shuffle": True,
}


@pytest.mark.parametrize(
    ("arguments", "changes"),
    [
        ("", {}),
        ("--learning-rate 1e-4 --seed 7", {"learning_rate": 1e-4, "seed": 7}),
        ("--learning-rate=-2", {"learning_rate": -2.0}),
        ("--n-hidden 20", {"n_hidden": 20}),
        ("--n-hidden 20 10", {"n_hidden": (20, 10)}),
        ("--n-kernels 4", {"n_kernels": (4,)}),
        ("--n-kernels 4 5 6", {"n_kernels": (4, 5, 6)}),
        ("--floatX float64 --data-dir d", {"floatX": "float64", "data_dir": "d"}),
        ("--quick --no-shuffle", {"quick": True, "shuffle": False}),
        ("--no-quick --shuffle", {}),
        ("a.png b.png", {"pictures": (Path("a.png"), Path("b.png"))}),
        ("a.png --quick", {"pictures": (Path("a.png"),), "quick": True}),
    ],
)
def test_values(arguments, changes):
    assert run(train, ["first", *arguments.split()]) == DEFAULTS | changes


def test_types_come_from_defaults_where_nothing_is_annotated():
    def main(name="x", n=3, rate=0.5, sizes=(1, 2), quick=False, folder=None):
        return name, n, rate, sizes, quick, folder

    assert run(main, []) == ("x", 3, 0.5, (1, 2), False, None)
    arguments = "--name 1 --n 4 --rate 2 --sizes 7 --quick --folder f".split()
    assert run(main, arguments) == ("1", 4, 2.0, (7,), True, "f")


def test_variadic_after_a_parameter_with_a_default():
    def main(top=3, *paths: str):
        return top, paths

    assert run(main, ["a", "b"]) == (3, ("a", "b"))
    assert run(main, ["--top", "1", "a"]) == (1, ("a",))


def test_arguments_of_the_program_are_the_default(monkeypatch):
    monkeypatch.setattr("sys.argv", ["train.py", "first", "--seed", "3"])
    assert run(train)["seed"] == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("first --n-hiden 5", "there is no flag --n-hiden; did you mean --n-hidden?"),
        ("first --n_hidden=5", "there is no flag --n_hidden; did you mean --n-hidden?"),
        ("first --learn 5", "there is no flag --learn"),
        (
            "first --learning-rates 5",
            "there is no flag --learning-rates; did you mean --learning-r",
        ),
        ("first --seed x", "--seed is 'x'; expected a whole number\n"),
        ("first --seed 1.5", "--seed is '1.5'; expected a whole number\n"),
        ("first --n-hidden 5 x", "--n-hidden is '5 x'; expected a whole number or one or more, ea"),
        ("first --n-kernels 5 x", "--n-kernels is '5 x'; expected one or more, each a whole num"),
        ("first --learning-rate nan", "--learning-rate is 'nan'; expected a number\n"),
        ("first --learning-rate=-inf", "--learning-rate is '-inf'; expected a number\n"),
        ("first --dataset=", "--dataset is ''; expected text\n"),
        ("first --seed", "argument --seed: expected one argument"),
        ("first --floatX float16", "--floatX is 'float16'; expected float32 or float64\n"),
        ("", "the following arguments are required: run_name"),
    ],
)
def test_mistakes_are_one_line_and_status_2(capsys, arguments, message):
    with pytest.raises(SystemExit) as end:
        run(train, arguments.split())
    assert end.value.code == 2
    shown = capsys.readouterr()
    assert shown.err.startswith(f"error: {message}")
    assert shown.err.count("\n") == 1
    assert shown.out == ""


def test_one_argument_too_many(capsys):
    with pytest.raises(SystemExit):
        run(lambda n=1: n, ["stray"])
    assert capsys.readouterr().err.startswith("error: 'stray' is one argument too many")


def test_input_errors_of_the_program_itself(capsys):
    def main():
        raise InputError("the data is missing")

    with pytest.raises(SystemExit) as end:
        run(main, [])
    assert (end.value.code, capsys.readouterr().err) == (2, "error: the data is missing\n")


def test_an_error_is_one_line_that_a_terminal_does_not_obey(capsys):
    def main():
        raise InputError("no class \x1b[2J\nerror: none" + "." * 10_000)

    with pytest.raises(SystemExit):
        run(main, [])
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(r"error: no class \x1b[2J\nerror: none") and len(line) < 2100


def test_other_errors_keep_their_traceback():
    def main():
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        run(main, [])


def test_control_c(capsys):
    def main():
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as end:
        run(main, [])
    assert (end.value.code, capsys.readouterr().err) == (130, "interrupted\n")


def test_help_shows_summary_texts_and_defaults(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    with pytest.raises(SystemExit) as end:
        run(train, ["--help"], program="train.py")
    shown = " ".join(capsys.readouterr().out.split())
    assert end.value.code == 0
    assert shown.startswith("usage: train.py ")
    for text in [
        "Train a network, 100 % of it.",
        "run_name Name of the run.",
        "pictures Pictures to classify.",
        "Step size; 50 % of it is wise. (default: 0.01)",
        "Where the data comes from. (default: auto)",
        "Width of the numbers; default: as configured, else float32. (default: float32)",
        "(default: 20 50)",
        "--quick, --no-quick A small run. (default: False)",
    ]:
        assert text in shown
    assert "None" not in shown
    assert "Not a parameter" not in shown
    assert shown.count("(default: False)") == 1


def test_documentation():
    summary, parameters = documentation(inspect.getdoc(train))
    assert summary == "Train a network, 100 % of it."
    assert list(parameters) == [
        "run_name",
        "pictures",
        "learning_rate",
        "dataset",
        "data_dir",
        "quick",
    ]
    assert parameters["dataset"] == parameters["data_dir"] == "Where the data comes from."
    assert documentation("") == ("", {})


@given(
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(min_size=1),
    st.booleans(),
)
def test_every_value_comes_through(seed, learning_rate, dataset, quick):
    arguments = ["first", f"--seed={seed}", f"--learning-rate={learning_rate}"]
    arguments += [f"--dataset={dataset}", "--quick" if quick else "--no-quick"]
    changes = {"seed": seed, "learning_rate": learning_rate, "dataset": dataset, "quick": quick}
    assert run(train, arguments) == DEFAULTS | changes


def test_a_reader_that_stops_early_sees_no_traceback():
    program = (
        "from dltut.commands.flags import run\n"
        "def main():\n    for i in range(100000): print(i)\nrun(main)"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    writer.stdout.readline()
    writer.stdout.close()
    assert writer.stderr.read() == b""
    assert writer.wait() == 141
    writer.stderr.close()
