"""CSV and npy files as data sets: whatever their dialect, and one line about what is none."""

import csv
import gzip
import io
import time
import tracemalloc

import numpy as np
import pytensor.tensor as pt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.datasets import load_diabetes, load_wine
from sklearn.linear_model import LinearRegression

from dltut import shared_dataset
from dltut.datasets import Classes, Labels, Numbers, load, read_inputs
from dltut.datasets.tables import read_table, table_parts
from dltut.exceptions import InputError
from dltut.optim import sgd
from dltut.training import minibatch_function, minibatch_functions

WINE, DIABETES = load_wine(), load_diabetes(scaled=False)


def write(path, rows, header=None, delimiter=",", encoding="utf-8", **dialect):
    with path.open("w", newline="", encoding=encoding) as file:
        writer = csv.writer(file, delimiter=delimiter, **dialect)
        writer.writerows([header, *rows] if header else rows)
    return path


def wine_rows(number=repr, names=False):
    """Each wine's values as they are written, and its class."""
    y = WINE.target_names[WINE.target] if names else WINE.target
    return [[*map(number, row), label] for row, label in zip(WINE.data.tolist(), y, strict=True)]


def examples(data):
    """All inputs in their own units, and all targets, sorted."""
    rows = [data.inputs.original(split.x) for split in data]
    return np.array(sorted(map(tuple, np.concatenate(rows).round(4))))


