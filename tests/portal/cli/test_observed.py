"""A real portal that is watched: metrics over two workers, one killed, JSON lines, spans and reports of errors."""

import http.cookiejar
import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.helpers.collectors import Collector
from tests.helpers.ports import free_port
from tests.helpers.program import Portal, enerscope
from tests.helpers.visitor import form_token

TOKEN = "a-token-of-the-scrapers"
PASSWORD = "four unrelated Words, here"


class Browser:
    """Cookies and the CSRF token, over real HTTP."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        )

    def get(self, path: str, **headers: str) -> tuple[int, str, dict[str, str]]:
        asked = urllib.request.Request(self._address + path, headers=headers)
        return self._send(asked)

    def sign_in(self, username: str) -> int:
        token = form_token(self.get("/login")[1])
        body = urllib.parse.urlencode(
            {"username": username, "password": PASSWORD, "csrf_token": token}
        ).encode()
        return self._send(urllib.request.Request(f"{self._address}/login", data=body))[0]

    def _send(self, asked: urllib.request.Request) -> tuple[int, str, dict[str, str]]:
        try:
            with self._opener.open(asked, timeout=60) as answer:
                return answer.status, answer.read().decode(), dict(answer.headers)
        except urllib.error.HTTPError as problem:
            return problem.code, problem.read().decode(), dict(problem.headers)


def samples(address: str) -> dict[tuple[str, str], float]:
    status, text, _ = Browser(address).get("/metrics", Authorization=f"Bearer {TOKEN}")
    assert status == 200
    return {
        (sample.name, ",".join(sample.labels.get(name, "") for name in ("kind", "outcome"))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if "le" not in sample.labels
    }


@pytest.fixture(scope="module")
def collectors() -> Iterator[tuple[Collector, Collector]]:
    with Collector() as spans, Collector() as errors:
        yield spans, errors


@pytest.fixture(scope="module")
def portal(short_folder: Path, collectors: tuple[Collector, Collector]) -> Iterator[Portal]:
    """`enerscope run` on an empty database, with everything switched on."""
    home, port = short_folder / "observed", free_port()
    settings = {
        "ENERSCOPE_METRICS_TOKEN": TOKEN,
        "ENERSCOPE_LOG_FORMAT": "json",
        "ENERSCOPE_LOG_LEVEL": "info",
        "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{collectors[0].port}",
        "SENTRY_DSN": f"http://public@127.0.0.1:{collectors[1].port}/1",
        "ENERSCOPE_JOB_WORKERS": "0",
    }
    with Portal(home, port, **settings) as running:
        who = ("users", "create", "otto", "--role", "operations", "--password-stdin")
        made = enerscope(*who, home=home, text_in=PASSWORD)
        assert made.returncode == 0, made.stderr
        yield running


@pytest.fixture(scope="module")
def otto(portal: Portal) -> Browser:
    browser = Browser(portal.address)
    assert browser.sign_in("otto") == 200
    return browser


def lines(portal: Portal) -> list[dict[str, object]]:
    said = portal.said().rpartition("\n")[0]  # what follows is being written
    return [json.loads(line) for line in said.splitlines() if line.startswith("{")]


def test_requests_are_counted_and_a_killed_worker_loses_none(portal: Portal, otto: Browser) -> None:
    before = samples(portal.address)
    for _ in range(5):
        assert otto.get("/")[0] == 200
    middle = samples(portal.address)
    key = ("enerscope_requests_total", "page,ok")
    assert middle[key] - before.get(key, 0.0) == 5
    assert middle["enerscope_requests_in_flight", ","] == 0
    (worker,) = [
        child
        for child in psutil.Process(portal.process.pid).children()
        if child.cmdline()[1:] == psutil.Process(portal.process.pid).cmdline()[1:]
    ]
    worker.kill()
    deadline = time.monotonic() + 120
    while portal.status("/login") != 200 and time.monotonic() < deadline:
        time.sleep(0.1)
    after = samples(portal.address)
    assert after[key] >= middle[key]
    assert after["enerscope_requests_in_flight", ","] == 0
    assert otto.get("/")[0] == 200
    assert samples(portal.address)[key] >= after[key] + 1


def test_lines_are_json_with_request_and_user(portal: Portal, otto: Browser) -> None:
    otto.get("/monitoring/jobs?secret=word", **{"X-Request-ID": "follow-me-0001"})
    (line,) = [one for one in lines(portal) if one.get("request_id") == "follow-me-0001"]
    assert line["logger"] == "enerscope.requests"
    assert isinstance(line["user_id"], int)
    assert (line["kind"], line["status"], line["level"]) == ("page", 200, "info")
    assert "word" not in str(line["message"])
    assert TOKEN not in portal.said()


def test_spans_tell_route_user_and_statements(
    portal: Portal, otto: Browser, collectors: tuple[Collector, Collector]
) -> None:
    otto.get("/?hidden=query", **{"X-Request-ID": "follow-me-0002"})
    spans = collectors[0]

    def found() -> list[dict]:
        return [one for one in spans.spans() if one["values"].get("enerscope.request_id") == "follow-me-0002"]

    (root,) = spans.wait_for(found)
    assert root["values"]["enduser.id"].isdigit()
    assert root["values"]["enerscope.kind"] == "page"
    statements = [one for one in spans.spans() if one["trace"] == root["trace"] and one is not root]
    assert any("SELECT" in str(one["values"]) for one in statements)
    told = json.dumps([one["values"] for one in spans.spans()])
    assert "hidden" not in told
    assert "urllib" not in told
    assert not [one for one in spans.spans() if "client.address" in one["values"]]
    line = next(one for one in lines(portal) if one.get("request_id") == "follow-me-0002")
    assert line["trace_id"] == root["trace"]
