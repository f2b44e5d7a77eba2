"""Tunes that are made up: chords, scales and canons, so that music can be learned without a file.

They keep the rules that a network should find: a key, a progression of chords that returns to its
tonic, a melody on the notes of the scale, and in a canon the same melody once more below.
"""

import numpy as np

from dltut.datasets.kinds import Rolls

MAJOR = np.array([0, 2, 4, 5, 7, 9, 11])  # half tones above the tonic
PROGRESSIONS = ((0, 3, 4, 0), (0, 5, 3, 4), (0, 4, 5, 3), (0, 1, 4, 0))  # steps of the scale
MIDDLE = 60  # C
FRAMES_A_CHORD = 4
COUNTS = (72, 18, 18)  # tunes to train, validate and test


def tunes(seed: int = 1234, counts: tuple[int, ...] = COUNTS, rolls: Rolls | None = None) -> list:
    """Made-up tunes: for each part of a data set so many piano rolls.

    Parameters
    ----------
    seed : int
    counts : tuple of int
        Tunes in each part.
    rolls : Rolls, optional
        With room for the notes 36 to 84.

    Returns
    -------
    list of lists of float32 arrays, shape (n_frames, n_notes)
        Of 32 to 64 frames.

    Examples
    --------
    >>> train, valid, test = tunes()
    >>> len(train), len(valid), len(test), train[0].shape[1]
    (72, 18, 18, 88)
    """
    rng, rolls = np.random.default_rng(seed), rolls or Rolls()
    return [[tune(rng, rolls) for _ in range(count)] for count in counts]


def tune(rng: np.random.Generator, rolls: Rolls) -> np.ndarray:
    """One tune in some major key: a melody over chords, or a canon; shape (n_frames, n_notes)."""
    tonic = MIDDLE + int(rng.integers(-5, 7))
    rounds = int(rng.integers(2, 5))
    progression = PROGRESSIONS[rng.integers(len(PROGRESSIONS))]
    n_frames = FRAMES_A_CHORD * len(progression) * rounds
    melody = walk(rng, n_frames // 2)
    roll = np.zeros((n_frames, rolls.n_notes), np.float32)

    def sound(frames, step):
        """Let a step of the scale sound, counted from the tonic, in some frames."""
        octave, degree = divmod(step, len(MAJOR))
        roll[frames, tonic + 12 * octave + MAJOR[degree] - rolls.low] = 1

    is_canon = rng.random() < 1 / 3
    for number, step in enumerate(melody):
        sound(slice(2 * number, 2 * number + 2), int(step))
        if is_canon and number >= FRAMES_A_CHORD:  # the second voice, eight frames later
            sound(slice(2 * number, 2 * number + 2), int(melody[number - FRAMES_A_CHORD]) - 14)
    if not is_canon:
        for number, root in enumerate(progression * rounds):
            frames = slice(FRAMES_A_CHORD * number, FRAMES_A_CHORD * (number + 1))
            for above in (-7, 0, 2, 4):  # the root an octave lower, and the triad
                sound(frames, root - 7 + above)
    return roll


def walk(rng: np.random.Generator, n: int) -> np.ndarray:
    """N steps of a scale, each near the one before: within an octave, from and to the tonic."""
    steps = [0]
    for left in range(n - 2, -1, -1):
        step = steps[-1] + int(rng.choice((-2, -1, -1, 1, 1, 2)))
        nearest_home = min(7, left)  # far away it could not return in time
        steps.append(int(np.clip(step, -min(2, nearest_home), nearest_home)))
    return np.array(steps)
