"""Where and how a script works: the flags that all of them share, and what all do with them."""

import gc
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from dltut.commands.drawing import draw_filters, draw_run, listed
from dltut.datasets import Dataset, load
from dltut.datasets.catalogue import EITHER, KNOWN, NAMES
from dltut.datasets.kinds import Pictures
from dltut.exceptions import InputError
from dltut.machine.arguments import Amount
from dltut.machine.config import Settings, configure
from dltut.machine.notices import say
from dltut.tasks import Task
from dltut.training import (
    Checkpoint,
    EachEpoch,
    Extension,
    Log,
    PretrainingStep,
    Progress,
    RunFolder,
    Trainer,
    dry_run,
    open_run,
    pretrain,
    read_pretrained,
)
from dltut.viz import save_picture

STATED = "target ignore header task scale image_shape".split()  # of a file


@dataclass
class Session:
    """Where a script computes and writes.

    Parameters
    ----------
    run_dir : path
        The folder for everything that is written; default: a new one in runs/.
    resume : bool
        Go on with an earlier run of the same folder.
    floatX : str
        Width of the numbers, float32 or float64; default: as configured, else float32.
    device : str
        cpu, or cuda for an NVIDIA GPU.
    quick : bool
        Do little of everything, to see that it works.
    dry_run : bool
        Build everything, try one step, write nothing.
    pictures : bool
        Draw what was learned when the training has ended.

    Attributes
    ----------
    name : str
        Of the script, for its folder in runs/.
    arguments : dict
        The values of all flags, for config.json; `dltut.commands.flags.call` fills in both.
    drawn : list of Path
        The pictures so far.
    """

    run_dir: Path | None = None
    resume: bool = False
    floatX: Literal["float32", "float64"] | None = None
    device: str | None = None
    quick: bool = False
    dry_run: bool = False
    pictures: bool = True
    name: str = field(default="run", init=False)
    arguments: dict = field(default_factory=dict, init=False)
    drawn: list[Path] = field(default_factory=list, init=False)

    def __enter__(self):
        """Itself: at the end of the ``with`` it says which pictures were drawn."""
        return self

    def __exit__(self, kind, error, traceback) -> None:
        """Say which pictures were drawn, unless the block failed."""
        if kind is None and self.drawn:
            say(f"pictures: {listed(self.drawn)}")

    def configure(self, data_dir: Path | None = None) -> Settings:
        """Choose the float width, the device and the data folder."""
        return configure(floatX=self.floatX, device=self.device, data_dir=data_dir)

    @cached_property
    def folder(self) -> RunFolder:
        """The run's folder, made and described by its config.json when first asked for."""
        return open_run(self.run_dir, self.name, self.arguments, self.resume)

    def draw(self, name: str | Path, picture) -> None:
        """Write a picture into the folder, unless there are to be none."""
        if self.pictures:
            save_picture(self.folder / name, picture)
            self.drawn.append(self.folder / name)


