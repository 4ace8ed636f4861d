"""Results that this process computed a moment ago, kept by what they were computed from."""

from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Recent(Generic[Key, Value]):
    """The ``capacity`` most recently used results.

    A key must name everything that a result depends on, so that a result is never out of date but only unused; and what
    is kept must not change.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._kept: dict[Key, Value] = {}
        self._lock = Lock()

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """Return the result under ``key``, made by ``make`` when it is not there; two askers at once both make it."""
        with self._lock:
            if key in self._kept:
                known = self._kept.pop(key)
                self._kept[key] = known  # the most recently used is at the end
                return known
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self._capacity:
                self._kept.pop(next(iter(self._kept)))
        return made
