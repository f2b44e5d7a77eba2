"""What NumPy, SciPy and scikit-learn had: names by module, and how to make each of today's."""

import importlib
from collections.abc import Callable, Iterator
from types import ModuleType

from dltut.exceptions import InputError
from dltut.old_code import standard


def _is(value: object) -> Callable:
    return lambda module=None: value


def _same(name: str) -> Callable:
    home, _, last = name.rpartition(".")
    return lambda module=None: getattr(importlib.import_module(home), last)


def _numpy(name: str) -> Callable:
    return lambda numpy: getattr(numpy, name)


def _array(name: str) -> Callable:
    """``array`` and ``asarray``: of rows that differ in length, and that need not be a copy."""

    def made(numpy):
        def array(values, dtype=None, *arguments, **options):
            values = listed(values)
            if options.get("copy") is False:  # "only if need be", once
                options["copy"] = None
            try:
                return getattr(numpy, name)(values, dtype, *arguments, **options)
            except ValueError as error:
                if dtype is not None or "inhomogeneous" not in str(error):
                    raise
                return getattr(numpy, name)(values, object, *arguments, **options)

        return array

    return made


def listed(values: object) -> object:
    """A list of what ``map``, ``filter`` and ``zip`` made lists of, and of a dictionary's views."""
    views = type({}.keys()), type({}.values()), type({}.items())
    return list(values) if isinstance(values, (map, filter, zip, *views)) else values


def _fromstring(numpy: ModuleType) -> Callable:
    def fromstring(text, dtype=float, count=-1, sep="", **options):
        if sep:
            return numpy.fromstring(text, dtype, count, sep=sep, **options)
        content = text.encode("latin1") if isinstance(text, str) else text
        return numpy.frombuffer(content, dtype, count).copy()

    return fromstring


def _load(numpy: ModuleType) -> Callable:
    def load(file, *arguments, **options):
        """Objects in arrays were read without asking, and text was that of Python 2."""
        options = {"allow_pickle": True, "encoding": "latin1", **options}
        return numpy.load(standard.as_bytes(file), *arguments, **options)

    return load


def _save(name: str) -> Callable:
    def made(numpy):
        def save(file, *arguments, **options):
            return getattr(numpy, name)(standard.as_bytes(file), *arguments, **options)

        return save

    return made


def _whole_shape(name: str) -> Callable:
    """A function of a shape, which took numbers like 20.0 as well."""

    def made(numpy):
        def make(shape, *arguments, **options):
            several = isinstance(shape, list | tuple)
            shape = type(shape)(map(standard.whole, shape)) if several else standard.whole(shape)
            return getattr(numpy, name)(shape, *arguments, **options)

        return make

    return made


def _whole_count(name: str) -> Callable:
    """A function of two ends and a count, which took counts like 20.0 as well."""

    def made(numpy):
        def make(start, stop, num=50, *arguments, **options):
            return getattr(numpy, name)(start, stop, standard.whole(num), *arguments, **options)

        return make

    return made


def _of_several(name: str) -> Callable:
    """A function of several arrays, which took them from a generator as well."""

    def made(numpy):
        def joined(arrays, *arguments, **options):
            arrays = list(arrays) if isinstance(arrays, Iterator) else listed(arrays)
            return getattr(numpy, name)(arrays, *arguments, **options)

        return joined

    return made


def _sum(numpy: ModuleType) -> Callable:
    def total(values, *arguments, **options):
        """A generator was summed by Python."""
        if isinstance(values, Iterator):
            return sum(values)
        return numpy.sum(listed(values), *arguments, **options)

    return total


def _percentile(numpy: ModuleType) -> Callable:
    def percentile(*arguments, interpolation="linear", **options):
        return numpy.percentile(*arguments, **{"method": interpolation, **options})

    return percentile


def _histogram(numpy: ModuleType) -> Callable:
    def histogram(*arguments, normed=None, **options):
        return numpy.histogram(*arguments, **{"density": normed, **options})

    return histogram


def _random_integers(random: ModuleType) -> Callable:
    def random_integers(low, high=None, size=None):
        """Both ends belong to them."""
        return random.randint(1 if high is None else low, (low if high is None else high) + 1, size)

    return random_integers


def _rank(numpy: ModuleType) -> Callable:
    return lambda values: numpy.asarray(values).ndim


def _sctypes(numpy: ModuleType) -> dict:
    return {
        "int": [numpy.int8, numpy.int16, numpy.int32, numpy.int64],
        "uint": [numpy.uint8, numpy.uint16, numpy.uint32, numpy.uint64],
        "float": [numpy.float16, numpy.float32, numpy.float64],
        "complex": [numpy.complex64, numpy.complex128],
        "others": [bool, object, bytes, str, numpy.void],
    }


