"""Pickles of every writer come back equal; what asks for more is refused and runs nothing."""

import gzip
import io
import pickle
import struct
import time
import tracemalloc
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dltut.exceptions import InputError
from dltut.machine import pickles
from dltut.machine.pickles import load_arrays, load_sequence

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
KINDS = ["f8", ">f8", "f4", "f2", "i8", ">i4", "u1", "b1", "c16", "S3", "U4"]


def python2_array(values, protocol):
    """The opcodes with which Python 2 and NumPy 1 wrote an array."""
    code = values.dtype.str[1:].encode()
    order = values.dtype.str[:1].encode()
    shape = b"(" + b"".join(b"I%d\n" % n for n in values.shape) + b"t"
    if protocol == 0:
        data = ("S" + repr(values.tobytes())[1:] + "\n").encode()
    else:
        data = b"T" + struct.pack("<i", values.nbytes) + values.tobytes()
    return (
        b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR"
        b"(I1\n" + shape + b"cnumpy\ndtype\n(S'" + code + b"'\nI0\nI1\ntR"
        b"(I3\nS'" + order + b"'\nNNNI-1\nI-1\nI0\ntbI00\n" + data + b"tb"
    )


def python2_pickle(*pairs, protocol=2):
    """Pairs of arrays as Python 2 pickled them."""
    start = b"\x80\x02" if protocol == 2 else b""
    bodies = (
        b"(" + b"".join(python2_array(each, protocol) for each in pair) + b"t" for pair in pairs
    )
    return start + b"(" + b"".join(bodies) + b"t."


def read(content):
    return load_arrays(io.BytesIO(content))


@pytest.mark.parametrize("protocol", [0, 2])
@pytest.mark.parametrize("kind", ["<f4", "<i8", ">f8", "|u1"])
def test_python2(kind, protocol):
    values = np.arange(6).reshape(2, 3).astype(kind)
    ((x, y),) = read(python2_pickle((values, values[0]), protocol=protocol))
    np.testing.assert_array_equal(x, values)
    np.testing.assert_array_equal(y, values[0])
    assert x.dtype == values.dtype.newbyteorder("=")
    assert type(x) is np.ndarray and x.flags.writeable


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("kind", KINDS)
def test_python3(kind, protocol):
    values = np.arange(1, 7).reshape(2, 3).astype(kind)
    back = read(pickle.dumps([values, values.T, values[0, 0], values[:0]], protocol=protocol))
    for found, expected in zip(back, [values, values.T, values[0, 0], values[:0]], strict=True):
        np.testing.assert_array_equal(found, expected)
        assert found.dtype == expected.dtype.newbyteorder("=")
        assert type(found) is type(expected)


@pytest.mark.parametrize("name", [b"numpy.core", b"numpy._core"])
def test_numpy_1_and_2(name):
    values = np.arange(3.0)
    content = pickle.dumps(values, protocol=2).replace(b"numpy._core", b"numpy.core")
    assert b"numpy.core" in content
    np.testing.assert_array_equal(read(content.replace(b"numpy.core", name)), values)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_containers_and_sharing(protocol):
    shared = np.arange(4)
    given = {
        "lists": [[1, 2], [3.5, None, True]],
        "bytes": (b"", b"\x80\xff", "text"),
        "more": {1, 2}, "ordered": OrderedDict(b=1, a=shared),
        "same": [shared, shared], "complex": 1j, "long": 1 << 80,
    }  # fmt: skip
    back = read(pickle.dumps(given, protocol=protocol))
    assert back["same"][0] is back["same"][1] is back["ordered"]["a"]
    np.testing.assert_array_equal(back["same"][0], shared)
    for name in ("lists", "bytes", "more", "complex", "long"):
        assert back[name] == given[name]
    assert list(back["ordered"]) == ["b", "a"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_object_array_of_sequences(protocol):
    values = np.empty(2, object)
    values[:] = [np.arange(2), [1, 2, 3]]
    back = read(pickle.dumps(values, protocol=protocol))
    assert back.dtype == object and back[1] == [1, 2, 3]
    np.testing.assert_array_equal(back[0], [0, 1])


def test_list_that_holds_itself_keeps_doing_so():
    given = [np.arange(2)]
    given.append(given)
    back = read(pickle.dumps(given))
    assert back[1] is back and type(back[0]) is np.ndarray


@pytest.mark.parametrize("packed", [False, True])
def test_one_pickle_or_several_in_a_file(tmp_path, packed):
    path = tmp_path / "any.name"
    one = pickle.dumps(np.arange(2), protocol=2)
    path.write_bytes(gzip.compress(one) if packed else one)
    np.testing.assert_array_equal(load_arrays(str(path)), [0, 1])
    many = b"".join(pickle.dumps(np.full(2, i), protocol=i) for i in range(3))
    path.write_bytes(gzip.compress(many) if packed else many)
    np.testing.assert_array_equal(load_sequence(path), [[0, 0], [1, 1], [2, 2]])
    with pytest.raises(InputError, match=r"any\.name holds 3 pickles, expected one"):
        load_arrays(path)


class Runs:
    """Something whose pickle calls `function(*arguments)`."""

    def __init__(self, function, *arguments):
        self.reduced = function, arguments

    def __reduce__(self):
        return self.reduced


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_nothing_is_run(tmp_path, protocol):
    trace = tmp_path / "trace"
    for harmful in (Runs(exec, f"open({str(trace)!r}, 'w')"), Runs(Path.touch, trace)):
        with pytest.raises(
            InputError, match=r"asks to run .*; only arrays are read; nothing was run"
        ):
            read(pickle.dumps([np.arange(3), harmful], protocol=protocol))
    assert not trace.exists()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"cposix\nsystem\n(S'true'\ntR.", "posix.system"),
        (b"(S'true'\niposix\nsystem\n.", "posix.system"),
        (b"(cos\nsystem\nS'true'\no.", "os.system"),
        (b"\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R.", "builtins.eval"),
        (b"\x80\x04\x8c\x05numpy\x8c\x0bndarray.fix\x93.", "numpy.ndarray.fix"),
        (b"cnumpy\nload\n(S'x'\ntR.", "numpy.load"),
        (b"cdltut.machine.pickles\n_Callable\n.", "dltut.machine.pickles._Callable"),
    ],
)
def test_refusal_names_what_was_asked_for(content, name):
    with pytest.raises(InputError, match=f"the pickle asks to run {name}; only arrays"):
        read(content)


