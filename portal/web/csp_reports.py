"""Where browsers report what the content security policy kept from running: open to all, small, counted.

Both forms are read: that of ``report-uri`` (``application/csp-report``) and that of the Reporting API
(``application/reports+json``), W3C Content Security Policy Level 3, section 5.
"""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request

from portal.core.errors import UpstreamError
from portal.services.monitoring import security_events
from portal.web.policy import open_to_reports

blueprint = Blueprint("csp_reports", __name__)
PATH = "/csp-report"
MOST_BYTES, MOST_REPORTS = 16_384, 5
_NEW_NAMES = {
    "effectiveDirective": "effective-directive",
    "blockedURL": "blocked-uri",
    "documentURL": "document-uri",
    "sourceFile": "source-file",
}


@blueprint.post(PATH)
@open_to_reports
def receive() -> Response:
    """Take the reports of a browser; whatever they hold, the answer is the same and empty."""
    body = b""
    if (request.content_length or 0) <= MOST_BYTES:
        # One in chunks says no length, and is read no further than this.
        body = request.stream.read(MOST_BYTES + 1)
    if len(body) <= MOST_BYTES:
        try:
            for report in _reports(json.loads(body))[:MOST_REPORTS]:
                security_events.note_violation(report)
        except (ValueError, RecursionError, UpstreamError):
            pass  # nobody waits for an answer, and a stranger must not learn what we make of it
    return Response(status=HTTPStatus.NO_CONTENT)


def _reports(body: Any) -> list[Mapping[str, Any]]:
    if isinstance(body, dict):
        old = body.get("csp-report")
        return [old] if isinstance(old, dict) else []
    found: list[Mapping[str, Any]] = []
    for one in body if isinstance(body, list) else []:
        inner = one.get("body") if isinstance(one, dict) and one.get("type") == "csp-violation" else None
        if isinstance(inner, dict):
            found.append({_NEW_NAMES.get(name, str(name)): value for name, value in inner.items()})
    return found
