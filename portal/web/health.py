"""Probes for a load balancer: does the process live, and can it serve? Public; details for those with the right."""

import logging
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

from flask import Flask, Response, jsonify

from portal.core.config import Settings
from portal.core.errors import EnerscopeError
from portal.core.permissions import Permission
from portal.services.monitoring.readiness import Readiness, readiness
from portal.web import metrics, session
from portal.web.policy import open_to_all

log = logging.getLogger(__name__)


def install(server: Flask, config: Settings) -> None:
    """Add the routes to ``server``."""

    @open_to_all
    def live() -> Response:
        """Answer as long as the process does."""
        return jsonify(status="live")

    @open_to_all
    def ready() -> Response:
        """Answer 200 when the database answers and has this release's schema, else 503."""
        found = readiness(config)
        bad = [check for check in found.checks if not check.good]
        if bad:
            log.log(
                logging.INFO if found.ready else logging.WARNING,
                "%s: %s",
                "ready, but" if found.ready else "not ready",
                "; ".join(f"{check.name}: {check.reason}" for check in bad),
            )
        answer: dict[str, Any] = {"status": "ready" if found.ready else "not ready"}
        if _may_see_details(config, found):
            answer["checks"] = {
                check.name: {name: value for name, value in asdict(check).items() if name != "name"}
                for check in found.checks
            }
        response = jsonify(answer)
        response.status_code = HTTPStatus.OK if found.ready else HTTPStatus.SERVICE_UNAVAILABLE
        return response

    server.add_url_rule("/healthz/live", "health.live", live, methods=["GET"])
    server.add_url_rule("/healthz/ready", "health.ready", ready, methods=["GET"])


def _may_see_details(config: Settings, found: Readiness) -> bool:
    """Tell whether who asks holds the token of scrapers or the right; without a database only the token counts."""
    if metrics.holds_token(config):
        return True
    if not found.ready or session.held_token() is None:
        return False
    try:
        actor = session.held_actor()
    except EnerscopeError:
        return False
    return actor is not None and actor.can(Permission.MONITORING_READ)
