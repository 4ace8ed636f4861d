"""Where a process of ours says what it does: log lines, and errors to Sentry when that is set."""

from portal.core import logs
from portal.core.config import settings
from portal.services.monitoring import error_reports


def open_outlets() -> None:
    """Set both up as the settings say; a long-lived command calls this first."""
    now = settings()
    logs.set_up(now)
    error_reports.start(now)
