"""What the columns of a data set are: pictures, numbers, classes, labels."""

from dataclasses import asdict, dataclass

from dltut.exceptions import InputError, nearest


@dataclass(frozen=True)
class Kind:
    """Plain values that say what a column holds; a model file carries them as its facts."""

    @property
    def facts(self) -> dict:
        """The kind's name and its values, as JSON has them."""
        return {"kind": type(self).__name__} | {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }


@dataclass(frozen=True)
class Pictures(Kind):
    """Rows that are flattened pictures.

    Parameters
    ----------
    shape : (channels, rows, columns)
    preparation : {"resize", "digit", "light on dark"}
        How a picture from outside becomes like these, see `dltut.datasets.pictures.prepare`.
    """

    shape: tuple[int, int, int] = (1, 28, 28)
    preparation: str = "resize"


@dataclass(frozen=True)
class Numbers(Kind):
    """Columns of numbers: the inputs of a table, or real targets.

    Parameters
    ----------
    names : tuple of str
    mean, scale : tuple of float, optional
        What was taken away from each column, and what it was divided by.
    """

    names: tuple[str, ...]
    mean: tuple[float, ...] | None = None
    scale: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Classes(Kind):
    """One class an example: y holds 0 to len(names) - 1.

    Parameters
    ----------
    names : tuple of str
    """

    names: tuple[str, ...]


@dataclass(frozen=True)
class Labels(Kind):
    """Any number of labels an example: y holds a column of 0 and 1 for each.

    Parameters
    ----------
    names : tuple of str
    """

    names: tuple[str, ...]


def kind_from(facts: dict) -> Kind:
    """The kind that wrote these facts.

    Parameters
    ----------
    facts : dict

    Raises
    ------
    InputError
        If they name none, or do not fit it.

    Examples
    --------
    >>> kind_from(Classes(("ant", "bee")).facts)
    Classes(names=('ant', 'bee'))
    """
    kinds = {each.__name__: each for each in (Pictures, Numbers, Classes, Labels)}
    values = {name: tuple(v) if isinstance(v, list) else v for name, v in facts.items()}
    name = values.pop("kind", None)
    try:
        return kinds[name](**values)
    except (KeyError, TypeError):
        raise InputError(f"{facts} describes no column; {nearest(str(name), kinds)}") from None
