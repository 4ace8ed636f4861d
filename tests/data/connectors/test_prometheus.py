"""The HTTP API of Prometheus, as its documentation shows the answers, over real HTTP."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from data.connectors.prometheus import PrometheusServer
from portal.core.errors import UpstreamError
from portal.domain.monitoring.samples import Point
from tests.helpers.targets import says, targets

WHEN = 1435781451.781
AT = datetime.fromtimestamp(WHEN, UTC)
VECTOR = {
    "status": "success",
    "data": {
        "resultType": "vector",
        "result": [
            {"metric": {"__name__": "up", "job": "prometheus"}, "value": [WHEN, "1"]},
            {"metric": {"__name__": "up", "job": "node"}, "value": [WHEN, "NaN"]},
            {"metric": {"job": "h"}, "histogram": [WHEN, {"count": "1"}]},
        ],
    },
}
MATRIX = {
    "status": "success",
    "data": {
        "resultType": "matrix",
        "result": [
            {"metric": {"job": "a"}, "values": [[WHEN, "1"], [WHEN + 15, "+Inf"], [WHEN + 30, "2.5"]]}
        ],
    },
}


@pytest.fixture
def server():
    with targets() as running:
        yield running


def answering(server, what: str, body: object, status: int = 200) -> PrometheusServer:
    raw = body if isinstance(body, str) else json.dumps(body)
    url = server.at(f"/prom/api/v1/{what}", says(raw, "application/json", status))
    return PrometheusServer(url.removesuffix(f"/api/v1/{what}"), seconds=30)


def asked(server) -> dict[str, list[str]]:
    return parse_qs(urlsplit(server.seen[-1][0]).query)


def test_a_vector_is_a_value_for_each_series_and_nan_is_none(server):
    up, node = answering(server, "query", VECTOR).query('up{job=~".+"}', at=AT)
    assert up.labels == {"__name__": "up", "job": "prometheus"}
    assert up.points == (Point(AT, 1.0),)
    assert node.points == ()
    assert asked(server)["query"] == ['up{job=~".+"}']
    assert asked(server)["time"] == ["1435781451.781"]


def test_a_scalar_is_one_series_without_labels(server):
    body = {"status": "success", "data": {"resultType": "scalar", "result": [WHEN, "3"]}}
    (line,) = answering(server, "query", body).query("3")
    assert (dict(line.labels), line.points) == ({}, (Point(AT, 3.0),))


def test_a_course_has_all_its_finite_values(server):
    (line,) = answering(server, "query_range", MATRIX).course(
        "rate(a[5m])", AT, AT + timedelta(seconds=30), timedelta(seconds=15)
    )
    assert [point.value for point in line.points] == [1.0, 2.5]
    assert asked(server)["step"] == ["15"]


def test_a_refused_query_says_why(server):
    body = {"status": "error", "errorType": "bad_data", "error": "parse error: unexpected end of input"}
    with pytest.raises(UpstreamError, match="refuses the query: parse error: unexpected end of input"):
        answering(server, "query", body, 400).query("sum(")


@pytest.mark.parametrize(
    "body",
    [
        "<html></html>", "[]", "3", {"status": "success"}, {"data": {}},
        {"status": "success", "data": {"resultType": "vector", "result": [{"value": 3}]}},
        {"status": "success", "data": {"resultType": "streams", "result": []}},
    ],
)  # fmt: skip
def test_what_is_none_of_its_api_is_refused(server, body):
    with pytest.raises(UpstreamError, match="none of its API"):
        answering(server, "query", body).query("up")


def test_a_server_that_hangs_does_not_hold_us_up(server):
    url = server.hangs("/slow/api/v1/query").removesuffix("/api/v1/query")
    with pytest.raises(UpstreamError, match=r"The Prometheus server: It did not answer within 0.3 s"):
        PrometheusServer(url, seconds=0.3).query("up")


def test_only_http_is_spoken():
    with pytest.raises(UpstreamError, match="must begin with"):
        PrometheusServer("file:///etc/passwd")