@dataclass
class Run(Session):
    """Where and how a network is trained.

    Parameters
    ----------
    dataset : str
        auto, digits, mnist, fashion-mnist, imdb, toy-reviews, or the path of a table, of arrays, or
        of a folder of pictures or texts; auto is what the script is about.
    target : names or numbers
        The columns of a table that are to be predicted; default: the last one.
    ignore : names or numbers
        The columns of a table that are left out.
    header : bool
        Whether the first row of a table has the names of the columns; default: as it looks.
    task : str
        What is asked of a file's examples; default: as its targets look, or as the script says.
    scale : float
        What the inputs of a file are divided by; default: as they look.
    image_shape : (channels, rows, columns)
        The shape of the pictures in a file; default: as they look.
    data_dir : path
        The folder where data sets are looked for.
    partial : str
        Whether measures drop or keep a last minibatch that is not full; default: drop it where the
        tutorials do, on their data sets, and keep it elsewhere.
    checkpoint_seconds : float
        Seconds of work that are lost at most when the process is killed.

    Examples
    --------
    >>> run = Run(dataset="digits", quick=True)
    >>> len(run.data().train)
    1200
    """

    dataset: str = "auto"
    target: tuple[int | str, ...] | None = None
    ignore: tuple[int | str, ...] = ()
    header: bool | None = None
    task: Literal["classification", "regression", "multilabel"] | None = None
    scale: float | None = None
    image_shape: tuple[int, ...] | None = None
    data_dir: Path | None = None
    partial: Literal["drop", "keep"] | None = None
    checkpoint_seconds: Amount = 10.0
    _classes: list[type] = field(default_factory=list, init=False)  # of one's own, perhaps
    _learned: dict[str, Dataset] = field(default_factory=dict, init=False)  # by the model's part

    def __exit__(self, kind, error, traceback) -> None:
        """Draw what was learned, and say which pictures there are, unless the block failed."""
        if kind is None and self.pictures and "folder" in vars(self):
            learned = {part: _shown(data) for part, data in self._learned.items()}
            data = learned or _shown(self._data)
            self._learned.clear()
            self._data = None
            gc.collect()  # what was trained on is in circles of functions and variables
            draw_run(self.folder, data, self._classes, drawn=self.drawn)

    def data(self, auto: str = "auto", **options) -> Dataset:
        """The data set, with the float width and the device chosen.

        Parameters
        ----------
        auto : str
            Which data set "auto" means to the script.
        **options
            More of what `dltut.datasets.load` takes.
        """
        settings = self.configure(self.data_dir)
        stated = {name: getattr(self, name) for name in STATED}
        name = auto if self.dataset == "auto" else self.dataset
        data = load(name, self.data_dir, self.quick, **stated, **options)
        self._tell(data.name if name in EITHER and data.name in KNOWN else name)
        drops = name in NAMES and data.inputs.column == "x"
        self.partial = self.partial or ("drop" if drops else "keep")
        say(f"computing in {settings.floatX} on {settings.device}")
        return self.take(data)

    def _tell(self, name: str) -> None:
        """Keep which data set it is, for plot and --resume, whatever the data folder holds then."""
        said = self.arguments.get("dataset")
        if isinstance(said, dict):  # of an experiment
            self.arguments["dataset"] = said | {"name": name}
        elif said is not None:
            self.arguments["dataset"] = name

    def own_data(self, made: Callable[[], Dataset], uses: Collection[str] = ()) -> Dataset:
        """The data set of a script that makes or reads it in its own way.

        Parameters
        ----------
        made : callable
            What makes it, once the float width and the device are chosen.
        uses : collection of str
            Of the flags about data sets, those that it looks at.

        Raises
        ------
        InputError
            If another of them was given, which would be passed over in silence.
        """
        usual = {each.name: each.default for each in fields(Run)}
        for name in {"dataset", "data_dir", *STATED} - {*uses}:
            if getattr(self, name) != usual[name]:
                flag = name.replace("_", "-")
                raise InputError(f"--{flag} says nothing to train_{self.name}.py: leave it out")
        settings = self.configure(self.data_dir)
        self.partial = self.partial or "keep"
        say(f"computing in {settings.floatX} on {settings.device}")
        return self.take(made())

    def take(self, data: Dataset) -> Dataset:
        """Let the run be one on these data, such as a part of a data set; they are returned."""
        self._data = data
        return data

    @property
    def has_pictures(self) -> bool:
        """Whether pictures are drawn, and the inputs are some."""
        return self.pictures and not self.dry_run and isinstance(self._data.inputs, Pictures)

    def train(
        self,
        step,
        model,
        max_epochs: int,
        extensions: Iterable[Extension] = (),
        part: str = "",
        task: Task | None = None,
        **facts,
    ) -> Log:
        """Train a model in the run's folder; in a dry run, try one minibatch of everything.

        Parameters
        ----------
        step : callable
            ``step(index) -> cost``.
        model : model
        max_epochs : int
            A quick run does 3 at most.
        extensions : sequence of Extension
            What is measured, and what stops the training.
        part : str
            The folder within the run's own for one of several models.
        task : Task, optional
            What is asked of the model, if it is not what the data set says.
        **facts
            What the model file says beside the data set's facts.

        Returns
        -------
        Log
        """
        if self.dry_run:
            dry_run(step, extensions, max_epochs)
            return Log(step.n_batches, stop_reason="dry run")
        if part:
            say(f"training {part}")
        self._classes += [type(model), type(task)] if task else [type(model)]
        self._learned[part] = self._data
        facts = self._data.facts | (task.facts if task else {}) | facts
        folder = self.folder / part if part else self.folder
        keep = Checkpoint(folder, model, self.resume, self.checkpoint_seconds, header=facts)
        trainer = Trainer(step, extensions=[*extensions, Progress(), keep])
        return trainer.run(min(3, max_epochs) if self.quick else max_epochs)

    def pretrain(
        self, layers: list[PretrainingStep], n_epochs: int, pretrained: Path | None = None
    ) -> None:
        """Pretrain the layers of a stack, or read those of an earlier run; draw the first.

        Parameters
        ----------
        layers : list of PretrainingStep
        n_epochs : int
            For each layer; a quick run does 1 at most.
        pretrained : path, optional
            The folder of the earlier run.
        """
        if self.dry_run:
            for layer in layers:
                dry_run(layer)
        elif pretrained is None:
            n_epochs = min(1, n_epochs) if self.quick else n_epochs
            pretrain(layers, n_epochs, self.folder, self.resume, self.checkpoint_seconds)
        else:
            read_pretrained(layers[0].model, pretrained)
        self.draw_filters(layers[0].model, "filters_pretrained.png")

    def filters_each_epoch(self, model, part: str = "") -> EachEpoch:
        """An extension that draws the first filters of a model after each epoch of `train`."""
        name = "filters_at_epoch_{}.png"
        return EachEpoch(lambda log: self.draw_filters(model, Path(part, name.format(log.epoch))))

    def draw_filters(self, model, name: str | Path) -> None:
        """Draw the first filters of a model into the run's folder, if its inputs are pictures."""
        if self.has_pictures:
            draw_filters(self.folder / name, model, self._data.image_shape)
            self.drawn.append(self.folder / name)


@dataclass
class Segmented(Run):
    """A run on pictures with a class for each pixel.

    Parameters
    ----------
    dataset : str
        auto (brain where the data folder has it, else shapes), shapes, brain, or the path of a
        folder with pictures in images and masks of the same names in masks.
    """

    dataset: str = "auto"
    task: Literal["segmentation"] = "segmentation"


@dataclass
class Musical(Run):
    """A run on pieces of music.

    Parameters
    ----------
    dataset : str
        auto (the chorales where the data folder has them, else made-up tunes), tunes, jsb,
        nottingham, or the path of a folder of MIDI files or of lists of notes.
    """

    dataset: str = "auto"
    task: Literal["music"] = "music"


def _shown(data: Dataset) -> Dataset:
    """The data set with nothing but its test examples: no others are drawn."""
    return replace(data, train=data.test, valid=data.test)
