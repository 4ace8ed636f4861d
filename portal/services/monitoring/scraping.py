"""Prometheus endpoints, those of ``ENERSCOPE_TARGETS`` and the portal's own, made into samples.

Every target has a thread and a time of its own. One that hangs is not asked again before its last question has
ended, and no other waits for it. A target named ``web`` is the portal's web server on another machine: it is asked with
``ENERSCOPE_METRICS_TOKEN``, and its samples are those of the service ``web``. On one machine the web processes leave
their numbers in files, which are read as they are.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType

from data.connectors import exposition
from data.connectors.exposition import Scraped
from data.connectors.prometheus import PrometheusServer
from portal.core import clock, meters
from portal.core.config import Settings, settings
from portal.core.errors import UpstreamError
from portal.domain.monitoring.following import Follower
from portal.domain.monitoring.samples import Sample, can_be_stored, labels_text
from portal.services.monitoring.agent import Task, register_task
from portal.services.monitoring.catalogue import targets
from portal.services.monitoring.sink import SINK, Sink

log = logging.getLogger("enerscope.monitor")

WEB, PROMETHEUS = "web", "prometheus"
_SPARE_SECONDS = 0.5  # beyond the time of a target, to notice that it is over


@dataclass(frozen=True, slots=True)
class Look:
    """How a target answered last: when, in how many seconds, with how many samples; ``problem`` "" is well."""

    at: datetime
    seconds: float
    samples: int
    problem: str = ""


_looks: dict[str, Look] = {}
LOOKS: Mapping[str, Look] = MappingProxyType(_looks)
"""The last look at each target of this process, by service code."""


def service_of(name: str) -> str:
    """Return the service code of a target."""
    return WEB if name == WEB else f"target.{name}"


@dataclass(slots=True)
class Scraper:
    """All targets of one portal, with what they showed before."""

    config: Settings
    sink: Sink = SINK
    _asks: dict[str, Callable[[datetime], Scraped]] = field(init=False, default_factory=dict)
    _followers: dict[str, Follower] = field(init=False, default_factory=dict)
    _pending: dict[str, Future[list[Sample]]] = field(init=False, default_factory=dict)
    _targets: frozenset[str] = field(init=False, default=frozenset())
    _pool: ThreadPoolExecutor = field(init=False)

    def __post_init__(self) -> None:
        for name, url in targets(self.config).items():
            self._asks[service_of(name)] = _endpoint(service_of(name), url, self.config)
        if self.config.prometheus_url:
            self._asks[service_of(PROMETHEUS)] = _server(self.config)
        self._targets = frozenset(self._asks)
        if WEB not in self._asks:
            self._asks[WEB] = _own_files(self.config)
        self._pool = ThreadPoolExecutor(len(self._asks), thread_name_prefix="targets")
        self._followers = {service: Follower() for service in self._asks}

    def take(self) -> None:
        """Ask all targets at once and store what came within the time.

        Raises
        ------
        UpstreamError
            The samples could not be stored; they wait.
        """
        at = clock.now()
        for service, ask in self._asks.items():
            if self._collected(service):  # else it still hangs
                self._pending[service] = self._pool.submit(self._look, service, ask, at)
        wait(self._pending.values(), timeout=self.config.target_seconds + _SPARE_SECONDS)
        for service in tuple(self._pending):
            if not self._collected(service):
                self.sink.put(self._late(service, at))
        self.sink.store()

    def close(self) -> None:
        """Ask nobody any more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _collected(self, service: str) -> bool:
        """Take in what a target answered, also if it came late; False when it is still being asked."""
        asked = self._pending.get(service)
        if asked is None:
            return True
        if not asked.done():
            return False
        self.sink.put(asked.result())
        del self._pending[service]
        return True

    def _look(self, service: str, ask: Callable[[datetime], Scraped], at: datetime) -> list[Sample]:
        begin = time.monotonic()
        try:
            found, problem = ask(at), ""
        except UpstreamError as known:
            found, problem = Scraped([], frozenset()), known.message
        except Exception as unknown:  # one with a fault must not take the others along
            log.exception("the target %s could not be read", service)
            found, problem = Scraped([], frozenset()), f"It could not be read ({type(unknown).__name__})."
        look = Look(at, time.monotonic() - begin, len(found.samples), problem)
        kept = [] if problem else self._followers[service].keep(at, found.samples, found.counters)
        return kept + self._told(service, look)

    def _late(self, service: str, at: datetime) -> list[Sample]:
        words = f"It did not answer within {self.config.target_seconds:g} s."
        return self._told(service, Look(at, self.config.target_seconds, 0, words))

    def _told(self, service: str, look: Look) -> list[Sample]:
        """Keep a look and return what it says of its target, under the names that Prometheus gives it."""
        if service not in self._targets:  # files of our own are no target that could be up
            return []
        _looks[service] = look
        said = {
            "up": 0.0 if look.problem else 1.0,
            "scrape_duration_seconds": look.seconds,
            "scrape_samples_scraped": float(look.samples),
        }
        return [Sample(service, metric, "", look.at, value) for metric, value in said.items()]


def _endpoint(service: str, url: str, config: Settings) -> Callable[[datetime], Scraped]:
    own = config.metrics_token if service == WEB else None
    token = own.get_secret_value() if own is not None else None

    def ask(at: datetime) -> Scraped:
        answer = exposition.fetch(url, seconds=config.target_seconds, token=token)
        return exposition.parse(answer, service, at, most=config.target_samples)

    return ask


def _server(config: Settings) -> Callable[[datetime], Scraped]:
    """Return the question to the Prometheus server: the value of each query, under the name of the query."""
    server = PrometheusServer(config.prometheus_url, seconds=config.target_seconds)
    queries = named_queries(config.prometheus_queries)

    def ask(at: datetime) -> Scraped:
        found: dict[tuple[str, str], Sample] = {}
        for name, expression in queries.items():
            for line in server.query(expression):
                named = {key: value for key, value in line.labels.items() if key != "__name__"}
                if not can_be_stored(name, named):
                    continue
                labels = labels_text(named)
                for point in line.points[-1:]:
                    found[name, labels] = Sample(service_of(PROMETHEUS), name, labels, at, point.value)
        if len(found) > config.target_samples:
            raise UpstreamError(
                f"Its answers hold more than {config.target_samples:,} values. Narrow ENERSCOPE_PROMETHEUS_QUERIES, or "
                "raise ENERSCOPE_TARGET_SAMPLES."
            )
        return Scraped(list(found.values()), frozenset())

    return ask


def named_queries(text: str) -> dict[str, str]:
    """Return the queries of the setting by their names.

    Examples
    --------
    >>> named_queries("targets_up=up; busy=sum(rate(node_cpu_seconds_total{mode='user'}[5m]))")["targets_up"]
    'up'
    """
    pairs = (part.partition("=") for part in text.split(";") if part.strip())
    return {name.strip(): expression.strip() for name, _, expression in pairs if name.strip()}


def _own_files(config: Settings) -> Callable[[datetime], Scraped]:
    folder = config.root / meters.FOLDER

    def ask(at: datetime) -> Scraped:
        return exposition.of_families(meters.families(folder), WEB, at, most=config.target_samples)

    return ask


_lock = threading.Lock()
_own: list[Scraper] = []


def take() -> None:
    """Ask all targets of this portal once."""
    with _lock:
        if not _own:
            _own.append(Scraper(settings()))
    _own[0].take()


register_task(Task("targets", settings().sample_seconds, take))
