"""The kinds by their names, as model files have them."""

from collections.abc import Mapping

from dltut.datasets.kinds.kind import Kind
from dltut.datasets.kinds.numbers import Numbers, Series
from dltut.datasets.kinds.pictures import Pictures
from dltut.datasets.kinds.rolls import Rolls
from dltut.datasets.kinds.targets import Classes, Labels, Masks, Tags
from dltut.datasets.kinds.texts import Characters, Words
from dltut.datasets.transforms import transform_from
from dltut.exceptions import InputError, printable

LEARNED = (Pictures, Numbers, Series, Characters, Classes, Labels, Masks, Rolls, Words, Tags)
FORGED = (TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RecursionError)
KINDS = {kind.__name__: kind for kind in LEARNED}


def kind_from(facts: Mapping | None) -> Kind | None:
    """The kind that has these facts; None if there are none.

    Raises
    ------
    InputError
        If there is no such kind.

    Examples
    --------
    >>> kind_from(Classes(("cat", "dog")).facts)
    Classes(names=('cat', 'dog'))
    """
    if facts is None:
        return None
    try:
        values = dict(facts)
        kind = KINDS[values.pop("kind")]
        if "transforms" in values:
            values["transforms"] = tuple(map(transform_from, values["transforms"]))
        return kind(**values)
    except InputError:
        raise
    except FORGED as error:
        raise InputError(
            f"no kind of inputs or targets has the facts {printable(facts, 300)} "
            f"({printable(error)}): were they changed?"
        ) from None
