"""Made-up reviews of films, so that a network for texts runs without a network of computers.

A small grammar writes them, and no person has said any of these sentences. They are harder than
their few words look: the same words praise and blame ("not dull", "far from good"), and after a
"but" only what follows counts, so that counting words does not do.
"""

import numpy as np

from dltut.datasets.arrays import Parts, Stated, notice
from dltut.datasets.base import Dataset
from dltut.datasets.texts import texts_of
from dltut.machine.notices import say
from dltut.machine.seeds import random_state

CLASSES = ("negative", "positive")
SIZES = (3000, 1000, 1000)  # to train, to validate, to test

THINGS = "film|movie|story|plot|script|score|ending|first half|cast|dialogue|opening|last scene"
GOOD = "good|great|wonderful|moving|funny|clever|brilliant|charming|gripping|beautiful|fresh|superb"
BAD = "bad|dull|awful|boring|silly|clumsy|predictable|tedious|lifeless|weak|stale|terrible"
VERY = "|very|really|quite|so|truly|rather|simply"
OPENINGS = (
    "I saw this {place} .|My friends took me to it {place} .|It was made by {who} .|"
    "It runs for two hours .|I knew the book .|||"
)
PLACES = "last night|on a plane|with my family|at a festival|on television|in an empty cinema"
PEOPLE = "a young director|the man behind the trilogy|a famous actor|the author of the book"
JUDGEMENTS = {
    True: (
        "the {thing} is {very} {good}|the {thing} is not {bad} at all|a {good} {thing}|"
        "you will not find a {bad} moment|I loved the {thing}|the {thing} is far from {bad}|"
        "nothing about the {thing} is {bad}|the {thing} never gets {bad}|"
        "I have rarely seen such a {good} {thing}"
    ),
    False: (
        "the {thing} is {very} {bad}|the {thing} is not {good} at all|a {bad} {thing}|"
        "you will not find a {good} moment|I hated the {thing}|the {thing} is far from {good}|"
        "nothing about the {thing} is {good}|the {thing} never gets {good}|"
        "I have rarely seen such a {bad} {thing}"
    ),
}
TURNS = (
    "people told me that {other} , but {own}|{other} , and yet {own}|although {other} , {own}|"
    "I expected something {opposite} , but {own}|{own} , even if {other}"
)
ENDS = {
    True: "go and see it|I would watch it again|eight out of ten||||",
    False: "stay at home|I want my money back|two out of ten||||",
}


def load(
    n_words: int | None = None, longest: int | None = None, longer: str = "cut", seed: int = 1234
) -> Dataset:
    """3,000 made-up reviews to train, 1,000 to validate and 1,000 to test, half for their film.

    Parameters
    ----------
    n_words, longest, longer : see `dltut.datasets.from_texts`
    seed : int
        Of the reviews.

    Examples
    --------
    >>> data = load()
    >>> data
    Dataset(toy-reviews: 3,000 / 1,000 / 1,000 examples, 131 words, 2 classes)
    >>> " ".join(data.inputs.vocabulary.words(data.train.words[0][:4])), int(data.train.y[0])
    ('a bad story .', 0)
    """
    rng = random_state(seed)
    pairs = [_reviews(n, rng) for n in SIZES]
    parts = Parts(pairs, notes=["made up by a small grammar"])
    stated = Stated(n_words=n_words, longest=longest, longer=longer)
    data = texts_of(parts, "toy-reviews", "toy-reviews", stated)
    say(notice(data, "toy-reviews", parts))
    return data


def _reviews(n: int, rng) -> tuple[list[str], np.ndarray]:
    labels = rng.permutation(np.arange(n) % 2)
    texts = [review(bool(label), rng) for label in labels]
    return texts, np.array(CLASSES)[labels]


def review(is_good: bool, rng) -> str:
    """One review that is for its film, or against it.

    Parameters
    ----------
    is_good : bool
    rng : RandomState or Generator
    """
    opening = _one(OPENINGS, rng).format(place=_one(PLACES, rng), who=_one(PEOPLE, rng))
    sentences = [_sentence(is_good, rng) for _ in range(1 + int(rng.uniform() * 3))]
    end = _one(ENDS[is_good], rng)
    return " ".join(f"{opening} {' . '.join(filter(None, [*sentences, end]))} .".split())


def _sentence(is_good: bool, rng) -> str:
    own, other = _judgement(is_good, rng), _judgement(not is_good, rng)
    if rng.uniform() < 0.5:
        return own
    opposite = _one(BAD if is_good else GOOD, rng)
    return _one(TURNS, rng).format(own=own, other=other, opposite=opposite)


def _judgement(is_good: bool, rng) -> str:
    words = {"thing": THINGS, "very": VERY, "good": GOOD, "bad": BAD}
    return _one(JUDGEMENTS[is_good], rng).format(**{n: _one(w, rng) for n, w in words.items()})


def _one(choices: str, rng) -> str:
    options = choices.split("|")
    return options[int(rng.uniform() * len(options))]
