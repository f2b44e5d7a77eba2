"""Requests for flights, put together at random: tagged sentences where there are no others."""

from collections.abc import Sequence

import numpy as np

from dltut.datasets.slot_files import Tagged, tags_of
from dltut.machine.seeds import random_state

CITIES = (
    "bonn", "new york", "san francisco", "paris", "montreal", "salt lake city", "oslo", "lima",
    "rio de janeiro", "cape town", "delhi", "nairobi", "st . petersburg", "perth", "la paz",
)  # fmt: skip
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
TIMES = ("morning", "afternoon", "evening", "noon", "eight thirty", "half past ten", "midnight")
AIRLINES = ("northern wings", "blue air", "condor", "transatlantic", "sun and sea airways")
BEGINNINGS = (
    "show me flights", "i want to fly", "is there a flight", "list the cheapest fares",
    "please book a seat", "what flights go", "find a ticket", "i need a connection",
)  # fmt: skip
ROUTES = (
    "from {from} to {to}", "to {to} from {from}", "leaving {from} for {to}",
    "between {from} and {to}", "from {from} to {to} with a stop in {stop}", "to {to}",
)  # fmt: skip
WISHES = (
    "", "on {day}", "on {day} {time}", "in the {time}", "with {airline}", "on {day} with {airline}",
    "before {time} on {day}", "and back on {day}",
)  # fmt: skip
VALUES = {
    "from": CITIES, "to": CITIES, "stop": CITIES, "day": DAYS, "time": TIMES, "airline": AIRLINES,
}  # fmt: skip


def flights(sizes: Sequence[int], seed: int) -> list[list[Tagged]]:
    """Tagged sentences in as many parts as there are sizes.

    Parameters
    ----------
    sizes : sequence of int
        Sentences in each part.
    seed : int

    Notes
    -----
    Whether a city is where the flight begins, ends or stops is told by the words around it alone,
    and in "between Oslo and Lima" by one that is two words away.

    Examples
    --------
    >>> [[sentence]] = flights([1], seed=4)
    >>> len(sentence.words) == len(sentence.tags)
    True
    """
    rng = random_state(seed)
    return [[_flight(rng) for _ in range(size)] for size in sizes]


def _flight(rng: np.random.RandomState) -> Tagged:
    parts = [_one(rng, choices) for choices in (BEGINNINGS, ROUTES, WISHES)]
    sentence = Tagged([], [])
    for word in " ".join(parts).split():
        slot = word[1:-1] if word[0] == "{" else None
        words = word.split() if slot is None else _one(rng, VALUES[slot]).split()
        sentence.words.extend(words)
        sentence.tags.extend(tags_of(slot, len(words)))
    return sentence


def _one(rng: np.random.RandomState, choices: Sequence[str]) -> str:
    return choices[rng.randint(len(choices))]
