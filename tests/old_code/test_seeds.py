"""The code in pages that people learned from runs as it stands, on small data.

The pages are those of the folder ``seeds`` beside the test data. What is pseudo-code there
(``...``, a condition in words, lines that lost their indentation) cannot run anywhere and is
counted.
"""

import ast
import gc
import gzip
import pickle
import re
import textwrap

import numpy as np
import pytest

from dltut.old_code.source import parse

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")  # files are left open
GETTING_STARTED, NOTES = "000_2abd98b64141264c.txt", "001_ed0f22fdbcd6cd4b.txt"
PRELUDE = """
import theano, numpy
import theano.tensor as T
n_classes = 10
given_x, y = T.matrix(), T.ivector()
params = param = theano.shared(numpy.zeros((784, 10)), name='W')
p_y_given_x = T.nnet.softmax(T.dot(given_x, param))
lambda_1, lambda_2, L2, learning_rate = 0.5, 0.25, T.sum(param ** 2), 0.1
NLL = -T.sum(T.log(p_y_given_x)[T.arange(y.shape[0]), y])
loss, x_batch, y_batch = NLL, given_x, y
train_batches = [(numpy.ones((2, 784)), numpy.array([0, 1], 'int32'))] * 2
stopping_condition_is_met = False
u, v, w = [theano.shared(numpy.full(3, float(i))) for i in range(3)]
"""
AFTER_BLOCKS = """
print(type(loss).__name__)
print([float(each.get_value().sum()) for each in (u, v, w)])
"""


@pytest.fixture
def blocks(shared_data):
    """A page's blocks of code, without prompts; a loop that returned from nowhere breaks off."""

    def of(name):
        page = shared_data.parent / "seeds" / name
        if not page.is_file():
            pytest.skip(f"there is no page {page}: it belongs beside the test data")
        text = page.read_text(encoding="utf-8", errors="replace")
        fenced = re.findall(r"^```\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
        directive = r"^([ \t]*)\.\. code-block:: python\n((?:[ \t]*\n|\1[ \t]{2,}.*\n)+)"
        indented = [code for _, code in re.findall(directive, text, re.MULTILINE)]
        found = [re.sub(r"^>>> ", "", textwrap.dedent(each), flags=re.M) for each in indented]
        return [each.replace("return params", "break") for each in [*found, *fenced]]

    return of


def runs(block: str) -> bool:
    """Whether this is a program, and not a sketch of one."""
    try:
        tree = parse(block, "block.py").tree
    except SyntaxError:
        return False
    nodes = list(ast.walk(tree))
    is_sketch = any(isinstance(each, ast.Constant) and each.value is ... for each in nodes)
    return bool(tree.body) and not is_sketch


def quickly(block: str) -> str:
    """Without what the first call of a compiled kernel costs."""
    return "import theano\ntheano.config.mode = 'FAST_COMPILE'\n" + block


@pytest.fixture
def small_mnist(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.RandomState(0)
    part = rng.rand(1600, 784).astype("float32"), rng.randint(0, 10, 1600)
    with gzip.open("mnist.pkl.gz", "wb") as file:
        pickle.dump((part, part, part), file, 2)


@pytest.fixture(autouse=True)
def as_before():
    from dltut.theano import config

    with config.change_flags(mode="Mode"):
        yield
    gc.collect()


def test_getting_started(blocks, small_mnist, ran):
    found = blocks(GETTING_STARTED)
    chosen = [each for each in found if runs(each)]
    assert (len(found), len(chosen)) == (13, 9)
    lines, _ = ran(quickly(PRELUDE + "\n".join(chosen) + AFTER_BLOCKS))
    assert sum("Current loss is" in line for line in lines) == 2
    assert lines[-2:] == ["TensorVariable", "[0.0, 3.0, 6.0]"]


@pytest.mark.slow
def test_notes_on_it(blocks, small_mnist, ran):
    """Its picture is one of chance; many of its blocks lost their indentation."""
    from PIL import Image

    picture = np.random.RandomState(0).randint(0, 256, (639, 516, 3)).astype("uint8")
    Image.fromarray(picture).save("3wolfmoon.jpg")
    chosen = [each for each in blocks(NOTES) if runs(each)]
    assert len(chosen) == 4
    lines, _ = ran(quickly(PRELUDE + "\n".join(chosen) + AFTER_BLOCKS))
    assert "(1, 2, 631, 508)" in lines
    assert "(1, 2, 315, 254)" in lines
    assert "[0.0, 3.0, 6.0]" in lines
