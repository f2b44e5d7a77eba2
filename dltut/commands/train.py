"""Training that a configuration file describes, in the steps of the training scripts."""

from dataclasses import asdict
from pathlib import Path

import pytensor.tensor as pt

from dltut import shared_dataset
from dltut.commands.run import Run
from dltut.experiment.plan import located, read_experiment
from dltut.nn import errors, negative_log_likelihood
from dltut.training import Monitor, minibatch_function


def train(
    experiment: Path,
    run_dir: Path | None = None,
    resume: bool = False,
    data_dir: Path | None = None,
    device: str | None = None,
    quick: bool = False,
    dry_run: bool = False,
):
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
    run.dataset, run.data_dir = plan.dataset, data_dir
    run.checkpoint_seconds, run.name = plan.checkpoint_seconds, Path(experiment).stem
    run.arguments = asdict(plan) | {"data_dir": data_dir, "quick": quick}
    with run:
        data = run.data()
        learn, valid, test = map(shared_dataset, data)
        with located(experiment):
            x, y = pt.matrix("x"), pt.ivector("y")
            model = plan.built_model(data)
            cost = negative_log_likelihood(model(x, train=True), y) + plan.penalty(model.weights)
            rate = plan.learning_rate()
            updates = plan.updates(cost, model.params, rate)

            step = minibatch_function(cost, [x, y], learn, plan.batch_size, updates)
            error = errors(model(x), y)
            valid_error, test_error = (
                minibatch_function(error, [x, y], split, plan.batch_size) for split in (valid, test)
            )
            extensions = [Monitor(valid_error, test_error), *plan.extensions(model.params, rate)]
        return run.train(step, model, plan.max_epochs, extensions)
