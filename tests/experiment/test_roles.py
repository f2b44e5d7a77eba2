"""What has a role: the public objects with the right signature, and nothing else."""

import pytest

from dltut.exceptions import InputError
from dltut.experiment.roles import ROLES, roles

HOMES = {
    "model": ("dltut.models", "dltut.experiment.pretrained"),
    "layer": "dltut.layers",
    "cost": ("dltut.nn", "dltut.experiment.costs"),
    "rule": "dltut.optim",
    "penalty": "dltut.nn",
    "algorithm": "dltut.experiment.algorithms",
    "schedule": "dltut.optim.schedules",
    "stopping": "dltut.training",
    "extension": "dltut.training",
    "transform": ("dltut.datasets", "dltut.experiment.pretrained"),
}


@pytest.mark.parametrize("kind", HOMES)
def test_every_name_leads_to_the_library_s_own_object(kind):
    for name, found in ROLES[kind].names.items():
        assert found.__name__ == name and found.__module__.startswith(HOMES[kind])


LEAST = {
    "model": "Autoencoder DBN LeNet LogisticRegression MLP SdA cA dA",
    "layer": "BatchNorm Conv2D ConvPool Dense Dropout Pool2D",
    "cost": "default l1 l2 reconstruction",
    "rule": "adadelta adagrad adam adamax amsgrad momentum nesterov rmsprop sgd",
    "penalty": "l1 l2",
    "algorithm": "conjugate_gradient minibatch",
    "schedule": "constant exponential inverse inverse_time linear step",
    "stopping": "Diverged HalveOnNoImprovement MaxEpochs NoImprovement Patience "
    "TargetReached TimeLimit all_of any_of",
    "extension": "LossHistory PolyakAverage",
}
NEVER = (
    "Checkpoint Criterion Dataset Extension Monitor Network Progress RBM Trainer backend load_model"
)
NEVER += " Order open_run os parameter read_log save_model sys"


@pytest.mark.parametrize("kind", LEAST)
def test_the_library_s_parts_are_found(kind):
    assert set(LEAST[kind].split()) <= set(ROLES[kind].names)


@pytest.mark.parametrize("kind", ROLES)
def test_nothing_else_has_a_role(kind):
    assert not set(NEVER.split()) & set(ROLES[kind].names)


def test_one_s_own_parts_stand_beside_them():
    def mine(weights, strength: float = 0.5):
        return weights, strength

    made = roles({"cost": {"mine": mine}})
    assert made["cost"].part("cost", "mine")(weights=[1]) == ([1], 0.5)
    assert "l2" in made["cost"].names and "mine" not in ROLES["cost"].names
    with pytest.raises(InputError, match="cost mine: there is no weights; valid names: strength"):
        made["cost"].part("cost", {"name": "mine", "weights": 3})


def test_parts_are_arguments_of_parts():
    given = {"name": "any_of", "criteria": [{"name": "MaxEpochs", "n": 3}, "Diverged"]}
    part = ROLES["stopping"].part("stopping", given)
    made = part(params=[])
    assert [type(each).__name__ for each in made.criteria] == ["MaxEpochs", "Diverged"]
    assert part.all_takes >= {"criteria", "params", "n"}
    nested = {"name": "all_of", "criteria": [given, {"name": "MaxEpochs", "n": "x"}]}
    with pytest.raises(InputError, match="criteria MaxEpochs: n is 'x'") as caught:
        ROLES["stopping"].part("stopping", nested, ("stopping", 0))
    assert caught.value.keys == ("stopping", 0, "criteria", 1, "n")


def test_a_part_takes_its_arguments_from_the_file_and_the_rest_from_the_context():
    part = ROLES["stopping"].part("stopping", {"name": "NoImprovement", "n": 3})
    assert part(params=[], learning_rate=0.1).n == 3  # it takes neither of these
    diverged = ROLES["stopping"].part("stopping", {"name": "Diverged"})
    assert diverged(params=[1, 2]).params == [1, 2] and diverged.takes == {"params"}


def test_what_is_the_context_s_elsewhere_is_a_part_s_own_here():
    part = ROLES["extension"].part("extension", {"name": "PlotWhileTraining", "path": "p.png"})
    assert part(x="a minibatch").x == "epoch"
    assert ROLES["cost"].part("cost", "reconstruction").filled == ROLES["cost"].context


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"n": 3}, r"stopping has no name: write \{name: Diverged, \.\.\.\}"),
        ({"name": "open_run"}, "stopping: there is no open_run; valid names: Diverged, "),
        ({"name": "Diverged", "params": []}, "stopping Diverged: there is no params; it takes no"),
        ({"name": "MaxEpochs", "n": "x"}, "stopping MaxEpochs: n is 'x'; expected a"),
    ],
)
def test_what_a_part_cannot_be(given, message):
    with pytest.raises(InputError, match=message):
        ROLES["stopping"].part("stopping", given)


def test_of_a_role_without_names_none_is_proposed():
    with pytest.raises(InputError, match=r"channel has no name: write \{name: NAME, \.\.\.\}"):
        ROLES["channel"].part("channel", {"c": None})