DTYPE = b"cnumpy\ndtype\n(S'%s'\nI0\nI1\ntR"
ARRAY = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR"


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            ARRAY + b"(I1\n(I1\nt" + DTYPE % b"O8" + b"(I3\nS'|'\nNNNI-1\nI-1\nI0\ntb"
            b"I00\nS'\\x41\\x41\\x41\\x41\\x41\\x41\\x41\\x41'\ntb.",
            id="objects given as bytes, pointers into anywhere",
        ),
        pytest.param(DTYPE % b"O8" + b".", id="a type alone"),
        pytest.param(DTYPE % b"V8" + b".", id="records"),
        pytest.param(b"cnumpy\nndarray\n(I9\ntR.", id="memory without content"),
        pytest.param(ARRAY + b".", id="an array without content"),
        pytest.param(b"cnumpy\ndtype\n(N}S'_function'\nI1\nstb.", id="changing a function"),
        pytest.param(b"c_codecs\nencode\n(S'x'\nS'rot13'\ntR.", id="another codec"),
        pytest.param(
            ARRAY + b"(I1\n(I9\nt" + DTYPE % b"f8" + b"I00\nS'12345678'\ntb.",
            id="too little memory",
        ),
        pytest.param(b"", id="empty"),
        pytest.param(b"P\x03\x04not a pickle", id="another file"),
        pytest.param(b"(lp0\n" + b"(l" * 100_000 + b"a" * 100_000 + b".", id="nested too deeply"),
    ],
)
def test_what_is_no_array_is_an_error(content):
    with pytest.raises(InputError, match="the pickle is not a whole pickle of arrays"):
        read(content)


@pytest.mark.parametrize("packed", [False, True])
def test_cut_off_anywhere(tmp_path, packed):
    content = pickle.dumps((np.arange(50), [1.5, "a"]), protocol=2)
    content = gzip.compress(content) if packed else content
    path = tmp_path / "cut.pkl"
    for length in range(0, len(content) - 1, 7):
        path.write_bytes(content[:length])
        with pytest.raises(InputError) as caught:
            load_arrays(path)
        assert "\n" not in str(caught.value) and str(path) in str(caught.value)


@given(st.data())
def test_damage_gives_an_error_or_some_value(data):
    content = bytearray(pickle.dumps([np.arange(4.0), (1, "a"), {"b": b"c"}], protocol=2))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content) - 1))
        content[place] = data.draw(st.integers(0, 127))
    try:
        read(bytes(content))
    except InputError as error:
        assert "\n" not in str(error)


def array_of(place):
    """Opcodes that make an array of the bytes in a place of the memory."""
    return ARRAY + b"(I1\n(I1000000\nt" + DTYPE % b"u1" + b"I00\n" + b"g%d\ntb" % place


