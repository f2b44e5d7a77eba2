"""What has a role: the public objects with the right signature, and nothing else."""

import pytest

from dltut.exceptions import InputError
from dltut.experiment.roles import ROLES

HOMES = {
    "model": "dltut.models",
    "rule": "dltut.optim",
    "penalty": "dltut.nn",
    "schedule": "dltut.optim.schedules",
    "stopping": "dltut.training",
}


@pytest.mark.parametrize("kind", HOMES)
def test_every_name_leads_to_the_library_s_own_object(kind):
    for name, found in ROLES[kind].names.items():
        assert found.__name__ == name and found.__module__.startswith(HOMES[kind])


def test_no_other_public_name_has_a_role():
    found = {kind: " ".join(sorted(role.names)) for kind, role in ROLES.items()}
    assert found == {
        "model": "DBN LeNet LogisticRegression MLP SdA",
        "rule": "adadelta adagrad adam adamax amsgrad momentum nesterov rmsprop sgd",
        "penalty": "l1 l2",
        "schedule": "constant exponential inverse inverse_time linear step",
        "stopping": "Diverged HalveOnNoImprovement MatchChannel MaxEpochs NoImprovement Patience "
        "TargetReached TimeLimit",
    }


def test_a_part_takes_its_arguments_from_the_file_and_the_rest_from_the_context():
    part = ROLES["stopping"].part("stopping", {"name": "NoImprovement", "n": 3})
    assert part(params=[], learning_rate=0.1).n == 3  # it takes neither of these
    diverged = ROLES["stopping"].part("stopping", {"name": "Diverged"})
    assert diverged(params=[1, 2]).params == [1, 2] and diverged.takes == {"params"}


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
