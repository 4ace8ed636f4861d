"""Targets are scraped side by side: one that hangs costs its own samples and nobody else's."""

import json
import os
import subprocess
import sys
import time
from datetime import timedelta

import pytest

from data.queries import samples as queries
from data.session import UnitOfWork
from portal.core import clock
from portal.core.config import Settings
from portal.core.errors import ConfigurationError
from portal.domain.monitoring.samples import increase
from portal.services.monitoring import agent, scraping
from portal.services.monitoring.scraping import LOOKS, Scraper, named_queries
from portal.services.monitoring.sink import Sink
from tests.helpers.ports import free_port
from tests.helpers.targets import CLASSIC, OPEN_METRICS, says, targets

OPEN_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"


@pytest.fixture
def server():
    with targets() as running:
        yield running


@pytest.fixture
def scraper(database, tmp_path):
    made = []

    def make(*, seconds: float = 30.0, **settings) -> Scraper:
        made.append(Scraper(Settings(home=tmp_path, target_seconds=seconds, **settings), Sink()))
        return made[-1]

    yield make
    for one in made:
        one.close()


def newest(service: str) -> dict[tuple[str, str], float]:
    with UnitOfWork() as work:
        return {key: point.value for key, point in queries.latest(work.session, service).items()}


def test_those_that_hang_lie_or_flood_hold_up_no_other(server, scraper):
    urls = {
        "classic": server.at("/classic", says(CLASSIC)),
        "open": server.at("/open", says(OPEN_METRICS, OPEN_TYPE)),
        "hangs": server.hangs("/hangs"),
        "drips": server.drips("/drips"),
        "garbage": server.at("/garbage", says("<html>Welcome</html>")),
        "huge": server.at("/huge", says("".join(f'a{{n="{n}"}} 1\n' for n in range(3000)))),
        "gone": f"http://127.0.0.1:{free_port()}/metrics",
        **{f"hangs{n}": server.hangs(f"/hangs{n}") for n in range(5)},
    }
    one = scraper(seconds=4.0, targets=",".join(f"{name}={url}" for name, url in urls.items()))
    begin = time.monotonic()
    one.take()
    assert time.monotonic() - begin < 20, "one after the other the seven would take 28 seconds"
    assert newest("target.classic")["node_load1", ""] == 0.5
    assert newest("target.open")["jobs_total", "kind=a"] == 17
    ups = {name: newest(f"target.{name}")["up", ""] for name in urls}
    assert ups == {name: float(name in ("classic", "open")) for name in urls}
    assert "within 4 s" in LOOKS["target.hangs"].problem
    assert "within 4 s" in LOOKS["target.drips"].problem
    assert "not the text format" in LOOKS["target.garbage"].problem
    assert "more than 2,000 samples" in LOOKS["target.huge"].problem
    assert "cannot be reached" in LOOKS["target.gone"].problem
    assert LOOKS["target.classic"].problem == ""
    assert ("scrape_duration_seconds", "") in newest("target.hangs")


def test_no_nan_and_no_infinity_is_stored(server, scraper):
    scraper(targets=f"a={server.at('/classic', says(CLASSIC))}").take()
    found = newest("target.a")
    assert ("rpc_seconds", "quantile=0.5") not in found
    assert ("temperature_celsius", "") not in found


def test_a_target_that_still_hangs_is_not_asked_again_and_is_asked_when_it_is_back(
    server, scraper, monkeypatch
):
    one = scraper(targets=f"a={server.at('/a', says(CLASSIC))}")
    asked, ask = [], one._asks["target.a"]

    def slow(at):
        asked.append(at)
        server.released.wait(60)  # as a name server that does not answer, which no socket's time limit ends
        return ask(at)

    monkeypatch.setitem(one._asks, "target.a", slow)
    patient = one.config
    one.config = patient.model_copy(update={"target_seconds": 0.5})
    one.take()
    one.take()
    assert len(asked) == 1
    assert newest("target.a")["up", ""] == 0
    server.released.set()
    one._pending["target.a"].result(60)
    one.config = patient
    monkeypatch.setitem(one._asks, "target.a", ask)
    one.take()
    assert newest("target.a")["up", ""] == 1
    with UnitOfWork() as work:
        moment = clock.now()
        ups = queries.readings(work.session, "target.a", "up", "", moment - timedelta(minutes=10), moment)
    assert [point.value for point in ups] == [0.0, 0.0, 1.0]