HEADER = [*WINE.feature_names, "class"]
DIALECTS = {
    "plain": dict(header=HEADER),
    "no header": {},
    "semicolons": dict(header=HEADER, delimiter=";", quoting=csv.QUOTE_ALL),
    "tabs": dict(delimiter="\t", header=HEADER),
    "spaces": dict(delimiter=" "),
    "mark": dict(header=HEADER, encoding="utf-8-sig"),
    "utf-16": dict(header=HEADER, encoding="utf-16"),
    "numbered": dict(header=[*map(str, range(13)), "class"]),
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("names", [False, True])
def test_dialects(tmp_path, dialect, names):
    path = write(tmp_path / "wine.csv", wine_rows(names=names), **DIALECTS[dialect])
    data = load(path)
    classes = list(WINE.target_names) if names else ["0", "1", "2"]
    assert data.targets == Classes(classes) and data.n_outputs == 3
    np.testing.assert_array_equal(examples(data), np.array(sorted(map(tuple, WINE.data.round(4)))))
    counts = np.bincount(np.concatenate([split.y for split in data]))
    np.testing.assert_array_equal(counts, np.bincount(WINE.target))
    if dialect == "plain":
        assert data.inputs.names == tuple(WINE.feature_names)


def test_decimal_commas(tmp_path):
    comma = write(tmp_path / "a.csv", wine_rows(lambda v: f"{v}".replace(".", ",")), delimiter=";")
    point = write(tmp_path / "b.csv", wine_rows())
    np.testing.assert_array_equal(load(comma).train.x, load(point).train.x)


def test_latin_1_is_said(tmp_path, capsys):
    rows = [[i, i * i, "süß" if i % 2 else "sauer"] for i in range(20)]
    path = write(tmp_path / "a.csv", rows, ["Größe", "b", "c"], encoding="latin-1")
    assert load(path).classes == ("sauer", "süß")
    assert f"data: {path} is no UTF-8; read as Latin-1\n" in capsys.readouterr().err


def test_as_numpy_writes_it(tmp_path):
    table = np.c_[WINE.data, WINE.target]
    for name, header in (("a.txt", " ".join(f"v{i}" for i in range(14))), ("b.txt", "wine, 1991")):
        np.savetxt(tmp_path / name, table, header=header)
    np.save(tmp_path / "c.npy", table)
    assert load(tmp_path / "a.txt").inputs.names[0] == "v0"
    for name in ("b.txt", "c.npy"):
        np.testing.assert_array_equal(
            load(tmp_path / name).train.x, load(tmp_path / "a.txt").train.x
        )


def test_one_line_says_what_was_decided(tmp_path, capsys):
    path = write(tmp_path / "wine.csv", wine_rows(), HEADER)
    load(path)
    assert capsys.readouterr().err == (
        f"data: {path} (110 / 34 / 34): 13 numbers, standardised; "
        "target: class, 3 classes (0, 1, 2); parts drawn with seed 1234\n"
    )


@pytest.mark.parametrize(
    ("stated", "targets", "n_inputs"),
    [
        (dict(target="alcohol"), Numbers(["alcohol"]), 13),
        (dict(target=0), Numbers(["alcohol"]), 13),
        (dict(target="-2"), Numbers(["proline"]), 13),
        (dict(target=["ash", "hue"]), Numbers(["ash", "hue"]), 12),
        (dict(task="regression", ignore=["ash", 0]), Numbers(["class"]), 11),
        (dict(target=()), None, 14),
    ],
)
def test_columns_are_named_or_counted(tmp_path, stated, targets, n_inputs):
    data = load(write(tmp_path / "wine.csv", wine_rows(), HEADER), **stated)
    assert getattr(data.targets, "names", None) == getattr(targets, "names", None)
    assert data.train.n_inputs == n_inputs


def test_a_name_of_two_columns(tmp_path):
    """Which is meant is not guessed; numbers say it."""
    path = write(tmp_path / "a.csv", [[i, 2.5 * i, i % 3] for i in range(40)], ["a", "a", "b"])
    with pytest.raises(InputError, match="has 2 columns 'a': give the number of the one"):
        load(path, target="a")
    assert load(path, target=1, task="regression").train.n_inputs == 2


def test_several_labels_and_texts_and_an_index(tmp_path, capsys):
    rows = [
        [i, "red" if i % 3 else "green", i / 7, str(i % 2 == 0), i % 5 == 0, i % 2]
        for i in range(40)
    ]
    path = write(tmp_path / "a.csv", rows, ["", "colour", "size", "even", "five", "odd"])
    data = load(path, target=["five", "odd"])
    assert data.targets == Labels(["five", "odd"]) and data.train.y.shape == (24, 2)
    assert data.inputs.names == ("colour=green", "colour=red", "size", "even")
    said = capsys.readouterr().err
    assert "the first column left out, it numbers the rows" in said
    assert "a column of 0 and 1 for each text in colour" in said
    x = np.concatenate([data.inputs.original(split.x) for split in data])
    np.testing.assert_allclose(x[:, 0] + x[:, 1], 1, atol=1e-6)
    assert set(x[:, 3].round(6)) == {0, 1}
    # asking the model about others: by name, in any order, with a target or without
    asked = write(tmp_path / "b.csv", [["3.5", "red", "false"]], ["size", "colour", "even"])
    found = read_inputs(asked, data.inputs)
    np.testing.assert_allclose(data.inputs.original(found), [[0, 1, 3.5, 0]], atol=1e-6)
    for rows, names, message in (
        (
            [["1", "rad", "true"]],
            ["size", "colour", "even"],
            "column colour holds 'rad': did you m",
        ),
        ([["1", "red"]], ["size", "colour"], "has no column 'even': valid names: colour, size"),
        ([["1", "red", "true"]], None, "has 3 columns, without names; the model takes 4"),
        (
            [["1", "2"]],
            ["a", "b"],
            r"has 2 columns, none of whose names \(a, b ...\) is an input's",
        ),
        ([["1", "red", "3", "4"]], None, "holds text where the model takes numbers"),
    ):
        with pytest.raises(InputError, match=rf"c\.csv:? {message}"):
            read_inputs(write(tmp_path / "c.csv", rows, names), data.inputs)


def test_parts_in_files_of_their_own(tmp_path):
    rows = wine_rows(names=True)
    order = np.random.RandomState(0).permutation(len(rows))
    parts = {"train": order[:100], "valid": order[100:130], "test": order[130:]}
    for part, chosen in parts.items():
        write(tmp_path / f"{part}.csv", [rows[i] for i in chosen], HEADER)
    data = load(tmp_path)
    for split, chosen in zip(data, parts.values(), strict=True):
        np.testing.assert_allclose(data.inputs.original(split.x), WINE.data[chosen], rtol=1e-5)
        np.testing.assert_array_equal(split.y, WINE.target[chosen])
    (tmp_path / "valid.csv").unlink()
    assert [len(split) for split in load(tmp_path)] == [84, 16, 48]
    (tmp_path / "test.csv").write_text((tmp_path / "test.csv").read_text().replace("hue", "hew"))
    with pytest.raises(InputError, match=r"test\.csv lacks the column hue that .*train\.csv has"):
        load(tmp_path)
    (tmp_path / "test.csv").unlink()
    with pytest.raises(
        InputError, match=r"has train\.csv but no test: add it, or give .*train\.csv"
    ):
        load(tmp_path)


ROWS = [[i, i * i, "a" if i % 2 else "b"] for i in range(20)]


def changed(row, column, cell):
    return [
        [*each[:column], cell, *each[column + 1 :]] if i == row else each
        for i, each in enumerate(ROWS)
    ]


@pytest.mark.parametrize(
    ("rows", "stated", "message"),
    [
        (changed(6, 1, ""), {}, r"a\.csv line 8, column y: a missing value, one of 1 in this colu"),
        (changed(6, 1, "?"), {}, r"a\.csv line 8, column y: a missing value"),
        (changed(6, 0, "nan"), {}, r"a\.csv line 8, column x: a missing value"),
        (changed(6, 2, ""), {}, r"a\.csv line 8, column z: a missing value"),
        (changed(6, 1, "1_0"), {}, r"a\.csv line 8, column y: '1_0' is no number, one of 1"),
        (changed(6, 1, "1e999"), {}, r"a\.csv line 8, column y: '1e999' is no number"),
        (
            [*ROWS, [1, 2]],
            {},
            r"a\.csv line 22 has 2 cells, expected 3: is a delimiter missing, or",
        ),
        ([[i, f"name {i}", 1] for i in range(20)], {}, "column y holds text, 20 different ones su"),
        (ROWS, dict(target="w"), r"a\.csv has no column 'w': valid names: x, y, z"),
        (ROWS, dict(target=3), r"a\.csv has no column 3"),
        (ROWS, dict(target="Z"), r"has no column 'Z': did you mean z\?"),
        (ROWS, dict(ignore="q"), r"a\.csv has no column 'q'"),
        (ROWS, dict(target=["y", "z"]), "target z holds text: one target alone can be a class"),
        (ROWS, dict(ignore=[0, 1]), "no column is left for the inputs"),
        ([[i] for i in range(20)], {}, r"a\.csv line 2 has 1 cells, expected 3: is a delimi"),
        ([], {}, r"a\.csv has no row of data: expected a table, columns and commas"),
        ([[i, i, 3] for i in range(20)], {}, "z is 3 in each row: there is nothing to tell apart"),
    ],
)
def test_what_is_no_table(tmp_path, rows, stated, message):
    path = write(tmp_path / "a.csv", rows, ["x", "y", "z"])
    with pytest.raises(InputError, match=message) as caught:
        load(path, **stated)
    assert "\n" not in str(caught.value) and "a.csv" in str(caught.value)


def test_a_missing_value_that_is_not_needed(tmp_path):
    path = write(tmp_path / "a.csv", changed(6, 1, ""), ["x", "y", "z"])
    assert load(path, ignore=["y"]).inputs.names == ("x",)


numbers = st.floats(allow_nan=False, allow_infinity=False, width=64)
texts = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8)
tables = st.integers(2, 5).flatmap(
    lambda width: st.tuples(
        st.lists(
            texts.map(lambda text: f"n{text}"),
            min_size=width,
            max_size=width,
            unique_by=str.casefold,
        ),
        st.lists(st.lists(numbers, min_size=width, max_size=width), min_size=2, max_size=6),
    )
)


