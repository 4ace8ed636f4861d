"""A Prometheus endpoint: fetched within a time and a size, and read by the parsers of ``prometheus_client``.

Source: "Exposition formats" of the Prometheus documentation (text format 0.0.4) and the OpenMetrics specification 1.0.
"""

import base64
import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import unquote, urlsplit

from portal.core.errors import UpstreamError
from portal.domain.monitoring.samples import Sample, can_be_stored, labels_text

ACCEPT = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"
MOST_BYTES = 4 * 1024 * 1024
_OPEN_METRICS = "application/openmetrics-text"
_COUNTING = frozenset({"counter", "histogram", "summary"})
_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Answer:
    """What an endpoint sent: its body as text, and whether that is OpenMetrics."""

    text: str
    is_open_metrics: bool


@dataclass(frozen=True, slots=True)
class Scraped:
    """The samples of one scrape, and the names of those that count."""

    samples: list[Sample]
    counters: frozenset[str]


def fetch(
    url: str,
    *,
    seconds: float,
    token: str | None = None,
    most_bytes: int = MOST_BYTES,
    statuses: Collection[int] = (200,),
) -> Answer:
    """Return what ``url`` answers, all within ``seconds``.

    A server that sends a byte now and then does not win time: the connection is cut when the time is over.
    Redirects are not followed. User and password in the URL are sent as Basic, ``token`` as Bearer.
    ``statuses`` are those whose body is an answer.

    Raises
    ------
    UpstreamError
        It does not answer in time, refuses, or sends more than ``most_bytes``.
    """
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=seconds)
    deadline = time.monotonic() + seconds
    cut = threading.Timer(seconds, _cut, [connection])
    cut.daemon = True
    cut.start()
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", target, headers=headers_of(parts.username, parts.password, token))
        answer = connection.getresponse()
        if answer.status not in statuses:
            raise UpstreamError(f"It answers {answer.status} {answer.reason[:60]}.", status=answer.status)
        if (answer.headers.get("Content-Encoding") or "identity").lower() != "identity":
            raise UpstreamError("It answers compressed, though plain text was asked for.")
        body = _read(answer, deadline, seconds, most_bytes)
        is_open = (answer.headers.get("Content-Type") or "").lower().startswith(_OPEN_METRICS)
    except (OSError, HTTPException, ssl.SSLError, ValueError) as problem:
        if time.monotonic() >= deadline or isinstance(problem, TimeoutError):
            raise UpstreamError(f"It did not answer within {seconds:g} s.") from None
        raise UpstreamError(f"It cannot be reached ({_words(problem)}).") from None
    finally:
        cut.cancel()
        connection.close()
    return Answer(body.decode("utf-8", errors="replace"), is_open)


def headers_of(username: str | None, password: str | None, token: str | None = None) -> dict[str, str]:
    """Return the headers that an endpoint is asked with; a token comes before user and password."""
    headers = {"Accept": ACCEPT, "Accept-Encoding": "identity", "User-Agent": "enerscope-monitor"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    elif username is not None:
        pair = f"{unquote(username)}:{unquote(password or '')}".encode()
        headers["Authorization"] = f"Basic {base64.b64encode(pair).decode('ascii')}"
    return headers


def parse(answer: Answer, service: str, at: datetime, *, most: int) -> Scraped:
    """Return the samples in an answer, all at ``at``: the clock of the target is not trusted.

    Moments of creation (``_created``) are left out, and so are NaN and infinite values and names or labels that cannot
    be stored.

    Raises
    ------
    UpstreamError
        It is no exposition format, or there are more than ``most`` samples.
    """
    from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
    from prometheus_client.parser import text_string_to_metric_families as classic

    read: Any = open_metrics if answer.is_open_metrics else classic
    try:
        return of_families(read(answer.text), service, at, most=most)
    except (
        ValueError,
        TypeError,
        LookupError,
        AttributeError,
    ) as problem:  # what the parsers raise on garbage
        form = "OpenMetrics" if answer.is_open_metrics else "the text format of Prometheus"
        raise UpstreamError(f"Its answer is not {form} ({str(problem)[:80]}).") from None


def of_families(families: Iterable[Any], service: str, at: datetime, *, most: int) -> Scraped:
    """Return the samples of ``prometheus_client``'s metric families.

    Raises
    ------
    UpstreamError
        There are more than ``most``.
    """
    samples: list[Sample] = []
    counters: set[str] = set()
    for family in families:
        for one in family.samples:
            if one.name.endswith("_created") or not can_be_stored(one.name, one.labels):
                continue
            if len(samples) >= most:
                raise UpstreamError(
                    f"It shows more than {most:,} samples. Let it show fewer, or raise ENERSCOPE_TARGET_SAMPLES."
                )
            samples.append(Sample(service, one.name, labels_text(one.labels), at, float(one.value)))
            if family.type in _COUNTING and "quantile" not in one.labels:
                counters.add(one.name)
    return Scraped(samples, frozenset(counters))


def _read(answer: Any, deadline: float, seconds: float, most_bytes: int) -> bytes:
    body = bytearray()
    while chunk := answer.read1(_CHUNK):
        body += chunk
        if len(body) > most_bytes:
            raise UpstreamError(f"It sends more than {most_bytes / 1e6:.1f} MB.")
        if time.monotonic() >= deadline:
            break
    if time.monotonic() >= deadline:  # an answer that was cut can look like one that has ended
        raise UpstreamError(f"It did not answer within {seconds:g} s.")
    if answer.length:  # cut off before the length that was promised
        raise ConnectionAbortedError("the answer ends too early")
    return bytes(body)


def _cut(connection: HTTPConnection) -> None:
    """End a connection under the feet of who reads from it."""
    held = connection.sock
    if held is not None:
        with contextlib.suppress(OSError):
            held.shutdown(socket.SHUT_RDWR)


def _words(problem: Exception) -> str:
    words = getattr(problem, "strerror", None) or str(problem) or type(problem).__name__
    return str(words)[:80]
