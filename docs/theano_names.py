"""Make howto/theano_names.csv from the code: the names that old programs use most, and verdicts."""

import csv
import re
import sys
from pathlib import Path

from dltut.old_code.check import verdict

TABLE = Path(__file__).parent / "howto" / "theano_names.csv"
HEAD = ["name", "repositories", "here", "why not"]


def rows(counts):
    """[name, repositories, verdict, reason] for each pair of a name and a number."""
    for name, repositories in counts:
        found = verdict(name.replace("\\", ""))
        shown = re.sub(r"(?<!\\)_$", r"\\_", name)  # else it would be a link
        yield [shown, str(repositories), found.kind, found.reason]


def read(table=TABLE):
    """The rows below the head, as they are shown."""
    with table.open(newline="", encoding="utf-8") as file:
        return list(csv.reader(file))[1:]


def main(counts=None):
    """Write the table anew; given a table of names, tabs and counts, for the names in it."""
    if counts is None:
        pairs = [row[:2] for row in read()]
    else:
        lines = [line.split("\t") for line in Path(counts).read_text().splitlines()[1:]]
        pairs = [(name, n) for name, n, *_ in lines if "." in name and int(n) >= 2]
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([HEAD, *rows(pairs)])


if __name__ == "__main__":
    main(*sys.argv[1:])
