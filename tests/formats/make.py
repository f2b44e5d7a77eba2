"""Write the files of this version: ``python tests/formats/make.py``, once, when it is released.

They are kept as they are: later versions must read them.
"""

import sys
from pathlib import Path

import numpy as np
import pytensor
import pytensor.tensor as pt

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from training.toy import trainer  # noqa: E402

from dltut import __version__, function  # noqa: E402
from dltut.models import (  # noqa: E402
    DBN,
    MLP,
    RBM,
    Autoencoder,
    LeNet,
    LogisticRegression,
    SdA,
    cA,
    dA,
    save_model,
)
from dltut.training import Extension, open_run  # noqa: E402

ITERATIONS = 8


class Stop(Extension):
    def after_batch(self, trainer):
        if trainer.log.iteration == ITERATIONS - 1:
            trainer.stop("interrupted", final=False)


MODELS = [  # one of each class, of 36 inputs
    lambda rng: LogisticRegression(36, 4, name="output"),
    lambda rng: MLP(
        rng, np.int64(36), (5, 3), 4, activation="relu", batch_norm=True, dropout=(0.1, 0.2, 0.3)
    ),
    lambda rng: LeNet(rng, (1, 6, 6), (2, 3), 4, 4, kernel_size=(2, 1), pool_size=(1, 2)),
    lambda rng: Autoencoder(rng, 36, 5, tied=False, encoder="tanh", decoder="linear"),
    lambda rng: dA(rng, 36, 5, corruption="gaussian", name="first"),
    lambda rng: cA(rng, 36, 5),
    lambda rng: RBM(rng, 36, 5, visible="gaussian", name="top"),
    lambda rng: SdA(rng, 36, (5, 4), 3, (0.1, 0.2), "salt_and_pepper", dropout=0.5),
    lambda rng: DBN(rng, 36, 5, 3, dropout=(0.1, 0.2)),
]


def main(folder):
    rng = np.random.default_rng(2)
    for make in MODELS:
        model = make(rng)
        for each in [*model.params, *model.kept]:
            values = np.abs(rng.normal(size=each.get_value().shape))  # variances among them
            each.set_value(values.astype(each.dtype))
        x = rng.random((2, 36)).astype("float32")
        outputs = function([], model(pt.as_tensor(x)), mode="FAST_COMPILE")()
        header = {"x": x.tolist(), "outputs": outputs.tolist(), "classes": ["zwölf", "三"]}
        save_model(folder / f"{type(model).__name__}.safetensors", model, header)
    run = open_run(folder / "toy", "toy", {"learning_rate": 0.3, "n_hidden": (4, 3)})
    run.unlock()
    trainer(run, more=[Stop()]).run(4)


if __name__ == "__main__":
    with pytensor.config.change_flags(floatX="float32"):
        main(Path(__file__).parent / __version__.rpartition(".")[0])
