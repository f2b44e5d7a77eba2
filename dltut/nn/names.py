"""Functions that a person, a file or a flag may call by name."""

from collections.abc import Callable

from dltut.exceptions import InputError, nearest


class Names(dict):
    """{name: function}, of one kind.

    Parameters
    ----------
    kind : str
        What an error calls them.
    **functions : callable

    Examples
    --------
    >>> roots = Names("root", square=lambda x: x**0.5)
    >>> roots.function("square")(9.0), roots.name(roots["square"]), roots.name(len)
    (3.0, 'square', 'builtins.len')
    """

    def __init__(self, kind: str, **functions: Callable):
        super().__init__(functions)
        self.kind = kind

    def function(self, named: str | Callable) -> Callable:
        """The function of a name; a function itself.

        Raises
        ------
        InputError
            If there is none of that name.
        """
        if callable(named):
            return named
        if not isinstance(named, str) or named not in self:
            raise InputError(f"there is no {self.kind} {named!r}: {nearest(named, self)}")
        return self[named]

    def name(self, function: Callable) -> str:
        """The name of a function; with its module if it is from elsewhere."""
        known = next((name for name, each in self.items() if each is function), None)
        return known or f"{function.__module__}.{getattr(function, '__qualname__', function)}"