@pytest.mark.parametrize("labels", ["1 0 1 1 0 1", "2 1 2 1 2 1", "good bad good good bad bad"])
def test_no_review_is_taken_for_a_header(tmp_path, labels):
    rows = [(f"it was the {number}th film", label) for number, label in enumerate(labels.split())]
    table = read_table(write(tmp_path / "reviews.csv", rows).read_bytes(), "reviews.csv")
    assert len(table.columns[0]) == 6 and not table.has_header
    named = read_table(write(tmp_path / "b.csv", rows, ["text", "label"]).read_bytes(), "b.csv")
    assert len(named.columns[0]) == 6 and named.has_header


def test_whether_there_is_a_header_may_be_said(tmp_path):
    path = write(tmp_path / "a.csv", [[1980 + i, (i + 1) % 7, i % 2] for i in range(21)])
    assert sum(map(len, load(path))) == 21 and sum(map(len, load(path, header=True))) == 20
    assert load(path, header=True).inputs.names == ("1980", "1")


def test_lines_are_those_of_the_file(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("# a table\n# of mine\n# a,b,c\n1,2,3\n\n4,,6\n7,8,9\n")
    with pytest.raises(InputError, match=r"a\.csv line 6, column b: a missing value"):
        load(path)
    path.write_text("# a table\n# of mine\na,b,c\n1,2,3\n4,,6\n7,8,9\n")
    with pytest.raises(InputError, match=r"a\.csv line 5, column b: a missing value"):
        load(path)
    path.write_text('a,b,c\n1,2,"3\n' + "4,5,6\n" * 50_000)
    with pytest.raises(
        InputError, match=r"a\.csv is no table \(field larger .*\): is a quote miss"
    ):
        load(path)


def test_one_row_and_one_column():
    """To ask a model about; and a first row of 0, 1 is no header."""
    assert read_table(b"1.5,2", "a.csv").names == ["0", "1"]
    assert read_table(b"age\n3\n4\n", "a.csv").names == ["age"]
    assert len(read_table(b"0,1\n1,1\n1,0\n", "a.csv")) == 3


@settings(max_examples=40)
@given(tables, st.sampled_from(",;\t"), st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_what_is_written_is_read(table, delimiter, encoding):
    names, rows = table
    file = io.StringIO(newline="")
    csv.writer(file, delimiter=delimiter).writerows([names, *rows])
    read = read_table(file.getvalue().encode(encoding), "a.csv")
    assert read.names == names
    for number, column in enumerate(zip(*rows, strict=True)):
        np.testing.assert_array_equal(read.column(number), column)


@settings(max_examples=40)
@given(st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=2, max_size=6))
def test_a_table_without_names(rows):
    file = io.StringIO(newline="")
    csv.writer(file).writerows(rows)
    read = read_table(file.getvalue().encode(), "a.csv", header=False)
    assert read.names == ["0", "1", "2"] and len(read) == len(rows)
    (pair,) = table_parts([read]).pairs
    np.testing.assert_array_equal(np.column_stack(pair), rows)


def test_regression_beside_scikit_learn(tmp_path):
    """Least squares by gradient descent, from a CSV to an error in the target's own unit."""
    header = [*DIABETES.feature_names, "progression"]
    path = write(tmp_path / "d.csv", np.c_[DIABETES.data, DIABETES.target].tolist(), header)
    data = load(path)
    assert data.targets.names == ("progression",) and data.n_outputs == 1
    train, _, test = map(shared_dataset, data)
    x, y = pt.matrix("x"), pt.vector("y")
    model = shared_dataset((np.zeros((1, 10)),)).x
    cost = pt.sqr(y - x @ model[0]).mean()
    step = minibatch_function(
        cost, [x, y], train, len(data.train), sgd(cost, [model], 0.1), mode="FAST_COMPILE"
    )
    for _ in range(500):
        step(0)
    measured = minibatch_functions(
        {"error": cost}, [x, y], {"test": test}, 500, mode="FAST_COMPILE"
    )["test_error"]
    assert measured.n_examples == len(data.test)
    original = [(data.inputs.original(each.x), data.targets.original(each.y)) for each in data]
    judge = LinearRegression().fit(*original[0])
    expected = np.square(judge.predict(original[2][0]) - original[2][1]).mean() ** 0.5
    assert measured.mean() ** 0.5 * data.targets.scale[0] == pytest.approx(expected, rel=0.01)
    assert 50 < expected < 65


def test_a_long_text_takes_no_room_in_each_row():
    """An array of texts has room for the longest in each place."""
    data = f"a,kind\n1,{'x' * 30_000}\n" + "2,y\n" * 30_000
    tracemalloc.start()
    try:
        with pytest.raises(
            InputError, match=r"t, column kind holds a text of 30,000 letters among"
        ):
            read_table(data.encode(), "t").column(1)
        assert tracemalloc.get_traced_memory()[1] < 10 * len(data) + 64 * 2**20
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "rows",
    ['"a","b"\n', "?,?,?\n", "1,2\n1\n", "text,1\n", "1,\n", " a , b \n", "true,false\n"],
)
def test_a_second_a_megabyte(tmp_path, rows):
    """What fails at the first row that is wrong, and columns of few different texts."""
    content = (rows * (2**20 // len(rows))).encode()
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(content[: 2**20 - 1], 1))
    began = time.process_time()
    with pytest.raises(InputError):
        load(tmp_path / "a.csv.gz")
    assert time.process_time() - began < 1


def test_wide_rows_are_longer_than_any_cell():
    """Python's reader takes no cell of 131,073 characters, and a row is one with another mark."""
    row = ",".join(["0.25"] * 50_000)
    assert len(row) > 131_072
    table = read_table(f"{row}\n{row}\n".encode(), "wide.csv")
    assert (len(table.names), len(table)) == (50_000, 2)
    with pytest.raises(InputError, match="has 100,001 columns; at most 100,000 are read"):
        read_table(b"1 " * 100_001, "row.csv")
