"""What a model is asked about: read, and made ready as the examples that it learned from."""

from dltut.tasks.inputs.examples import read_examples
from dltut.tasks.inputs.reader import Example

__all__ = ["Example", "read_examples"]
