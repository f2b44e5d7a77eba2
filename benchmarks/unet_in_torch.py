"""What `scripts/train_unet.py` learns, learned by the same U-Net in PyTorch, and by thresholds.

The flags are the script's, and so are the pictures of every epoch, their order, the first weights,
the rule, and what is counted: only who computes the network and its gradient differs.
"""

import time
from types import SimpleNamespace

import numpy as np
import torch
from peers.torch_segmentation import scores
from torch.nn.functional import cross_entropy

from dltut.commands.flags import run
from dltut.datasets import Augmentation, load
from dltut.datasets.kinds import VOID
from dltut.machine.config import configure
from dltut.models import UNet
from dltut.tasks import task_of
from dltut.training import Augment, Order


def main(
    dataset: str = "auto",
    data_dir: str | None = None,
    learning_rate: float = 1e-4,
    decay: float = 1.0,
    n_filters: int = 64,
    depth: int = 4,
    batch_norm: bool = True,
    rotation: float = 25.0,
    shear: float = 0.41,
    warp: float = 10.0,
    flips: bool = True,
    crop: tuple[int, ...] = (224, 224),
    batch_size: int = 5,
    max_epochs: int = 750,
    seed: int = 1234,
    device: str = "cpu",
):
    """Train the U-Net in PyTorch.

    Parameters
    ----------
    device : str
        PyTorch's name of it: cpu or cuda.
    """
    configure(floatX="float32")
    data = load(dataset, data_dir, task="segmentation")
    task = task_of(data)
    print(f"thresholds: test {with_thresholds(task, data):.4f}")
    sides = tuple(map(min, crop, data.image_shape[1:]))
    moves = Augmentation(flips, flips, rotation, shear, min(warp, min(sides) / 20), crop=sides)
    augment = Augment(data.train, data.image_shape, moves, seed)
    order = Order(augment.split, "even_shuffled_sequential", batch_size, seed)
    sizes = augment.image_shape, data.n_outputs, n_filters, depth
    model = UNet(np.random.RandomState(seed), *sizes, batch_norm=batch_norm)
    params, averages = on_device(model, device)
    rule = torch.optim.Adam(params, learning_rate)

    def answers(x):
        with torch.no_grad():
            given = torch.as_tensor(x).reshape(-1, *data.image_shape).to(device)
            return scores(params, given, depth, averages, train=False).argmax(1).cpu().numpy()

    best, seconds = (0.0,), 0.0
    falling = torch.optim.lr_scheduler.ExponentialLR(rule, decay)
    for epoch in range(1, max_epochs + 1):
        began, trainer = time.perf_counter(), SimpleNamespace(log=SimpleNamespace(epoch=epoch))
        augment.before_epoch(trainer)
        order.before_epoch(trainer)
        x, y = (torch.as_tensor(np.asarray(each.get_value())).to(device) for each in augment.split)
        x, rows = x.reshape(-1, *augment.image_shape), torch.as_tensor(order.rows.get_value())
        for batch in rows.long().to(device).split(batch_size)[: len(rows) // batch_size]:
            cost = cross_entropy(
                scores(params, x[batch], depth, averages), y[batch].long(), ignore_index=VOID
            )
            rule.zero_grad()
            cost.backward()
            rule.step()
        falling.step()
        found = [mean_iou(task, each, answers) for each in (data.valid, data.test)]
        best = max(best, (*found, epoch))
        seconds += time.perf_counter() - began
        print(
            f"epoch {epoch}: valid {found[0]:.4f}, test {found[1]:.4f}, {seconds:.1f} s", flush=True
        )
    augment.after_training(None)
    print(
        f"best valid {best[0]:.4f} in epoch {best[2]}: test {best[1]:.4f}, {seconds:.1f} s",
        flush=True,
    )


def on_device(model, device):
    """The parameters, filters turned round since PyTorch correlates; the averages in pairs."""
    params = [torch.from_numpy(np.array(each.get_value(), np.float32)) for each in model.params]
    params = [each.flip(2, 3) if each.ndim == 4 else each for each in params]
    kept = [torch.from_numpy(np.array(each.get_value(), np.float32)) for each in model.kept]
    kept = [each.to(device) for each in kept]
    params = [each.to(device).contiguous().requires_grad_() for each in params]
    return params, list(zip(kept[::2], kept[1::2], strict=True))


def mean_iou(task, split, answers, batch_size=8):
    """Over the whole of a split."""
    starts = range(0, len(split), batch_size)
    found = np.concatenate([answers(split.x[start : start + batch_size]) for start in starts])
    return task.mean_iou(task.counts(split.y, found))


def with_thresholds(task, data, levels=64):
    """The mean intersection over union of the most common class of each level of grey."""

    def level(split):
        return np.minimum(split.x.reshape(split.y.shape) * levels, levels - 1).astype(int)

    counted = data.train.y != VOID
    votes = np.zeros((data.n_outputs, levels))
    np.add.at(votes, (data.train.y[counted], level(data.train)[counted]), 1)
    return task.mean_iou(task.counts(data.test.y, votes.argmax(axis=0)[level(data.test)]))


if __name__ == "__main__":
    run(main)
