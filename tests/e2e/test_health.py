"""Health in a browser: real parts are stopped, killed, filled, held up and set wrong, and the open page tells of each.

One portal with a PostgreSQL, a Redis and a Celery worker of its own, and one page that is never loaded again: every
fault must be on it within 15 seconds, and its recovery too, where the part itself is back as fast.
"""

import contextlib
import http.server
import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from data import migrations
from data.postgres import EmbeddedPostgres
from portal.core.permissions import Role
from portal.services import access
from tests.helpers.databases import connected
from tests.helpers.feeds import add_feed, deliver, workdays
from tests.helpers.ports import free_port
from tests.helpers.program import ROOT, Portal
from tests.helpers.redis_server import RedisServer
from tests.helpers.waiting import until
from tests.helpers.workers import celery_worker

LIMIT_MS = 15_000
WINDOW_MS = 90_000  # the errors of the last 30 seconds have to pass
NAME, PASSWORD = "olga", "a long walk by the river"
_SITE = """
from datetime import timedelta
from portal.core import clock

_real = clock.now

def _shifted():
    # The clock of the portal's machine, as far off as a file says.
    try:
        with open({path!r}, encoding="ascii") as file:
            return _real() + timedelta(seconds=float(file.read()))
    except (OSError, ValueError):
        return _real()

clock.now = _shifted
"""


