"""Celery's workers, asked over a real Redis: a real worker, none, and a Redis that is away."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from data.session import UnitOfWork
from portal.cli.celery_workers import asker
from portal.core.errors import UpstreamError
from portal.services.monitoring import celery_state
from tests.helpers.ports import free_port
from tests.helpers.redis_server import RedisServer
from tests.helpers.waiting import until

_PROGRAM = "from celery import Celery\napp = Celery('bare', broker={url!r}, backend={url!r})\n"


@contextmanager
def bare_worker(folder: Path, url: str) -> Iterator[None]:
    """Run a worker of Celery with two processes and no task; the portal's own takes long to start."""
    (folder / "bare.py").write_text(_PROGRAM.format(url=url), "utf-8")
    command = ["-m", "celery", "--app", "bare", "--workdir", str(folder), "worker", "--concurrency", "2"]
    process = subprocess.Popen(
        [sys.executable, *command], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def test_a_worker_is_seen_and_missed(database, tmp_path, monkeypatch):
    monkeypatch.setattr(celery_state, "_bound", [])

    def taken() -> dict[tuple[str, str], float]:
        """Take what the workers say once more; one that was held up does not answer in time, and is asked again."""
        celery_state.take()
        with UnitOfWork() as work:
            found = work.session.execute(
                text("SELECT metric, labels, value FROM service_samples WHERE service = 'worker' ORDER BY at")
            )
            values = {(metric, labels): value for metric, labels, value in found}
        return values if values["celery_workers", ""] else {}

    with RedisServer() as server:
        ask = asker(server.url)
        assert ask() == []
        with bare_worker(tmp_path, server.url):
            (one,) = until(ask, seconds=120)
            assert one.processes == 2
            assert one.active == one.reserved == one.done == 0
            celery_state.bind(ask)
            values = until(taken, seconds=120)
    assert values["celery_workers", ""] == 1
    assert values["celery_processes", ""] == 2
    assert values["celery_tasks", "state=active"] == 0


def test_redis_that_is_away_is_said():
    with pytest.raises(UpstreamError, match="workers could not be asked"):
        asker(f"redis://127.0.0.1:{free_port()}/0")()


def test_without_redis_nobody_is_asked(monkeypatch):
    monkeypatch.setattr(celery_state, "_bound", [])
    celery_state.take()
