"""The files of the slides' tutorial run as they are: the chain, the records, the channels."""

import math
from pathlib import Path

import pytest

from dltut.exceptions import InputError
from dltut.machine.serialize import read_arrays
from dltut.models import Sequential, dA, load_model

CHAIN = ("dae_l1", "dae_l2", "dae_mlp")


def test_softmax_regression(run):
    log, runs = run("softmax_regression")
    first, *others = log.rows
    assert len(others) == 3 and first["epoch"] == 0  # N epochs, N + 1 records
    for split in ("train", "valid", "test"):
        assert first[f"{split}_objective"] == pytest.approx(math.log(10), rel=1e-6)
        assert first[f"{split}_y_nll"] == first[f"{split}_objective"]
        assert first[f"{split}_y_mean_max_class"] == pytest.approx(0.1)
        assert first[f"{split}_y_col_norms_max"] == 0
        names = {name.removeprefix(f"{split}_") for name in first if name.startswith(split)}
        assert names == {
            "objective",
            "y_misclass",
            "y_nll",
            *(f"y_{kind}_max_class" for kind in ("max", "mean", "min")),
            *(f"y_{way}_norms_{kind}" for way in ("row", "col") for kind in ("min", "mean", "max")),
        }
    assert 0.8 < first["valid_y_misclass"] < 1
    assert first["ave_step_size"] == 0 < others[0]["ave_step_size"]
    costs = [row["train_objective"] for row in log.rows]
    assert costs == sorted(costs, reverse=True) and costs[-1] < 0.5

    best = min(row["valid_y_misclass"] for row in log.rows)
    _, header = read_arrays(runs / "softmax_regression_best.pkl")
    assert header["channel"] == "valid_y_misclass" and header["value"] == best
    assert isinstance(load_model(runs / "softmax_regression.pkl"), Sequential)


@pytest.fixture(scope="module")
def chain(run):
    """The logs of the three, each run by itself."""
    return {name: run(name)[0] for name in CHAIN}


def test_the_chain_of_autoencoders(chain, run):
    l1, l2, mlp = chain.values()
    for log in (l1, l2):
        assert len(log.rows) == 4
        costs = [row["objective"] for row in log.rows]  # a single data set has no name
        assert costs == sorted(costs, reverse=True)
        assert {"objective", "learning_rate"} <= set(log.rows[0])
    assert l1.rows[0]["objective"] == pytest.approx(85, rel=0.2)
    names = {name for name in mlp.rows[0] if "_" in name}
    assert {"valid_objective", "valid_y_misclass", "learning_rate"} <= names
    assert not any(name.startswith("valid_h1") for name in names)  # nor has Pylearn2 any


def test_the_numbers_that_change(chain):
    rows = chain["dae_mlp"].rows
    n = 10  # minibatches of 100 in an epoch
    for epoch, row in enumerate(rows):
        assert row["learning_rate"] == pytest.approx(0.05 / 1.00004 ** (epoch * n), rel=1e-6)
        share = max(epoch - 1, 0) / 249
        assert row["momentum"] == pytest.approx(0.5 + 0.2 * share, rel=1e-5)


def test_phases_of_one_file_are_the_same(chain, run, small):
    text = "[" + ",\n".join(map(small, CHAIN)) + "]"
    log, runs = run("phases", text.replace("dae_", "${PYLEARN2_TRAIN_FILE_STEM}_"))
    assert log.rows == chain["dae_mlp"].rows
    assert {each.name for each in runs.glob("phases_*")} == {
        "phases_l1.pkl",
        "phases_l2.pkl",
        "phases_mlp_best.pkl",
    }
    assert isinstance(load_model(runs / "phases_l1.pkl"), dA)
    assert {each.name for each in (runs / "phases").glob("phase*")} == {
        "phase1",
        "phase2",
        "phase3",
    }


