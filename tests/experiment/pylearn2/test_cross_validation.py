"""A file of Pylearn2's cross-validation runs: folds disjoint and whole, files and means."""

import numpy as np
import pytest

from dltut.exceptions import InputError
from dltut.machine.serialize import read_arrays
from dltut.models import load_model
from dltut.training import read_log

DATA = """!obj:pylearn2.testing.datasets.random_one_hot_dense_design_matrix {
    rng: !obj:numpy.random.RandomState {seed: 1}, num_examples: 23, dim: 5, num_classes: 3
}"""
FOLDS = "!obj:pylearn2.cross_validation.dataset_iterators."
CV = """
!obj:pylearn2.cross_validation.TrainCV {
    dataset_iterator: FOLDSDatasetKFold {dataset: DATA, n_folds: 3, shuffle: 1, random_state: 7},
    model: !obj:pylearn2.models.mlp.MLP {
        nvis: 5,
        layers: [!obj:pylearn2.models.mlp.Softmax {layer_name: y, n_classes: 3, irange: .1}]
    },
    algorithm: !obj:pylearn2.training_algorithms.sgd.SGD {
        learning_rate: .1, batch_size: 5,
        termination_criterion: !obj:pylearn2.termination_criteria.MonitorBased {
            channel_name: test_objective, N: 2
        }
    },
    extensions: [!obj:pylearn2.cross_validation.train_cv_extensions.MonitorBasedSaveBestCV {
        channel_name: test_objective, save_path: best.pkl
    }],
    save_path: "${PYLEARN2_TRAIN_FILE_STEM}.pkl"
}
""".replace("DATA", DATA).replace("FOLDS", FOLDS)


@pytest.mark.parametrize("options", ["", ", shuffle: 1", ", shuffle: 1, random_state: 5"])
@pytest.mark.parametrize("kind", ["DatasetKFold", "StratifiedDatasetKFold"])
def test_folds_are_disjoint_and_whole(made, kind, options):
    folds = made(f"{FOLDS}{kind} {{dataset: {DATA}, n_folds: 4{options}}}")
    whole = folds.dataset.examples.split
    sizes, seen = [], []
    for parts in folds:
        train, test = (parts[name].examples.split for name in ("train", "test"))
        both = np.concatenate([train.x, test.x])
        assert sorted(map(tuple, both)) == sorted(map(tuple, whole.x))
        sizes.append(len(test))
        seen += list(map(tuple, test.x))
        if kind.startswith("Strat"):
            counts = np.bincount(test.y, minlength=3)
            assert (abs(counts - np.bincount(whole.y) / 4) < 1).all()
    assert sorted(seen) == sorted(map(tuple, whole.x)) and max(sizes) - min(sizes) <= 1
    is_plain = kind == "DatasetKFold" and not options
    assert (seen == list(map(tuple, whole.x))) == is_plain


def test_a_preprocessor_learns_from_each_training_part(made):
    standard = "!obj:pylearn2.datasets.preprocessing.Standardize {}"
    text = f"{FOLDS}DatasetKFold {{dataset: {DATA}, n_folds: 2, preprocessor: {standard}"
    for parts in made(f"{text}, fit_preprocessor: 1}}"):
        x = parts["train"].examples.split.x
        np.testing.assert_allclose(x.mean(axis=0), 0, atol=1e-6)
        assert abs(parts["test"].examples.split.x.mean(axis=0)).max() > 0.01
    with pytest.raises(InputError, match="Standardize has learned from no data"):
        next(iter(made(f"{text}}}")))


def test_what_does_not_fit(made):
    with pytest.raises(InputError, match="n_folds is 1: there are two folds at least"):
        made(f"{FOLDS}DatasetKFold {{dataset: {DATA}, n_folds: 1}}")
    with pytest.raises(InputError, match="23 examples do not make 24 folds: choose fewer"):
        next(iter(made(f"{FOLDS}DatasetKFold {{dataset: {DATA}, n_folds: 24}}")))
    model = CV[CV.index("!obj:pylearn2.models.mlp.MLP") : CV.index(",\n    algorithm")]
    with pytest.raises(InputError, match="2 models for 3 folds: give one each"):
        made(CV.replace(model, f"[{model}, {model}]").replace("${PYLEARN2_TRAIN_FILE_STEM}", "x"))


@pytest.mark.slow
def test_a_file_runs(run, capsys):
    log, runs = run("folds", CV)
    rows = [read_log(runs / f"folds/fold{k}") for k in (1, 2, 3)]
    assert log.rows[-1]["epoch"] == rows[-1][-1]["epoch"]
    for k, each in enumerate(rows, start=1):
        assert {"train_objective", "test_objective", "test_y_misclass"} <= set(each[0])
        best = min(row["test_objective"] for row in each)
        assert read_arrays(runs / f"best_fold{k}.pkl")[1]["value"] == best
        assert load_model(runs / f"folds_fold{k}.pkl").n_in == 5
    starts = {each[0]["train_objective"] for each in rows}
    assert len(starts) == 3  # other examples, the same first weights
    mean = np.mean([each[-1]["test_objective"] for each in rows])
    [line] = [x for x in capsys.readouterr().out.splitlines() if x.startswith("test_objective")]
    assert line.split()[1] == f"{mean:.4g}"
