"""Many steps of a function of JAX in one call: a loop on the device, in the old values' memory.

The loop is compiled for any number of steps, and one step is a loop of one: so the numbers of many
steps are those of single ones, bit for bit.
"""

from collections import deque
from functools import cache
from itertools import chain, repeat

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from dltut.kernels.engine.device import is_card
from dltut.kernels.engine.wide import exact_products, wide

# What XLA puts into a graph of a card anyway, and loops.
IN_A_GRAPH = (
    *("FUSION", "CUBLAS", "CUBLASLT", "CUSTOM_CALL", "CUDNN", "DYNAMIC_SLICE_FUSION"),
    *("CONDITIONAL", "WHILE"),
)
AT_MOST = 1024  # steps in one call; their costs wait on the device until it ends


class Loop:
    """Steps that each make one number and the next values of some variables.

    Parameters
    ----------
    step : jitted function
        ``step(number, *values) -> (cost, *next values)``.
    storages : list of lists of one array
        Where each of the values is kept, on the device or in main memory.
    places : list of int
        Which of them the step's results after the cost are the next values of.
    kind : dtype
        Of the cost.

    Notes
    -----
    The values that change lend JAX their memory for the next ones ("donation"). So they must never
    be without the next ones when Python goes on, which may be with a Ctrl-C: see `_call_and_keep`.
    """

    def __init__(self, step, storages: list, places: list[int], kind):
        self._changed = [storages[place] for place in places]
        self._rest = [kept for place, kept in enumerate(storages) if place not in places]
        self._costs, self._n_done, self._last = [None], [None], [None]
        many = _many_of(step, len(storages), places, kind)
        self._many = jax.jit(many, donate_argnums=2, compiler_options=in_one_graph())
        self._compiled = False
        self._exact = exact_products()

    def __call__(self, first, n) -> tuple:
        """Take up to `AT_MOST` steps; after a cost that is not finite, no further one.

        Parameters
        ----------
        first, n : array, shape ()
            On the device: the number of the first step, and how many.

        Returns
        -------
        last : array, shape ()
            The cost of the last step.
        costs : array, shape (AT_MOST,)
        n_done : array, shape ()
            How many of the costs there are.
        """
        with wide(), self._exact():
            given = [_moved(kept) for kept in self._rest]
            changes = self._lent() if self._compiled and not any(given) else self._copies()
            rest = [kept[0] for kept in self._rest]
            self._call_and_keep(first, n, changes, rest)
        self._compiled = True
        return self._last[0], self._costs[0], self._n_done[0]

    def _lent(self) -> list:
        """The values that change, whose memory JAX may have."""
        if any(isinstance(kept[0], np.ndarray) for kept in self._changed):
            return self._copies()
        return [kept[0] for kept in self._changed]

    def _copies(self) -> list:
        """The same, where JAX may have to compile: that is Python, and can be interrupted."""
        return [jnp.array(kept[0], copy=True) for kept in self._changed]

    def _call_and_keep(self, *arguments) -> None:
        """Call the loop and put what it gives in its places, with no Python in between."""
        results = chain.from_iterable(map(self._many, *([each] for each in arguments)))
        places = [self._last, self._costs, self._n_done, *self._changed]
        deque(map(list.__setitem__, places, repeat(0), results), maxlen=0)


def loop_of(step, number, storages: list, places: list[int]) -> Loop | None:
    """The loop of a step, or None where there can be none or single steps are faster.

    Parameters
    ----------
    step, storages, places
        As for `Loop`.
    number : array, shape ()
        Of a step.
    """
    with wide():
        values = [jnp.asarray(kept[0]) for kept in storages]
        traced = step.trace(number, *values)
    cost, *following = jax.tree.leaves(traced.out_info)
    is_number = cost.shape == () and jnp.issubdtype(cost.dtype, jnp.floating)
    kinds = [(values[place].shape, values[place].dtype) for place in places]
    same = kinds == [(each.shape, each.dtype) for each in following]
    pays = is_number and same and _pays(traced)
    return Loop(step, storages, places, cost.dtype) if pays else None


def _pays(traced) -> bool:
    """Whether a loop is no slower: on a processor, XLA's convolutions in loops take six times."""
    return is_card() or "conv_general_dilated" not in str(traced.jaxpr)


@cache
def in_one_graph() -> dict[str, str] | None:
    """Options of XLA's with which a card goes from round to round of a loop by itself.

    By itself XLA asks the processor after each round whether there is another one. Versions of XLA
    that do not know the options go on doing so.
    """
    if not is_card():
        return None
    options = {"xla_gpu_enable_command_buffer": ",".join(IN_A_GRAPH)}
    counting = jax.jit(
        lambda n: lax.while_loop(lambda i: i < n, lambda i: i + 1, 0), compiler_options=options
    )
    try:
        return options if int(counting(3)) == 3 else None
    except jax.errors.JaxRuntimeError:
        return None


def _moved(kept: list) -> bool:
    """Whether an array was still in main memory, and of a shape that may be new."""
    if not isinstance(kept[0], np.ndarray):
        return False
    kept[0] = jax.device_put(kept[0])
    return kept[0].ndim > 0


def _many_of(step, n_values: int, places: list[int], kind):
    """A function of (first, n, the values that change, the rest) that takes n steps."""
    others = [place for place in range(n_values) if place not in places]

    def many(first, n, changing, rest):
        """The last cost, all of them, how many, and the values after them."""
        fixed = dict(zip(others, rest, strict=True))

        def one(carried):
            i, _, costs, _, changing = carried
            now = fixed | dict(zip(places, changing, strict=True))
            cost, *changed = step(first + i, *(now[place] for place in range(n_values)))
            return i + 1, jnp.isfinite(cost), costs.at[i].set(cost), cost, changed

        def goes_on(carried):
            i, is_finite, *_ = carried
            return is_finite & (i < n)

        none = jnp.zeros(AT_MOST, kind), jnp.zeros((), kind)
        start = jnp.zeros_like(n), jnp.array(True), *none, changing
        i, _, costs, cost, changing = lax.while_loop(goes_on, one, start)
        return cost, costs, i, *changing

    return many
