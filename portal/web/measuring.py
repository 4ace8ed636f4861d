"""The outermost layer: gives each request an id, counts and times it, and logs a line when asked.

It wraps the WSGI app, so that it sees whatever happens inside: the gate, Dash, errors. Files and probes are
no questions that anybody asks the portal, so they are not counted; their share would hide how the rest does.
"""

import logging
import time
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from flask import Flask, has_request_context, request

from portal.core import meters, trail
from portal.web.policy import CALLBACK_PATH

log = logging.getLogger("enerscope.requests")

HEADER = "X-Request-ID"
_STATUS = "enerscope.status"
_NOT_COUNTED = ("/_dash-component-suites/", "/assets/", "/healthz/", "/metrics", "/_favicon", "/favicon")
_APIS = ("/_", "/api/", "/csp-report")


def install(server: Flask) -> None:
    """Measure every request to ``server``; call it last, so that this is the outermost layer."""
    server.wsgi_app = Measured(server.wsgi_app)  # type: ignore[method-assign]  # the way that Flask's manual tells


def note_status(status: int) -> None:
    """Say how a request really ended: Dash answers 200 to a callback whose error became a toast or a card."""
    if has_request_context():
        request.environ[_STATUS] = max(status, request.environ.get(_STATUS, 0))


def note_user(user_id: int | None) -> None:
    """Say whose request this is."""
    trail.user_id.set(user_id)


def kind_of(path: str) -> str:
    """Return what kind of question ``path`` is: page, callback, export or api; "" for what is not counted."""
    if path.startswith(_NOT_COUNTED):
        return ""
    if path == CALLBACK_PATH:
        return "callback"
    if path.startswith("/export/"):
        return "export"
    return "api" if path.startswith(_APIS) else "page"


def outcome_of(status: int) -> str:
    """Return how a request ended: ok, client (what was asked cannot be had) or server (our fault)."""
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return "server"
    return "client" if status >= HTTPStatus.BAD_REQUEST else "ok"


class Measured:
    """A WSGI app around another."""

    def __init__(self, inner: Callable[..., Iterable[bytes]]) -> None:
        self._inner = inner

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        meters.serving()
        queued, began = trail.waited.get(), time.perf_counter()
        given = trail.usable_id(environ.get("HTTP_X_REQUEST_ID", ""))
        marks = trail.request_id.set(given), trail.user_id.set(None), trail.trace_id.set("")
        kind = kind_of(environ.get("PATH_INFO", ""))
        answered = [int(HTTPStatus.INTERNAL_SERVER_ERROR)]

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            answered[0] = int(status[:3])
            return start_response(status, [*headers, (HEADER, given)], *rest)

        if kind:
            meters.IN_FLIGHT.change(1)
        try:
            return self._inner(environ, start)
        finally:
            if kind:
                meters.IN_FLIGHT.change(-1)
                status = max(answered[0], environ.get(_STATUS, 0))
                _count(kind, status, time.perf_counter() - began + queued, queued, environ)
            trail.trace_id.reset(marks[2])
            trail.user_id.reset(marks[1])
            trail.request_id.reset(marks[0])


def _count(kind: str, status: int, seconds: float, queued: float, environ: dict[str, Any]) -> None:
    outcome = outcome_of(status)
    meters.REQUEST_SECONDS.took(seconds, kind, outcome)
    meters.REQUESTS.add(kind, outcome)
    meters.QUEUE_SECONDS.took(queued)
    if log.isEnabledFor(logging.INFO):
        method, path = environ.get("REQUEST_METHOD", ""), environ.get("PATH_INFO", "")
        facts = {"kind": kind, "status": status, "seconds": round(seconds, 4), "queued": round(queued, 4)}
        log.info("%s %r %d in %.3f s", method, path[:200], status, seconds, extra=facts)
