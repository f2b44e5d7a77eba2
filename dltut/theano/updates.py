"""``theano.updates``: what a call of a function changes."""

from collections import OrderedDict

from pytensor.compile.sharedvalue import SharedVariable


class OrderedUpdates(OrderedDict):
    """{shared variable: next value}, in order; two can be added."""

    def __setitem__(self, key, value):
        """Set the next value of a shared variable.

        Raises
        ------
        TypeError
            If the key is not a shared variable.
        """
        if not isinstance(key, SharedVariable):
            raise TypeError(f"updates are of shared variables; {key} is none")
        super().__setitem__(key, value)

    def update(self, other=None, **named):
        """Add others.

        Raises
        ------
        KeyError
            If both change a variable, in two ways.
        """
        pairs = dict(other or {}, **named)
        for key, value in pairs.items():
            if key in self and self[key] is not value:
                raise KeyError(f"two updates of {key}: add them up to one")
            self[key] = value

    def __add__(self, other):
        """Both together."""
        both = OrderedUpdates()
        both.update(self)
        both.update(other)
        return both

    def __radd__(self, other):
        """Both together."""
        both = OrderedUpdates()
        both.update(other)
        both.update(self)
        return both
