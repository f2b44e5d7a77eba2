"""What NumPy, SciPy and scikit-learn had, each name as a program uses it."""

import importlib

import numpy as np
import pytest

from dltut.old_code import numerical

PROGRAMS = {
    "np.zeros(2, dtype=np.int).dtype, np.array([1], np.float).dtype":
        "(dtype('int64'), dtype('float64'))",
    "np.bool, np.object, np.str, np.complex": None,
    "np.Inf, np.NaN != np.NaN, np.product([2, 3]), np.alltrue([1])":
        "(inf, True, np.int64(6), np.True_)",
    "np.array([[1], [1, 2]]).dtype, np.asarray([[1], [1, 2]]).shape": "(dtype('O'), (2,))",
    "np.array(map(abs, [-1]), copy=False)": "array([1])",
    "np.fromstring('\\x01\\x02', dtype='uint8'), np.rank([[1]])": "(array([1, 2], dtype=uint8), 2)",
    "np.random.random_integers(2, 2), np.random.random_integers(1, size=2)": "(2, array([1, 1]))",
    "np.cast['int32']([1.5]), np.asscalar(np.ones(1)), np.float_(1)":
        "(array([1], dtype=int32), 1.0, np.float64(1.0))",
    "scipy.zeros(1), scipy.rand(2).shape, scipy.misc.logsumexp([0., 0.])": None,
    "np.linspace(-1, 1, np.sqrt(9)).tolist()": "[-1.0, 0.0, 1.0]",
    "np.vstack([1] for i in range(2)).shape, np.sum(i for i in range(3))": "((2, 1), 3)",
    "np.percentile([1, 2], 50, interpolation='lower'), np.histogram([1, 2], 1, normed=True)[0]":
        "(np.int64(1), array([1.]))",
    "np.zeros((2.0, 3)).shape, np.array([1]).tostring()[:1]": "((2, 3), b'\\x01')",
}  # fmt: skip


def test_every_name_is_what_it_was(ran):
    lines = "".join(f"value = {each}\nprint `value`\n" for each in PROGRAMS)
    out, _ = ran("import numpy as np, scipy, scipy.misc\n" + lines)
    shown = dict(zip(PROGRAMS, out, strict=True))
    assert {each: shown[each] for each, wanted in PROGRAMS.items() if wanted} == {
        each: wanted for each, wanted in PROGRAMS.items() if wanted
    }


def test_arrays_of_objects_are_loaded(ran, tmp_path):
    np.save(tmp_path / "rows.npy", np.array([[1], "a"], dtype=object))
    out, _ = ran(f"import numpy\nprint numpy.load({str(tmp_path / 'rows.npy')!r})[1]\n")
    assert out == ["a"]


def test_pictures(tmp_path):
    path = tmp_path / "four.png"
    pixels = np.array([[0, 100], [200, 255]], np.uint8)
    numerical.imsave(path, pixels)
    assert (numerical.imread(path) == pixels).all()
    assert numerical.imread(path, flatten=True).dtype == np.float32
    assert numerical.imresize(pixels, (4, 6)).shape == (4, 6)
    assert numerical.imresize(pixels, 200).shape == numerical.imresize(pixels, 2.0).shape == (4, 4)
    assert numerical.imrotate(pixels, 180, "nearest").tolist() == pixels[::-1, ::-1].tolist()
    assert numerical.bytescale(np.array([0.0, 1.0])).tolist() == [0, 255]
    assert numerical.toimage(np.zeros((3, 5, 6))).size == (6, 5)


def test_folds_are_loops():
    pytest.importorskip("sklearn")
    folds = numerical.k_fold(6, n_folds=3)
    assert [rest.tolist() for _, rest in folds] == [[0, 1], [2, 3], [4, 5]]
    assert len(folds) == 3
    assert len(list(numerical.stratified_k_fold([0, 1] * 3, 3))) == 3
    assert len(numerical.shuffle_split(10, 4)) == 4
    assert len(list(numerical.leave_one_out(3))) == 3


def test_the_old_modules_of_scikit_learn(ran):
    pytest.importorskip("sklearn")
    out, _ = ran(
        """
        from sklearn.cross_validation import train_test_split, KFold
        from sklearn.grid_search import GridSearchCV
        from sklearn.externals import joblib
        import sklearn.cross_validation
        print len(train_test_split(range(4))), len(sklearn.cross_validation.KFold(4, 2))
        """
    )
    assert out == ["2 2"]


def test_tables_of_names_lead_somewhere():
    for home, names in numerical.MISSING.items():
        if home.startswith("sklearn") or home in ("scipy", "scipy.misc"):
            continue
        module = importlib.import_module(home)
        for name, make in names.items():
            assert make(module) is not None, f"{home}.{name}"