def test_a_later_file_before_its_earlier_one(run, small):
    with pytest.raises(
        InputError, match=r"\.yaml:\d+:\d+: .*nothing_l1\.pkl cannot be read .* run the experiment"
    ):
        run("waiting", small("dae_l2").replace("dae_l1", "nothing_l1"))


@pytest.mark.slow
def test_a_convolutional_net_with_dropout(run):
    log, runs = run("conv_net_small_dropout")
    assert len(log.rows) == 4
    names = set(log.rows[0])
    assert {"valid_term_0", "valid_term_1_weight_decay", "learning_rate", "momentum"} <= names
    assert {f"test_h1_kernel_norms_{kind}" for kind in ("min", "mean", "max")} <= names
    assert not any("pool" in name or "_h0_max_x" in name for name in names)
    first = log.rows[0]
    total = first["valid_term_0"] + first["valid_term_1_weight_decay"]
    assert first["valid_objective"] == pytest.approx(total, rel=1e-6)
    model = load_model(runs / "conv_net_small_dropout_best.pkl")
    assert [place.dropout for place in model.places] == [0.5, 0, 0.5, 0, 0.5]
    assert [place.dropout_scale for place in model.places if place.dropout] == [2, 2, 2]


@pytest.mark.slow
def test_the_convolutional_net(run):
    log, runs = run("conv_net")
    assert len(log.rows) == 4 and (runs / "conv_net_best.pkl").exists()
    assert log.rows[-1]["train_cost"] < log.rows[1]["train_cost"]


TINY = """
!obj:pylearn2.train.Train {
    dataset: &d !obj:pylearn2.testing.datasets.random_one_hot_dense_design_matrix {
        rng: !obj:numpy.random.RandomState {seed: 1}, num_examples: 23, dim: 5, num_classes: 3
    },
    model: !obj:pylearn2.models.mlp.MLP {
        nvis: 5,
        layers: [
            !obj:pylearn2.models.mlp.Tanh {layer_name: h, dim: 4, irange: .1, W_lr_scale: .5},
            !obj:pylearn2.models.mlp.Softmax {layer_name: y, n_classes: 3, irange: .1}
        ]
    },
    algorithm: !obj:pylearn2.training_algorithms.sgd.SGD {
        learning_rate: .1, batch_size: %(batch_size)i,
        monitoring_dataset: {train: *d},
        termination_criterion: !obj:pylearn2.termination_criteria.EpochCounter {max_epochs: 2}
    },
    save_path: "${PYLEARN2_TRAIN_FILE_FULL_STEM}.pkl",
    save_freq: 1
}
"""


def test_blanks_and_variables(run):
    log, runs = run("tiny", TINY, set=("batch_size=10",))
    assert [row["epoch"] for row in log.rows] == [0, 1, 2]
    assert log.n_batches == 3  # the last of three examples, as in Pylearn2
    assert (runs / "tiny.pkl").exists()
    units = {
        f"train_h_{kind}_x_{over}_u"
        for kind in ("max", "mean", "min", "range")
        for over in ("max", "mean", "min")
    }
    assert units <= set(log.rows[0])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"batch_size: %(batch_size)i,": ""}, "batch_size is missing: give the algorithm one"),
        ({"nvis: 5,": ""}, "an MLP takes nvis or input_space, one of them"),
        ({"W_lr_scale: .5": "istdev: .1"}, "irange and istdev says how its weights begin; give"),
        ({"layer_name: h,": "layer_name: y,"}, "two layers are called y: give each a name"),
        ({".pkl": "/../../x.pkl"}, "leads out of the folder of the runs"),
        ({"mlp.Tanh": "dbm.DBM"}, "it was a deep Boltzmann machine in Pylearn2; dltut has"),
        ({"mlp.Tanh": "mlp.Tahn"}, "there is no pylearn2.models.mlp.Tahn; did you mean"),
        ({"dim: 4": "dim: -4"}, "dim is -4; expected a whole number, 1 or above"),
        ({"dim: 4": "dmi: 4"}, r"there is no dmi; did you mean dim\?"),
        ({"irange: .1, W": "W"}, "nothing says how its weights begin; give one of irange"),
    ],
)
def test_what_does_not_fit_is_one_line_with_a_place(run, changes, message):
    text = TINY
    for old, new in changes.items():
        text = text.replace(old, new)
    with pytest.raises(InputError, match=rf"\.yaml:\d+:\d+: .*{message}") as caught:
        run("wrong", text, set=("batch_size=10",) * ("%(" in text), dry_run=True)
    assert "\n" not in str(caught.value)


