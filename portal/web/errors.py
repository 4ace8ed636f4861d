"""Errors as people and programs read them: a page, a problem document (RFC 9457), a toast, or a card in the page.

What the portal's own code raises is shown as it is. Anything else is logged with an incident id and shown as that id:
no stack trace, class name or SQL ever leaves the server.
"""

import logging
import re
import secrets
import time
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

from dash import html, no_update, set_props
from dash.exceptions import BackgroundCallbackError, DependencyException, InvalidResourceError
from flask import Flask, Response, jsonify, render_template, request
from werkzeug.exceptions import HTTPException, NotFound

from portal.core import meters
from portal.core.errors import EnerscopeError, NotPermitted, UpstreamError
from portal.services.monitoring.traffic import TRAFFIC
from portal.web import denials, measuring

log = logging.getLogger("enerscope.incidents")

TOASTS = "shell-toasts"
DATA_PATHS = ("/_", "/api/", "/export/", "/metrics", "/healthz/")
"""Paths that programs ask (Dash's renderer among them); they get problem documents, never pages or redirects."""

_TITLES = {
    HTTPStatus.BAD_REQUEST: "This request could not be read",
    HTTPStatus.UNAUTHORIZED: "Your session has ended",
    HTTPStatus.FORBIDDEN: "Not for your role",
    HTTPStatus.NOT_FOUND: "There is nothing here",
    HTTPStatus.METHOD_NOT_ALLOWED: "That cannot be done here",
    HTTPStatus.CONFLICT: "That collides with what is stored",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "That is too large",
    HTTPStatus.UNPROCESSABLE_ENTITY: "That cannot be computed",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many attempts",
    HTTPStatus.BAD_GATEWAY: "A part of the portal does not answer",
    HTTPStatus.INTERNAL_SERVER_ERROR: "Something went wrong here",
}
_DETAILS = {
    HTTPStatus.BAD_REQUEST: "Reload the page and try again.",
    HTTPStatus.NOT_FOUND: "Check the address, or begin at the first page.",
    HTTPStatus.METHOD_NOT_ALLOWED: "Open the page from the menu instead.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "Split the file, or import it from the command line: `enerscope import`.",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One error, ready to be shown; ``incident`` finds it in the log and is empty for expected errors."""

    title: str
    status: int
    code: str
    detail: str
    incident: str = ""
    seconds: int | None = None

    @property
    def kind(self) -> str:
        """How loud its toast is."""
        return "warn" if self.status < HTTPStatus.INTERNAL_SERVER_ERROR else "error"


def problem_of(error: BaseException) -> Problem:
    """Return how ``error`` is shown; an unexpected one is logged with a new incident id."""
    problem = _problem_of(error)
    measuring.note_status(problem.status)
    return problem


def _problem_of(error: BaseException) -> Problem:
    if isinstance(error, BackgroundCallbackError):
        known = _from_worker(str(error))
        if known is not None:
            return known
    if isinstance(error, EnerscopeError):
        if isinstance(error, NotPermitted):
            denials.note_error(error)
        incident = _log(error) if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR else ""
        seconds = error.subject.get("seconds")
        return Problem(_title(error.status), error.status, error.code, error.message, incident, seconds)
    if isinstance(error, (DependencyException, InvalidResourceError)):
        error = NotFound()  # somebody asked Dash for a script that it does not serve
    if isinstance(error, HTTPException) and (error.code or 500) < HTTPStatus.INTERNAL_SERVER_ERROR:
        status = HTTPStatus(error.code or 500)
        detail = _DETAILS.get(status) or str(error.description or status.phrase)
        return Problem(_title(status), status, status.phrase.lower().replace(" ", "-"), detail)
    incident = _log(error)
    return Problem(
        _title(HTTPStatus.INTERNAL_SERVER_ERROR),
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "unexpected",
        "Nothing was stored. Try again; if it happens again, tell an administrator the incident number.",
        incident,
    )


def _title(status: int) -> str:
    return _TITLES.get(HTTPStatus(status), HTTPStatus(status).phrase)


def _log(error: BaseException) -> str:
    TRAFFIC.note("upstream" if isinstance(error, UpstreamError) else "errors")
    incident = secrets.token_hex(4)
    meters.INCIDENTS.add()
    log.error("incident %s: %s", incident, type(error).__name__, exc_info=error)
    return incident


def _from_worker(text: str) -> Problem | None:
    """Return the portal's own error out of a job's traceback, whose last lines name class and message; else None."""
    found = re.findall(r"^(?:[\w.]+\.)?(\w+): (.+)$", text, flags=re.MULTILINE)
    kinds = {kind.__name__: kind for kind in _descendants(EnerscopeError)}
    if not found or found[-1][0] not in kinds:
        return None
    kind = kinds[found[-1][0]]
    return Problem(_title(kind.status), kind.status, kind.code, found[-1][1])


def _descendants(kind: type[EnerscopeError]) -> list[type[EnerscopeError]]:
    below = kind.__subclasses__()
    return below + [deeper for child in below for deeper in _descendants(child)]


def wants_data() -> bool:
    """Tell whether this request is answered with a problem document rather than a page."""
    if request.path.startswith(DATA_PATHS):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def render(problem: Problem, **more: Any) -> Response:
    """Return ``problem`` as the document or page that the request asks for; ``more`` goes into the template."""
    if wants_data():
        fields = {name: value for name, value in asdict(problem).items() if value not in ("", None)}
        response = jsonify({"type": "about:blank", **fields, **more})
        response.mimetype = "application/problem+json"
    else:
        response = Response(render_template("problem.html", problem=problem, **more), mimetype="text/html")
    response.status_code = problem.status
    if problem.seconds:
        response.headers["Retry-After"] = str(problem.seconds)
    return response


def install(server: Flask) -> None:
    """Render every error of ``server`` through this module."""

    def answer(error: Exception) -> Response | HTTPException:
        if isinstance(error, HTTPException) and (error.code is None or error.code < HTTPStatus.BAD_REQUEST):
            return error  # a redirect
        return render(problem_of(error))

    for kind in (EnerscopeError, HTTPException, Exception):
        server.register_error_handler(kind, answer)


def on_callback_error(error: Exception) -> Any:
    """Show the error of a Dash callback as a toast and leave its outputs as they were (``Dash(on_error=...)``)."""
    problem = problem_of(error)
    set_props(
        TOASTS,
        {
            "data": {
                "kind": problem.kind,
                "title": problem.title,
                "message": problem.detail,
                "incident": problem.incident or None,
                "at": time.time(),  # two equal errors are two toasts
            }
        },
    )
    return no_update


def card(problem: Problem) -> html.Section:
    """Return the error as a card that stands where the page would."""
    lines = [html.H1(problem.title), html.P(problem.detail)]
    if problem.incident:
        lines.append(html.P(["Incident ", html.Code(problem.incident)]))
    return html.Section(lines, className="es-state es-state-error es-door", role="alert")
