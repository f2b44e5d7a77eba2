"""What a canvas writes that has no character."""

import numpy as np

from dltut.viz import confusion_picture


def test_names_from_files_may_hold_half_a_character():
    pictures = [confusion_picture(np.eye(2), [name, "b"]) for name in ("a", "\ud800")]
    assert pictures[0].tobytes() != pictures[1].tobytes()
