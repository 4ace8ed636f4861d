"""A real portal over the demo desk, and browsers that watch what it does.

Every page opened through ``visit`` fails its test on a console error, a failed request, or a request to another host.
"""

import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, expect

from portal.services import clocks
from tests.helpers.chromium import ARGUMENTS, executable
from tests.helpers.ports import free_port

PASSWORD = "enerscope-demo"
PATIENCE_MS = 60_000  # a busy machine parses the chart library slowly; nothing is tested on seconds
expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start the system's Chromium."""
    return {**browser_type_launch_args, "executable_path": executable(), "args": list(ARGUMENTS)}


@pytest.fixture(scope="session")
def portal(demo_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a portal started the way people start it, over the demo desk."""
    port = free_port()
    home = tmp_path_factory.mktemp("home")
    log = home / "portal.log"
    environment = {
        **os.environ,
        "DATABASE_URL": demo_database,
        "PORT": str(port),
        "HOST": "127.0.0.1",
        "ENERSCOPE_HOME": str(home),
        "ENERSCOPE_SESSIONS_PER_USER": "50",
        "ENERSCOPE_SCHEDULES": "off",
        "ENERSCOPE_MONITOR": "off",  # tests raise what they want to see; those of Health have a portal of their own
        "ENERSCOPE_SURVEY": "off",
        "ENERSCOPE_JOB_WORKERS": "0",  # what the demo desk leaves to a worker would take the processor from the tests
    }
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "portal.cli", "run"],
            env=environment,
            stdout=out,
            stderr=out,
            cwd=Path(__file__).parents[2],
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address, process, log)
        yield address
    finally:
        process.terminate()
        process.wait(60)


def _wait(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 180
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"The portal stopped at its start:\n{log.read_text()}")
        try:
            urllib.request.urlopen(f"{address}/healthz/ready", timeout=20)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.2)
        else:
            return
    pytest.fail(f"The portal did not answer within three minutes:\n{log.read_text()}")


@dataclass
class Watch:
    """What a page did that it should not have; ``allowed`` are patterns of expected trouble."""

    address: str
    allowed: list[str] = field(default_factory=list)
    troubles: list[str] = field(default_factory=list)

    def attach(self, page: Page) -> None:
        """Listen to ``page``."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.troubles.append(f"script error: {error}"))
        page.on("request", self._request)
        page.on("response", self._response)

    def check(self) -> None:
        """Fail on anything that was not allowed."""
        bad = [
            text for text in self.troubles if not any(re.search(pattern, text) for pattern in self.allowed)
        ]
        assert not bad, "\n".join(bad)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.troubles.append(f"console {message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.troubles.append(f"request to another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400:
            self.troubles.append(f"HTTP {response.status}: {response.url}")


@pytest.fixture
def as_of(demo_database: str) -> date:
    """The day as of which pages show the demo desk when nobody chose one; it moves with the calendar."""
    return clocks.resolve({}).as_of


def quarter_after(day: date, count: int = 1) -> date:
    """Return the first day of the quarter that many quarters after the one of ``day``."""
    number = day.year * 4 + (day.month - 1) // 3 + count
    return date(number // 4, number % 4 * 3 + 1, 1)


@pytest.fixture
def watch(portal: str) -> Iterator[Watch]:
    """Collects troubles of all pages of a test and fails it at the end if there were any."""
    watcher = Watch(portal)
    yield watcher
    watcher.check()


@pytest.fixture(scope="session")
def passes(browser: Browser, portal: str) -> dict[str, Any]:
    """Cookies of users that logged in already, so that each logs in once."""
    return {}


def log_in(page: Page, portal: str, user: str, password: str = PASSWORD) -> None:
    """Fill in the login form as a person does."""
    page.goto(f"{portal}/login")
    page.get_by_label("User name").fill(user)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


@pytest.fixture
def visit(
    browser: Browser, portal: str, passes: dict[str, Any], watch: Watch
) -> Iterator[Callable[..., Page]]:
    """Open a page as a user: ``visit("risk", "/market/prices", width=390)``."""
    contexts: list[BrowserContext] = []

    def open_page(
        user: str | None, path: str = "/", *, width: int = 1440, height: int = 900, scheme: str = "light"
    ) -> Page:
        state = passes.get(user) if user else None
        context = browser.new_context(
            viewport={"width": width, "height": height},
            storage_state=state,
            color_scheme=scheme,
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        if user and state is None:
            log_in(page, portal, user)
            page.wait_for_selector(".es-shell")
            passes[user] = context.storage_state()
        watch.attach(page)
        page.goto(f"{portal}{path}")
        return page

    yield open_page
    for context in contexts:
        context.close()
