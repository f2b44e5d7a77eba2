"""Hostile texts, and hostile files that a text names: each does nothing, and ends at once."""

import gzip
import io
import json
import os
import pickle
import struct
import sys
import tarfile
import time
import zipfile
from pathlib import Path

import numpy as np
import pytensor
import pytest

from dltut.commands.train import train
from dltut.exceptions import InputError
from dltut.experiment.reading import LARGEST, MOST

LONGEST = 1.0  # seconds
VARIABLES = {
    "HOSTILE_NAME": "os.system",
    "HOSTILE_PATH": "../../.bashrc",
    "HOSTILE_TEXT": "!!python/object/apply:os.system ['touch marker']",
    "HOSTILE_SELF": "${HOSTILE_SELF}${HOSTILE_SELF}",
}
# What a running program would be seen by; looking at files and importing the package are not.
ACTS = (
    "os.system os.exec os.posix_spawn os.spawn os.fork os.forkpty subprocess.Popen pty.spawn "
    "socket.connect socket.bind socket.getaddrinfo pickle.find_class ctypes.dlopen code.__new__ "
    "os.remove os.rename os.rmdir os.mkdir os.symlink os.link os.chmod os.chown os.truncate "
    "os.putenv os.chdir os.kill shutil.rmtree shutil.move shutil.copyfile urllib.Request "
    "tempfile.mkstemp webbrowser.open"
).split()


@pytest.fixture(scope="module")
def acts():
    """What is done while ``acts["watched"]``: an audit hook stays as long as the process."""
    seen = {"watched": False, "events": []}
    compiled = str(pytensor.config.base_compiledir)  # which PyTensor looks after

    def hook(event, arguments):
        if not seen["watched"] or compiled in str(arguments[:1]):
            return
        writes = (
            event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wax+")
        )
        imports = event == "import" and arguments[0] in ("marking", "this", "antigravity")
        if event in ACTS or writes or imports:
            seen["events"].append((event, str(arguments)[:200]))

    sys.addaudithook(hook)
    yield seen
    seen["watched"] = False


class Harmful:
    """Its pickle makes a file called marker."""

    def __reduce__(self):
        return os.system, ("touch marker",)


def npy_of_objects() -> bytes:
    out = io.BytesIO()
    np.save(out, np.array([Harmful()], dtype=object), allow_pickle=True)
    return out.getvalue()


def npy_that_claims(shape: str, dtype: str = "<f4") -> bytes:
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}".ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode()


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


def tarred(name: str) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        archive.addfile(tarfile.TarInfo(name), io.BytesIO())
    return out.getvalue()


