"""Work that calls deep and makes millions of objects, as compilers do, without what slows it down.

Python keeps the frames of its calls in pieces of 16 KB, and gives a piece back to the system as
soon as the last frame in it returns. Where a loop lies at the end of a piece, each of its calls
asks the system for memory and gives it back: a quarter of all compiling. And the search for objects
that hold each other in circles, after every 700 new ones, finds next to nothing.
"""

import gc
from functools import wraps

ROOM = 2**16  # places of a frame, half a megabyte that nobody touches: a piece has as much behind
OBJECTS = 100_000  # new ones, from one search for circles to the next


def undisturbed(work):
    """Decorate a function that compiles: all that it calls has room, and is searched seldom.

    Parameters
    ----------
    work : function

    Examples
    --------
    >>> undisturbed(gc.get_threshold)()[0] >= OBJECTS
    True
    """

    @wraps(work)
    def with_room(*arguments, **named):
        """Call it from a frame that fills the first half of a piece."""
        before = gc.get_threshold()
        if not 0 < before[0] < OBJECTS:  # no search at all, or inside of another such function
            return work(*arguments, **named)
        gc.set_threshold(OBJECTS, *before[1:])
        try:
            return work(*arguments, **named)
        finally:
            gc.set_threshold(*before)

    with_room.__code__ = with_room.__code__.replace(co_stacksize=ROOM)
    return with_room