def with_sigmoids(style: str) -> str:
    """The text, with sigmoids at the end."""
    softmax = "mlp.Softmax {layer_name: y, n_classes: 3, irange: .1}"
    sigmoid = f"mlp.Sigmoid {{layer_name: y, dim: 3, irange: .1, monitor_style: {style}}}"
    return TINY.replace(softmax, sigmoid)


@pytest.mark.parametrize(
    ("style", "names"),
    [
        ("detection", ("01_loss", "kl", "precision", "recall", "f1", "per_output_f1_min")),
        ("one_hot_class", ("misclass",)),
        ("bit_vector_class", ("misclass",)),
    ],
)
def test_sigmoids_at_the_end_learn_a_label_each(run, style, names):
    log, runs = run(f"sigmoids_{style}", with_sigmoids(style), set=("batch_size=10",))
    first, *_, last = log.rows
    measured = {name.removeprefix("train_y_") for name in first if name.startswith("train_y_")}
    units = {name for name in measured if "norms" in name or name.endswith("_u")}
    kept = {name for name in measured - units if not name.startswith("per_output")}
    assert kept == {name for name in names if not name.startswith("per_output")}
    assert {name for name in names if name.startswith("per_output")} <= measured
    assert len([name for name in measured if name.startswith("per_output")]) in (0, 9)
    assert first["train_objective"] == pytest.approx(3 * math.log(2), rel=0.05)  # not ln 3
    assert last["train_objective"] < first["train_objective"]
    if style == "detection":
        assert first["train_y_kl"] == first["train_objective"]
    assert (0 < first["train_y_max_x_max_u"] < 1) and load_model(runs / f"sigmoids_{style}.pkl")


def test_the_most_probable_sigmoid_is_the_answer(run):
    """Three bits are all right for fewer examples than the largest of them is."""
    logs = [
        run(f"wrong_{style}", with_sigmoids(style), set=("batch_size=10",))[0]
        for style in ("one_hot_class", "bit_vector_class")
    ]
    largest, bits = (log.rows[0]["train_y_misclass"] for log in logs)
    assert largest < bits


def test_sigmoids_that_do_not_fit_the_targets(run):
    with pytest.raises(InputError, match=r"layer y: 4 sigmoids for targets of 3 classes; expected"):
        text = with_sigmoids("detection").replace("y, dim: 3", "y, dim: 4")
        run("wrong_sigmoids", text, set=("batch_size=10",))


REGRESSION = """
!obj:pylearn2.train.Train {
    dataset: &d !obj:pylearn2.datasets.csv_dataset.CSVDataset {path: table.csv, task: regression},
    model: !obj:pylearn2.models.mlp.MLP {
        nvis: 2,
        layers: [!obj:pylearn2.models.mlp.Linear {layer_name: y, dim: 1, irange: .1}]
    },
    algorithm: !obj:pylearn2.training_algorithms.sgd.SGD {
        learning_rate: .01, batch_size: 4, monitoring_dataset: {train: *d, valid: *d}
    }
}
"""


def test_real_targets_of_whole_numbers(run):
    rows = "".join(f"{2 * i},{i},{i % 3}\n" for i in range(12))
    Path("table.csv").write_text("y,a,b\n" + rows)
    log, _ = run("table", REGRESSION)
    first, *_, last = log.rows
    assert first["train_objective"] > last["train_objective"] == last["valid_objective"] > 0
