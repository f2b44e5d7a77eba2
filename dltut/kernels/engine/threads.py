"""One pool of threads: blocks of work that whoever is free takes next.

The calling thread works too and waits for nobody who has not begun, so a thread that the system
runs late costs nothing, and a process without helpers, such as a forked one, computes the same.
Helpers look for work for a moment before they sleep: the next product follows in microseconds.
"""

import ctypes
import os
import threading
from functools import cache

import llvmlite.binding as llvm
import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from pytensor.link.numba.dispatch.basic import numba_njit

from dltut.kernels.engine.atomic import WORDS, add, address, call_block, exchange, load, store
from dltut.kernels.engine.symbols import add_symbol, call_symbol, kept
from dltut.kernels.engine.version import source_version

# Words of shared memory; those that change while a job runs have a cache line of their own.
CLAIM, DONE, BUSY, ASLEEP = 0, 16, 24, 32
FUNCTION, DATA, COUNT = 8, 9, 10  # the job: a block's function, its arguments, how many blocks
THREADS = 40  # how many there are
MUTEX, CONDITION = 48, 80
# CLAIM holds the number of the job and, in 16 bits each, how many blocks were taken from its two
# ends: the caller takes the first ones, helpers the last ones, so that from one operation to the
# next each finds the same rows or columns in its own cache. CLOSED: nothing to take.
FIRST, LAST, ENDS = 2**16, 1, 2**16 - 1
CLOSED = 2**32 - 1
RUN = f"dltut_run_blocks_{source_version(__file__):x}"  # the symbol of run_blocks
HELP = f"{RUN}_help"  # that of help_forever
LOOKS_BEFORE_SLEEP = 100_000  # of a helper: some 50 microseconds

_lock = types.ExternalFunction("pthread_mutex_lock", types.intc(types.voidptr))
_unlock = types.ExternalFunction("pthread_mutex_unlock", types.intc(types.voidptr))
_wait = types.ExternalFunction("pthread_cond_wait", types.intc(types.voidptr, types.voidptr))
_wake_all = types.ExternalFunction("pthread_cond_broadcast", types.intc(types.voidptr))
_give_way = types.ExternalFunction("sched_yield", types.intc())


