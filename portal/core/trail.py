"""Which request, and whose, the code at hand works for: read by log lines, traces and error reports."""

import re
import secrets
from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("enerscope_request_id", default="")
"""The id of the request that this thread answers; empty outside one."""
user_id: ContextVar[int | None] = ContextVar("enerscope_user_id", default=None)
"""The number of who asks, never the name: logs and traces may leave the house."""
trace_id: ContextVar[str] = ContextVar("enerscope_trace_id", default="")
"""The trace that the request belongs to, where traces are sent."""
waited: ContextVar[float] = ContextVar("enerscope_waited", default=0.0)
"""Seconds that the request stood in the queue for a thread, where the server tells."""

_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


def usable_id(asked: str) -> str:
    """Return ``asked`` if it may be a request id, short and without characters that forge log lines; else a new one."""
    return asked if _ID.fullmatch(asked) else secrets.token_hex(8)
