"""Recurrent loops for JAX: its scan, with the gradient written down and not derived."""

import jax.numpy as jnp
from jax import lax
from pytensor.link.jax.dispatch.basic import jax_funcify

from dltut.kernels.recurrent.op import Recurrence, RecurrenceGradient, check_shapes


def choose(is_step, new, old):
    """The new values where there is a step, else the old ones; `is_step` is (batch,) or None."""
    if is_step is None:
        return new
    return [jnp.where(is_step[:, None], *pair) for pair in zip(new, old, strict=True)]


@jax_funcify.register(Recurrence)
def recurrence(op, **_):
    """All states, and what the gradient needs of each step, side by side."""

    def loop(a, U, mask, p, *start):
        """The outputs of `Recurrence`."""
        check_shapes(op.kind, a, U, mask, p, start, mask.size)
        masks = None if a.ndim == 3 else mask
        a = a if masks is None else a.reshape((*mask.shape, a.shape[1]))
        nothing = jnp.zeros((a.shape[1], 0), a.dtype)

        def step(states, each):
            """The next states; they and what is kept are given out, too."""
            a, is_step = each
            after, parts = op.kind.forward(jnp, a, states, U, p)
            after = choose(is_step, after, states)
            return after, (after, jnp.concatenate([nothing, *parts], axis=1))

        _, (states, kept) = lax.scan(step, list(start), (a, masks), reverse=op.backwards)
        return [*states, kept]

    return loop


@jax_funcify.register(RecurrenceGradient)
def recurrence_gradient(op, **_):
    """All gradients."""

    def loop(kept, U, mask, p, *rest):
        """The outputs of `RecurrenceGradient`."""
        start, states, ups = op.split(rest)
        time, _, n = states[0].shape
        way = (lambda first, others: [others, first]) if op.backwards else (lambda *both: [*both])
        inner = slice(1, None) if op.backwards else slice(0, -1)
        before = [
            jnp.concatenate(way(first[None], each[inner]))[:time]
            for first, each in zip(start, states, strict=True)
        ]
        passes = jnp.array([op.passes_before(number) for number in op.order(time)], bool)
        masks = None if op.has_all_steps else mask
        ups = [up if up.shape[0] else None for up in ups]

        def step(carry, each):
            """The gradients of the states before a step, of those after it."""
            carried, by_p = carry
            kept, before, after, up, is_step, passes = each
            carried = [x if y is None else x + y for x, y in zip(carried, up, strict=True)]
            total = choose(is_step, carried, [jnp.zeros_like(x) for x in carried])
            parts = jnp.split(kept, max(1, kept.shape[1] // n), axis=1)
            sums, through, direct, share = op.kind.backward(
                jnp, total, parts, before, after, p, lambda x: op.clipped(jnp, x)
            )
            direct[0] = direct[0] + through @ U.T
            carried = [jnp.where(passes, x, 0) for x in choose(is_step, direct, carried)]
            return (carried, by_p if share is None else by_p + share), (sums, through)

        zeros = [jnp.zeros_like(each) for each in start]
        each = kept, before, states, ups, masks, passes
        (by_start, by_p), (sums, through) = lax.scan(
            step, (zeros, jnp.zeros_like(p)), each, reverse=not op.backwards
        )
        by_U = jnp.einsum("tbi,tbj->ij", before[0], through)
        if not op.has_all_steps:
            sums = sums.reshape((mask.size, sums.shape[2]))
        return [sums, by_U, by_p, *by_start]

    return loop
