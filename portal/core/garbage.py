"""Loading code with the garbage collector at rest."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def at_rest() -> Iterator[None]:
    """Do not look for garbage in the block, and never again in what it made.

    For imports, whose classes and functions last as long as the process: looking through them over and over takes a
    tenth of the time of a start, and writes to memory that forks of the process could share.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_on:
            gc.enable()
