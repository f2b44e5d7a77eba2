"""Uniform draws from a counter, as an Operation.

Each draw of each call hashes (seed, draw number) as the key with (element, call number) as the
counter, so nothing is carried from one element to the next: loops vectorise, and the whole state
of a generator is three integers that a checkpoint stores like any other array.

References
----------
.. [1] Salmon, Moraes, Dror, Shaw (2011), Parallel random numbers: as easy as 1, 2, 3
   (Threefry-2x32 with 20 rounds).
"""

import numpy as np
import pytensor.scalar as ps
from pytensor import config
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply
from pytensor.graph.op import Op
from pytensor.tensor.basic import as_tensor_variable, zeros_like
from pytensor.tensor.type import TensorType

ROTATIONS = (13, 15, 26, 6, 17, 29, 16, 24)
PARITY = 0x1BD11BDA


def threefry2x32(key0, key1, x0, x1):
    """Two words of 32 bits for each counter (x0, x1); works on any array of uint32 that wraps.

    Parameters
    ----------
    key0, key1 : uint32
    x0, x1 : uint32 array
        Of one shape; what comes back has it too.
    """
    keys = (key0, key1, key0 ^ key1 ^ np.uint32(PARITY))
    x0, x1 = x0 + keys[0], x1 + keys[1]
    for group in range(5):
        for rotation in ROTATIONS[4 * (group % 2) : 4 * (group % 2) + 4]:
            x0 = x0 + x1
            x1 = (x1 << np.uint32(rotation)) | (x1 >> np.uint32(32 - rotation))
            x1 = x1 ^ x0
        x0 = x0 + keys[(group + 1) % 3]
        x1 = x1 + keys[(group + 2) % 3] + np.uint32(group + 1)
    return x0, x1


def uniform_from_words(first, second, dtype: str):
    """Numbers in [0, 1): 24 bits of each word for float32, 53 bits of both for float64.

    Parameters
    ----------
    first, second : uint32 array, shape (blocks,)

    Returns
    -------
    tuple of arrays, shape (blocks,)
        Two in single precision, one in double.
    """
    if dtype == "float32":
        return tuple((word >> 8).astype("float32") * np.float32(2**-24) for word in (first, second))
    high, low = (first >> 5).astype("float64"), (second >> 6).astype("float64")
    return ((high * 2**26 + low) * 2**-53,)


class Draw(Op):
    """An operation that draws: its first input is a generator's state, its first output the next.

    What is drawn is random, not a smooth function of anything: there is no gradient.
    """

    def connection_pattern(self, node):
        """Only the next state depends on anything: on the state before."""
        others = [False] * (len(node.outputs) - 1)
        return [[True, *others], *([[False, *others]] * (len(node.inputs) - 1))]

    def pullback(self, inputs, outputs, cotangents):
        """There is none of what is drawn; that of the state is 0, which a loop asks for."""
        gradients = [DisconnectedType()() for _ in inputs]
        if not isinstance(cotangents[0].type, DisconnectedType):
            gradients[0] = zeros_like(inputs[0], dtype=config.floatX)
        return gradients


class Uniform(Draw):
    """Uniform numbers in [0, 1) of another array's shape, and the generator's next state."""

    __props__ = ()

    def make_node(self, state, like):
        """Of a state, uint32 (3,): seed, draw, calls, and of `like` the next state and numbers.

        Of `like`, of any shape, only the shape is read.
        """
        like = as_tensor_variable(like)
        values = TensorType(like.type.dtype, shape=like.type.shape)()
        return Apply(self, [state, like], [state.type(), values])

    def perform(self, node, inputs, output_storage):
        """The reference in NumPy, see `uniform`."""
        state, like = inputs
        output_storage[0][0] = state + np.array([0, 0, 1], dtype="uint32")
        output_storage[1][0] = uniform(state, like.shape, str(like.dtype))


def uniform(state: np.ndarray, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    """The draw itself in NumPy, the reference for every backend; `state` is uint32 (3,).

    Examples
    --------
    >>> state = np.array([1234, 0, 0], dtype="uint32")
    >>> bool((uniform(state, (2, 3), "float64") < 1).all())
    True
    """
    size = int(np.prod(shape, dtype="int64"))
    words_each = 1 if dtype == "float32" else 2
    blocks = np.arange((size * words_each + 1) // 2, dtype="uint32")
    words = threefry2x32(state[0], state[1], blocks, state[2])
    numbers = np.stack(uniform_from_words(*words, dtype), axis=-1)
    return numbers.reshape(-1)[:size].reshape(shape)


class Numbers(ps.ScalarOp):
    """The same draws as an operation on numbers: of a state the number of the next call, and draws.

    Parameters
    ----------
    n : int
        How many are drawn.
    dtype : {"float32", "float64"}
    """

    __props__ = ("n", "dtype")
    nin = 3

    def __init__(self, n: int, dtype: str):
        self.n, self.dtype, self.nout = n, dtype, 1 + n
        super().__init__()

    def output_types(self, types):
        """That of the state's numbers, and that of the draws."""
        return [types[2], *[ps.get_scalar_type(self.dtype)] * self.n]

    def impl(self, *state):
        """The reference in NumPy, see `uniform`."""
        state = np.array(state, dtype="uint32")
        return [(state + np.uint32(1))[2], *uniform(state, (self.n,), self.dtype)]