class _Casts:
    """``np.cast[dtype](values)``."""

    def __init__(self, numpy):
        self.numpy = numpy

    def __getitem__(self, dtype):
        return lambda values: self.numpy.asarray(values).astype(dtype)


ALIASES = {  # of NumPy, by their old names
    "float_": "float64", "complex_": "complex128", "singlecomplex": "complex64",
    "cfloat": "complex128", "longfloat": "longdouble", "clongfloat": "clongdouble",
    "Inf": "inf", "Infinity": "inf", "infty": "inf", "PINF": "inf", "NaN": "nan", "NAN": "nan",
    "product": "prod", "cumproduct": "cumprod", "sometrue": "any", "alltrue": "all",
    "row_stack": "vstack", "round_": "round", "int0": "intp", "uint0": "uintp", "bool8": "bool_",
    "object0": "object_", "str0": "str_", "string_": "bytes_", "unicode_": "str_",
    "mat": "asmatrix", "trapz": "trapezoid", "typeDict": "sctypeDict",
}  # fmt: skip
NUMPY = {old: _numpy(new) for old, new in ALIASES.items()} | {
    "int": _is(int),
    "long": _is(int),
    "float": _is(float),
    "bool": _is(bool),
    "complex": _is(complex),
    "unicode": _is(str),
    "NINF": _is(float("-inf")),
    "PZERO": _is(0.0),
    "NZERO": _is(-0.0),
    "asscalar": _is(lambda value: value.item()),
    "asfarray": lambda numpy: lambda values, dtype=float: numpy.asarray(values, dtype),
    "alen": lambda numpy: lambda values: len(numpy.atleast_1d(values)),
    "in1d": lambda numpy: lambda a, b, **options: numpy.isin(numpy.ravel(a), b, **options),
    "msort": lambda numpy: lambda values: numpy.sort(values, axis=0),
    "rank": _rank,
    "sctypes": _sctypes,
    "cast": _Casts,
    "issubsctype": _numpy("issubdtype"),
    "issubclass_": _is(lambda kind, base: isinstance(kind, type) and issubclass(kind, base)),
    "find_common_type": lambda numpy: lambda a, b: numpy.result_type(*a, *b),
    "ComplexWarning": _same("numpy.exceptions.ComplexWarning"),
    "VisibleDeprecationWarning": _same("numpy.exceptions.VisibleDeprecationWarning"),
    "RankWarning": _same("numpy.exceptions.RankWarning"),
    "AxisError": _same("numpy.exceptions.AxisError"),
}


def _misc() -> ModuleType:
    """``scipy.misc``, which has gone or is empty."""
    module = ModuleType("scipy.misc")
    vars(module).update((name, make(module)) for name, make in MISC.items())
    return module


def _pillow() -> ModuleType:
    from PIL import Image

    return Image


def imread(name, flatten: bool = False, mode: str | None = None):
    """The pixels of a picture.

    Parameters
    ----------
    name : path or file
        The picture.
    flatten : bool
        One grey value a pixel, as a float.
    mode : str, optional
        Pillow's name for what a pixel is.
    """
    import numpy as np

    from dltut.datasets.picture_files import check_room, opened

    with opened(name) as (picture, n_bytes):
        check_room(picture, n_bytes)
        if mode or picture.mode == "P":
            picture = picture.convert(mode or "RGB")
        return np.array(picture.convert("F") if flatten else picture)


def bytescale(data, cmin=None, cmax=None, high: int = 255, low: int = 0):
    """Numbers as bytes, from the lowest to the highest.

    Parameters
    ----------
    data : array
        Bytes stay what they are.
    cmin, cmax : float, optional
        What becomes the lowest and the highest byte; default: the least and the greatest.
    high, low : int
        These bytes.
    """
    import numpy as np

    if data.dtype == np.uint8:
        return data
    least = data.min() if cmin is None else cmin
    range_ = (data.max() if cmax is None else cmax) - least
    scaled = (data * 1.0 - least) * ((high - low) / (range_ or 1)) + low
    return (np.clip(scaled, low, high) + 0.5).astype(np.uint8)


def toimage(array, high: int = 255, low: int = 0, cmin=None, cmax=None, mode: str | None = None):
    """A picture of an array.

    Parameters
    ----------
    array : array
        (rows, columns), or with three or four colours, first or last.
    high, low, cmin, cmax
        As `bytescale` takes them.
    mode : str, optional
        Pillow's name for what a pixel is.
    """
    import numpy as np

    array = np.asarray(array)
    if array.ndim == 3 and array.shape[-1] not in (3, 4) and array.shape[0] in (3, 4):
        array = array.transpose(1, 2, 0)
    picture = _pillow().fromarray(bytescale(array, cmin, cmax, high, low))
    return picture.convert(mode) if mode and mode != picture.mode else picture


