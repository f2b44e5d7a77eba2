"""One training, put together of parts: here both languages of experiment files end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dltut.commands.run import Run
from dltut.datasets import Dataset, Split
from dltut.experiment.part import Part
from dltut.tasks import Task
from dltut.training import Log


@dataclass
class Train:
    """What is learned from what, how, and what is looked at meanwhile.

    A part that is a `dltut.experiment.part.Part` is called with what it takes of the context; any
    other object is taken as it is. The context grows from line to line of `run`: ``folder`` (of the
    runs), ``data``, ``task``, ``rng``, ``n_in``, ``n_out``, ``image_shape``; then ``model``,
    ``params``, ``weights``; the inputs of the graph, ``x``, ``y`` and other columns, and ``train``;
    then ``cost``, ``terms``, ``learning_rate`` and the rule's other numbers, ``rule``, ``split``,
    ``batch_size``; then ``step`` and ``log``.

    Parameters
    ----------
    data : Dataset
        Its ``train`` is learned from.
    model : Network or Part
    rule : Part
        Such as ``Part(sgd, {"learning_rate": 0.1})``.
    costs : sequence of Part
        Scalars, which are added up; what is called ``train`` in the context says whether there is
        noise. Default: what the task asks for.
    algorithm : Part, optional
        What makes the step of the cost and the rule; default: minibatch gradient descent.
    task : Task, optional
        Default: as the data and the model say.
    monitored : dict, optional
        {name: Split} of what is measured on; default: valid and test of the data.
    channels : sequence of str or Part, optional
        What is measured; default: the task's measures.
    watch : str, optional
        The channel that says which model is the best; default: the task's, on valid.
    lower : bool, optional
        Whether it is better when lower.
    at_start : bool
        Whether there is a row before training.
    schedules : dict
        {number of the rule: (Part that makes a schedule, "epoch" or "minibatch")}.
    stopping, extensions : sequence of Part or Extension
    batch_size : int
    monitor_batch_size : int, optional
        Default: `batch_size`.
    monitor_batches : int, optional
        How many minibatches of each split are measured; default: all.
    iteration : str, optional
        In which order examples are taken; default: as they stand.
    max_epochs : int, optional
        None: until a criterion stops it.
    seed : int
        Of the first weights, the noise and the order.
    partial : {"drop", "keep"}
        What is measured of a last minibatch that is not full.
    save_path : str, optional
        The model is saved there every `save_freq` epochs and at the end.
    save_freq : int
    allow_overwrite : bool
        Whether a file at `save_path` may be there already.
    """

    data: Dataset
    model: object
    rule: Part | None = None
    costs: Sequence[Part] = ()
    algorithm: Part | None = None
    task: Task | None = None
    monitored: Mapping[str, Split] | None = None
    channels: Sequence[str | Part] | None = None
    watch: str | None = None
    lower: bool | None = None
    at_start: bool = False
    schedules: Mapping[str, tuple[Part, str]] = field(default_factory=dict)
    stopping: Sequence[object] = ()
    extensions: Sequence[object] = ()
    batch_size: int = 20
    monitor_batch_size: int | None = None
    monitor_batches: int | None = None
    iteration: str | None = None
    max_epochs: int | None = None
    seed: int = 1234
    partial: str = "drop"
    save_path: str | None = None
    save_freq: int = 0
    allow_overwrite: bool = True

    def run(self, run: Run, part: str = "") -> Log:
        """Train in the run's folder, or in a folder within it.

        Parameters
        ----------
        run : Run
        part : str
            The folder within the run's own, such as phase1.

        Raises
        ------
        InputError
            If the parts do not fit each other.
        """
        raise NotImplementedError
