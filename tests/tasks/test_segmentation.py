"""Classes of pixels beside NumPy: the cost, what is counted, what is answered and written."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from scipy.special import log_softmax

from dltut import function
from dltut.commands.predict import Prediction
from dltut.datasets import Masks, Pictures, Series, Split, kind_from
from dltut.exceptions import InputError
from dltut.layers import Network
from dltut.tasks import Example, Segmentation, read_examples, task_from

INPUTS = Pictures((1, 4, 4), preparation="whole")
TASK = Segmentation(INPUTS, Masks(("a", "b", "c"), ((0, 0, 0), (9, 9, 9), (250, 0, 0))))

TRUE = np.array([[0, 0, 1, -1], [0, 1, 1, -1], [2, 2, 1, 0], [-1, -1, 2, 0]])
FOUND = np.array([[0, 1, 1, 2], [0, 1, 0, 0], [2, 2, 2, 0], [1, 1, 2, 1]])


def by_loops(true, found, n=3):
    """(intersections, unions, right, counted), pixel by pixel."""
    both, either, right, counted = np.zeros(n), np.zeros(n), 0, 0
    for t, f in zip(np.ravel(true), np.ravel(found), strict=True):
        if t < 0:
            continue
        counted += 1
        right += t == f
        for k in range(n):
            both[k] += t == k and f == k
            either[k] += t == k or f == k
    return both, either, right, counted


def test_by_hand():
    """4 x 4 with four void pixels: of a 3 of 6, of b 2 of 6, of c 3 of 4, 8 of 12 right."""
    counts = TASK.counts(TRUE, FOUND)
    assert counts.tolist() == [[3, 2, 0], [1, 2, 1], [0, 0, 3]]
    np.testing.assert_allclose(TASK.intersection_over_union(counts), [3 / 6, 2 / 6, 3 / 4])
    assert TASK.mean_iou(counts) == pytest.approx((1 / 2 + 1 / 3 + 3 / 4) / 3)
    assert TASK.accuracy(counts) == 8 / 12


labels = st.lists(st.tuples(st.integers(-1, 2), st.integers(0, 2)), min_size=1, max_size=60)


@given(batches=st.lists(labels, min_size=1, max_size=4))
def test_counted_over_batches_then_divided(batches):
    """Exactly NumPy's; and a class that neither occurs nor is said does not count."""
    counts = sum(TASK.counts(*np.array(each).T) for each in batches)
    both, either, right, counted = by_loops(*np.concatenate([np.array(b) for b in batches]).T)
    found = TASK.intersection_over_union(counts)
    for k in range(3):
        assert np.isnan(found[k]) if either[k] == 0 else found[k] == both[k] / either[k]
    there = either > 0
    assert TASK.mean_iou(counts) == (np.mean(both[there] / either[there]) if there.any() else 0)
    assert TASK.accuracy(counts) == right / max(counted, 1)


class Says(Network):
    """A model that finds what its picture shows, in tenths."""

    def __call__(self, x, train=False):
        maps = x if x.ndim == 4 else x.reshape((-1, 1, 4, 4))
        tenths = np.arange(3)[:, None, None] / 10
        return -((maps[:, 0].dimshuffle(0, "x", 1, 2) - tenths) ** 2)


def test_a_pass_over_a_split_and_not_the_mean_of_its_batches(rng):
    """B13: the epoch's counts divided differ from the mean over batches."""
    y = rng.integers(-1, 3, (11, 4, 4))
    found = rng.integers(0, 3, (11, 4, 4))
    split = Split(x=(found / 10).reshape(11, -1), y=y)
    measured = TASK.pixel_measures(Says(), {"valid": split}, batch_size=4)
    both, either, right, counted = by_loops(y, found)
    assert measured["valid_iou"].mean() == np.mean(both / either)
    assert measured["valid_accuracy"].mean() == right / counted
    assert measured["valid_iou"].n_examples == counted
    means = [by_loops(y[i : i + 4], found[i : i + 4]) for i in range(0, 11, 4)]
    mean_of_batches = np.mean([np.mean(b / e) for b, e, *_ in means])
    assert abs(measured["valid_iou"].mean() - mean_of_batches) > 1e-6
    assert measured["valid_iou"](0) == np.mean(means[0][0] / means[0][1])
    with pytest.raises(InputError, match=r"^all pixels of the .*masks are void"):
        TASK.pixel_measures(Says(), {"valid": Split(x=split.x, y=np.full_like(y, -1))})