def test_the_first_step_of_a_counter_is_seen(server, scraper):
    one = scraper(targets=f"a={server.at('/a', says('quiet 1'))}")
    one.take()
    server.at("/a", says("# TYPE errors_total counter\nerrors_total 50\n"))
    one.take()
    with UnitOfWork() as work:
        moment = clock.now()
        found = queries.readings(
            work.session, "target.a", "errors_total", "", moment - timedelta(minutes=10), moment
        )
    assert increase([point.value for point in found]) == 50


def test_the_portal_elsewhere_is_asked_with_its_token(server, scraper):
    url = server.at("/metrics", says("# TYPE enerscope_requests_total counter\nenerscope_requests_total 3\n"))
    scraper(targets=f"web={url},other={url}", metrics_token="the token").take()
    sent = sorted(headers.get("Authorization", "") for _, headers in server.seen)
    assert sent == ["", "Bearer the token"]
    assert newest("web") == {
        ("enerscope_requests_total", ""): 3.0,
        ("up", ""): 1.0,
        ("scrape_duration_seconds", ""): pytest.approx(15.0, abs=15.0),  # of the 30 that it has
        ("scrape_samples_scraped", ""): 1.0,
    }


def test_files_of_the_web_processes_of_this_machine_are_added_up(scraper, tmp_path):
    folder = tmp_path / "metrics"
    folder.mkdir()
    program = (
        "from prometheus_client import Counter; c = Counter('enerscope_requests', 'x', ['kind'], registry=None); "
        "c.labels('page').inc(3)"
    )
    environment = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(folder)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", program], env=environment, check=True)
    scraper().take()
    assert newest("web") == {("enerscope_requests_total", "kind=page"): 6.0}


def test_a_prometheus_server_is_asked_its_queries(server, scraper):
    body = (
        '{"status":"success","data":{"resultType":"vector","result":['
        '{"metric":{"__name__":"up","job":"node"},"value":[1435781451.781,"1"]}]}}'
    )
    url = server.at("/api/v1/query", says(body, "application/json")).removesuffix("/api/v1/query")
    scraper(prometheus_url=url, prometheus_queries="targets_up=up; busy=sum(x{a='b'})").take()
    found = newest("target.prometheus")
    assert found["targets_up", "job=node"] == found["busy", "job=node"] == 1.0
    assert found["up", ""] == 1.0


def test_what_of_a_prometheus_server_cannot_be_stored_is_left_out(server, scraper):
    odd = [{"a": "\ud800"}, {"a": "\0"}, {"a": "b" * 1001}, {"http.method": "GET"}, {"job": "node"}]
    series = [{"metric": labels, "value": [1435781451.781, "1"]} for labels in odd]
    body = json.dumps({"status": "success", "data": {"resultType": "vector", "result": series}})
    url = server.at("/api/v1/query", says(body, "application/json")).removesuffix("/api/v1/query")
    scraper(prometheus_url=url, prometheus_queries="targets_up=up").take()
    assert [labels for metric, labels in newest("target.prometheus") if metric == "targets_up"] == [
        "job=node"
    ]


def test_a_prometheus_server_that_is_away_is_one_more_dead_target(scraper):
    scraper(prometheus_url=f"http://127.0.0.1:{free_port()}").take()
    assert newest("target.prometheus")["up", ""] == 0.0
    assert "Prometheus server" in LOOKS["target.prometheus"].problem


def test_queries_have_names():
    assert named_queries("a=up; b=sum(c{d='e'}) == 1;; =x") == {"a": "up", "b": "sum(c{d='e'}) == 1"}


def test_a_target_that_cannot_be_read_in_the_settings_is_named(scraper):
    with pytest.raises(ConfigurationError, match="ENERSCOPE_TARGETS"):
        scraper(targets="a=ftp://x")


def test_the_monitor_knows_the_task():
    assert agent.all_tasks()["targets"].run is scraping.take
