"""Endpoints of the settings that are scraped: does each answer, and in time.

They are asked as they are scraped: with the same user or token, without redirects and without the proxies of the
environment, so that a target is well exactly when it can be scraped.
"""

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Iterable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from data.connectors import exposition
from portal.core import clock
from portal.core.config import Settings
from portal.core.errors import ConfigurationError
from portal.domain.monitoring.health import Reading, State
from portal.services.monitoring import catalogue
from portal.services.monitoring.probes import Probe
from portal.services.monitoring.scraping import WEB

SECONDS = 2.0
_PATIENCE = SECONDS - 0.2  # so that what is wrong is told by the probe itself
_MOST_BYTES = 65_536
_PIECE = 8_192


def probes(config: Settings) -> Iterable[Probe]:
    """Return a probe for each target, so that one that hangs holds up no other."""
    try:
        found = dict(catalogue.targets(config))
    except ConfigurationError:
        return ()  # whoever scrapes them says what is wrong with the setting
    if config.prometheus_url:
        # Its start page is a redirect; what is asked of it is a query.
        found.setdefault("prometheus", config.prometheus_url.rstrip("/") + "/api/v1/query?query=1")
    own = config.metrics_token.get_secret_value() if config.metrics_token is not None else None
    return [
        Probe(
            f"target.{name}",
            SECONDS,
            partial(look, name, url, own if name == WEB else None),
            ((f"target.{name}", f"The target {name}"),),
        )
        for name, url in sorted(found.items())
    ]


def look(name: str, url: str, token: str | None = None) -> list[Reading]:
    """Ask a target for the beginning of its page, with ``token`` or with the user and password of its URL."""
    began = time.monotonic()
    code, shown = f"target.{name}", catalogue.shown_address(url)
    try:
        with _OPENER.open(_request(url, token), timeout=_PATIENCE) as answer:
            _read_some(answer, began)
    except urllib.error.HTTPError as refused:
        wrong = f"answers with status {refused.code}"
    except (OSError, http.client.HTTPException, ValueError) as problem:
        why = getattr(problem, "reason", problem)
        wrong = f"cannot be reached ({getattr(why, 'strerror', None) or type(why).__name__})"
        if isinstance(why, TimeoutError):
            wrong = f"hangs: it did not answer within {SECONDS:g} seconds"
    else:
        seconds = time.monotonic() - began
        facts = {"answer_seconds": round(seconds, 4), "address": shown}
        return [Reading(code, State.GOOD, f"It answers in {seconds * 1000:,.0f} ms.", clock.now(), facts)]
    words = f"The target {name} {wrong}. Nothing new is known of it. Check {shown}."
    return [Reading(code, State.BAD, words, clock.now(), {"address": shown})]


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """Takes a redirect for what it is to who scrapes: no answer."""

    def redirect_request(self, *_given: Any) -> None:
        """Go nowhere else."""


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirects)


def _request(url: str, token: str | None) -> urllib.request.Request:
    parts = urlsplit(url)
    plain = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    headers = exposition.headers_of(parts.username, parts.password, token)
    return urllib.request.Request(plain, headers=headers)  # noqa: S310  (the setting takes http(s) only)


def _read_some(answer: http.client.HTTPResponse, began: float) -> None:
    """Read the beginning; one that drips is not read for ever."""
    read = 0
    while read < _MOST_BYTES and (piece := answer.read1(_PIECE)):
        read += len(piece)
        if time.monotonic() - began > _PATIENCE:
            raise TimeoutError
