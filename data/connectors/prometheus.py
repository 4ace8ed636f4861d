"""An existing Prometheus server, asked by its HTTP API (``/api/v1/query`` and ``/api/v1/query_range``).

Source: Prometheus documentation, "HTTP API". Thanos, Mimir and VictoriaMetrics answer the same.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from data.connectors import exposition
from portal.core.errors import UpstreamError
from portal.domain.monitoring.samples import Point

MOST_BYTES = 16 * 1024 * 1024
_STRANGE = "The Prometheus server: its answer is none of its API. Check PROMETHEUS_URL."


@dataclass(frozen=True, slots=True)
class Line:
    """One series of an answer: its labels (with ``__name__`` where it has one) and its values, oldest first."""

    labels: Mapping[str, str]
    points: tuple[Point, ...]


class PrometheusServer:
    """One server.

    Parameters
    ----------
    url : str
        Address such as ``http://prometheus:9090``; user and password in it are sent as Basic.
    seconds : float, default 5
        Time for one answer.
    """

    def __init__(self, url: str, *, seconds: float = 5.0) -> None:
        if not url.startswith(("http://", "https://")):
            raise UpstreamError("PROMETHEUS_URL must begin with http:// or https://.")
        self._base, self._seconds = url.rstrip("/"), seconds

    def query(self, expression: str, *, at: datetime | None = None) -> list[Line]:
        """Return the value of each series of a PromQL expression at a moment, which is now by default.

        Raises
        ------
        UpstreamError
            The server does not answer, or refuses the expression.
        """
        asked = {"query": expression, "timeout": f"{self._seconds:g}s"}
        if at is not None:
            asked["time"] = _stamp(at)
        return _lines(self._ask("query", asked))

    def course(self, expression: str, since: datetime, until: datetime, step: timedelta) -> list[Line]:
        """Return the values of each series of an expression from ``since`` to ``until``.

        Raises
        ------
        UpstreamError
            The server does not answer, or refuses the expression.
        """
        asked = {
            "query": expression, "start": _stamp(since), "end": _stamp(until),
            "step": f"{step.total_seconds():g}", "timeout": f"{self._seconds:g}s",
        }  # fmt: skip
        return _lines(self._ask("query_range", asked))

    def _ask(self, what: str, asked: Mapping[str, str]) -> Any:
        url = f"{self._base}/api/v1/{what}?{urlencode(asked)}"
        try:
            answer = exposition.fetch(
                url, seconds=self._seconds, most_bytes=MOST_BYTES, statuses=(200, 400, 422, 503)
            )
        except UpstreamError as problem:
            raise UpstreamError(f"The Prometheus server: {problem.message}") from None
        try:
            found = json.loads(answer.text)
            succeeded, data, words = found["status"] == "success", found.get("data"), found.get("error")
        except (ValueError, KeyError, TypeError, AttributeError):
            raise UpstreamError(_STRANGE) from None
        if not succeeded:
            raise UpstreamError(f"The Prometheus server refuses the query: {str(words)[:200]}.")
        return data


def _lines(data: Any) -> list[Line]:
    """Return the series of a vector, matrix or scalar; values that are no numbers are left out."""
    try:
        kind, result = data["resultType"], data["result"]
        if kind == "scalar":
            return [Line({}, _points([result]))]
        if kind == "vector":
            return [Line(one["metric"], _points([one["value"]])) for one in result if "value" in one]
        if kind == "matrix":
            return [Line(one["metric"], _points(one.get("values", []))) for one in result]
    except (KeyError, TypeError, ValueError, OverflowError):
        pass
    raise UpstreamError(_STRANGE)


def _points(pairs: Any) -> tuple[Point, ...]:
    read = ((float(when), float(value)) for when, value in pairs)
    return tuple(
        Point(datetime.fromtimestamp(when, UTC), value) for when, value in read if math.isfinite(value)
    )


def _stamp(moment: datetime) -> str:
    return f"{moment.timestamp():.3f}"
