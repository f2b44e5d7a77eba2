"""Answer every row of a table with a trained model: predict_csv.py runs/wine test.csv out.csv."""

from dltut.commands import flags
from dltut.commands.predict import model_file
from dltut.commands.runs import reading

import csv
import io
from pathlib import Path
from typing import Literal

import numpy as np

from dltut.datasets.kinds import Numbers
from dltut.datasets.tables import inputs_in, read_table
from dltut.exceptions import InputError
from dltut.machine.config import configure
from dltut.machine.files import atomic, unreadable
from dltut.machine.notices import say
from dltut.tasks import Classification, Regression, load_trained

KINDS = {"classification": Classification, "regression": Regression}


def main(
    model: Path,
    test: Path,
    out: Path,
    prediction: Literal["classification", "regression"] | None = None,
    header: bool | None = None,
    label: bool = False,
    delimiter: str | None = None,
    probabilities: bool = False,
):
    """Write what a model answers to each row of a CSV file: class names, or numbers in their units.

    Parameters
    ----------
    model : path
        The folder of a run such as runs/wine, or a model file.
    test : path
        The rows. Columns are found by their names; without names there are as many as the inputs.
    out : path
        Where the answers are written, a row each, under names if the test rows have some.
    prediction : str
        What the model is expected to do; it is an error if it does something else.
    header : bool
        Whether the first row has names; default: as it looks.
    label : bool
        Leave out the first column, which holds the true answers.
    delimiter : str
        What stands between two cells, in both files: a sign, or tab; default: as it looks, and
        commas in the answers.
    probabilities : bool
        Write the probability of each class, too.
    """
    delimiter = "\t" if delimiter in ("tab", "\\t") else delimiter
    if delimiter is not None and (len(delimiter) != 1 or delimiter in '"\n\r'):
        raise InputError(f"delimiter {delimiter!r} is not one sign, such as ';', or tab")
    if out.resolve() == test.resolve():
        raise InputError(f"the answers would replace the file {test}: name another")
    configure()
    with reading():
        network, task = load_trained(model_file(model))
    if prediction and not isinstance(task, KINDS[prediction]):
        raise InputError(f"{model} does {type(task).__name__.lower()}, not {prediction}")
    with reading():
        table = rows_of(test, header, delimiter, label)
        x = inputs(table, task.inputs)
    answers = [task.row(answer) for answer in task.answers(network, x)]
    if isinstance(task, Classification) and not probabilities:
        answers = [{"predicted": answer["predicted"]} for answer in answers]
    with atomic(out, "w") as file:
        writer = csv.writer(file, delimiter=delimiter or ",", lineterminator="\n")
        writer.writerows([list(answers[0])] * table.has_header)
        writer.writerows(answer.values() for answer in answers)
    say(f"predictions: {out}, {len(answers):,} rows")


def rows_of(path, header, delimiter, label):
    """The table in a file, without its first column if that is a label."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from None
    if delimiter not in (None, "\t"):  # tabs are what nobody takes for anything else
        text = io.StringIO(data.decode("utf-8-sig", errors="replace"), newline="")
        rows, tabs = csv.reader(text, delimiter=delimiter), io.StringIO()
        csv.writer(tabs, delimiter="\t", lineterminator="\n").writerows(rows)
        data = tabs.getvalue().encode()
    table = read_table(data, path, header)
    if label:
        table.names.pop(0), table.columns.pop(0)
    return table


def inputs(table, kind):
    """The rows as the model takes them; those of pictures may be bytes."""
    if isinstance(kind, Numbers):
        return inputs_in(table, kind)
    n = int(np.prod(kind.shape))
    x = inputs_in(table, Numbers([str(i) for i in range(n)]))
    return x * np.float32(kind.white / 255) if x.max() > 2 * kind.white else x


if __name__ == "__main__":
    flags.run(main)