TEXT = b"T" + struct.pack("<i", 1_000_000) + bytes(1_000_000) + b"p7\n"
TUPLES = b"(tq\x00" + b"".join(b"h%ch%c\x86q%c" % (i, i, i + 1) for i in range(60))
SMALL_AND_LARGE = {
    "a value with a large number": b"Nr\xff\xff\xff\x7f.",
    "the same in words": b"Np2000000000\n.",
    "a text that is not there": b"\x8d" + struct.pack("<Q", 2**33) + b"x.",
    "bytes that are not there": b"\x8e" + struct.pack("<Q", 2**40) + b"x.",
    "an array of bytes that is not there": b"\x96" + struct.pack("<Q", 2**33) + b"x.",
    "a frame that is not there": b"\x80\x04\x95" + struct.pack("<Q", 2**40) + b"N.",
    "tuples in tuples as a key": TUPLES + b"}h\x3cNs.",
    "tuples in tuples as keys": b"}" + TUPLES[:-2] + b"(h\x3cNu.",
    "tuples in tuples in a set": TUPLES + b"\x8f(h\x3c\x90.",
    "tuples in tuples in a frozen set": TUPLES + b"(h\x3c\x91.",
    "tuples in tuples in an old dictionary": TUPLES + b"(h\x3cNd.",
    "tuples in tuples in a set of Python 2": TUPLES + b"c__builtin__\nset\n(]h\x3catR.",
    "tuples in tuples in a sequence of keys": (
        TUPLES + b"ccollections\nOrderedDict\n(](h\x3cNtatR."
    ),
    "frozen sets in frozen sets": b"(\x91q\x00" + b"".join(
        b"(h%ch%c\x86\x91q%c" % (i, i, i + 1) for i in range(60)
    ) + b".",
    "a deep tuple as a key": b"}N" + b"\x85" * 200_000 + b"Ns.",
    "lists in lists": b"]q\x00" + b"".join(
        b"](h%ch%ceq%c" % (i, i, i + 1) for i in range(60)
    ) + b".",
    "an array in very many places": (
        b"(" + TEXT + b"0" + array_of(7) + b"p8\n" + b"g8\n" * 99 + b"t."
    ),
    "a text made an array again and again": b"(" + TEXT + (array_of(7)) * 99 + b"t.",
    "a text encoded again and again": (
        b"(" + TEXT + b"c_codecs\nencode\np8\n(g7\nS'latin1'\ntp9\n" + b"g8\ng9\nR" * 99 + b"t."
    ),
    "a number of many digits": b"I" + b"9" * 100_000 + b"\n.",
}  # fmt: skip


@pytest.mark.parametrize("name", SMALL_AND_LARGE)
def test_small_pickles_take_no_memory_and_no_time(name):
    """At most ten times the file and what is allowed beside it, here 8 MB instead of 64."""
    content = SMALL_AND_LARGE[name]
    start = time.process_time()
    tracemalloc.start()
    try:
        value = load_arrays(io.BytesIO(content))
    except InputError as error:
        assert "is not a whole pickle of arrays" in str(error) and "\n" not in str(error)
    else:
        assert value is None and any(word in name for word in ("large number", "words", "frame"))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert time.process_time() - start < 5
    assert peak < 1.1 * (2**23 + 10 * len(content)) + 3 * len(content)


@pytest.fixture(autouse=True)
def little_memory(monkeypatch):
    monkeypatch.setattr(pickles, "MEMORY", 2**23)


def test_a_bomb_of_gzip(tmp_path):
    path = tmp_path / "bomb.pkl.gz"
    text = b"T" + struct.pack("<i", 2**25) + bytes(2**25)
    path.write_bytes(gzip.compress(text + b".", 1))
    with pytest.raises(
        InputError, match=r"bomb.pkl.gz holds more than .* packed into far fewer: .* unpack"
    ):
        load_arrays(path)


def test_what_is_shared_a_few_times_is_read(tmp_path):
    """Not more often than a person would write it."""
    x, word = np.arange(100_000), "a word"
    given = [(x, x), {word: x, (1, "b", (2.0, None)): [word] * 1000}, x[:5], {(1, 2), b"c", 3}]
    path = tmp_path / "a.pkl"
    for protocol in PROTOCOLS:
        path.write_bytes(pickle.dumps(given, protocol))
        back = load_arrays(path)
        assert back[0][0] is back[0][1] is back[1][word]
        np.testing.assert_array_equal(back[0][0], x)
        assert back[1][1, "b", (2.0, None)] == [word] * 1000 and back[3] == given[3]


def test_a_name_that_is_cut_off_is_no_other_name():
    content = ARRAY + b"."
    for length in range(1, len(content) - 1):
        with pytest.raises(InputError, match="is not a whole pickle of arrays"):
            read(content[:length])


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match=r"none\.pkl cannot be read \(no such file"):
        load_arrays(tmp_path / "none.pkl")
