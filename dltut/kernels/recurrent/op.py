"""The whole loop of a recurrent cell as an Operation, and its gradient as another.

Shapes are called (time, batch, n). What all steps have of their inputs comes in, one product made
elsewhere; each step adds its own product with U. The gradient goes through the loop once, from its
end, and has one product for U behind it.

With a mask, what comes in are the rows of the steps that are no padding, (steps, ...), as
`dltut.kernels.steps.RealRows` makes them, and so are the gradients that go out: no product is made
of padding. On JAX they are the rows of all steps.
"""

import numpy as np
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.type import TensorType

from dltut.exceptions import InputError, nearest
from dltut.kernels.recurrent.cells import CELLS

NOT_FIT = (
    "the shapes of a recurrent loop do not fit: with inputs (time, batch, gates * n), or rows of "
    "the mask's steps, go weights (n, gates * n), states (batch, n), a mask (time, batch) and "
    "peepholes (3, n)"
)


class _Loop(Op):
    """What a loop and its gradient have in common.

    Where there is no mask, no peepholes, no gradient of a state, an array of shape (0, 0), or
    (0, 0, 0), stands in its place.

    Parameters
    ----------
    cell : str
        Of `CELLS`.
    backwards : bool
        Whether the last step comes first.
    truncate : int
        Gradients do not pass from step k, 2 k, ... of the loop to the step before; with 0 they pass
        everywhere.
    clip : float
        The gradients of the sums are held to -clip ... clip; 0 for no bounds.
    """

    __props__ = ("cell", "backwards", "truncate", "clip")

    def __init__(self, cell: str, backwards: bool = False, truncate: int = 0, clip: float = 0.0):
        if cell not in CELLS:
            raise InputError(f"there is no {cell!r} cell in a loop: {nearest(cell, CELLS)}")
        self.cell, self.backwards = cell, bool(backwards)
        self.truncate, self.clip = int(truncate), float(clip)

    @property
    def kind(self):
        """The cell."""
        return CELLS[self.cell]

    def order(self, time: int) -> list[int]:
        """The steps in the order of the loop."""
        return list(range(time))[:: -1 if self.backwards else 1]

    def passes_before(self, number: int) -> bool:
        """Whether gradients pass from a step to the states before it."""
        return not (self.truncate and number) or number % self.truncate != 0

    def clipped(self, xp, gradient):
        """The gradient within the bounds."""
        return xp.clip(gradient, -self.clip, self.clip) if self.clip else gradient

    def split(self, rest) -> list:
        """Inputs behind the peepholes, in groups of as many as the cell has states."""
        n = self.kind.n_states
        return [list(rest[i : i + n]) for i in range(0, len(rest), n)]


