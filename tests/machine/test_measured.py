"""Several numbers of one pass over a split."""

from dltut.machine.measured import measured_parts


class Pass:
    n_batches, n_examples = 3, 10

    def __call__(self, index):
        return [index, 10 * index]

    def means(self):
        return [1.5, 15]


def test_each_number_has_its_name_and_place():
    measured = measured_parts({"valid": Pass(), "test": Pass()}, ("f1", "error"))
    assert list(measured) == ["valid_f1", "valid_error", "test_f1", "test_error"]
    error = measured["test_error"]
    assert (error(2), error.mean(), error.n_batches, error.n_examples) == (20, 15.0, 3, 10)