def imsave(name, array, format: str | None = None) -> None:
    """Write a picture of an array.

    Parameters
    ----------
    name : path or file
        Where to.
    array : array
        As `toimage` takes it.
    format : str, optional
        Default: what the name ends in.
    """
    toimage(array).save(standard.as_bytes(name), format)


def imresize(array, size, interp: str = "bilinear", mode: str | None = None):
    """An array as a picture of another size.

    Parameters
    ----------
    array : array
        As `toimage` takes it.
    size : int, float or pair
        Per cent, a factor, or (rows, columns).
    interp : str
        nearest, lanczos, bilinear, bicubic or cubic.
    mode : str, optional
        Pillow's name for what a pixel is.
    """
    import numpy as np

    picture = toimage(array, mode=mode)
    if isinstance(size, int | np.integer):
        size = size / 100
    if isinstance(size, float | np.floating):
        width, height = (int(side * size) for side in picture.size)
    else:
        height, width = size
    how = {"cubic": "bicubic"}.get(interp, interp)
    return np.array(picture.resize((width, height), _pillow().Resampling[how.upper()]))


def imrotate(array, angle: float, interp: str = "bilinear"):
    """An array as a picture that is turned against the clock.

    Parameters
    ----------
    array : array
        As `toimage` takes it.
    angle : float
        In degrees.
    interp : str
        nearest, bilinear or bicubic.
    """
    import numpy as np

    return np.array(toimage(array).rotate(angle, _pillow().Resampling[interp.upper()]))


def _no_sample(name: str) -> Callable:
    def refuse(*arguments, **options):
        raise InputError(f"scipy.misc.{name}() is gone with SciPy's pictures; use scipy.datasets")

    return _is(refuse)


MISC = {
    "imread": _is(imread),
    "imsave": _is(imsave),
    "imresize": _is(imresize),
    "imrotate": _is(imrotate),
    "toimage": _is(toimage),
    "bytescale": _is(bytescale),
    "fromimage": _is(lambda picture, flatten=False: _pixels(picture, flatten)),
    "logsumexp": _same("scipy.special.logsumexp"),
    "comb": _same("scipy.special.comb"),
    "factorial": _same("scipy.special.factorial"),
    "factorial2": _same("scipy.special.factorial2"),
    "lena": _no_sample("lena"),
    "face": _same("scipy.datasets.face"),
    "ascent": _same("scipy.datasets.ascent"),
}


def _pixels(picture, flatten: bool):
    import numpy as np

    return np.array(picture.convert("F") if flatten else picture)


def _of_numpy(scipy: ModuleType, name: str) -> object:
    """SciPy's own name had all of NumPy."""
    numpy = importlib.import_module("numpy")
    for home in (numpy, numpy.random):
        if hasattr(home, name):
            return getattr(home, name)
    if name in NUMPY:
        return NUMPY[name](numpy)
    raise AttributeError(f"module 'scipy' has no attribute {name!r}")


class _Folds:
    """The old folds, which knew the number of examples and were the loop themselves."""

    def __init__(self, folds, n, y=None):
        self.folds, self.n, self.y = folds, n, y

    def __iter__(self) -> Iterator:
        return self.folds.split(range(self.n), self.y)

    def __len__(self) -> int:
        return self.folds.get_n_splits(range(self.n), self.y)


def _selection():
    return importlib.import_module("sklearn.model_selection")


def k_fold(n, n_folds: int = 3, shuffle: bool = False, random_state=None):
    """Pairs of arrays of places, of all but a fold and of the fold.

    Parameters
    ----------
    n : int
        Examples.
    n_folds : int
        Folds.
    shuffle : bool
        Whether they are drawn.
    random_state : int, optional
        How.
    """
    return _Folds(_selection().KFold(n_folds, shuffle=shuffle, random_state=random_state), n)


def stratified_k_fold(y, n_folds: int = 3, shuffle: bool = False, random_state=None):
    """As `k_fold`, with the same share of each class in all folds.

    Parameters
    ----------
    y : array
        The classes.
    n_folds, shuffle, random_state
        As `k_fold` takes them.
    """
    folds = _selection().StratifiedKFold(n_folds, shuffle=shuffle, random_state=random_state)
    return _Folds(folds, len(y), y)


def shuffle_split(n, n_iter: int = 10, test_size=0.1, train_size=None, random_state=None):
    """Pairs of arrays of places, each drawn anew.

    Parameters
    ----------
    n : int
        Examples.
    n_iter : int
        Pairs.
    test_size, train_size : float or int, optional
        Shares or numbers.
    random_state : int, optional
        How they are drawn.
    """
    drawn = _selection().ShuffleSplit(
        n_iter, test_size=test_size, train_size=train_size, random_state=random_state
    )
    return _Folds(drawn, n)


