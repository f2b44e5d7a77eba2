"""A model goes on learning in a run of its own, and what it had measured is known there."""

import pytest
from experiment.pylearn2.test_train import TINY, with_sigmoids

from dltut.exceptions import InputError
from dltut.models import load_model

PUSHED = """!obj:pylearn2.monitor.push_monitor {
    model: !pkl: "first.pkl", name: before, transfer_experience: 1, save_records: 1
}"""


def continued(text):
    """The text, with the earlier model in the place of its own."""
    begin = text.index("!obj:pylearn2.models.mlp.MLP")
    return text[:begin] + PUSHED + text[text.index(",\n    algorithm") :]


MATCHED = """
        termination_criterion: !obj:pylearn2.termination_criteria.MatchChannel {
            channel_name: train_y_nll, prev_channel_name: train_objective, prev_monitor_name: before
        }
"""


def test_a_model_goes_on_where_it_was(run):
    options = {"set": ("batch_size=10",)}
    log, runs = run("first", TINY, **options)
    last = log.rows[-1]
    learned = [each.get_value() for each in load_model(runs / "first.pkl").params]
    log, _ = run("second", continued(TINY), **options)
    first, *_, now = log.rows
    for name in ("train_objective", "train_y_misclass", "train_h_mean_x_mean_u"):
        assert first[name] == pytest.approx(last[name], rel=1e-6)
    assert set(first) - {"train_cost"} == set(last) - {"train_cost"}  # the same channels
    assert now["train_objective"] < first["train_objective"]
    again = [each.get_value() for each in load_model(runs / "first.pkl").params]
    assert all((a == b).all() for a, b in zip(learned, again, strict=True))  # its file stays

    counter = TINY[
        TINY.index("        termination_criterion") : TINY.index("    },\n    save_path")
    ]
    text = continued(TINY).replace(counter, MATCHED.lstrip("\n"))
    log, _ = run("third", text, **options)  # is as good as it was at once
    assert len(log.rows) <= 2 and "train_y_nll" in log.stop_reason

    noise = "cost: !obj:pylearn2.costs.mlp.dropout.Dropout {}, learning_rate: .1"
    with pytest.raises(InputError, match="the earlier model has no dropout: take the cost Dropout"):
        run("wrong", continued(TINY).replace("learning_rate: .1", noise), **options)


@pytest.mark.slow
def test_labels_stay_labels(run):
    text = with_sigmoids("detection").replace("${PYLEARN2_TRAIN_FILE_FULL_STEM}", "first")
    last = run("bits", text, set=("batch_size=10",))[0].rows[-1]
    first = run("more_bits", continued(text), set=("batch_size=10",))[0].rows[0]
    for name in ("train_objective", "train_y_f1", "train_y_kl"):
        assert first[name] == pytest.approx(last[name], rel=1e-6)