@pytest.mark.parametrize("backend", ["FAST_COMPILE", "NUMBA", "JAX"])
def test_cost_and_error(backend, floatX, rng):
    """Void costs nothing and gets no gradient; pixels count alike, wherever they are."""
    scores, y = pt.tensor4("scores", shape=(None, 3, 4, 4)), pt.itensor3("y")
    cost = TASK.cost(scores, y)
    outputs = [cost, pytensor.grad(cost, scores), TASK.measures(scores, y)["error"]]
    f = function([scores, y], outputs, mode=backend)
    values = rng.normal(size=(2, 3, 4, 4)).astype(floatX)
    true = np.stack([TRUE, np.where(FOUND > 0, FOUND, -1)]).astype("int32")
    found, gradient, error = f(values, true)
    logs = log_softmax(values.astype(float), axis=1)
    counted = true >= 0
    picked = np.take_along_axis(logs, np.maximum(true, 0)[:, None], axis=1)[:, 0]
    tight = {"rtol": 1e-5 if floatX == "float32" else 1e-10, "atol": 1e-6}
    np.testing.assert_allclose(found, -picked[counted].mean(), **tight)
    one = np.eye(3)[np.maximum(true, 0)].transpose(0, 3, 1, 2)
    wanted = (np.exp(logs) - one) * counted[:, None] / counted.sum()
    np.testing.assert_allclose(gradient, wanted, **tight)
    np.testing.assert_allclose(error, (values.argmax(1) != true)[counted].mean())


def test_a_picture_of_any_size(tmp_path):
    """Its classes are as large as it; so are the mask and the picture of numbers."""
    for name, sides in (("a", (5, 7)), ("b", (3, 2))):
        values = np.arange(sides[0] * sides[1]).reshape(sides) % 3
        Image.fromarray((values * 25.6).round().astype(np.uint8)).save(tmp_path / f"{name}.png")
    answers = TASK.answer_function(Says())
    examples = read_examples([tmp_path / "a.png", tmp_path / "b.png"], INPUTS)
    found = answers(INPUTS.stacked([each.x for each in examples]))
    assert found[0].tolist() == (np.arange(35).reshape(5, 7) % 3).tolist()
    assert found[1].shape == (3, 2)
    files = TASK.files(examples[0], found[0])
    for ending, write in files.items():
        write(tmp_path / f"out{ending}")
    with Image.open(tmp_path / "out.labels.png", formats=["PNG"]) as image:
        np.testing.assert_array_equal(np.asarray(image), found[0])
    with Image.open(tmp_path / "out.mask.png", formats=["PNG"]) as image:
        assert image.size == (7, 5) and image.convert("RGB").getpixel((2, 0)) == (250, 0, 0)
    drawn = Prediction(examples[0], found[0], TASK).drawn()
    assert drawn.width > 300
    assert TASK.line(found[0]) == "a 34.3 %, b 34.3 %, c 31.4 %"
    assert TASK.row(found[1]) == {
        "share(a)": "0.333333",
        "share(b)": "0.333333",
        "share(c)": "0.333333",
    }


def test_more_classes_than_bytes_tell_apart(tmp_path):
    task = Segmentation(INPUTS, Masks(tuple(map(str, range(300)))))
    answer = np.array([[0, 255, 256, 299]])
    write = task.files(Example("wide", Image.new("L", (4, 1)), None), answer)[".labels.png"]
    write(tmp_path / "wide.png")
    with Image.open(tmp_path / "wide.png", formats=["PNG"]) as image:
        np.testing.assert_array_equal(np.asarray(image), answer)


def test_resized_pictures_are_answered_at_their_own_size():
    inputs = Pictures((1, 4, 4))
    task = Segmentation(inputs, Masks(("a", "b", "c")))
    [example] = read_examples(Image.new("L", (9, 6), 51), inputs)
    [answer] = task.answer_function(Says())(inputs.stacked([example.x]))
    assert answer.shape == (4, 4) and task._as_given(example, answer).shape == (6, 9)


def test_facts_and_pictures(rng):
    facts = TASK.facts
    assert task_from(facts) == TASK and (TASK.watch, TASK.lower) == ("iou", False)
    series = Segmentation(Series(("x",), 4), Masks(("a", "b", "c")))
    inferred = task_from({"inputs": series.inputs.facts, "targets": series.targets.facts})
    assert inferred == series
    assert kind_from(TASK.targets.facts) == TASK.targets
    split = Split(x=(FOUND / 10).reshape(1, -1), y=TRUE[None])
    assert TASK.pictures(Says(), split).keys() == {"confusion.png", "overlays.png"}
    found = np.array([0, 1, 2, 2])
    example = Example("ray", None, np.zeros((4, 1), np.float32))
    assert series.picture(example, found).width > 300 and series.files(example, found) == {}


def test_masks_that_are_none():
    masks = Masks(("a", "b"))
    for values, message in (
        (np.array([[[2]]]), "train mask 0 holds the label 2; expected 0 to 1, or -1 for void"),
        (np.array([[[0]], [[-2]]]), "train mask 1 holds the label -2; expected"),
        (np.array([0, 1]), r"train masks of shape \(2,\), int64; expected whole numbers"),
        (np.array([[[0.5]]]), r"train masks of shape \(1, 1, 1\), float64; expected whole"),
    ):
        with pytest.raises(InputError, match=f"^{message}"):
            masks.checked(values, "train")
    for colours in (((0, 0, 0),), ((0, 0, 0), (0, 0, 256)), ((0, 0), (1, 1))):
        with pytest.raises(InputError, match=r"^\d colours for 2 classes; expected"):
            Masks(("a", "b"), colours)
