"""The monitor's samples: what a round of looks costs in processor time, as a share of one core, and in room.

Counted is the time of this process and of the database's processes that serve it, over rounds of all collectors and ten
targets with two hundred samples each, as often as they run in use.
"""

import time
from collections.abc import Iterator

import psutil
from sqlalchemy import text

from data.engine import engine
from portal.core.config import Settings
from portal.services.monitoring.collecting import Collection
from portal.services.monitoring.scraping import Scraper
from portal.services.monitoring.sink import Sink
from tests.bench.report import Figure
from tests.bench.stage import Stage
from tests.helpers import databases
from tests.helpers.targets import says, targets

TARGETS, SAMPLES = 10, 200
TARGET_RATIO = 0.01


def measure(stage: Stage, *, quick: bool) -> list[Figure]:
    """Return the cost of collecting, without targets and with ten."""
    with databases.connected(stage.fresh("bench_samples")):
        return [*_own(stage, 20 if quick else 120), *_scraped(stage, 10 if quick else 60)]


def _seconds() -> float:
    """Return the processor time of this process and of the database's processes."""
    with engine().connect() as ask:
        pids = list(ask.scalars(text("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")))
    spent = 0.0
    for pid in [psutil.Process().pid, *pids]:
        times = psutil.Process(pid).cpu_times()
        spent += times.user + times.system
    return spent


def _own(stage: Stage, rounds: int) -> Iterator[Figure]:
    config = Settings(home=stage.home / "samples")
    one = Collection(config, Sink())
    one.take()  # pools, plans and imports
    begin = _seconds()
    for _ in range(rounds):
        one.take()
    share = (_seconds() - begin) / rounds / config.sample_seconds
    yield Figure(
        "samples", "portal, database and machine", "one core", 100 * share, "%", target=100 * TARGET_RATIO
    )


def _scraped(stage: Stage, rounds: int) -> Iterator[Figure]:
    body = "# TYPE a_total counter\n" + "".join(f'a_total{{n="{n}"}} {n}\n' for n in range(SAMPLES))
    with targets() as server:
        urls = ",".join(f"t{n}={server.at(f'/{n}', says(body))}" for n in range(TARGETS))
        config = Settings(home=stage.home / "samples", targets=urls)
        scraper = Scraper(config, Sink())
        scraper.take()
        begin, clock = _seconds(), time.perf_counter()
        for _ in range(rounds):
            scraper.take()
        share = (_seconds() - begin) / rounds / config.sample_seconds
        seconds = (time.perf_counter() - clock) / rounds
        scraper.close()
    name = f"{TARGETS} targets of {SAMPLES} samples"
    yield Figure("samples", name, "one core, with the targets' own part", 100 * share, "%")
    yield Figure("samples", name, "a round", 1000 * seconds, "ms")
    yield Figure("samples", name, "room of a sample", _room(), "B")


def _room() -> float:
    with engine().connect() as ask:
        return float(
            ask.scalar(
                text(
                    "SELECT sum(pg_total_relation_size(relid)) / (SELECT count(*) FROM service_samples) "
                    "FROM pg_partition_tree('service_samples') WHERE isleaf"
                )
            )
            or 0.0
        )
