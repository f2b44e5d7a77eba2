"""What pictures there are not."""

import pytest

from dltut.datasets import Pictures
from dltut.exceptions import InputError


def test_pictures_that_cannot_be():
    with pytest.raises(InputError, match="there is no preparation 'digits': did you mean digit"):
        Pictures(preparation="digits")
    with pytest.raises(
        InputError, match=r"pictures of \(28, 28\); expected \(channels, rows, colu"
    ):
        Pictures((28, 28))
