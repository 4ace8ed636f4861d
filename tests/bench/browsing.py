"""Pages in headless Chromium: first visit, revisit and a change of an input, until nothing changes on screen any more.

The portal and the bare Dash app take turns, so that whatever else the machine does hits both. A page counts as painted
at the second frame after the last change of its document, given that what the view names is there and that nothing
changes for ``QUIET_MS`` afterwards. The clock is the browser's own: from the start of the navigation, or from the
event of the changed input.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

import psutil
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.bench.report import Figure, middle
from tests.bench.stage import PASSWORD, USER, Served, Stage, bare, cpu_seconds, portal
from tests.bench.views import VIEWS, Shown, Side, View
from tests.e2e.conftest import ARGUMENTS

QUIET_MS = 450
PATIENCE_MS = 60_000
AGAINST = "bare Dash"

# Runs in every document before its own scripts. `armed` is the start of a measurement.
WATCH = """
(() => {
  const bench = { last: 0, painted: 0, armed: 0, waiting: false };
  window.__bench = bench;
  const seen = () => {
    bench.last = performance.now();
    if (bench.waiting) { return; }
    bench.waiting = true;
    requestAnimationFrame(() => requestAnimationFrame(() => {
      bench.waiting = false;
      bench.painted = performance.now();
    }));
  };
  // The head, and a class that plotly's wrapper takes off a finished chart, are not seen by anybody.
  const visible = (m) => m.target !== document.head
    && !(m.attributeName === "class" && m.target.matches(".js-plotly-plot"));
  new MutationObserver((all) => { if (all.some(visible)) { seen(); } }).observe(document, {
    subtree: true, childList: true, characterData: true,
    attributes: true, attributeFilter: ["d", "transform", "class", "style", "hidden", "src"] });
  const arm = () => { if (bench.armed === -1) { bench.armed = performance.now(); } };
  ["click", "change", "input"].forEach((name) => document.addEventListener(name, arm, true));
})();
"""
STATE = """
([wanted, legend, quiet]) => {
  const bench = window.__bench;
  const there = Object.entries(wanted).every(([selector, [low, high]]) => {
    const n = document.querySelectorAll(selector).length;
    return low <= n && n <= high;
  });
  const named = !legend || [...document.querySelectorAll(".legendtext")].some((e) => e.textContent.includes(legend));
  const still = performance.now() - bench.last > quiet && !bench.waiting;
  return there && named && still && bench.last >= bench.armed ? bench.painted - Math.max(0, bench.armed) : null;
}
"""


@dataclass
class Samples:
    """Measurements of one view in one app."""

    first: float | None = None
    cold: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)
    change: list[float] = field(default_factory=list)
    bytes_cold: list[float] = field(default_factory=list)
    bytes_change: list[float] = field(default_factory=list)
    cpu_warm: list[float] = field(default_factory=list)
    cpu_change: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)


@dataclass
class App:
    """One of the two apps, with the cookies of somebody who is signed in."""

    served: Served
    state: str | None
    side: Callable[[View], Side | None]
    samples: dict[str, Samples] = field(default_factory=dict)


class Traffic:
    """Bytes that came over the wire to one page, as the browser counts them."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.total = 0.0
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", self._count)

    def _count(self, event: dict[str, float]) -> None:
        self.total += max(0.0, event["encodedDataLength"])

    def take(self) -> float:
        """Return the bytes since the last call."""
        total, self.total = self.total, 0.0
        return total


def measure(stage: Stage, *, rounds: int, only: str = "") -> list[Figure]:
    """Return the figures of all views over ``rounds`` rounds."""
    views = [view for view in VIEWS if only in view.name]
    url = stage.demo()
    home = stage.home / "browser"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir()
    with (
        _chromium() as browser,
        portal(url, home / "portal") as ours,
        bare(url, home / "bare") as theirs,
    ):
        apps = (
            App(theirs, None, lambda view: view.bare),
            App(ours, _signed_in(browser, ours.address, home), lambda view: view.portal),
        )
        for number in range(rounds + 1):
            for view in views:
                for app in apps[:: 1 if number % 2 else -1]:
                    samples = app.samples.setdefault(view.name, Samples())
                    _visit(browser, app, view, samples, stage.processes(), is_first=number == 0)
    return [figure for view in views for figure in _figures(view.name, apps[1], apps[0])]


