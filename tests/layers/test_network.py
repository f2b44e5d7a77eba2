"""What layers and models have in common: arguments from fields, parameters found, how they look."""

import inspect
from dataclasses import InitVar, dataclass, field

import numpy as np
import pytensor.tensor as pt
import pytest

from dltut.layers import BatchNorm, Conv2D, ConvPool, Dense, Dropout, Network, Pool2D
from dltut.machine.rng import Streams
from dltut.machine.shared import shared_dataset, shared_zeros
from dltut.models import DBN, MLP, RBM, Autoencoder, LeNet, LogisticRegression, SdA, cA, dA


class Plain:
    """A layer that knows nothing of this library's classes."""

    def __init__(self):
        self.params = [shared_zeros((2, 3), "plain.W"), shared_zeros((3,), "plain.b")]
        self.weights = []


class Net(Network):
    rng: InitVar
    n_in: int
    sizes: tuple = (3, 2)
    start: InitVar = None
    scale: float = 1.0

    def __post_init__(self, rng, start):
        self.data = shared_dataset((np.zeros((2, 2)), np.zeros(2, int)))
        self.blocks = {"first": [Dense(rng, self.n_in, 3, name="a"), (BatchNorm(3, name="n"),)]}
        self.tied = Dense(rng, self.n_in, 3, W=self.blocks["first"][0].W, name="t")
        self.own = shared_zeros((2, 2), "own")
        self.seen = shared_zeros((), "seen")
        self.plain = Plain()

    @property
    def kept(self):
        return [*super().kept, self.seen]


def names(variables):
    return [each.name for each in variables]


@pytest.fixture
def net(rng):
    return Net(rng, np.int64(4), sizes=np.array([5, 6]), scale=np.float32(0.5))


def test_parameters_are_found_once_and_in_order(net):
    found = ["a.W", "a.b", "n.gamma", "n.beta", "t.b", "own", "plain.W", "plain.b"]
    assert names(net.params) == found
    assert names(net.weights) == ["a.W", "own", "plain.W"]
    assert names(net.kept) == ["n.mean", "n.variance", "seen"]


def test_biases_are_those_of_one_axis_and_those_that_are_named(rng):
    class Untied(Network):
        def __post_init__(self):
            self.W, self.b = shared_zeros((2, 3), "W"), shared_zeros((3, 4), "b")

        @property
        def biases(self):
            return [self.b]

    class Whole(Network):
        def __post_init__(self):
            self.untied, self.dense = Untied(), Dense(rng, 2, 3, name="d")

    assert names(Whole().biases) == ["b", "d.b"] and names(Whole().weights) == ["W", "d.W"]


def test_shapes_without_the_axis_of_the_batch(rng):
    for layer, shape, wanted in (
        (Dense(rng, 4, 3), (4,), (3,)),
        (Conv2D(rng, 2, 5, (3, 2)), (2, 6, 7), (5, 4, 6)),
        (ConvPool(rng, 2, 5, 3, 2), (2, 6, 7), (5, 2, 2)),
        (Pool2D(4, 2, ignore_border=False), (5, 24, 7), (5, 11, 3)),
        (BatchNorm(4), (4, 3, 2), (4, 3, 2)),
        (Dropout(Streams(1)), (4, 3), (4, 3)),
    ):
        assert layer.out_shape(shape) == wanted


def test_arguments_are_the_fields_as_plain_values(net):
    assert net.arguments == {"n_in": 4, "sizes": [5, 6], "scale": 0.5}
    assert [type(each) for each in net.arguments.values()] == [int, list, float]
    rng = np.random.RandomState(1)
    model = dA(rng, 4, 3, encoder=pt.tanh, decoder=None, corruption="gaussian")
    wanted = {"encoder": "tanh", "decoder": "linear", "corruption": "gaussian", "tied": True}
    assert wanted.items() < model.arguments.items()
    assert MLP(rng, 4, 3, 2, activation=pt.cos).arguments["activation"].endswith(".Cos")


def test_no_signature_hides_its_arguments():
    """Names and defaults, as the pages show them; the generator first."""
    shown = str(inspect.signature(Dense))
    assert shown.startswith("(rng, n_in: int, n_out: int, W=None, b=None, activation: ")
    assert " = 'tanh', name: str = '', batch_norm: bool = False)" in shown
    for each in (Dense, Conv2D, ConvPool, Pool2D, Dropout, BatchNorm, LogisticRegression, MLP):
        assert not varied(each) and list(inspect.signature(each.__call__).parameters)[1:3] == [
            "x", "train"
        ]  # fmt: skip
    for each in (LeNet, Autoencoder, dA, cA, RBM, SdA, DBN):
        learning = "pretraining" if each in (SdA, DBN) else "cost_updates"
        functions = [each] if each is LeNet else [each, getattr(each, learning)]
        assert not any(map(varied, functions))
        assert list(inspect.signature(each.__call__).parameters)[1:] == ["x", "train"]
    assert [*inspect.signature(dA).parameters][:6] == ["rng", "n_visible", "n_hidden", "W", "bhid",
                                                       "bvis"]  # fmt: skip


def varied(function):
    kinds = {each.kind for each in inspect.signature(function).parameters.values()}
    return kinds & {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}


def test_a_dataclass_by_habit_is_the_same():
    @dataclass
    class Twice(Network):
        n: int
        others: list = field(default_factory=list)

    one, other = Twice(3), Twice(3)
    assert one != other and len({one, other}) == 2
    assert repr(one) == "Twice(n=3, others=[]): 0 parameters"


def test_networks_are_compared_by_identity(rng):
    one, other = (Dense(rng, 2, 2) for _ in "ab")
    assert one != other and len({one, other}) == 2


def test_how_a_model_looks():
    model = SdA(np.random.RandomState(1), 784, (100, 50), corruption_levels=0.2)
    assert repr(model) == (
        "SdA(n_hidden=[100, 50], corruption_levels=[0.2, 0.2]): 84,060 parameters and 884 numbers "
        "kept\n"
        "  Dense               hidden0.W (784, 100), hidden0.b (100,)  78,500\n"
        "  Dense               hidden1.W (100, 50), hidden1.b (50,)     5,050\n"
        "  LogisticRegression  output.W (50, 10), output.b (10,)          510\n"
        "  dA                  hidden0.bvis (784,)                        784\n"
        "  dA                  hidden1.bvis (100,)                        100"
    )
    shown = RBM(np.random.RandomState(1), 4, 3, name="<b>")._repr_html_()
    assert shown.count("<tr>") == 2 and "<b>" not in shown and "&lt;b&gt;.W (4, 3)" in shown
    assert repr(Pool2D()) == "Pool2D(): 0 parameters"
    assert repr(Dropout(Streams(1), 0.2)) == "Dropout(p=0.2): 0 parameters"
