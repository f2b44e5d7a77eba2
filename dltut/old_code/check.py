"""A table of the Theano names that a program uses, and whether they are served here."""

import importlib
import sys
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType

from dltut.exceptions import InputError, close_match, printable
from dltut.old_code.names import Found, uses_in

HOME = "dltut.theano"
REFUSED = " is not served: "  # in what is said about a name
WIDTH = 48  # of the names


@dataclass
class Verdict:
    """What becomes of a name.

    Attributes
    ----------
    kind : {"served", "refused", "unknown"}
    reason : str
        Why not; what is nearest.
    """

    kind: str
    reason: str = ""


def check(place: str | Path) -> bool:
    """Print the Theano names of a file or folder, those that are not served last, and their share.

    Parameters
    ----------
    place : path
        Nothing of it is imported or run.

    Returns
    -------
    bool
        Whether all are served, and all files could be read.

    Raises
    ------
    InputError
        If nothing is there.
    """
    _look_elsewhere(Path(place))
    found = uses_in(place, public)
    verdicts = {name: verdict(name) for name in found.uses}
    for line in table(found, verdicts):
        print(line)
    for path, reason in found.unread.items():
        print(f"{printable(path)} could not be read: {reason}")
    print(summary(found, verdicts))
    return not found.unread and all(each.kind == "served" for each in verdicts.values())


def _look_elsewhere(place: Path) -> None:
    """Import nothing from the folder that is checked, whatever it is called."""
    import dltut

    folder = (place if place.is_dir() else place.parent).resolve()
    home = Path(dltut.__file__).resolve().parents[1]
    here = {each: Path(each or ".").resolve() for each in sys.path}
    sys.path[:] = [
        each for each, path in here.items() if path == home or not path.is_relative_to(folder)
    ]


def table(found: Found, verdicts: dict[str, Verdict]) -> list[str]:
    """A line a name: how often, what becomes of it; of those not served, where the first stands.

    Parameters
    ----------
    found : Found
        What was found.
    verdicts : dict
        {name: Verdict}.
    """
    order = ["served", "refused", "unknown"]

    def rank(name):
        return order.index(verdicts[name].kind), -len(found.uses[name].places), name

    lines = []
    for name in sorted(found.uses, key=rank):
        places, answer = found.uses[name].places, verdicts[name]
        more = f": {answer.reason} ({places[0]})" if answer.kind != "served" else ""
        lines.append(f"{name:<{WIDTH}} {len(places):>5}  {answer.kind}{more}")
    return lines


def summary(found: Found, verdicts: dict[str, Verdict]) -> str:
    """The last line: what share of the uses is served."""
    counts = Counter()
    for name, use in found.uses.items():
        counts[verdicts[name].kind] += len(use.places)
    uses = sum(counts.values())
    if not uses:
        return f"no name of Theano's in {_number(found.files, 'file')}"
    names = Counter(each.kind for each in verdicts.values())
    others = ", ".join(f"{_number(names[kind], 'name')} {kind}" for kind in ("refused", "unknown"))
    share = 100 * counts["served"] / uses
    shown = f"{share:.1f}" if share in (0, 100) else f"{min(max(share, 0.1), 99.9):.1f}"
    return (
        f"{shown} % served: {counts['served']:,} of {_number(uses, 'use')} of "
        f"{_number(len(verdicts), 'name')} in {_number(found.files, 'file')}; {others}"
    )


def _number(count: int, word: str) -> str:
    return f"{count:,} {word}{'' if count == 1 else 's'}"


def verdict(name: str) -> Verdict:
    """Whether a name is served, found by looking it up as a program would.

    Parameters
    ----------
    name : str
        Dotted, beginning with theano.

    Returns
    -------
    Verdict
        What is known and not served says why.
    """
    value, done = importlib.import_module(HOME), "theano"
    for part in name.split(".")[1:]:
        try:
            value = _part(value, part)
        except (InputError, AttributeError, ImportError) as error:
            if not _is_ours(value):
                return Verdict("served")  # what follows is a method of a value
            _, is_refused, reason = str(error).partition(REFUSED)
            if is_refused:
                return Verdict("refused", reason)
            near = close_match(part, public(done))
            hint = f"; did you mean {near}?" if near else ""
            return Verdict("unknown", f"{done} has no {part}{hint}")
        done = f"{done}.{part}"
    reason = getattr(value, "not_served", "")
    return Verdict("refused", reason) if isinstance(reason, str) and reason else Verdict("served")


def _is_ours(value: object) -> bool:
    return isinstance(value, ModuleType) or type(value).__module__.startswith(HOME)


def _part(value: object, name: str) -> object:
    """An attribute, or a module inside."""
    if hasattr(value, "__path__") and not name.startswith("__"):
        with suppress(ModuleNotFoundError):
            if find_spec(f"{value.__name__}.{name}") is not None:
                importlib.import_module(f"{value.__name__}.{name}")
    return getattr(value, name)


def public(module: str) -> Iterable[str]:
    """The names that ``from MODULE import *`` gives, here.

    Parameters
    ----------
    module : str
        Dotted, beginning with theano.
    """
    try:
        there = importlib.import_module(f"dltut.{module}")
    except ImportError:
        return []
    return getattr(there, "__all__", None) or [name for name in dir(there) if name[0] != "_"]
