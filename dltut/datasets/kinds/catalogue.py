"""The kinds by their names, as model files have them."""

from collections.abc import Mapping

from dltut.datasets.kinds.kind import Kind
from dltut.datasets.kinds.numbers import Numbers, Series
from dltut.datasets.kinds.pictures import Pictures
from dltut.datasets.kinds.rolls import Rolls
from dltut.datasets.kinds.targets import Classes, Labels, Masks, Tags
from dltut.datasets.kinds.texts import Characters, Words
from dltut.datasets.transforms import transform_from
from dltut.exceptions import InputError

LEARNED = (Pictures, Numbers, Series, Characters, Classes, Labels, Masks, Rolls, Words, Tags)
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
    values = dict(facts)
    kind = KINDS.get(values.pop("kind", None))
    if "transforms" in values:
        values["transforms"] = tuple(map(transform_from, values["transforms"]))
    try:
        return kind(**values)
    except TypeError:
        raise InputError(f"no kind of inputs or targets has the facts {dict(facts)}") from None
