"""gunicorn's worker of threads, which also tells how long a request waited for one of them.

Without it a portal whose threads are all busy looks fast to itself while its readers wait.
"""

import time
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from portal.core import trail


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types
    """Stamps a connection when it has something to be read, and tells the request how long ago that was."""

    def enqueue_req(self, conn: Any) -> None:
        """Put a connection into the queue for a thread; gunicorn calls this when it can be read."""
        conn.queued_at = time.monotonic()
        super().enqueue_req(conn)

    def handle(self, conn: Any) -> Any:
        """Answer one request of a connection, in a thread."""
        mark = trail.waited.set(max(0.0, time.monotonic() - conn.queued_at))
        try:
            return super().handle(conn)
        finally:
            trail.waited.reset(mark)