def safetensors(header: object, content: bytes = b"", length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + content


def model_that_is(**said) -> bytes:
    about = {
        name: value if isinstance(value, str) else json.dumps(value) for name, value in said.items()
    }
    tensor = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
    return safetensors({"__metadata__": about, "p": tensor}, bytes(4))


PICKLES = {f"protocol {n}": pickle.dumps(Harmful(), n) for n in range(pickle.HIGHEST_PROTOCOL + 1)}
FILES = {
    **PICKLES,
    "packed": gzip.compress(PICKLES["protocol 2"]),
    "INST": b"(S'touch marker'\nios\nsystem\n.",
    "OBJ": b"(cos\nsystem\nS'touch marker'\no.",
    "a method by its path": b"\x80\x04\x8c\x07pathlib\x8c\x0aPath.touch\x93\x8c\x06marker\x85R.",
    "an import": b"cmarking\nanything\n.",
    "text that is evaluated": b'cbuiltins\nexec\n(S\'open("marker", "w").close()\'\ntR.',
    "memory without end": b"(lp0\n" + b"(l" * 50_000 + b"a" * 50_000 + b".",
    "joblib's": b"\x80\x04\x95" + b"\xff" * 8 + PICKLES["protocol 4"],
    "torch's": zipped(**{"archive/data.pkl": PICKLES["protocol 2"], "archive/version": b"3"}),
    "an array of objects": npy_of_objects(),
    "arrays of objects": zipped(**{"a.npy": npy_of_objects()}),
    "an array of 4 TB": npy_that_claims("(1000000000000,)"),
    "an array of any shape": npy_that_claims("(__import__('os').system('touch marker'),)"),
    "a deep header": npy_that_claims("(" * 40 + "1" + ",)" * 40),
    "a tar that climbs": tarred("../../marker"),
    "a header of 2 ** 63 bytes": safetensors({}, length=2**63),
    "a header of nothing but brackets": safetensors(b"{" + b'"a":{' * 50_000),
    "a tensor beyond its file": safetensors(
        {"p": {"dtype": "F32", "shape": [10**9], "data_offsets": [0, 4 * 10**9]}}
    ),
    "a model that is a command": model_that_is(
        model="os.system", arguments={"command": "touch marker"}
    ),
    "a model that is a method": model_that_is(model="MLP.__init__", arguments={}),
    "a model of another package": model_that_is(model="marking.anything", arguments={}),
    "a model whose rule is a command": model_that_is(
        model="Sequential",
        arguments={"layers": [{"name": "os.system", "command": "touch marker"}], "n_in": 4},
    ),
    "a model with code for an activation": model_that_is(
        model="MLP", arguments={"n_in": 1, "n_hidden": 1, "n_out": 1, "activation": "os.system"}
    ),
}
TRAIN = (
    "!obj:pylearn2.train.Train {dataset: &d !obj:pylearn2.datasets.mnist.MNIST {which_set: train}, "
)
SGD = "!obj:pylearn2.training_algorithms.sgd.SGD {learning_rate: 0.1, batch_size: 100}"
REGRESSION = (
    "!obj:pylearn2.models.softmax_regression.SoftmaxRegression "
    "{nvis: 784, n_classes: 10, irange: 0.}"
)
WHOLE = TRAIN + f"model: {REGRESSION}, algorithm: {SGD}"  # but for its last bracket
RULE = "\nrule: {name: sgd, learning_rate: 0.1}\n"
OURS = "model: {name: LogisticRegression}" + RULE
RULE_IN, OURS_IN = (text.replace("{", "{{").replace("}", "}}") for text in (RULE, OURS))
OBJECTS = [
    "!!python/object/apply:os.system ['touch marker']",
    "!!python/object/apply:subprocess.check_output [[touch, marker]]",
    '!!python/object/apply:builtins.exec [\'open("marker", "w")\']',
    "!!python/object/new:os.system ['touch marker']",
    "!!python/object/new:type {args: [x, [], {}], state: {extend: !!python/name:exec }}",
    "!!python/object:pathlib.Path {}",
    "!!python/name:os.system",
    "!!python/module:marking",
    "!!python/tuple [1, 2]",
    "!!binary dG91Y2ggbWFya2Vy",
    "!<tag:yaml.org,2002:python/object/apply:os.system> ['touch marker']",
    "!apply:os.system ['touch marker']",
]
CALLS = [
    "!obj:os.system {command: 'touch marker'}",
    "!obj:subprocess.Popen {args: [touch, marker]}",
    "!obj:subprocess.check_output {args: [touch, marker]}",
    "!obj:builtins.eval {source: '1'}",
    "!obj:builtins.__import__ {name: marking}",
    "!obj:importlib.import_module {name: marking}",
    "!obj:runpy.run_path {path_name: marking.py}",
    "!obj:shutil.rmtree {path: runs}",
    "!obj:pathlib.Path.touch {self: marker}",
    "!obj:pickle.load {file: evil.pkl}",
    "!obj:numpy.load {file: evil.pkl, allow_pickle: true}",
    "!obj:numpy.random.RandomState.__reduce__ {}",
    "!obj:pylearn2.utils.serial.load {filepath: evil.pkl}",
    "!obj:pylearn2.config.yaml_parse.load {stream: '!obj:os.system {command: touch marker}'}",
    "!obj:dltut.experiment.part.load_parts {paths: [marking.py]}",
    "!obj:dltut.machine.pickles.load_arrays {path: evil.pkl}",
    "!obj:marking.anything {}",
    "!import os.system",
    "!import:os.system",
    "!import 'marking.anything'",
    "!import builtins.exec",
    "!import pylearn2.train.Train.__globals__",
    "!import '${HOSTILE_NAME}'",
    "!obj:${HOSTILE_NAME} {command: touch marker}",
]


def cases():
    """(name, text) of what asks for objects, in both languages."""
    for text in OBJECTS:
        yield f"ours, {text}", f"dataset: {text}\n{OURS}"
        yield f"Pylearn2's, {text}", f"{WHOLE}, extensions: [{text}]}}"
    yield "a call of ours", f"dataset: {CALLS[0]}\n{OURS}"
    yield "a name of ours", f"dataset: !import os.system\n{OURS}"
    for text in CALLS:
        yield f"alone, {text}", text
        yield f"its model, {text}", TRAIN + f"model: {text}, algorithm: {SGD}}}"


NAMES = ["os.system", "__import__", "eval", "Sequential.__init__", "load_model", "__class__"]
PLACES = {
    "model": "model: {{name: {}}}" + RULE_IN,
    "rule": "model: {{name: LogisticRegression}}\nrule: {{name: {}}}",
    "cost": OURS_IN + "cost: [{}]",
    "penalty": OURS_IN + "penalties: {{{}: 1}}",
    "algorithm": OURS_IN + "algorithm: {{name: {}}}",
    "stopping": OURS_IN + "stopping: [{{name: {}}}]",
    "extension": OURS_IN + "extensions: [{}]",
    "channel": OURS_IN + "monitor: {{channels: [{}]}}",
    "schedule": OURS_IN + "schedule: {{name: {}}}",
    "transform": OURS_IN + "dataset: {{name: digits, transform: [{}]}}",
    "layer": "model: {{name: Sequential, layers: [{{name: {}}}]}}" + RULE_IN,
    "activation": "model: {{name: MLP, n_hidden: 5, activation: {}}}" + RULE_IN,
}


def names():
    """(name, text) of names that our language looks up, two in each place."""
    for i, (place, text) in enumerate(PLACES.items()):
        for name in (NAMES[i % 6], NAMES[(i + 1 + i // 6) % 6]):
            yield f"{place} {name}", text.format(name)


CLIMBING = ["/etc/x.pkl", "../x.pkl", "~/.bashrc", "a/../../x.pkl", '"a\\0b"', "link/x.pkl", ".."]
CLIMBING += ["${HOSTILE_PATH}", "${HOME}/x.pkl", "''"]


def paths():
    """(name, text) of what would write or read outside the folder of the runs."""
    best = "!obj:pylearn2.train_extensions.best_params.MonitorBasedSaveBest"
    for i, path in enumerate(CLIMBING):
        if path != "link/x.pkl":  # which is seen when it is written
            yield f"ours writes {path}", f"{OURS}extensions: [{{name: SaveEvery, path: {path}}}]"
            yield f"Pylearn2's writes {path}", f"{WHOLE}, save_freq: 1, save_path: {path}}}"
        if i < 4:
            given = f"{{channel_name: objective, save_path: {path}}}"
            yield f"its best {path}", f"{WHOLE}, extensions: [{best} {given}]}}"
        encoded = f"{{name: encoded, model: {path}}}"
        yield f"ours reads {path}", f"{OURS}dataset: {{name: digits, transform: [{encoded}]}}"
        yield f"Pylearn2's reads {path}", TRAIN + f"model: !pkl: {path}, algorithm: {SGD}}}"


def bombs():
    """(name, text) of what would grow, or takes long to read."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    laughs = "\n".join(lines)
    yield "a billion laughs", laughs
    yield "a billion laughs of calls", TRAIN + "model: {" + laughs.replace("\n", ", ") + "}}"
    yield "a quadratic one", "a: &a [" + "x, " * 1000 + "]\nb: [" + "*a, " * 1000 + "]"
    yield "an anchor within itself", "&a [*a]"
    yield "an anchor within its call", "!obj:pylearn2.train.Train &a {dataset: *a}"
    yield "a merge of itself", "a: &a {<<: *a}"
    yield "merges of merges", "a: &a {x: 1}\nb: {<<: [*a, *a, *a]}"
    yield "brackets", "[" * 40_000
    yield "calls in calls", "!obj:a.b {c: " * 5_000
    yield "dashes", "- " * 40_000
    yield "keys of keys", "? " * 40_000
    yield "values", "[" + "1, " * (MOST + 1) + "]"
    yield "anchors", "\n".join(f"k{n}: &a{n} 1" for n in range(6_000))
    yield "a digit", f"batch_size: {'9' * 90_000}\n{OURS}"
    yield "quotes", "a: '" + "''" * 45_000
    yield "a word", "a" * 90_000
    yield "blanks", "%(" * 45_000
    yield "variables", "a: '" + "${" * 45_000 + "'"
    yield "too many bytes", "#" * (LARGEST + 1)
    yield "documents", "--- {}\n" * 10_000
    yield "comments and no more", "#\n" * 40_000 + "\x00"
    yield "a number of layers", "model: {name: MLP, n_hidden: [" + "9, " * 20_000 + "]}"
    yield (
        "more units than memory",
        ("model: {name: MLP, n_hidden: 100000000000}" + RULE),
    )
    yield (
        "more units than memory, Pylearn2's",
        WHOLE.replace("n_classes: 10", f"n_classes: {10**12}") + "}",
    )
    yield (
        "more rows than memory",
        TRAIN.replace(
            "!obj:pylearn2.datasets.mnist.MNIST {which_set: train}",
            "!obj:pylearn2.testing.datasets.random_one_hot_dense_design_matrix {rng: "
            "!obj:numpy.random.RandomState {seed: 1}, num_examples: 1000000000, "
            "dim: 1000000, num_classes: 2}",
        )
        + f"model: {REGRESSION}, algorithm: {SGD}}}",
    )


def variables():
    """(name, text) of variables that ask for more than a value."""
    asked = ["${}", "${HOME", "${__import__('os').system('touch marker')}", "${$(touch marker)}"]
    asked += ["${`touch marker`}", "${HOSTILE_NONE:-x}", "${HOSTILE_SELF}", "${HOSTILE_TEXT}"]
    for each in asked:
        yield f"ours, {each}", f'{OURS}iteration: "{each}"'
        yield f"Pylearn2's, {each}", f'{WHOLE}, save_freq: "{each}"}}'


def blanks():
    """(name, text) of Python's formats that ask for more than a value."""
    for each in ("%(x.__class__)s", "%(n)s", "%(n)999999999i", "{0.__class__}", "%n", "%(n)c"):
        yield f"a blank, {each}", f"{OURS}iteration: '{each}'"


TEXTS = [*cases(), *names(), *paths(), *bombs(), *variables(), *blanks()]


@pytest.fixture
def ended(acts, tmp_path, monkeypatch):
    """``ended(text)``: the one line with which a text ends, when nothing was done, and at once."""
    for name, value in VARIABLES.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DLTUT_DATA", str(tmp_path / "no data"))
    folder = tmp_path / "here"
    (folder / "runs").mkdir(parents=True)
    (folder / "runs" / "link").symlink_to(tmp_path)
    (folder / "marking.py").write_text("open('marker', 'w')")
    monkeypatch.chdir(folder)
    monkeypatch.syspath_prepend(folder)

    def ended(text: str) -> str:
        path = folder / "hostile.yaml"
        path.write_text(text, encoding="utf-8")
        before = {each: os.lstat(each).st_mtime_ns for each in tmp_path.rglob("*")}
        environment, begun = dict(os.environ), time.process_time()
        acts["events"].clear()
        acts["watched"] = True
        try:
            with pytest.raises(InputError) as caught:
                train(path, quick=True)
        finally:
            acts["watched"] = False
        assert time.process_time() - begun < LONGEST
        pairs = (tuple(map(os.fsencode, each)) for each in environment.items())
        as_before = {("os.putenv", str(each)) for each in pairs}  # how many threads products have
        assert [each for each in acts["events"] if each not in as_before] == []
        assert dict(os.environ) == environment
        assert {each: os.lstat(each).st_mtime_ns for each in tmp_path.rglob("*")} == before
        assert Path.cwd() == folder and not {"marking", "this"} & set(sys.modules)
        message = str(caught.value)
        assert message.startswith("hostile.yaml:") or message.startswith(str(path)), message
        assert "\n" not in message and os.environ["PATH"] not in message
        return message

    return ended


@pytest.mark.parametrize("text", [text for _, text in TEXTS], ids=[name[:60] for name, _ in TEXTS])
def test_a_text_does_nothing_and_ends_at_once(text, ended):
    ended(text)


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_a_text_names_does_nothing_either(name, ended, tmp_path):
    (tmp_path / "here/runs/evil.pkl").write_bytes(FILES[name])
    ended(TRAIN + f'model: !pkl: "evil.pkl", algorithm: {SGD}}}')
    ended(f"{OURS}dataset: {{name: digits, transform: [{{name: encoded, model: evil.pkl}}]}}")


def test_a_pipe_is_not_waited_for(ended, tmp_path):
    os.mkfifo(tmp_path / "here/runs/evil.pkl")
    ended(TRAIN + f'model: !pkl: "evil.pkl", algorithm: {SGD}}}')
    ended(f"{OURS}dataset: {{name: digits, transform: [{{name: encoded, model: evil.pkl}}]}}")


def test_the_files_would_do_something_elsewhere(tmp_path, monkeypatch):
    """The payloads are real: whoever unpickles one runs it."""
    monkeypatch.chdir(tmp_path)
    for content in (
        *PICKLES.values(),
        FILES["INST"],
        FILES["OBJ"],
        FILES["text that is evaluated"],
    ):
        result = pickle.loads(content)
        assert Path("marker").exists() and result in (0, None)
        Path("marker").unlink()