@contextmanager
def _chromium() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        raise SystemExit("The browser benchmark needs Chromium. Install it (apt-get install chromium).")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield browser
        browser.close()


def _signed_in(browser: Browser, address: str, home: Path) -> str:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/login")
    page.get_by_label("User name").fill(USER)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_selector(".es-shell", timeout=PATIENCE_MS)
    kept = str(home / "cookies.json")
    context.storage_state(path=kept)
    context.close()
    return kept


def _visit(
    browser: Browser,
    app: App,
    view: View,
    samples: Samples,
    database: list[psutil.Process],
    *,
    is_first: bool,
) -> None:
    """Open a view in a browser without cache, again with it, and change its input."""
    side = app.side(view)
    if side is None:
        return
    context = browser.new_context(viewport={"width": 1440, "height": 900}, storage_state=app.state)
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(WATCH)
    traffic = Traffic(context, page)
    address = app.served.address + side.path
    processes = app.served.processes()

    def goto() -> float:
        page.goto(address, wait_until="commit")
        return _painted(page, view.first)

    cold, size = goto(), traffic.take()
    before, before_database = cpu_seconds(processes), cpu_seconds(database)
    warm = goto()
    cpu_warm, in_database = cpu_seconds(processes) - before, cpu_seconds(database) - before_database
    traffic.take()
    if is_first:
        samples.first = cold
    else:
        samples.cold.append(cold)
        samples.bytes_cold.append(size)
        samples.warm.append(warm)
        samples.cpu_warm.append(cpu_warm)
        samples.database.append(in_database)
    if side.change is not None and not is_first:
        before = cpu_seconds(processes)
        page.evaluate("window.__bench.armed = -1")
        side.change(page)
        samples.change.append(_painted(page, view.then, view.legend))
        samples.bytes_change.append(traffic.take())
        samples.cpu_change.append(cpu_seconds(processes) - before)
    context.close()


def _painted(page: Page, shown: Shown, legend: str = "") -> float:
    """Return the seconds from the start of the measurement until everything was painted."""
    for _ in range(PATIENCE_MS // 50):
        found = page.evaluate(STATE, [{key: list(span) for key, span in shown.items()}, legend, QUIET_MS])
        if found is not None:
            return float(found) / 1000
        page.wait_for_timeout(50)
    counts = {selector: page.locator(selector).count() for selector in shown}
    raise SystemExit(f"{page.url} was not painted in a minute; there are {counts}, wanted {shown}.")


def _figures(name: str, ours: App, theirs: App) -> list[Figure]:
    a, b = ours.samples[name], theirs.samples.get(name, Samples())

    def figure(
        title: str, kind: str, unit: str, scale: float = 1.0, target: float | None = None
    ) -> list[Figure]:
        mine, other = getattr(a, kind), getattr(b, kind)
        if not mine:
            return []
        # The system counts processor time in steps of 10 ms, so that single views say little.
        pick = mean if kind in ("cpu_warm", "cpu_change", "database") else middle
        baseline = scale * pick(other) if other and kind != "database" else None
        against = "" if baseline is None else AGAINST
        return [Figure("browser", name, title, scale * pick(mine), unit, baseline, against, target)]

    return [
        *(
            [Figure("browser", name, "first visit after the start", a.first, "s", b.first, AGAINST)]
            if a.first and b.first
            else []
        ),
        *figure("cold first visit", "cold", "s"),
        *figure("warm revisit", "warm", "s"),
        *figure("changed input to all painted", "change", "s", target=0.3),
        *figure("bytes of a first visit", "bytes_cold", "kB", 1e-3, 2000.0),
        *figure("bytes of a changed input", "bytes_change", "kB", 1e-3),
        *figure("server CPU of a view", "cpu_warm", "s", target=0.1),
        *figure("server CPU of a changed input", "cpu_change", "s"),
        *figure("database CPU of a view", "database", "s"),
    ]
