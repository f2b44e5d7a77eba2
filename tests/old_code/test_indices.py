"""Lists as indices."""

import numpy as np

from dltut.old_code.indices import place


def test_a_list_of_slices_is_a_tuple():
    values = np.arange(6).reshape(2, 3)
    assert place(values, [Ellipsis, 1]) == (Ellipsis, 1)
    assert place(values, [None, 0]) == (None, 0)
    assert place("anything", [slice(2)]) == (slice(2),)
    assert values[place(values, [[0, 1], [2, 0]])].tolist() == [2, 3]


def test_other_lists_stay():
    rows = [[0], [1]]
    assert place({}, rows) is rows
    assert place(np.zeros(3), [0, 1]) == [0, 1]
    assert place(np.zeros(3), 1) == 1


def test_a_program_may_index_by_lists(ran):
    out, _ = ran(
        """
        import numpy as np
        a = np.arange(6).reshape(2, 3)
        where = [slice(None)] * a.ndim
        where[1] = slice(0, 1)
        print(a[where].tolist())
        a[where] = 9
        a[[0, 1], [2, 2]] += 1
        a[[slice(None)] + [1]] -= 1
        print(a.tolist())
        words = {1: 'one'}
        print(words[1])
        """
    )
    assert out == ["[[0], [3]]", "[[9, 0, 3], [9, 3, 6]]", "one"]


def test_a_new_axis_drops_the_axes_of_length_1_behind_it(ran):
    out, _ = ran(
        """
        import numpy as np
        import theano.tensor as T
        mask, x = T.alloc(1., T.iscalar(), 1), T.matrix()
        print mask[:, None].ndim, mask[:, np.newaxis].ndim, (mask[:, None] * x).ndim,
        print mask[:, None, :].ndim, mask[..., None].ndim, x[:, None, :].ndim,
        print T.row()[0, None].ndim,
        print np.ones((2, 1))[:, None].ndim
        """
    )
    assert out == ["2 2 2 3 3 3 2 3"]