@numba_njit
def take_block(end):
    """Do the next block from one end of the present job; whether there was one.

    Parameters
    ----------
    end : {FIRST, LAST}
        What is added to CLAIM: the caller of the job counts its first blocks, helpers its last.
    """
    claim = load(CLAIM)
    first, last = (claim // FIRST) & ENDS, claim & ENDS
    function, data, count = load(FUNCTION), load(DATA), load(COUNT)
    if first + last >= count:
        return False
    if exchange(CLAIM, claim, claim + end):  # the job is still the one that was read
        call_block(function, first if end == FIRST else count - 1 - last, data)
        add(DONE, 1)
    return True


@numba_njit
def is_open():
    """Whether the present job has blocks that nobody has taken."""
    claim = load(CLAIM)
    return ((claim // FIRST) & ENDS) + (claim & ENDS) < load(COUNT)


@numba_njit
def count_of_threads():
    """How many threads there are to take blocks, the caller included."""
    return max(1, load(THREADS))


def help_forever():
    """What a helper does: work, look for work, sleep."""
    looks = 0
    while True:
        if take_block(LAST):
            looks = 0
        elif looks < LOOKS_BEFORE_SLEEP:
            looks += 1
        else:
            _lock(address(MUTEX))
            add(ASLEEP, 1)
            if not is_open():
                _wait(address(CONDITION), address(MUTEX))
            add(ASLEEP, -1)
            _unlock(address(MUTEX))
            looks = 0


def run_blocks(function, data, count):
    """Run all blocks on this thread and the helpers.

    Parameters
    ----------
    function, data : int
        Addresses: of the function of a block's number and data, and of the packed arguments.
    count : int
        Of blocks.
    """
    if count == 1 or count > ENDS or not exchange(BUSY, 0, 1):
        for i in range(count):
            call_block(function, i, data)
        return
    store(FUNCTION, function)
    store(DATA, data)
    store(COUNT, count)
    store(DONE, 0)
    job = (load(CLAIM) >> 32) + 1
    store(CLAIM, (job & 0x3FFFFFFF) << 32)
    if load(ASLEEP) > 0:
        _lock(address(MUTEX))
        _wake_all(address(CONDITION))
        _unlock(address(MUTEX))
    while take_block(FIRST):
        pass
    looks = 0
    while load(DONE) < count:
        looks += 1
        if looks > LOOKS_BEFORE_SLEEP:
            _give_way()
    store(CLAIM, load(CLAIM) | CLOSED)
    store(BUSY, 0)


@intrinsic
def in_parallel(typing, block, count, arguments):
    """``block(i, *arguments)`` for every i below count, in any order, by all threads.

    Blocks must not write to the same place, and must not raise.

    Parameters
    ----------
    block : compiled function
    count : int
    arguments : tuple
    """
    signature_of_block = block.get_call_type(typing, (types.intp, *arguments.types), {})

    def code(context, builder, signature, values):
        """Pack the arguments where all threads can read them, and call `run_blocks`."""
        work = _work(context, builder, block, signature_of_block, arguments)
        packed = cgutils.alloca_once_value(builder, values[2])
        places = [builder.ptrtoint(each, ir.IntType(64)) for each in (work, packed)]
        call_symbol(context, builder, RUN, (types.intp,) * 3, [*places, values[1]])
        return context.get_dummy_value()

    return types.void(block, types.intp, arguments), code


def _work(context, builder, block, signature, arguments):
    """Generate a function of a number and the address of the packed arguments that calls the block.

    Parameters
    ----------
    context, builder
        Of the code that calls `in_parallel`.
    block : type of a compiled function
    signature : signature
        Of the block, for the types of the arguments.
    arguments : tuple type
    """
    convention, kinds = context.call_conv, (types.intp, types.voidptr)
    kind = convention.get_function_type(types.void, kinds)
    name = builder.module.get_unique_name(f"{builder.function.name}.work")
    work = ir.Function(builder.module, kind, name)
    work.linkage = "internal"
    convention.decorate_function(work, ["i", "data"], kinds)
    inside = ir.IRBuilder(work.append_basic_block())
    i, data = convention.get_arguments(work)
    packed = context.get_value_type(arguments).as_pointer()
    values = cgutils.unpack_tuple(inside, inside.load(inside.bitcast(data, packed)))
    function = context.get_function(block, signature)
    casts = zip(values, arguments.types, signature.args[1:], strict=True)
    function(inside, [i, *(context.cast(inside, value, *pair) for value, *pair in casts)])
    convention.return_value(inside, context.get_dummy_value())
    return work


def n_threads() -> int:
    """How many threads compute, the caller included.

    Returns
    -------
    int
        The variable NUMBA_NUM_THREADS, else OMP_NUM_THREADS, else the number of processors; what is
        no number above 0 counts as not given.
    """
    wanted = os.environ.get("NUMBA_NUM_THREADS") or os.environ.get("OMP_NUM_THREADS", "")
    return int(wanted) if wanted.isdecimal() and int(wanted) else numba.config.NUMBA_NUM_THREADS


@cache
def start() -> None:
    """Start the helpers, once in a process."""
    add_symbols()
    shared_words()[THREADS] = n_threads()
    for _ in range(n_threads() - 1):
        threading.Thread(target=kept()[HELP], daemon=True, name="dltut").start()


def add_symbols() -> None:
    """Make compiled code find what runs blocks, and Python what helpers do."""
    shared_words()
    add_symbol(RUN, run_blocks, (types.intp,) * 3)
    add_symbol(HELP, help_forever, (), nogil=True, final_function=True)


@cache
def shared_words() -> np.ndarray:
    """The memory that all threads share, which compiled code finds by its name.

    Returns
    -------
    int64 array, shape (128,)
        From a multiple of 64 bytes on.
    """
    words = np.zeros(128 + 8, dtype="int64")
    words = words[-words.ctypes.data % 64 // 8 :][:128]
    llvm.add_symbol(WORDS, words.ctypes.data)
    _reset(words)
    os.register_at_fork(after_in_child=lambda: _reset(words))  # helpers stay behind
    return words


def _reset(words) -> None:
    """No job, nobody asleep, locks that are free: in the shared words (128,), at their start."""
    words[:] = 0
    words[CLAIM] = CLOSED
    library = ctypes.CDLL(None)
    library.pthread_mutex_init(ctypes.c_void_p(words[MUTEX:].ctypes.data), None)
    library.pthread_cond_init(ctypes.c_void_p(words[CONDITION:].ctypes.data), None)
