"""``/metrics``: what the web processes counted, for a scraper with the token and for people with the right."""

import hmac
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

from portal.core import meters
from portal.core.config import Settings
from portal.core.errors import NotSignedIn
from portal.core.permissions import Permission
from portal.web import session
from portal.web.policy import open_to_all


class _Sums:
    """What prometheus_client's encoders ask for: something that collects."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def collect(self) -> Iterable[Any]:
        """Return the sums of all processes, in the order of their names."""
        return sorted(meters.families(self._folder), key=lambda family: str(family.name))


def install(server: Flask, config: Settings) -> None:
    """Add the route to ``server``."""

    @open_to_all  # a scraper has no session; who it is, is asked here
    def show() -> Response:
        from prometheus_client.exposition import choose_encoder

        if not holds_token(config):
            _require_right()
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        return Response(encode(_Sums(config.root / meters.FOLDER)), content_type=content_type)

    server.add_url_rule("/metrics", "metrics.show", show, methods=["GET"])


def _require_right() -> None:
    actor = session.held_actor()
    if actor is None:
        raise NotSignedIn(
            "Sign in to see the metrics, or send the token of ENERSCOPE_METRICS_TOKEN as 'Authorization: Bearer'."
        )
    actor.require(Permission.MONITORING_READ)


def holds_token(config: Settings) -> bool:
    """Tell whether this request carries the bearer token of the setting."""
    wanted = config.metrics_token
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    return (
        wanted is not None
        and bool(wanted.get_secret_value())
        and kind.lower() == "bearer"
        and hmac.compare_digest(given.strip().encode(), wanted.get_secret_value().encode())
    )
