"""``theano.misc.ordered_set``: a set that keeps its order."""


class OrderedSet(dict):
    """What is in it, each once, in the order of coming.

    Parameters
    ----------
    iterable : iterable, optional
    """

    def __init__(self, iterable=None):
        super().__init__(dict.fromkeys(iterable or ()))

    def add(self, key):
        """Put one in."""
        self[key] = None

    def discard(self, key):
        """Take one out, if it is in."""
        self.pop(key, None)

    def update(self, iterable):
        """Put several in."""
        super().update(dict.fromkeys(iterable))

    def union(self, other):
        """Both together."""
        return OrderedSet([*self, *other])
