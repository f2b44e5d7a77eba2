"""The table begins with the best, whichever way is better, and has a row a trial."""

from dltut.sweeps.table import best_row, sorted_rows, table_text, write_table


def row(trial, outcome, value, reason="", lower=False):
    arguments = {"rate": 0.1 / (trial + 3), "n_hidden": [100, 50], "activation": "relu"}
    number = {"value": value, "channel": "valid_accuracy", "lower": lower, "epoch": 4}
    return {"trial": trial, "outcome": outcome, "reason": reason, "arguments": arguments} | number


ROWS = [
    row(0, "complete", 0.5),
    row(1, "failed", None, "W is not finite"),
    row(2, "pruned", 0.25),
    row(3, "complete", 0.75),
    row(4, "running", None),
    row(5, "complete", 0.75),
]


def test_the_best_stands_first_and_ties_in_their_order():
    assert [each["trial"] for each in sorted_rows(ROWS)] == [3, 5, 0, 2, 1, 4]
    fewer = [each | {"lower": True} for each in ROWS]
    assert [each["trial"] for each in sorted_rows(fewer)] == [2, 0, 3, 5, 1, 4]
    assert best_row(ROWS)["trial"] == 3
    assert best_row(ROWS[1:2]) is None and best_row([]) is None


def test_the_table_says_what_became_of_each():
    lines = [line.split() for line in table_text(ROWS).splitlines()]
    assert lines[0] == "trial validation accuracy epoch rate n_hidden activation".split()
    assert lines[1] == "3 75 % 4 0.016667 [100, 50] relu best".split()
    assert lines[4] == "2 25 % 4 0.02 [100, 50] relu pruned".split()
    assert lines[5][-5:] == "failed: W is not finite".split()
    assert lines[6][-1] == "running"
    assert table_text([]).split() == ["trial", "value", "epoch"]


def test_the_file_has_every_digit(tmp_path):
    write_table(tmp_path / "table.csv", ROWS)
    first, second, *_, last = (tmp_path / "table.csv").read_text().splitlines()
    assert first == "trial,valid_accuracy,epoch,rate,n_hidden,activation,outcome,reason"
    assert second == f'3,0.75,4,{0.1 / 6},"[100, 50]",relu,complete,'
    assert last.startswith("4,,4,")
