"""The files of the slides' tutorial, made small; and what their names give."""

from pathlib import Path

import pytensor
import pytest

from dltut.commands.train import train
from dltut.experiment.build import build
from dltut.experiment.pylearn2 import table
from dltut.experiment.reading import parsed

FILES = Path(__file__).parent / "files"
SMALLER = {"output_channels: 64": "output_channels: 4", "nhid: 500": "nhid: 20"}
SMALLER |= {"nvis: 500": "nvis: 20"}


@pytest.fixture(scope="module")
def small():
    """``small(name)``: a file of the tutorial with fewer units."""

    def small(name: str) -> str:
        text = (FILES / f"{name}.yaml").read_text()
        for old, new in SMALLER.items():
            text = text.replace(old, new)
        return text

    return small


@pytest.fixture(scope="module")
def run(tmp_path_factory, small):
    """``run(name, text=...)``: the log of a quick run, and the folder of the runs.

    In the mode that compiles nothing, unless another is named: files are what is tested.
    """
    folder = tmp_path_factory.mktemp("pylearn2")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("DLTUT_DATA", str(folder / "no data"))
        patched.chdir(folder)

        def run(name: str, text: str | None = None, mode: str = "FAST_COMPILE", **options):
            path = folder / f"{name}.yaml"
            path.write_text(small(name) if text is None else text)
            patched.setenv("THEANO_FLAGS", f"floatX=float32,mode={mode}")
            with pytensor.config.change_flags(floatX="float32", mode=mode):
                return train(path, quick=True, **options), folder / "runs"

        yield run


@pytest.fixture
def made(tmp_path):
    """``made(text)``: what a text in Pylearn2's language gives."""

    def made(text: str, **context):
        tree = parsed(text.replace("!p:", "!obj:pylearn2."), "my.yaml")
        return build(tree, table(tmp_path), {"folder": tmp_path, **context})

    return made


SOFTMAX = "!p:models.mlp.Softmax {layer_name: y, n_classes: 10, irange: .005}"


@pytest.fixture
def network(made):
    """``network(layer, ...)``: an MLP of these layers below a softmax, made."""

    def network(*layers, size="nvis: 20", top=SOFTMAX):
        text = f"!p:models.mlp.MLP {{{size}, layers: [{', '.join([*layers, top])}]}}"
        return made(text).network()

    return network