class Recurrence(_Loop):
    """All states of a cell after each step of a loop.

    Masked steps leave the states as they are.
    """

    def make_node(self, a, U, mask, p, *start):
        """Of the inputs' sums, the weights and the first states, all states of the loop.

        Parameters
        ----------
        a : tensor3, shape (time, batch, gates * n)
            Or a matrix, (steps, gates * n), with a mask.
        U : matrix, shape (n, gates * n)
        mask : bool matrix, shape (time, batch) or (0, 0)
            The latter, whatever it holds, where a has three axes.
        p : matrix, shape (3, n) or (0, 0)
        *start : matrix, shape (batch, n)
            Each state before the first step.

        Returns
        -------
        Apply
            Its outputs: each state (time, batch, n), and what the gradient needs, in any layout.
        """
        time_and_batch = a.type.shape[:2] if a.ndim == 3 else mask.type.shape
        states = TensorType(a.dtype, shape=(*time_and_batch, U.type.shape[0]))
        kept = TensorType(a.dtype, shape=(None, None, None))
        return Apply(self, [a, U, mask, p, *start], [*(states() for _ in start), kept()])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy: step after step."""
        a, U, mask, p, *states = inputs
        check_shapes(self.kind, a, U, mask, p, states, int(mask.sum()))
        a = every_step(a, mask)
        (time, batch, _), n = a.shape, len(U)
        outputs = [np.empty((time, batch, n), a.dtype) for _ in states]
        kept = [None] * time
        for t in self.order(time):
            after, parts = self.kind.forward(np, a[t], states, U, p)
            if inputs[0].ndim == 2:
                pairs = zip(after, states, strict=True)
                after = [np.where(mask[t][:, None], new, old) for new, old in pairs]
            states = after
            for output, state in zip(outputs, states, strict=True):
                output[t] = state
            kept[t] = np.concatenate([np.empty((batch, 0), a.dtype), *parts], axis=1)
        kept = np.stack(kept) if time else np.empty((0, batch, 0), a.dtype)
        for storage, value in zip(output_storage, [*outputs, kept], strict=True):
            storage[0] = value

    def connection_pattern(self, node):
        """The mask decides and is not differentiated; what is kept is for the gradient alone."""
        n = self.kind.n_states
        return [[i != 2] * n + [False] for i in range(len(node.inputs))]

    def pullback(self, inputs, outputs, cotangents):
        """The other operation, of the gradients of the states that have one."""
        nothing = pt.constant(np.zeros((0, 0, 0), dtype=inputs[0].dtype))
        ups = [nothing if _is_missing(each) else each for each in cotangents[:-1]]
        settings = (getattr(self, name) for name in self.__props__)
        gradient = RecurrenceGradient(*settings, has_all_steps=inputs[0].ndim == 3)
        *states, kept = outputs
        by_a, by_U, by_p, *by_start = gradient(kept, *inputs[1:], *states, *ups)
        return [by_a, by_U, DisconnectedType()(), by_p, *by_start]


def _is_missing(gradient) -> bool:
    """Whether no gradient comes to a state."""
    return isinstance(gradient.type, DisconnectedType)


class RecurrenceGradient(_Loop):
    """The gradients of the sums of all steps, of weights, peepholes and the first states.

    Parameters
    ----------
    has_all_steps : bool
        Whether a has three axes; see `Recurrence`.
    """

    __props__ = (*_Loop.__props__, "has_all_steps")

    def __init__(self, *settings, has_all_steps: bool = True):
        super().__init__(*settings)
        self.has_all_steps = has_all_steps

    def make_node(self, kept, U, mask, p, *rest):
        """Of what the loop kept, its inputs less the sums, its states, and their gradients.

        Parameters
        ----------
        kept, U, mask, p
            As in `Recurrence`.
        *rest : variables
            The states before the first step, (batch, n), those after each step, (time, batch, n),
            and the gradients of the latter, each (time, batch, n) or (0, 0, 0).

        Returns
        -------
        Apply
            Its outputs: the gradients of a, of its shape, U, p, and the states before the first
            step.
        """
        start, states, _ = self.split(rest)
        rows = states[0].type.shape[:2] if self.has_all_steps else (None,)
        sums = TensorType(U.dtype, shape=(*rows, U.type.shape[1]))
        outputs = [sums(), U.type(), p.type(), *(each.type() for each in start)]
        return Apply(self, [kept, U, mask, p, *rest], outputs)

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy: from the last step of the loop to its first."""
        kept, U, mask, p, *rest = inputs
        start, states, ups = self.split(rest)
        (time, batch, n), order = states[0].shape, self.order(len(states[0]))
        gradients = np.zeros((time, batch, U.shape[1]), U.dtype)
        by_U, by_p = np.zeros_like(U), np.zeros_like(p)
        carried = [np.zeros_like(each) for each in start]
        for number in reversed(range(time)):
            t = order[number]
            before = [each[order[number - 1]] for each in states] if number else start
            carried = [
                old + (up[t] if len(up) else 0) for old, up in zip(carried, ups, strict=True)
            ]
            is_step = mask[t][:, None] if not self.has_all_steps else np.ones((batch, 1), bool)
            gradients[t], through, direct, share = self.kind.backward(
                np,
                [each * is_step for each in carried],
                np.split(kept[t], max(1, kept.shape[2] // n), axis=1),
                before,
                [each[t] for each in states],
                p,
                lambda gradient: self.clipped(np, gradient),
            )
            by_U += np.matmul(before[0].T, through)
            by_p += 0 if share is None else share
            direct[0] = direct[0] + np.matmul(through, U.T)
            pairs = zip(direct, carried, strict=True)
            carried = [np.where(is_step, new, old) for new, old in pairs]
            if not self.passes_before(number):
                carried = [np.zeros_like(each) for each in start]
        gradients = gradients if self.has_all_steps else gradients[mask]
        for storage, value in zip(output_storage, [gradients, by_U, by_p, *carried], strict=True):
            storage[0] = value

    def connection_pattern(self, node):
        """All numbers depend on each other; whoever asks is told by `pullback`."""
        return [[True] * len(node.outputs) for _ in node.inputs]

    def pullback(self, inputs, outputs, cotangents):
        """Second derivatives."""
        raise NotImplementedError("second derivatives of a recurrent loop are not available")


def every_step(a, mask):
    """The rows of all steps, (time, batch, gates * n), zeros where there is padding."""
    if a.ndim == 3:
        return a
    steps = np.zeros((*mask.shape, a.shape[1]), a.dtype)
    steps[mask] = a
    return steps


def check_shapes(cell, a, U, mask, p, start: list, n_steps: int) -> None:
    """Refuse, by their shapes, what does not fit together.

    Parameters
    ----------
    cell : Cell
    a, U, mask, p, start
        As for `Recurrence`.
    n_steps : int
        Of how many steps a has rows, where there is a mask.

    Raises
    ------
    InputError
        With the shapes that were given.
    """
    (batch, n), n_sums = start[0].shape, cell.n_gates * len(U)
    fits = U.shape == (n, n_sums) and all(each.shape == (batch, n) for each in start)
    if a.ndim == 3:
        fits = fits and a.shape[1:] == (batch, n_sums) and mask.shape == (0, 0)
    else:
        fits = fits and a.shape == (n_steps, n_sums) and mask.shape[1] == batch
    if not fits or p.shape not in ((3, n), (0, 0)) or (cell.has_peepholes and p.shape != (3, n)):
        given = f"inputs {a.shape}, weights {U.shape}, states {start[0].shape}"
        raise InputError(f"{NOT_FIT}; here: {given}, mask {mask.shape}, peepholes {p.shape}")
