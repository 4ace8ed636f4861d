"""A job as its reader may see it: what pages show and programs are told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal.core import clock

STATES = ("queued", "running", "done", "failed", "cancelled", "lost")
ACTIVE = ("queued", "running")
OVER = ("done", "failed", "cancelled", "lost")


@dataclass(frozen=True, slots=True)
class JobView:
    """A job as its reader may see it.

    ``expected_seconds`` is the median of past runs of the kind, or what the kind expects; ``remaining_seconds`` is
    None unless it runs. ``may_cancel`` and ``may_rerun`` are the reader's rights at this moment.
    """

    id: int
    kind: str
    title: str
    params: dict[str, Any]
    state: str
    queue: str
    attempt: int
    most_attempts: int
    progress: float
    message: str
    requested_by: str
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    worker: str
    cancel_by: str
    result: dict[str, Any]
    error: str
    rerun_of: int | None
    askers: tuple[str, ...]
    expected_seconds: float | None
    remaining_seconds: float | None
    silent_seconds: float | None
    may_cancel: bool
    may_rerun: bool

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it."""
        return self.state in OVER

    @property
    def link(self) -> str:
        """The address of the page that shows its result, empty without one."""
        return str(self.result.get("link", "")) if self.state == "done" else ""

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop and has not yet."""
        return self.state == "running" and bool(self.cancel_by)

    @property
    def seconds(self) -> float | None:
        """How long it ran, or has run until now; None before it began."""
        if self.started_at is None:
            return None
        return ((self.finished_at or clock.now()) - self.started_at).total_seconds()
