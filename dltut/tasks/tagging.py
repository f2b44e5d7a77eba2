"""A tag for every word of a sentence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pytensor.tensor as pt
import scipy

from dltut.datasets.base import Split
from dltut.datasets.kinds import NO_TAG, Tags, Words
from dltut.datasets.words import PADDING, words_of
from dltut.kernels.trim import Trim
from dltut.machine.measured import Measured, measured_parts
from dltut.models import score_function
from dltut.nn import negative_log_likelihood
from dltut.tasks.chunks import chunk_scores, chunks_of
from dltut.tasks.task import Task
from dltut.viz import confusion_matrix, confusion_picture, tagged_picture

MOST_CONFUSED = 16  # tags in the picture of the confusions
N_SENTENCES = 12  # in the picture of sentences
MEASURES = ("f1", "precision", "recall", "error")


@dataclass(frozen=True)
class Tagging(Task):
    """Which tag each word has; an answer is the number of a tag for each, -1 behind the last.

    Parameters
    ----------
    inputs : Words
    targets : Tags
    coherent : bool
        Whether the tags of a sentence are its most probable *sequence* in which a chunk goes on
        only where it has begun, I-city behind B-city or I-city. Else each word has its most
        probable tag.

    Examples
    --------
    >>> from dataclasses import replace
    >>> task = Tagging(Words(["bonn", "to"]), Tags(("B-city", "I-city", "O")))
    >>> task.line(np.array([2, 0, -1]))
    'O B-city'
    >>> scores = np.log([[[0.3, 0.1, 0.6], [0.1, 0.7, 0.2]]])
    >>> task.answer(scores), replace(task, coherent=True).answer(scores)
    (array([[2, 1]]), array([[0, 1]]))
    """

    inputs: Words
    targets: Tags
    coherent: bool = False

    def cost(self, scores, y):
        """The mean negative log-likelihood over all words of the batch, padding left out.

        Parameters
        ----------
        scores : variable, shape (batch, time, n_tags)
            As many steps as the longest sentence of the batch has, or more.
        y : integer variable, shape (batch, longest)
            -1 where there is no word.
        """
        rows, tags = _flat(scores, y)
        is_word = pt.neq(tags, NO_TAG)
        # Padding gets a label that is certain: it costs nothing, and no gradient comes from it.
        certain = pt.as_tensor(np.eye(1, len(self.targets.names), dtype=rows.dtype) * 1e4)
        rows = pt.where(is_word[:, None], rows, certain)
        mean = negative_log_likelihood(rows, pt.maximum(tags, 0))
        return mean * (tags.shape[0] / is_word.sum()).astype(mean.dtype)

    def measures(self, scores, y) -> dict:
        """The word error: the share of the batch's words whose tag is not the most probable one.

        `chunk_measures` has the one over all words of a split, and what conlleval counts.
        """
        rows, tags = _flat(scores, y)
        is_word = pt.neq(tags, NO_TAG)
        wrong = pt.neq(rows.argmax(axis=1), tags) & is_word
        return {"error": wrong.sum(dtype="float64") / is_word.sum(dtype="float64")}

    def chunk_measures(self, model, splits: Mapping[str, Split]) -> dict[str, Measured]:
        """The chunks' F1, precision and recall, and the word error, each over the whole of a split.

        Parameters
        ----------
        model : model
        splits : dict
            {name: split} in main memory, such as ``{"valid": data.valid, "test": data.test}``.

        Returns
        -------
        dict
            {"valid_f1": measure, ...}: what `dltut.training.Monitor` watches.
        """
        answers = self.answer_function(model)
        joint = {part: _Joint(self, answers, split) for part, split in splits.items()}
        return measured_parts(joint, MEASURES)

    def answer(self, scores: np.ndarray) -> np.ndarray:
        """The most probable tag of each word, or the most probable sequence, (n, time)."""
        if self.coherent:
            return coherent_tags(scipy.special.log_softmax(scores, axis=-1), self.targets.names)
        return scores.argmax(axis=-1)

    def answer_function(self, model) -> Callable[[np.ndarray], np.ndarray]:
        """A compiled function from rows of words, (n, longest), to their tags, -1 at padding."""
        scores = score_function(model, self.inputs.dtype)

        def answers(words):
            words, tags = np.asarray(words), np.full(np.shape(words), NO_TAG)
            said = scores(words)
            n_steps = said.shape[1]
            is_word = words[:, :n_steps] != PADDING
            # What is said of padding must not count when sequences are compared.
            tags[:, :n_steps] = self.answer(np.where(is_word[..., None], said, 0))
            return np.where(words == PADDING, NO_TAG, tags)

        return answers

    def names(self, answer: Sequence[int]) -> list[str]:
        """The tags of a sentence by their names."""
        return [self.targets.names[number] for number in answer if number != NO_TAG]

    def line(self, answer, top: int = 3) -> str:
        """The tags, one after another."""
        return " ".join(self.names(answer))

    def told(self, example, answer, top: int = 3) -> str:
        """The sentence with its chunks in brackets, each with its kind.

        Parameters
        ----------
        example : Example
        answer : array
        top : int
            Is not looked at.
        """
        words, tags = self._words(example), self.names(answer)
        for kind, start, stop in reversed(chunks_of(tags)):
            words[start:stop] = [f"[{kind}: {' '.join(words[start:stop])}]"]
        return " ".join(words)

    def row(self, answer) -> dict[str, str]:
        """The tags."""
        return {"tags": self.line(answer)}

    def picture(self, example, answer):
        """The words coloured by their tags."""
        return tagged_picture([(self._words(example), self.names(answer))])

    def pictures(self, model, split) -> dict:
        """Which tags are taken for which, and some sentences, those with mistakes first."""
        found = self.answers(model, self.rows(split))
        is_word = split.y != NO_TAG
        y, predicted = split.y[is_word], found[is_word]
        n_wrong = ((split.y != found) & is_word).sum(axis=1)
        shown = np.argsort(-np.minimum(n_wrong, 1), kind="stable")[:N_SENTENCES]
        words = [self.inputs.vocabulary.words(row[row != PADDING]) for row in split.words[shown]]
        sentences = [(w, self.names(found[i])) for w, i in zip(words, shown, strict=True)]
        true = [self.names(split.y[i]) for i in shown]
        return {
            "confusion.png": confusion_picture(*_confused(y, predicted, self.targets.names)),
            "tagged.png": tagged_picture(sentences, true),
        }

    def _words(self, example) -> list[str]:
        """The words as they were given, or where only numbers were, those of the vocabulary."""
        if isinstance(example.given, str):
            words = words_of if self.inputs.tokeniser == "folded" else self.inputs.tokens
            return words(example.given)[: len(example.x)]
        return self.inputs.vocabulary.words(np.asarray(example.x)[example.x != PADDING])


class _Joint:
    """A pass over a split, for all measures at once; sentences of like length go together."""

    n_batches = 1

    def __init__(self, task: Tagging, answers: Callable, split: Split, batch_size: int = 100):
        self.task, self.answers, self.split, self.batch_size = task, answers, split, batch_size
        self.order = np.argsort((split.words != PADDING).sum(axis=1), kind="stable")
        self.n_examples = int((split.y != NO_TAG).sum())

    def __call__(self, index: int) -> list[float]:
        return self._measured(self.order[: self.batch_size])

    def means(self) -> list[float]:
        return self._measured(self.order)

    def _measured(self, order) -> list[float]:
        words, y = self.split.words[order], self.split.y[order]
        size = self.batch_size
        parts = [self.answers(words[i : i + size]) for i in range(0, len(words), size)]
        found = np.where(y == NO_TAG, NO_TAG, np.concatenate(parts))
        true, tags = ([self.task.names(row) for row in each] for each in (y, found))
        scores = chunk_scores(true, tags)
        return [scores.f1, scores.precision, scores.recall, (y != found).sum() / (y >= 0).sum()]


def coherent_tags(chances: np.ndarray, names: Sequence[str]) -> np.ndarray:
    """The most probable sequence of tags in which I-x stands only behind B-x or I-x.

    Parameters
    ----------
    chances : array, shape (n, time, n_tags)
        Logarithms of probabilities.
    names : sequence of str
        Of the tags.

    Returns
    -------
    int64 array, shape (n, time)

    Notes
    -----
    Viterbi's algorithm: of all sequences that end with a tag at a word only the best is kept. Tags
    that do not go on with anything may stand behind any other, so few pairs have to be compared.

    Examples
    --------
    >>> coherent_tags(np.log([[[0.2, 0.8], [0.4, 0.6]]]), ["B-a", "I-a"])
    array([[0, 1]])
    """
    numbers = {name: number for number, name in enumerate(names)}
    goes_on = np.array([number for name, number in numbers.items() if name[:1] == "I"], dtype=int)
    # B-x and I-x; where there is no B-x, I-x alone, which then has no beginning
    before = np.array([[numbers.get(f"B{names[k][1:]}", k), k] for k in goes_on], dtype=int)
    total, came_from = chances[:, 0].copy(), []
    total[:, goes_on] = -np.inf
    rows = np.arange(len(total))[:, None]
    for chance in chances[:, 1:].swapaxes(0, 1):
        best = np.repeat(total.argmax(axis=1)[:, None], len(names), axis=1)
        if len(goes_on):
            which = total[:, before].argmax(axis=2)  # (n, n_going_on)
            best[:, goes_on] = np.where(which, before[:, 1], before[:, 0])
        came_from.append(best)
        total = total[rows, best] + chance
    tags = [total.argmax(axis=1)]
    for best in reversed(came_from):
        tags.append(best[rows[:, 0], tags[-1]])
    return np.stack(tags[::-1], axis=1)


def _flat(scores, y):
    """The scores of all words, (n, n_tags), and their tags, (n,)."""
    return scores.reshape((-1, scores.shape[2])), Trim()(y, scores.shape[1]).flatten()


def _confused(y, predicted, names):
    """The confusion matrix of the tags that are confused most, the rest as one, and their names."""
    n = len(names)
    counts = confusion_matrix(y, predicted, n)
    wrong = counts * (1 - np.eye(n, dtype=int))
    worst = np.argsort(-(wrong.sum(0) + wrong.sum(1)), kind="stable")[:MOST_CONFUSED]
    if n <= MOST_CONFUSED:
        return counts, names
    place = np.full(n, len(worst))
    place[worst] = np.arange(len(worst))
    joined = np.zeros((len(worst) + 1,) * 2, dtype=int)
    np.add.at(joined, (place[:, None], place[None, :]), counts)
    return joined, [*(names[k] for k in worst), "all others"]
