"""Log lines as JSON, one object a line; imported only where the settings ask for it."""

import logging
import os
from datetime import UTC, datetime
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from portal.core import trail
from portal.core.blots import Blotter


class JsonLines(JsonFormatter):
    """Makes ``{"at", "level", "logger", "message", "process", "request_id", "user_id", ...}`` of a record.

    What a caller gives as ``extra`` becomes fields; a traceback is the field ``error``.
    """

    def __init__(self, blot: Blotter) -> None:
        super().__init__("%(message)s", rename_fields={"exc_info": "error"}, json_ensure_ascii=False)
        self._blot = blot

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        """Put in what every line has."""
        log_data["at"] = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        log_data["level"] = record.levelname.lower()
        log_data["logger"] = record.name
        super().add_fields(log_data, record, message_dict)
        log_data["process"] = os.getpid()
        if trail.request_id.get():
            log_data["request_id"] = trail.request_id.get()
        if trail.trace_id.get():
            log_data["trace_id"] = trail.trace_id.get()
        if trail.user_id.get() is not None:
            log_data["user_id"] = trail.user_id.get()

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        """Blot out secrets before anything is quoted."""
        cleaned: dict[str, Any] = self._blot.tree(log_data)
        return cleaned