def stratified_shuffle_split(
    y, n_iter: int = 10, test_size=0.1, train_size=None, random_state=None
):
    """As `shuffle_split`, with the same share of each class.

    Parameters
    ----------
    y : array
        The classes.
    n_iter, test_size, train_size, random_state
        As `shuffle_split` takes them.
    """
    drawn = _selection().StratifiedShuffleSplit(
        n_iter, test_size=test_size, train_size=train_size, random_state=random_state
    )
    return _Folds(drawn, len(y), y)


def leave_one_out(n):
    """Pairs of arrays of places, of all but one and of this one."""
    return _Folds(_selection().LeaveOneOut(), n)


OLD_FOLDS = {
    "KFold": _is(k_fold),
    "StratifiedKFold": _is(stratified_k_fold),
    "ShuffleSplit": _is(shuffle_split),
    "StratifiedShuffleSplit": _is(stratified_shuffle_split),
    "LeaveOneOut": _is(leave_one_out),
}


def _no_download(module: ModuleType) -> Callable:
    def fetch_mldata(name, *arguments, **options):
        raise InputError(f"fetch_mldata({name!r}): mldata.org is gone; fetch_openml has its data")

    return fetch_mldata


SELECTION = "sklearn.model_selection"
MODULES = {
    "scipy.misc": _misc,
    "sklearn.cross_validation": standard.several(
        "sklearn.cross_validation", SELECTION, **OLD_FOLDS
    ),
    "sklearn.grid_search": standard.several("sklearn.grid_search", SELECTION),
    "sklearn.learning_curve": standard.several("sklearn.learning_curve", SELECTION),
    "sklearn.externals": standard.several(
        "sklearn.externals",
        joblib=lambda module: importlib.import_module("joblib"),
        six=lambda module: importlib.import_module("six"),
    ),
    "sklearn.externals.joblib": standard.renamed("joblib"),
    "sklearn.externals.six": standard.renamed("six"),
    "sklearn.lda": standard.several(
        "sklearn.lda",
        LDA=_same("sklearn.discriminant_analysis.LinearDiscriminantAnalysis"),
    ),
    "numpy.testing.decorators": standard.renamed("numpy.testing"),
    "scipy.random": standard.renamed("numpy.random"),
    "Image": standard.renamed("PIL.Image"),
    "ImageDraw": standard.renamed("PIL.ImageDraw"),
    "ImageFont": standard.renamed("PIL.ImageFont"),
}
SHAPES = {name: _whole_shape(name) for name in ("zeros", "ones", "empty")}
COUNTS = {name: _whole_count(name) for name in ("linspace", "logspace", "geomspace")}
SEVERAL = {
    name: _of_several(name)
    for name in ("concatenate", "stack", "vstack", "hstack", "dstack", "column_stack")
}
MISSING = {
    "numpy": NUMPY,
    "numpy.testing": {},
    "scipy": {"*": _of_numpy},
    "scipy.misc": MISC,
    "scipy.signal": {
        name: _same(f"scipy.signal.windows.{name}")
        for name in "hamming hann blackman gaussian kaiser boxcar bartlett triang".split()
    }
    | {"hanning": _same("scipy.signal.windows.hann")},
    "scipy.linalg": {"pinv2": _same("scipy.linalg.pinv"), "det": _same("numpy.linalg.det")},
    "scipy.integrate": {
        "cumtrapz": _same("scipy.integrate.cumulative_trapezoid"),
        "simps": _same("scipy.integrate.simpson"),
        "trapz": _same("scipy.integrate.trapezoid"),
    },
    "scipy.stats": {"gaussian": _same("scipy.signal.windows.gaussian")},
    "sklearn": {},
    "sklearn.datasets": {"fetch_mldata": _no_download},
    "sklearn.preprocessing": {"Imputer": _same("sklearn.impute.SimpleImputer")},
    "sklearn.utils": {},
}
CHANGED = {
    "numpy": {
        "array": _array("array"),
        "asarray": _array("asarray"),
        "object": _is(object),
        "str": _is(str),
        "fromstring": _fromstring,
        "sum": _sum,
        "percentile": _percentile,
        "histogram": _histogram,
        "load": _load,
        "save": _save("save"),
        "savez": _save("savez"),
        "savez_compressed": _save("savez_compressed"),
        **SHAPES,
        **COUNTS,
        **SEVERAL,
    },
    "numpy.random": {"random_integers": _random_integers},
}
