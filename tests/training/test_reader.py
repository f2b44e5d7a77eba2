import pytest

from dltut.exceptions import InputError
from dltut.training import Log, Reader
from dltut.training.reader import value_of


class Values(Reader):
    def restart(self):
        self.values = []

    def read(self, log):
        for row in self.unread(log):
            self.values.append(value_of(row, self.judged(log)[0]))
        return self.values


def log_of(*values):
    log = Log(n_batches=1, watched="valid_accuracy", lower=False)
    for i, value in enumerate(values):
        log.append({"epoch": i + 1, "iteration": i, "valid_accuracy": value, "cost": -value})
    return log


def test_each_row_is_read_once_and_another_log_begins_anew():
    reader, log = Values(), log_of(0.5, 0.25)
    assert reader.read(log) == [0.5, 0.25]
    log.append({"iteration": 2, "valid_accuracy": 0.75})
    assert reader.read(log) == reader.read(log) == [0.5, 0.25, 0.75]
    assert reader.read(log_of(1.0)) == [1.0]


@pytest.mark.parametrize(
    ("options", "judged"),
    [
        ({}, ("valid_accuracy", False)),
        ({"lower": True}, ("valid_accuracy", True)),
        ({"channel": "cost"}, ("cost", True)),
        ({"channel": "valid_f1"}, ("valid_f1", False)),
        ({"channel": "cost", "lower": False}, ("cost", False)),
    ],
)
def test_what_is_judged(options, judged):
    assert Reader(**options).judged(log_of()) == judged


def test_nothing_to_judge():
    with pytest.raises(InputError, match="Values has no channel to judge: give Monitor"):
        Values().judged(Log())
    with pytest.raises(InputError, match="rows have no coast: did you mean cost"):
        Values("coast").read(log_of(0.5))
