"""Log lines: text for people, JSON for programs, both with request and user, neither with a secret.

``ENERSCOPE_LOG_FORMAT`` chooses, ``ENERSCOPE_LOG_LEVEL`` says how much. Whatever a message or a traceback holds, the
values of secret settings, passwords in addresses and bearer tokens are blotted out of the finished line.
"""

import logging
import sys
import time
from typing import Any, TextIO

from portal.core import trail
from portal.core.blots import Blotter
from portal.core.config import Settings

_TEXT = "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s: %(message)s%(trail)s"
_TIME = "%Y-%m-%dT%H:%M:%S"


class TextLines(logging.Formatter):
    """One line for people: time (UTC), level, where from, message, and whom it was done for."""

    converter = staticmethod(time.gmtime)

    def __init__(self, blot: Blotter) -> None:
        super().__init__(_TEXT, _TIME)
        self._blot = blot

    def format(self, record: logging.LogRecord) -> str:
        """Return the finished line."""
        request, user = trail.request_id.get(), trail.user_id.get()
        record.trail = (f" request={request}" if request else "") + ("" if user is None else f" user={user}")
        return self._blot(super().format(record))


def set_up(config: Settings, to: TextIO | None = None) -> None:
    """Write all log lines of this process as the settings say, to standard error if not ``to`` another stream."""
    formatter = _formatter(config)
    root = logging.getLogger()
    for old in [one for one in root.handlers if getattr(one, "enerscope", False)]:
        root.removeHandler(old)
    handler = logging.StreamHandler(to or sys.stderr)
    handler.setFormatter(formatter)
    handler.enerscope = True  # type: ignore[attr-defined]  # read above
    root.addHandler(handler)
    root.setLevel(config.log_level.upper())
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # the monitor keeps its own book of late turns
    if config.log_format == "json":
        for server in ("gunicorn.error", "gunicorn.access"):  # they have handlers of their own
            for other in logging.getLogger(server).handlers:
                other.setFormatter(formatter)
        logging.captureWarnings(capture=True)


def _formatter(config: Settings) -> Any:
    blot = Blotter(config)
    if config.log_format == "text":
        return TextLines(blot)
    from portal.core.json_lines import JsonLines

    return JsonLines(blot)
