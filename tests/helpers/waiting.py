"""Waiting for what another process or thread does, no longer than a test may take."""

import time
from collections.abc import Callable
from typing import TypeVar

_Found = TypeVar("_Found")


def until(look: Callable[[], _Found], *, seconds: float = 30.0) -> _Found:
    """Return the first answer of ``look`` that counts as true; after ``seconds`` the test fails with the last one."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline, f"After {seconds} s it is still {found!r}."
        time.sleep(0.02)
    return found
