"""Probes for a load balancer: does the process live, and can it serve? Public, and without any detail."""

import logging
from http import HTTPStatus

from flask import Blueprint, Response, jsonify

from portal.services import runtime
from portal.web.policy import open_to_all

log = logging.getLogger(__name__)
blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz/live")
@open_to_all
def live() -> Response:
    """Answer as long as the process does."""
    return jsonify(status="live")


@blueprint.get("/healthz/ready")
@open_to_all
def ready() -> Response:
    """Answer 200 when the database answers and has this release's schema, else 503."""
    try:
        fit = not runtime.needs_migration()
    except Exception:  # a probe turns whatever is wrong into "not ready"; the log has the reason
        log.warning("not ready", exc_info=True)
        fit = False
    response = jsonify(status="ready" if fit else "not ready")
    response.status_code = HTTPStatus.OK if fit else HTTPStatus.SERVICE_UNAVAILABLE
    return response
