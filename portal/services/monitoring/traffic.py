"""What this web process answered in the last seconds: requests, errors of its own, and faults of what it needs."""

import threading
import time
from collections import deque
from typing import Literal

WINDOW_SECONDS = 30
What = Literal["requests", "errors", "upstream"]


class Traffic:
    """Counts by second, for as long as the window."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seconds: deque[tuple[int, dict[str, int]]] = deque()

    def note(self, what: What) -> None:
        """Count one request, one error of the portal's own, or one that came from a part that does not answer."""
        second = int(time.monotonic())
        with self._lock:
            if not self._seconds or self._seconds[-1][0] != second:
                self._drop(second)
                self._seconds.append((second, {}))
            counts = self._seconds[-1][1]
            counts[what] = counts.get(what, 0) + 1

    def recent(self) -> dict[str, int]:
        """Return the counts of the window."""
        with self._lock:
            self._drop(int(time.monotonic()))
            return {
                what: sum(counts.get(what, 0) for _, counts in self._seconds)
                for what in ("requests", "errors", "upstream")
            }

    def _drop(self, second: int) -> None:
        while self._seconds and self._seconds[0][0] <= second - WINDOW_SECONDS:
            self._seconds.popleft()


TRAFFIC = Traffic()
"""Of this process."""


def told() -> dict[str, dict[str, int]]:
    """Return what a web process tells of itself with its signs of life."""
    return {"traffic": TRAFFIC.recent()}
