"""Training that a configuration file describes, in the steps of the training scripts."""

from dataclasses import asdict
from pathlib import Path

from dltut import shared_dataset
from dltut.commands.run import Run
from dltut.experiment.plan import located, read_experiment
from dltut.tasks import task_of
from dltut.training import Log, Monitor, minibatch_function, minibatch_functions


def train(
    experiment: Path,
    run_dir: Path | None = None,
    resume: bool = False,
    data_dir: Path | None = None,
    device: str | None = None,
    quick: bool = False,
    dry_run: bool = False,
) -> Log:
    """Train what a configuration file describes.

    Parameters
    ----------
    experiment : path
        A YAML file such as scripts/experiments/mlp.yaml.
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
    """
    plan = read_experiment(experiment)
    run = Run(run_dir, resume, plan.floatX, device, quick, dry_run)
    run.dataset, run.target, run.data_dir = plan.dataset, plan.target, data_dir
    run.checkpoint_seconds, run.name = plan.checkpoint_seconds, Path(experiment).stem
    run.arguments = asdict(plan) | {"data_dir": data_dir, "quick": quick}
    with run:
        data = run.data()
        task = task_of(data)
        learn, valid, test = map(shared_dataset, data)
        with located(experiment):
            x, y = learn.x.type("x"), learn.y.type("y")
            model = plan.built_model(data)
            cost = task.cost(model(x, train=True), y) + plan.penalty(model.weights)
            rate = plan.learning_rate()
            updates = plan.updates(cost, model.params, rate)

            step = minibatch_function(cost, [x, y], learn, plan.batch_size, updates)
            splits, measures = {"valid": valid, "test": test}, task.measures(model(x), y)
            measured = minibatch_functions(measures, [x, y], splits, plan.batch_size, plan.partial)
            monitor = Monitor(measured, watch=f"valid_{task.watch}", lower=task.lower)
            extensions = [monitor, *plan.extensions(model.params, rate)]
        return run.train(step, model, plan.max_epochs, extensions)
