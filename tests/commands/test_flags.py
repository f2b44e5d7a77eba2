"""Flags are made from a signature; a user's mistake becomes one line and status 2."""

import inspect
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltut.commands.flags import call, described, documentation, run
from dltut.exceptions import InputError
from dltut.machine.arguments import Amount, Count


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


@pytest.mark.parametrize("imported", ["pytensor", "numba, jax, matplotlib, scipy, PIL.Image"])
def test_control_c_while_the_rest_is_imported(imported, repository):
    """PyTensor puts an excepthook of its own in the place of ours."""
    program = f"import dltut.commands.flags, {imported}; raise KeyboardInterrupt"
    environment = os.environ | {"PYTHONPATH": str(repository)}
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.stderr == "interrupted\n" and done.returncode in (130, -2)


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


@dataclass
class Place:
    """Where.

    Parameters
    ----------
    folder : path
        Of everything.
    quick : bool
        Little of everything.
    """

    folder: Path | None = None
    quick: bool = False
    name: str = field(default="", init=False)
    arguments: dict = field(default_factory=dict, init=False)

    def __enter__(self):
        self.entered = True

    def __exit__(self, *error):
        self.left = error[0]


def placed(place: Place, n_hidden: Count = 500, l2_reg: Amount = 0.1):
    """Work somewhere.

    Parameters
    ----------
    n_hidden : int
        Units.
    """
    return place, n_hidden, l2_reg


def test_a_dataclass_is_a_flag_for_each_of_its_fields(capsys):
    place, n_hidden, l2_reg = run(placed, ["--n-hidden", "3", "--folder", "f", "--quick"])
    assert (place.folder, place.quick, n_hidden, l2_reg) == (Path("f"), True, 3, 0.1)
    assert place.name == "test-flags" and list(place.arguments.items()) == [
        *(("folder", Path("f")), ("quick", True), ("n_hidden", 3), ("l2_reg", 0.1)),
    ]
    assert place.entered and place.left is None
    assert described(placed) == {
        "--folder": "Of everything.",
        "--quick": "Little of everything.",
        "--n-hidden": "Units.",
        "--l2-reg": "",
    }
    with pytest.raises(SystemExit):
        run(placed, ["--help"])
    shown = capsys.readouterr().out
    assert shown.index("--n-hidden N") < shown.index("flags of all scripts") < shown.index("--fol")


def test_a_program_is_called_by_the_names_of_its_flags():
    place, n_hidden, _ = call(placed, folder="f", n_hidden=3)
    assert (place.folder, n_hidden, place.arguments["l2_reg"]) == ("f", 3, 0.1)
    with pytest.raises(InputError, match=r"placed takes no foldr; did you mean folder\?"):
        call(placed, foldr="f")


def test_a_place_is_left_when_the_work_fails():
    def failing(place: Place):
        places.append(place)
        raise InputError("no")

    places = []
    with pytest.raises(InputError):
        call(failing)
    assert places[0].left is InputError


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("--l2-reg -1", "--l2-reg is '-1'; expected a number, 0 or above"),
        ("--l2-reg nan", "--l2-reg is 'nan'; expected a number, 0 or above"),
        ("--l2-reg inf", "--l2-reg is 'inf'; expected a number, 0 or above"),
        ("--n-hidden -1", "--n-hidden is '-1'; expected a whole number, 0 or above"),
        ("--n-hidden 1.5", "--n-hidden is '1.5'; expected a whole number, 0 or above"),
        ("--folder=", "--folder is ''; expected a path"),
        ("--hidden 3", "there is no flag --hidden; did you mean --n-hidden?"),
        ("--hidden-size=3", "there is no flag --hidden-size; did you mean --n-hidden?"),
        ("--weight-decay 3", "there is no flag --weight-decay; did you mean --l2-reg?"),
        ("--lr .1", "there is no flag --lr; valid names: --folder, --l2-reg, --n-hidden, --quick"),
    ],
)
def test_numbers_out_of_range_and_names_of_other_libraries(capsys, arguments, message):
    with pytest.raises(SystemExit) as end:
        run(placed, arguments.split())
    assert (end.value.code, capsys.readouterr().err) == (2, f"error: {message}\n")


def test_the_home_is_written_as_a_tilde(monkeypatch):
    monkeypatch.setenv("HOME", "/home/me")
    place, *_ = run(placed, ["--folder=~/runs"])
    assert place.folder == Path("/home/me/runs")


PRINTING = "from dltut.commands import flags\ndef main():\n    print({})\nflags.run(main)"


def program(text, **options):
    """A program that has ended: its status, and what it said on standard error."""
    command = [sys.executable, "-c", text]
    ended = subprocess.run(command, stderr=subprocess.PIPE, text=True, **options)
    return ended.returncode, ended.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is full")
@pytest.mark.parametrize("text", ["1", "'long' * 100000"])
def test_a_full_output_is_one_line(text):
    with Path("/dev/full").open("w") as full:
        error = "error: standard output cannot be written (No space left on device)\n"
        assert program(PRINTING.format(text), stdout=full) == (1, error)


def test_a_closed_output_is_no_error():
    command = f'{sys.executable} -c "{PRINTING.format(1)}" >&-'
    ended = subprocess.run(["sh", "-c", command], stderr=subprocess.PIPE, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_terminal_without_a_letter_shows_its_number():
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    ended = subprocess.run(
        [sys.executable, "-c", PRINTING.format("'\xfcn\xef'")],
        env=environment,
        stdout=subprocess.PIPE,
    )
    assert (ended.returncode, ended.stdout) == (0, b"\\xfcn\\xef\n")


def test_control_c_while_a_program_imports_is_one_line():
    _, said = program("from dltut.commands import flags\nraise KeyboardInterrupt")
    assert said == "interrupted\n"


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
