"""Hours of damaged files for every reader: ``python tests/fuzz/run.py --help``.

Where the package atheris is installed, ``--atheris READER`` lets it choose the changes by what
code they reach; else the changes are those of `mutations`.
"""

import argparse
import codecs
import gc
import hashlib
import json
import random
import shutil
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from types import FunctionType

if __name__ == "__main__":
    sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[2])]

from faults.forks import outcome

from dltut.exceptions import InputError
from dltut.machine.notices import say
from fuzz.mutations import mutated
from fuzz.readers import READERS, Reader
from fuzz.watch import MEMORY, Watch

CORPUS = Path(__file__).parent / "corpus"
ENCODINGS = """ascii utf_8 utf_8_sig latin_1 cp437 cp1252 utf_16 utf_16_le utf_16_be utf_32
utf_32_le utf_32_be utf_7 idna punycode unicode_escape raw_unicode_escape""".split()
BATCH = 100  # inputs after which a look is taken at the room that was asked for
LONGEST = 2500  # characters of a message
CONTROL = {*map(chr, range(32)), "\x7f", "\x9b", "\u202e"}


class Trial:
    """A reader, its seeds, and a folder in which inputs are laid."""

    def __init__(self, reader: Reader, folder: Path, watch: Watch):
        self.reader, self.watch, self.allowance = reader, watch, reader.allowance
        self.folder = folder / "files"
        self.path = self.folder / reader.name
        self.path.parent.mkdir(parents=True)
        reader.beside(self.path.parent.parent if "/" in reader.name else self.folder)
        seeds = folder / "seeds"
        seeds.mkdir()
        for encoding in ENCODINGS:  # which are imported when they are first met
            codecs.lookup(encoding)
        with redirect_stderr(StringIO()):
            say("what notices need is imported at the first")
        self.seeds = reader.seeds(seeds)
        for seed in self.seeds:  # what is imported at the first time is
            self.faults(seed, is_watched=False)
        gc.collect()
        gc.freeze()  # what is there by now stays, and need not be looked through again

    def faults(self, data: bytes, is_watched: bool = True) -> list[str]:
        """What is wrong with how the reader takes an input; empty if nothing is."""
        content = self.reader.whole(data)
        self.path.write_bytes(content)
        told, escaped = StringIO(), None  # where the time is over before anything is known
        with (
            redirect_stderr(told),
            redirect_stdout(told),
            self.watch.over(self.folder, len(content), self.allowance) as faults,
        ):
            escaped = self._escaped()
        if escaped:
            faults.append(escaped)
        if {"\x1b", "\x9b"} & {*told.getvalue()}:
            faults.append("what was said steers the terminal")
        return faults if is_watched else []

    def faults_of_room(self, data: bytes) -> list[str]:
        """Whether much room is asked for, used or not; the record of a fork begins anew."""

        def asked():
            before = self.watch.room()
            self.faults(data)
            return self.watch.room() - before

        ended, room = outcome(asked)
        size = len(self.reader.whole(data))
        if ended == "done" and room > self.allowance * (MEMORY + 10 * size):
            return [f"room of {room // 2**20} MB for {size} bytes"]
        return []

    def _escaped(self) -> str | None:
        """What the reader raises that is no error as a user should see it."""
        try:
            self.reader.read(self.path)
        except InputError as error:
            message = str(error)
            if CONTROL & {*message} or len(message) > LONGEST:
                return f"a message that is not shown as it is: {message[:200]!r}"
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            where = [f"{Path(each.filename).name}:{each.lineno}" for each in frames]
            return f"{type(error).__name__}: {str(error)[:120]} at {' '.join(where[-4:])}"
        return None


@contextmanager
def trial(name: str, watch: Watch, folder: Path | None = None) -> Iterator[Trial]:
    """A reader made ready in a folder, a temporary one if none is given."""
    if folder is None:
        shared = "/dev/shm" if Path("/dev/shm").is_dir() else None
        folder = Path(tempfile.mkdtemp(prefix="fuzz-", dir=shared))
    folder = folder.resolve()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            yield Trial(READERS[name], folder, watch)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def corpus(name: str) -> list[Path]:
    """The inputs that once escaped from a reader."""
    return sorted((CORPUS / name.replace(" ", "_")).glob("*"))


def keep(name: str, data: bytes) -> Path:
    folder = CORPUS / name.replace(" ", "_")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / hashlib.sha256(data).hexdigest()[:12]
    path.write_bytes(data)
    return path


