"""Training that a configuration file describes, in the steps of the training scripts."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from dltut.commands.flags import documentation
from dltut.commands.run import Run
from dltut.exceptions import InputError, nearest, printable
from dltut.experiment import pylearn2
from dltut.experiment.part import load_parts, needed_by
from dltut.experiment.phases import read_phases, run_phases
from dltut.experiment.pylearn2.names import NAMES
from dltut.experiment.roles import Role, roles
from dltut.experiment.train import runs_folder
from dltut.machine.arguments import Amount, kinds, words
from dltut.training import Log

KNOWN = ("data_dir", "folder", "quick")  # what no file gives
FIRST = ("floatX", "checkpoint_seconds")  # of the first phase, for all of them


def train(
    *experiment: Path,
    run_dir: Path | None = None,
    resume: bool = False,
    data_dir: Path | None = None,
    device: str | None = None,
    quick: bool = False,
    dry_run: bool = False,
    pictures: bool = True,
    set: tuple[str, ...] = (),
    parts: tuple[Path, ...] = (),
    time_budget: Amount | None = None,
    schema: bool = False,
) -> Log | None:
    """Train what a configuration file describes.

    Parameters
    ----------
    *experiment : path
        A YAML file such as scripts/experiments/mlp.yaml; with --schema, names of parts.
    run_dir : path
        The folder for the log, the best model and the pictures; default runs/<name of the file>.
    resume : bool
        Go on with an earlier run of the same folder.
    data_dir : path
        The folder where data sets are looked for.
    device : str
        cpu, or cuda for an NVIDIA GPU.
    quick : bool
        A few epochs on a slice of the data, to see that everything works.
    dry_run : bool
        Build everything, try one minibatch, write nothing.
    pictures : bool
        Draw what was learned when the training has ended.
    set : texts
        Other values than those of the file, such as rule.learning_rate=0.05; and what stands for
        %(name)s in it, name=value.
    parts : paths
        Files of Python code with parts of one's own, which are run.
    time_budget : float
        Seconds after which the run ends, with its epoch; --resume goes on.
    schema : bool
        Print what parts there are, or what the named ones take, and train nothing.

    Raises
    ------
    InputError
        If there is not one file, or something in it is wrong, with the place.
    """
    made = roles(load_parts(parts))
    if schema:
        print(*schema_lines(map(str, experiment), made, NAMES), sep="\n")
        return None
    files = [*experiment, *(Path(each) for each in set if "=" not in each)]  # before or behind it
    if len(files) != 1:
        hint = "; --set takes NAME=VALUE" if set else ""
        raise InputError(f"{len(files)} files are given; expected one, {EXAMPLE}{hint}")
    (path,), settings = files, [each for each in set if "=" in each]
    run = Run(run_dir, resume, None, device, quick, dry_run, pictures)
    names = pylearn2.table(runs_folder(run))
    phases = read_phases(path, settings, made, names, pylearn2.environment(path, data_dir))
    run.data_dir, run.name = data_dir, Path(path).stem
    run.arguments = _arguments(phases) | {"data_dir": data_dir, "quick": quick}
    for name in FIRST:
        setattr(run, name, getattr(phases[0].experiment, name, getattr(run, name)))
    with run:
        return run_phases(phases, run, time_budget)


EXAMPLE = "such as scripts/experiments/mlp.yaml"


def schema_lines(asked, made: Mapping[str, Role], names: Mapping[str, Callable]) -> Iterator[str]:
    """What parts there are by role, or what the ones asked for take.

    Parameters
    ----------
    asked : sequence of str
        Their names; of none, all are listed.
    made : dict
        {role: Role}.
    names : dict
        {dotted name: adapter} of Pylearn2's language.

    Raises
    ------
    InputError
        If there is no part of a name.

    Examples
    --------
    >>> from dltut.experiment.roles import ROLES
    >>> for line in schema_lines(["sgd"], ROLES, {}):
    ...     print(line)
    rule sgd: Stochastic gradient descent.
      learning_rate  a number, needed. Above 0. A shared scalar can be changed during the training.
    """
    asked = list(asked)
    if not asked:
        for role, each in made.items():
            if each.names:
                yield f"{role}: {', '.join(sorted(each.names, key=str.lower))}"
        return
    for name in asked:
        found = [
            (f"{role} {name}", each.names[name], each.context)
            for role, each in made.items()
            if name in each.names
        ]
        if name in names:
            found.append((name, names[name], KNOWN))
        if not found:
            known = {*names}.union(*(each.names for each in made.values()))
            raise InputError(f"there is no part {printable(name)}; {nearest(name, known)}")
        for title, make, context in found:
            yield from _schema(title, make, context)


def _schema(title: str, make: Callable, context) -> Iterator[str]:
    """What a part takes: its first line, then one for each argument that a file can give."""
    summary, _ = documentation(inspect.getdoc(make) or "")
    texts, kind_of = _texts(make), kinds(make)
    yield f"{title}: {summary}"
    rows = []
    for name, each in inspect.signature(make).parameters.items():
        if kind_of[name] is None or name in context:
            continue
        default = "needed" if name in needed_by(make) else f"default {_shown(each.default)}"
        expected = words(kind_of[name])
        if each.kind is each.VAR_POSITIONAL:
            expected, default = f"a list, each {expected}", "default none"
        rows.append((name, f"{expected}, {default}" if expected else default, texts.get(name, "")))
    width = max((len(name) for name, _, _ in rows), default=0)
    for name, expected, text in rows:
        yield f"  {name:{width}}  {expected}. {text}".rstrip()


def _texts(make: Callable) -> dict[str, str]:
    """{parameter: text} of a docstring, and of those of the bases of a class."""
    texts = {}
    for each in reversed(getattr(make, "__mro__", [make])):
        found = documentation(inspect.getdoc(each) or "")[1]
        texts |= {name: text for name, text in found.items() if text}
    return texts


def _shown(default: object) -> str:
    return getattr(default, "__name__", None) or printable(default if default != "" else "''")


def _arguments(phases) -> dict:
    """What config.json says of the experiments."""
    if len(phases) == 1:
        return phases[0].arguments
    return {each.name: each.arguments for each in phases}
