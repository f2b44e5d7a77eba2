"""Draw from a distribution by Hamiltonian Monte Carlo, and compare with what is known of it."""

from dltut.commands import flags
from dltut.commands.run import Session

from typing import Literal

import numpy as np
import pytensor.tensor as pt

from dltut import function
from dltut.exceptions import InputError
from dltut.machine.arguments import Count, Seed, Size
from dltut.machine.notices import bar
from dltut.machine.serialize import named_values, read_arrays, set_named_values, write_arrays
from dltut.machine.shared import as_floatX
from dltut.samplers import HMC, Banana, Gaussian, Mixture
from dltut.viz import samples_picture

BLOCK = 1000  # draws between two times of saving


def main(
    session: Session,
    distribution: Literal["gaussian", "banana", "mixture"] = "gaussian",
    n_draws: int = 1000,
    burn_in: Count = 1000,
    n_chains: Size = 3,
    n_steps: Size = 20,
    initial_stepsize: float = 0.001,
    stepsize_max: float = 0.5,
    target_acceptance_rate: float = 0.9,
    adapt: bool = True,
    seed: Seed = 12345,
):
    """Draw from a distribution by Hamiltonian Monte Carlo.

    Parameters
    ----------
    distribution : str
        The tutorial's Gaussian of five dimensions, a curved ridge, or two hills.
    n_draws : int
        Draws of each chain to keep; more of them may be asked for when resuming.
    burn_in : int
        Draws before those, while the chains forget where they started.
    n_chains : int
        Chains side by side.
    n_steps : int
        Leapfrog steps a draw.
    initial_stepsize, stepsize_max : float
        The step size at first, and at most.
    target_acceptance_rate : float
        Share of the moves that should be accepted.
    adapt : bool
        Whether the step size goes on adapting after the burn-in, as published.
    seed : int
        Of the starts and of the draws.
    """
    session.configure()
    if n_draws < 2:
        raise InputError(f"{n_draws} draws after {burn_in} tell nothing: ask for 2 or more")
    target = {"gaussian": tutorial_gaussian, "banana": Banana, "mixture": Mixture}[distribution]()
    hmc = HMC(
        np.random.RandomState(seed).normal(size=(n_chains, len(target.mean))),
        target,
        seed=seed,
        n_steps=n_steps,
        initial_stepsize=initial_stepsize,
        target_acceptance_rate=target_acceptance_rate,
        stepsize_max=stepsize_max,
    )
    if session.dry_run:
        print(f"dry run: the first chain goes to {hmc.draw()[0]}; nothing was written")
        return None

    session.name = f"hmc-{distribution}"
    burn_in, n_draws = (200, 500) if session.quick else (burn_in, n_draws)
    path = session.folder / "samples.safetensors"
    samples = collect(hmc, burn_in, n_draws, adapt, path)[burn_in:]
    report(hmc, samples, target)
    session.draw("samples.png", picture_of(samples, target))
    return samples


def tutorial_gaussian():
    """Five dimensions, means up to 10, variances 1, strong correlations."""
    rng = np.random.RandomState(123)
    mean, covariance = rng.rand(5) * 10, rng.rand(5, 5)
    covariance = (covariance + covariance.T) / 2
    np.fill_diagonal(covariance, 1)
    return Gaussian(mean, covariance)


def collect(hmc, burn_in, n_draws, adapt, path):
    """All draws, (burn_in + n_draws, chains, dim), those that the file holds among them."""
    samples = restored(hmc, path) if path.exists() else np.empty((0, *hmc.positions.type.shape))
    with bar(burn_in + n_draws, "draws", "draw") as shown:
        shown.update(len(samples))
        while (done := len(samples)) < burn_in + n_draws:
            warms_up = done < burn_in
            n = min(BLOCK, (burn_in if warms_up else burn_in + n_draws) - done)
            samples = np.concatenate([samples, hmc.sample(n, adapt or warms_up)])
            write_arrays(path, {"samples": samples, **named_values(hmc.state)})
            shown.update(n)
    return samples


def restored(hmc, path):
    """The draws of a file, with the sampler put where it was when they were saved."""
    arrays, _ = read_arrays(path)
    samples = arrays.pop("samples")
    set_named_values(hmc.state, arrays, str(path))
    return samples


def report(hmc, samples, target):
    """Print how the chains moved, and the moments that they found beside the true ones."""
    every = samples.reshape(-1, samples.shape[-1])
    moved = (samples[1:] != samples[:-1]).any(axis=-1).mean()
    print(f"step size {hmc.stepsize.get_value():.5f}")
    print(f"average acceptance {hmc.average_acceptance.get_value():.5f}, of all moves {moved:.5f}")
    for name, found, wanted in (
        ("mean", every.mean(axis=0), target.mean),
        ("covariance", np.cov(every.T), target.covariance),
    ):
        print(f"\n{name}, largest difference {np.abs(found - wanted).max():.3f}")
        for title, values in (("drawn", found), ("true", wanted)):
            shown = np.array2string(values, precision=3, suppress_small=True, floatmode="fixed")
            print(f"{title}\n{shown}")


def picture_of(samples, target):
    """The first two coordinates of all draws, over their density."""
    if isinstance(target, Gaussian):
        target = Gaussian(target.mean[:2], target.covariance[:2, :2])
    x = pt.matrix("x")
    energy = function([x], target(x), mode="FAST_COMPILE")
    every = samples.reshape(-1, samples.shape[-1])[:, :2]
    return samples_picture(every, lambda points: np.exp(-energy(as_floatX(points))))


if __name__ == "__main__":
    flags.run(main)
