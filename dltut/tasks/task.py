"""What every task has: what goes in, what comes out, and how an answer is told."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np
from PIL import Image

from dltut.datasets.kinds import Classes, Kind, Labels, kind_from
from dltut.models import score_function
from dltut.tasks.influence import word_influences
from dltut.tasks.inputs import Example
from dltut.viz import side_by_side, titled, weighed_words


@dataclass(frozen=True)
class Task:
    """What is asked of a network; a subclass says how it is measured, put in words and drawn.

    Parameters
    ----------
    inputs : Pictures or Numbers
        Of `dltut.datasets.kinds`: what a row of x is.
    targets : Classes, Labels or Numbers, optional
        What y holds; None for a task without targets.

    Attributes
    ----------
    watch : str
        Which of the `measures` decides which model is the best.
    lower : bool
        Whether it is better when lower.

    Notes
    -----
    A task of one's own defines `cost`, `measures`, `answer` and `line`, and `picture`, `pictures`
    and `row` if it has more to show. It is a frozen dataclass: its fields go into the model file
    (`facts`), from which `dltut.tasks.task_from` makes it again when it is given the class.
    """

    inputs: Kind
    targets: Kind | None = None

    watch: ClassVar[str] = "error"
    lower: ClassVar[bool] = True

    @property
    def facts(self) -> dict:
        """The task's name and its fields as plain values: what a model file says of it."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        plain = {name: getattr(value, "facts", value) for name, value in values.items()}
        return {"task": type(self).__name__} | plain

    @classmethod
    def from_facts(cls, facts: dict) -> "Task":
        """The task that wrote these facts; those of others among them are passed over."""
        names = [field.name for field in fields(cls) if field.name in facts]
        values = {name: facts[name] for name in names}
        return cls(**{n: kind_from(v) if isinstance(v, dict) else v for n, v in values.items()})

    def cost(self, scores, y):
        """What training lowers, a scalar expression; `scores` is what the model makes of x."""
        raise NotImplementedError

    def measures(self, scores, y) -> dict:
        """What people count, by name: scalar expressions, means over the batch."""
        raise NotImplementedError

    def answer(self, scores: np.ndarray) -> np.ndarray:
        """The answers that a model's scores mean, a row an example."""
        return scores

    def answer_function(self, model) -> Callable[[np.ndarray], np.ndarray]:
        """A compiled function from rows of x to the model's answers.

        Raises
        ------
        InputError
            As `dltut.models.score_function`.
        """
        scores = score_function(model, self.inputs.dtype)
        return lambda x: self.answer(scores(x))

    def rows(self, split) -> np.ndarray:
        """The column of a split that holds the inputs, one example a row."""
        return getattr(split, self.inputs.column)

    def answers(self, model, x: np.ndarray, batch_size: int = 500) -> np.ndarray:
        """The model's answers to all rows of x, some at a time.

        Parameters
        ----------
        model : model
        x : array, shape (n, n_inputs)
        batch_size : int
            How many at a time.
        """
        f = self.answer_function(model)
        return np.concatenate([f(x[i : i + batch_size]) for i in range(0, len(x), batch_size)])

    def line(self, answer: np.ndarray, top: int = 3) -> str:
        """One answer in words.

        Parameters
        ----------
        answer : array
            A row of `answer`.
        top : int
            How many classes are named, where there are classes.
        """
        raise NotImplementedError

    def told(self, example: Example, answer: np.ndarray, top: int = 3) -> str:
        """One answer in words, beside what was asked where that helps; the `line` alone here.

        Parameters
        ----------
        example : Example
        answer : array
        top : int
            As for `line`.
        """
        return self.line(answer, top)

    def row(self, answer: np.ndarray) -> dict[str, str]:
        """One answer as a row of a table, by the names of its columns."""
        return {"answer": self.line(answer)}

    def weighed(self, example: Example, answer: np.ndarray, answers: Callable) -> Image.Image:
        """A text that was asked about, its words coloured by what each has to do with the answer.

        Parameters
        ----------
        example : Example
        answer : array
        answers : callable
            The model's, of rows of words: see `dltut.tasks.influence.word_influences`.
        """
        number, are_chances = int(answer.argmax()), isinstance(self.targets, Classes | Labels)
        weights = word_influences(answers, example.x, number, are_chances)
        words = self.inputs.vocabulary.words(example.x)
        if example.given != " ".join(words):
            words = self.inputs.tokens(example.given)
        name = self.targets.names[number]
        other = "another class" if are_chances else f"a lower {name}"
        ends = (name if are_chances else f"a higher {name}"), other
        return weighed_words(words, weights, self.line(answer), ends)

    def picture(self, example: Example, answer: np.ndarray) -> Image.Image:
        """A picture that was asked about, what the network saw of it, and the answer."""
        seen = side_by_side({"given": example.given, "as the network saw it": example.x})
        return titled(seen, self.line(answer))

    def files(self, example: Example, answer: np.ndarray) -> dict[str, Callable]:
        """What is written beside the picture of an answer, such as a MIDI file.

        Returns
        -------
        dict
            {ending of the file's name: a function that writes to a path}
        """
        return {}

    def pictures(self, model, split) -> dict[str, Image.Image]:
        """What shows how well a model does on a split, by the names of the files.

        Parameters
        ----------
        model : model
        split : Split
        """
        return {}