class Target:
    """A Prometheus endpoint that answers, until it is told to hang."""

    def __init__(self) -> None:
        self.hangs = threading.Event()
        self.goes_on = threading.Event()
        outer = self

        class Answer(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                if outer.hangs.is_set():
                    outer.goes_on.wait(60)
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.end_headers()
                with contextlib.suppress(BrokenPipeError):  # who asked has given up
                    self.wfile.write(b"up 1\n")

            def log_message(self, *_words: object) -> None:
                return

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/metrics"

    def close(self) -> None:
        self.goes_on.set()
        self.server.shutdown()
        self.server.server_close()


@dataclass
class Ward:
    """The portal and its parts; ``seconds`` are how long each fault took to be seen."""

    folder: Path
    url: str
    postgres: EmbeddedPostgres
    redis: RedisServer
    target: Target
    portal: Portal
    start_worker: Callable[[], subprocess.Popen[bytes]]
    worker: subprocess.Popen[bytes] | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    @property
    def small_disk(self) -> Path:
        return self.folder / "small"

    @property
    def shift(self) -> Path:
        return self.folder / "shift"

    def execute(self, statement: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """Mount a tmpfs of 16 MB on ``folder``; where mounting is not allowed the tests of this module are skipped."""
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip(f"a small disk cannot be mounted here: {made.stderr.decode().strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=False)


def end_tree(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    """Send a signal to a process and all that it started."""
    try:
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
    except psutil.NoSuchProcess:
        return
    for one in family:
        with contextlib.suppress(psutil.NoSuchProcess):  # one may end with the one before
            one.send_signal(number)
    process.wait(30)


@pytest.fixture(scope="module")
def ward() -> Iterator[Ward]:
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="enh-", ignore_cleanup_errors=True))
        )
        folder.chmod(0o711)
        stack.enter_context(small_disk(folder / "small"))
        postgres = EmbeddedPostgres(folder / "pg", options={"fsync": "off", "autovacuum": "off"})
        url = postgres.start()
        stack.callback(postgres.stop, force=True)
        with connected(url) as engine:
            migrations.upgrade(engine)
            access.create_user(NAME, "Olga Operations", PASSWORD, frozenset({Role.OPERATIONS}))
        redis = stack.enter_context(RedisServer())
        target = Target()
        stack.callback(target.close)
        site = folder / "site"
        site.mkdir()
        (site / "sitecustomize.py").write_text(_SITE.format(path=str(folder / "shift")), "utf-8")
        portal = Portal(
            folder / "home", free_port(), DATABASE_URL=url, REDIS_URL=redis.url, ENERSCOPE_MONITOR="on",
            ENERSCOPE_MONITOR_SECONDS="1",  # the faults here last for a few seconds, and each has to be in the record
            ENERSCOPE_TARGETS=f"gate={target.url}", ENERSCOPE_BACKUP_FOLDER=str(folder / "small" / "backups"),
            PYTHONPATH=f"{site}{os.pathsep}{ROOT}",
        )  # fmt: skip
        (folder / "home").mkdir()

        def start_worker() -> subprocess.Popen[bytes]:
            number = len(list(folder.glob("worker*")))
            return stack.enter_context(
                celery_worker(folder / f"worker{number}", database=url, redis=redis.url)
            )

        made = Ward(folder, url, postgres, redis, target, portal, start_worker)
        stack.enter_context(portal)
        made.worker = start_worker()
        yield made
        print(
            "seconds until each fault was seen:",
            {name: round(took, 1) for name, took in made.seconds.items()},
        )


@pytest.fixture(scope="module")
def page(ward: Ward, browser: Browser) -> Iterator[Page]:
    """The page Health, opened once and never loaded again."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    opened.goto(f"{ward.portal.address}/login")
    opened.get_by_label("User name").fill(NAME)
    opened.get_by_label("Password").fill(PASSWORD)
    opened.get_by_role("button", name="Sign in").click()
    opened.wait_for_selector(".es-shell")
    opened.goto(f"{ward.portal.address}/monitoring/health")
    opened.evaluate("window.neverLoadedAgain = true")
    expect(opened.locator(".es-health-verdict")).to_be_visible(timeout=60_000)
    yield opened
    assert opened.evaluate("window.neverLoadedAgain") is True
    context.close()


def of(page: Page, service: str, state: str):
    return page.locator(f'[data-service="{service}"][data-state="{state}"]')


def well(page: Page, service: str, within: float = LIMIT_MS) -> None:
    expect(of(page, service, "good")).to_be_visible(timeout=within)


@contextmanager
def timed(ward: Ward, fault: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    ward.seconds[fault] = time.monotonic() - began


def recorded(ward: Ward, service: str) -> None:
    """Wait until the monitor has a fault in the record: it looks by itself, and what is over before it never sees."""

    def look() -> object:
        with psycopg.connect(ward.url) as connection:
            query = "SELECT 1 FROM service_states WHERE service = %s AND state = 'bad'"
            return connection.execute(query, [service]).fetchone()

    until(look, seconds=60)


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("ENERSCOPE_PICTURES"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_everything_is_well(page: Page):
    for service in ("web", "worker", "beat", "monitor", "database", "cache", "disk", "clock", "target.gate"):
        well(page, service, 120_000)
    expect(page.locator(".es-health-verdict")).to_contain_text("services are well")
    picture(page, "well")


def test_a_worker_that_is_killed(page: Page, ward: Ward):
    well(page, "worker")
    assert ward.worker is not None
    end_tree(ward.worker, signal.SIGKILL)
    with timed(ward, "worker killed"):
        expect(of(page, "worker", "bad")).to_contain_text(
            "has died. Jobs wait until one runs.", timeout=LIMIT_MS
        )
    expect(of(page, "worker", "bad")).to_contain_text("Touches: ")
    recorded(ward, "worker")
    ward.worker = ward.start_worker()
    well(page, "worker")
    well(page, "beat")


def test_redis_stops(page: Page, ward: Ward):
    well(page, "cache")
    ward.redis.kill()
    with timed(ward, "Redis stopped"):
        expect(of(page, "cache", "bad")).to_contain_text("Redis does not answer", timeout=LIMIT_MS)
    expect(of(page, "database", "good")).to_be_visible()
    recorded(ward, "cache")
    ward.redis.start()
    well(page, "cache")


def test_a_disk_is_nearly_full(page: Page, ward: Ward):
    well(page, "disk")
    filler = ward.small_disk / "filler"
    filler.write_bytes(b"\0" * (16 * 2**20 - 200_000))
    with timed(ward, "disk nearly full"):
        expect(of(page, "disk", "bad")).to_contain_text("The disk of the backups", timeout=LIMIT_MS)
    expect(of(page, "disk", "bad")).to_contain_text("is nearly full")
    recorded(ward, "disk")
    filler.unlink()
    well(page, "disk")


def test_a_target_hangs(page: Page, ward: Ward):
    well(page, "target.gate")
    ward.target.hangs.set()
    with timed(ward, "target hangs"):
        expect(of(page, "target.gate", "bad")).to_contain_text(
            "hangs: it did not answer within 2", timeout=LIMIT_MS
        )
    expect(of(page, "database", "good")).to_be_visible()
    recorded(ward, "target.gate")
    ward.target.hangs.clear()
    ward.target.goes_on.set()
    well(page, "target.gate")


def test_a_feed_is_late(page: Page, ward: Ward):
    today = datetime.now(UTC).date()
    days = workdays(today, 25)
    with connected(ward.url):
        instrument = add_feed("exchange", days[:-6])
        with timed(ward, "feed late"):
            late = of(page, "feed.exchange.prices", "bad")
            expect(late).to_be_visible(timeout=LIMIT_MS)
        expect(late).to_contain_text("Touches: ")
        recorded(ward, "feed.exchange.prices")
        for day in days[-6:]:
            deliver(instrument, day, datetime.now(UTC) - timedelta(seconds=1), source="exchange")
        well(page, "feed.exchange.prices")


def test_the_clocks_disagree(page: Page, ward: Ward):
    well(page, "clock")
    ward.shift.write_text("90", "ascii")
    with timed(ward, "clock skew"):
        expect(of(page, "clock", "bad")).to_contain_text(
            "seconds behind that of this machine", timeout=LIMIT_MS
        )
    recorded(ward, "clock")
    ward.shift.unlink()
    well(page, "clock")


def test_a_burst_of_errors(page: Page, ward: Ward):
    well(page, "web")
    ward.execute("ALTER TABLE limits RENAME TO limits_away")
    try:
        with timed(ward, "error burst"):
            for _ in range(30):
                answer = page.request.get(f"{ward.portal.address}/export/risk-limits-table.csv")
                assert answer.status == 500
            troubled = page.locator('[data-service="web"]:not([data-state="good"])')
            expect(troubled).to_contain_text("ended in an error of the portal itself", timeout=LIMIT_MS)
    finally:
        ward.execute("ALTER TABLE limits_away RENAME TO limits")
    well(page, "web", WINDOW_MS)


def test_the_database_stops(page: Page, ward: Ward, browser: Browser):
    well(page, "database")
    cookies = page.context.storage_state()
    ward.postgres.stop(force=True)
    with timed(ward, "database stopped"):
        expect(of(page, "database", "bad")).to_contain_text("does not answer", timeout=LIMIT_MS)
    database = of(page, "database", "bad")
    expect(database).to_contain_text("Not known because of it: ")
    expect(database).to_contain_text("Every page")
    expect(page.locator('.es-health-card[data-state="unknown"]')).to_have_count(0)
    expect(
        page.get_by_text("The record of changes is in the database, which does not answer.")
    ).to_be_visible()
    picture(page, "database-away")
    context = browser.new_context(
        viewport={"width": 390, "height": 844}, storage_state=cookies, color_scheme="dark"
    )
    other = context.new_page()
    other.goto(f"{ward.portal.address}/monitoring/health")
    expect(of(other, "database", "bad")).to_be_visible(timeout=60_000)
    expect(other.locator(".es-nav-link")).to_have_count(1)
    assert other.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    picture(other, "database-away-phone")
    for path in ("/", "/risk", "/monitoring/alerts", "/export/monitoring-health-changes.csv", "/metrics"):
        assert other.request.get(f"{ward.portal.address}{path}").status in (502, 503)
    context.close()
    stranger = browser.new_context()
    answer = stranger.request.get(f"{ward.portal.address}/monitoring/health", max_redirects=0)
    assert answer.status == 302
    stranger.close()
    ward.postgres.start()
    well(page, "database")
    well(page, "worker")
    expect(page.locator(".es-page")).to_contain_text("Changes of the last day")
    picture(page, "database-back")


def test_every_fault_was_recorded_and_told_by_the_monitor(ward: Ward, browser):
    """It takes the browser so that it stays behind the tests of the faults, whose record it reads."""
    with psycopg.connect(ward.url) as connection:
        stored = connection.execute("SELECT service, state FROM service_states").fetchall()
        told = connection.execute("SELECT subject FROM alerts WHERE rule = 'service.down'").fetchall()
    for service in ("database", "cache", "worker", "disk", "target.gate", "feed.exchange.prices", "clock"):
        recorded(ward, service)  # that of the database is stored once it is back
    assert "web" in {service for service, state in stored if state in ("bad", "warning")}
    assert ("web",) in told  # it lasts for the window of errors; what is over sooner wakes nobody
