"""Where the measuring happens: a PostgreSQL server with its databases, and the portal as people start it."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil
import psycopg

from data import migrations
from data.postgres import EmbeddedPostgres
from tests.helpers import databases
from tests.helpers.ports import free_port

ROOT = Path(__file__).parents[2]
PASSWORD = "enerscope-demo"
USER = "risk"


class Stage:
    """A server of our own with the default, durable settings. ``kept`` names a folder that the next run may reuse."""

    def __init__(self, kept: Path | None) -> None:
        self._kept = kept
        self.home = kept or Path(tempfile.mkdtemp(prefix="ens-"))
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o711)
        self._server = EmbeddedPostgres(self.home / "pg")
        self.url = ""

    def __enter__(self) -> Self:
        self.url = self._server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.stop(force=True)
        if self._kept is None:
            shutil.rmtree(self.home, ignore_errors=True)

    def fresh(self, name: str) -> str:
        """Return the URL of a migrated, otherwise empty database that replaces an older one of that name."""
        databases.drop(self.url, self._named(name))
        return self._migrated(name)

    def demo(self) -> str:
        """Return the URL of a database with the demo desk; made once."""
        name = "bench_demo"
        if self._has(name):
            return self._named(name)
        from portal.services import demo

        url = self._migrated(name)
        with databases.connected(url):
            demo.load()
        self._analyse(url)
        return url

    def large(self) -> str:
        """Return the URL of the demo desk grown to 200 instruments with ten years of daily bars; made once."""
        name = "bench_large"
        if self._has(name):
            return self._named(name)
        from tests.bench.large import grow

        url = databases.clone(self.url, self.demo(), name=name)
        grow(url)
        self._analyse(url)
        return url

    def book(self, trades: int) -> str:
        """Return the URL of the demo desk with a book of ``trades`` live trades in place of its own; made once."""
        name = f"bench_book_{trades}"
        if self._has(name):
            return self._named(name)
        from tests.bench import large_book

        url = databases.clone(self.url, self.demo(), name=name)
        with databases.connected(url):
            large_book.grow(url, trades)
        self._analyse(url)
        return url

    def processes(self) -> list[psutil.Process]:
        """Return the database server's processes."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
        assert row is not None
        pid = int((Path(row[0]) / "postmaster.pid").read_text(encoding="ascii").split()[0])
        return family(pid)

    def _has(self, name: str) -> bool:
        with psycopg.connect(self.url) as connection:
            return (
                connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
                is not None
            )

    def _named(self, name: str) -> str:
        before, _, rest = self.url.partition("@/")
        return f"{before}@/{name}?{rest.split('?', 1)[1]}"

    def _migrated(self, name: str) -> str:
        url = databases.create(self.url, name)
        with databases.connected(url) as engine:
            migrations.upgrade(engine)
        return url

    @staticmethod
    def _analyse(url: str) -> None:
        """Give the planner its statistics now, as autovacuum does in the first minute of a server's life."""
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("VACUUM (ANALYZE)")


@dataclass(frozen=True)
class Served:
    """A web server in a process of its own."""

    address: str
    pid: int

    def processes(self) -> list[psutil.Process]:
        """Return the launcher and its worker."""
        return family(self.pid)


def family(pid: int) -> list[psutil.Process]:
    """Return a process and all that came from it."""
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def cpu_seconds(processes: list[psutil.Process]) -> float:
    """Return the processor time that ``processes`` have used so far."""
    total = 0.0
    for process in processes:
        try:
            used = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += used.user + used.system
    return total


@contextmanager
def portal(database_url: str, home: Path) -> Iterator[Served]:
    """Run ``enerscope run`` over ``database_url``; ``home`` is its folder for caches."""
    environment = {
        "DATABASE_URL": database_url,
        "ENERSCOPE_HOME": str(home),
        "ENERSCOPE_SESSIONS_PER_USER": "50",
        "HOST": "127.0.0.1",
    }
    with _served(["-m", "portal.cli", "run"], environment, home / "portal.log", "/healthz/ready") as served:
        yield served


@contextmanager
def bare(database_url: str, home: Path) -> Iterator[Served]:
    """Run the bare Dash app over the same database and the same web server."""
    with _served(
        ["-m", "tests.bench.bare"], {"DATABASE_URL": database_url}, home / "bare.log", "/ready"
    ) as served:
        yield served


@contextmanager
def _served(arguments: list[str], environment: Mapping[str, str], log: Path, ready: str) -> Iterator[Served]:
    port = free_port()
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, *arguments],
            env={**os.environ, **environment, "PORT": str(port)},
            stdout=out,
            stderr=out,
            cwd=ROOT,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(address + ready, process, log)
        yield Served(address, process.pid)
    finally:
        process.terminate()
        process.wait(30)


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(address, timeout=2)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"{address} does not answer:\n{log.read_text()}")
