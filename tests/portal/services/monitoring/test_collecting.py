"""The monitor's samples of the portal, over a real database and a real Redis, each of which goes away."""

import os
import socket
from datetime import timedelta

import psutil
import pytest
from sqlalchemy import text

from data.engine import connect, engine
from data.queries import samples as queries
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.config import Settings
from portal.core.errors import UpstreamError
from portal.core.permissions import Role
from portal.domain.monitoring import infrastructure_metrics
from portal.services.monitoring import agent, infrastructure
from portal.services.monitoring.collecting import Collection, folders
from portal.services.monitoring.sink import Sink
from tests.helpers.ports import free_port
from tests.helpers.redis_server import RedisServer
from tests.helpers.waiting import until

OLIVER = Actor(1, "oliver", "Oliver", frozenset({Role.OPERATIONS}))


def collection(home, **settings) -> Collection:
    return Collection(Settings(home=home, **settings), Sink())


def newest(service: str) -> dict[tuple[str, str], float]:
    with UnitOfWork() as work:
        return {key: point.value for key, point in queries.latest(work.session, service).items()}


def test_all_services_are_sampled_at_one_moment(database, redis_url, tmp_path):
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text(
                "INSERT INTO process_beats (instance, kind, host, pid, release, started_at, facts) "
                "VALUES ('a', 'web', :host, :pid, '1', to_timestamp(:born), '{}')"
            ),
            {"host": socket.gethostname(), "pid": os.getpid(), "born": psutil.Process().create_time()},
        )
    one = collection(tmp_path, redis_url=redis_url)
    one.take()
    counted = sum(psutil.cpu_times())
    until(lambda: sum(psutil.cpu_times()) > counted + 0.1)  # the clock of the processors goes in steps
    one.take()
    assert newest("disk")["host_cpu_ratio", ""] >= 0
    assert newest("database")["pg_connections_used", ""] >= 1
    assert newest("database")["pg_database_bytes", ""] > 1e6
    assert newest("cache")["redis_connected_clients", ""] >= 1
    assert newest("worker")["enerscope_jobs", "state=queued"] == 0
    assert newest("worker")["celery_queue_length", "queue=celery"] == 0
    assert newest("web")["process_count", ""] == 1
    assert newest("monitor")["process_resident_memory_bytes", ""] > 1e6
    with UnitOfWork() as work:
        assert work.session.scalar(text("SELECT count(DISTINCT at) FROM service_samples")) == 2


def test_locks_that_were_released_are_gone_from_their_figure_too(database, tmp_path):
    one = collection(tmp_path)

    def locks() -> float | None:
        (shown,) = infrastructure.figures("database", OLIVER, only=[infrastructure_metrics.LOCKS.id])
        return shown.value

    with engine().begin() as make:
        make.execute(text("CREATE TABLE scratch (n int)"))
    with engine().begin() as holder:
        holder.execute(text("LOCK TABLE scratch IN ACCESS EXCLUSIVE MODE"))
        one.take()
        assert locks() >= 1
    one.take()
    assert newest("database")["pg_locks", "granted=yes,mode=AccessExclusive"] == 0
    assert locks() == 0
    one.take()
    assert locks() == 0
    with UnitOfWork() as work:
        moments = work.session.scalar(
            text("SELECT count(DISTINCT at) FROM service_samples WHERE metric = 'pg_locks'")
        )
    assert moments == 3, "a database without locks is measured as well"


def test_redis_that_is_gone_takes_no_other_along(database, tmp_path):
    with RedisServer() as server:
        one = collection(tmp_path, redis_url=server.url)
        server.kill()
        with pytest.raises(UpstreamError, match="Redis does not answer"):
            one.take()
        assert newest("disk")
        assert newest("cache") == {}


def test_samples_of_an_outage_of_the_database_are_stored_when_it_is_back(database, tmp_path):
    one = collection(tmp_path)
    connect(f"postgresql://nobody@127.0.0.1:{free_port()}/none")
    for _ in range(2):
        with pytest.raises(UpstreamError, match="database does not answer"):
            one.take()
    connect(database)
    one.take()
    with UnitOfWork() as work:
        since = clock.now() - timedelta(minutes=10)
        found = queries.readings(work.session, "disk", "host_memory_used_ratio", "", since, clock.now())
    assert len(found) == 3


def test_a_collector_with_a_fault_is_named_and_the_others_go_on(database, tmp_path, monkeypatch):
    one = collection(tmp_path)

    def broken(_at):
        raise KeyError("secret")

    monkeypatch.setattr(one.host, "collect", broken, raising=False)
    with pytest.raises(UpstreamError) as told:
        one.take()
    assert "KeyError" in told.value.message
    assert "secret" not in told.value.message
    assert newest("database")


def test_the_monitor_knows_the_task():
    assert agent.all_tasks()["samples"].seconds > 0


def test_folders_that_are_watched(tmp_path):
    config = Settings(home=tmp_path, backup_folder=tmp_path / "backups")
    assert folders(config) == {"home": tmp_path.resolve(), "backups": (tmp_path / "backups").resolve()}
