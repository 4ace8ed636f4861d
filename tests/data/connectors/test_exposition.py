"""Prometheus endpoints over real HTTP: both formats, and every way in which a target can misbehave."""

import base64
import time
from datetime import UTC, datetime

import pytest

from data.connectors.exposition import Answer, fetch, parse
from portal.core.errors import UpstreamError
from tests.helpers.ports import free_port
from tests.helpers.targets import CLASSIC, OPEN_METRICS, redirects, says, targets

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)
OPEN_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"


@pytest.fixture(scope="module")
def server():
    with targets() as running:
        yield running


def scraped(url: str, **terms) -> dict[tuple[str, str], float]:
    found = parse(fetch(url, seconds=30), "target.x", AT, most=terms.get("most", 100))
    assert {(one.service, one.at) for one in found.samples} <= {("target.x", AT)}
    return {(one.metric, one.labels): one.value for one in found.samples}


def test_classic_text(server):
    found = scraped(server.at("/classic", says(CLASSIC)))
    assert found["node_load1", ""] == 0.5
    assert found["http_requests_total", "code=200,method=post"] == 1027
    assert found["http_requests_total", r"code=400,method=po\,st"] == 3
    assert found["size_bytes_bucket", "le=+Inf"] == 5
    assert found["rpc_seconds_count", ""] == 26


def test_open_metrics_without_exemplars_and_moments_of_creation(server):
    found = scraped(server.at("/open", says(OPEN_METRICS, OPEN_TYPE)))
    assert found == {("jobs_total", "kind=a"): 17.0, ("depth", ""): 4.0}


def test_what_counts_is_known_by_its_type():
    found = parse(Answer(CLASSIC, is_open_metrics=False), "a", AT, most=100)
    assert found.counters == {
        "http_requests_total", "rpc_seconds_sum", "rpc_seconds_count",
        "size_bytes_bucket", "size_bytes_sum", "size_bytes_count",
    }  # fmt: skip


def test_both_formats_are_asked_for_plain(server):
    scraped(server.at("/asked", says(CLASSIC)))
    headers = server.seen[-1][1]
    assert headers["Accept"].startswith("application/openmetrics-text")
    assert headers["Accept-Encoding"] == "identity"
    assert "Authorization" not in headers


def test_token_and_password_are_sent_and_the_token_comes_first(server):
    url = server.at("/closed", says(CLASSIC))
    fetch(url, seconds=30, token="abc")
    assert server.seen[-1][1]["Authorization"] == "Bearer abc"
    fetch(url.replace("//", "//me:p%40ss@"), seconds=30)
    kind, _, pair = server.seen[-1][1]["Authorization"].partition(" ")
    assert (kind, base64.b64decode(pair)) == ("Basic", b"me:p@ss")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/hangs", "did not answer within 0.5 s"),
        ("/drips", "did not answer within 0.5 s"),
        ("/drips-headers", "did not answer within 0.5 s"),
        ("/floods", r"sends more than 0.1 MB"),
        ("/none", "answers 404"),
        ("/broken", "answers 500"),
        ("/elsewhere", "answers 302"),
        ("/packed", "compressed"),
        ("/short", "ends too early"),
        ("/nonsense", "cannot be reached"),
    ],
)
def test_a_target_that_misbehaves_is_said_in_words_and_in_time(server, path, words):
    def packed(request):
        request.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n\r\nxx")

    def short(request):
        request.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: 500\r\n\r\nnode_load1 1\n")

    server.hangs("/hangs")
    server.drips("/drips")
    server.drips("/drips-headers", headers=True)
    server.floods("/floods")
    server.at("/broken", says("no", status=500))
    server.at("/elsewhere", redirects(server.at("/classic", says(CLASSIC))))
    server.at("/packed", packed)
    server.at("/short", short)
    server.at("/nonsense", lambda request: request.wfile.write(b"\x00\x01\x02\r\n\r\n"))
    seconds = 0.5 if "0.5 s" in words else 20  # one that answers may be held up
    begin = time.monotonic()
    with pytest.raises(UpstreamError, match=words):
        fetch(f"http://127.0.0.1:{server.server_address[1]}{path}", seconds=seconds, most_bytes=100_000)
    assert time.monotonic() - begin < 30


def test_nobody_is_there_and_a_password_is_in_no_message():
    with pytest.raises(UpstreamError, match="cannot be reached") as told:
        fetch(f"http://me:opensesame@127.0.0.1:{free_port()}/metrics", seconds=30)
    assert "opensesame" not in told.value.message


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("<html><body>Welcome</body></html>", False),
        ("\x00\x01\x02", False),
        ("node_load1 one", False),
        ('a{b="c} 1', False),
        ("node_load1 1\n", True),  # OpenMetrics ends with # EOF
        ("# TYPE a counter\na 1\n# EOF\n", True),
        ("{", True),
    ],
)
def test_garbage_is_refused(text, is_open):
    with pytest.raises(UpstreamError, match="Its answer is not"):
        parse(Answer(text, is_open), "a", AT, most=100)


def test_too_many_samples_are_refused_as_a_whole():
    text = "".join(f'a{{n="{n}"}} 1\n' for n in range(11))
    with pytest.raises(UpstreamError, match="more than 10 samples"):
        parse(Answer(text, is_open_metrics=False), "a", AT, most=10)


def test_what_no_database_stores_or_nobody_reads_again_is_left_out():
    text = (
        'a{x="b\0c"} 1\n'  # PostgreSQL holds no NUL
        '{"a\0b"} 1\n'
        'a{"http.method"="GET"} 1\n'
        f'a{{x="{"é" * 600}"}} 1\n'  # 1,200 bytes
        'a{x="é"} 1\n'
    )
    found = parse(Answer(text, is_open_metrics=False), "a", AT, most=10).samples
    assert [one.labels for one in found] == ["x=é"]


def test_names_and_labels_of_unusual_length_are_left_out():
    text = f'{"a" * 300} 1\nb{{c="{"d" * 2000}"}} 1\ne 1\n'
    assert [one.metric for one in parse(Answer(text, is_open_metrics=False), "a", AT, most=10).samples] == [
        "e"
    ]