def shrunk(each: Trial, data: bytes, seconds: float = 10) -> bytes:
    """A shorter input that is wrong in the same way."""

    def kind(data):
        found = each.faults(data)
        return found[0].split(" at ")[-1][:60] if found else None

    wanted, end = kind(data), time.monotonic() + seconds
    step = len(data) // 2
    while step and wanted:
        place = 0
        while place < len(data) and time.monotonic() < end:
            shorter = data[:place] + data[place + step :]
            if kind(shorter) == wanted:
                data = shorter
            else:
                place += step
        step //= 2
    return data


def fuzz(
    name: str,
    seconds: float,
    seed: int,
    watch: Watch,
    most: int = 10**9,
    folder: Path | None = None,
) -> dict:
    """Inputs for one reader until the time is over; how many, and what was wrong with them."""
    found, n, began, used = {}, 0, time.monotonic(), time.process_time()
    rng = random.Random(f"{name} {seed}")
    with trial(name, watch, folder) as each:
        seeds = [*each.seeds, *(path.read_bytes() for path in corpus(name))]
        room, batch = watch.room(), []
        while n < most and time.monotonic() - began < seconds:
            data = mutated(rng, seeds, each.reader.words)
            faults = [(data, fault) for fault in each.faults(data)]
            n += 1
            batch.append(data)
            if len(batch) == BATCH or n == most:
                if watch.room() > room + MEMORY // 2:
                    faults += [(one, fault) for one in batch for fault in each.faults_of_room(one)]
                    room = watch.room()
                batch.clear()
            if n % 5000 == 0:
                gc.collect()
            for given, fault in faults:
                kind = fault.rpartition(" at ")[2] if " at " in fault else fault[-20:]
                if kind not in found and len(found) < 40:
                    found[kind] = fault
                    smaller = shrunk(each, given)
                    path = keep(name, smaller)
                    print(f"{name}: {fault}\n    {path.name} ({len(smaller)} bytes)", flush=True)
        used = time.process_time() - used
    told = f"{n:,} inputs in {used:.1f} s of the processor, {len(found)} kinds of faults"
    print(f"{name}: {told}", flush=True)
    return {"inputs": n, "seconds": round(used, 1), "faults": len(found)}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("readers", nargs="*", help=f"of {', '.join(READERS)}; default: all")
    parser.add_argument("--minutes", type=float, default=1, help="for each reader")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--counts", type=Path, help="a JSON file to which counts are added")
    parser.add_argument("--inputs", type=int, help="until each reader has had so many in all")
    parser.add_argument("--atheris", action="store_true", help="let atheris choose")
    given, rest = parser.parse_known_args()
    watch = Watch()
    if given.atheris:
        with_atheris(given.readers[0], rest, watch)
    counts = json.loads(given.counts.read_text()) if given.counts and given.counts.exists() else {}
    for name in in_turn(given.readers or READERS, counts, given.inputs):
        before = counts.get(name, {})
        left = (given.inputs or 10**9) - before.get("inputs", 0)
        told = fuzz(name, 60 * given.minutes, given.seed, watch, left)
        counts[name] = {key: each + before.get(key, 0) for key, each in told.items()}
        if given.counts:
            given.counts.write_text(json.dumps(counts, indent=1))


def in_turn(names, counts: dict, most: int | None) -> list[str]:
    """First the reader with the fewest inputs; with an end, the one that is soonest there."""
    known = {name: counts.get(name, {"inputs": 0, "seconds": 0.0}) for name in names}
    if most is None:
        return sorted(names, key=lambda name: known[name]["inputs"])
    left = {name: most - each["inputs"] for name, each in known.items()}
    seconds = {name: each["seconds"] / max(1, each["inputs"]) for name, each in known.items()}
    return sorted((n for n in names if left[n] > 0), key=lambda n: left[n] * seconds[n])


def functions_of(*packages: str) -> set:
    """The functions of modules that are imported, and of their classes."""
    modules = [each for name, each in sys.modules.items() if name.partition(".")[0] in packages]
    holders = [*modules, *(kind for each in modules for kind in vars(each).values())]
    inside = (each for kind in holders if hasattr(kind, "__dict__") for each in vars(kind).values())
    found = {each for each in inside if isinstance(each, FunctionType)}
    return {each for each in found if each.__module__.partition(".")[0] in packages}


def with_atheris(name: str, options: list[str], watch: Watch) -> None:
    """Let atheris choose the changes; it ends the process at the first fault."""
    import atheris

    with trial(name, watch) as each:

        def one(data):
            faults = each.faults(data)
            if faults:
                raise RuntimeError(faults[0])

        for function in functions_of("dltut", "pickle", "zipfile", "yaml", "configparser"):
            atheris.instrument_func(function)
        known = each.folder.parent / "known"  # to which it adds what it finds
        known.mkdir()
        for number, data in enumerate([*each.seeds, *(path.read_bytes() for path in corpus(name))]):
            (known / str(number)).write_bytes(data)
        atheris.Setup([name, *options, str(known)], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
