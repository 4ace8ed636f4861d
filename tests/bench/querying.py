"""The queries behind each page: how many, how long in SQL, how long in all.

Each page is asked for over HTTP in this process as the browser asks, by somebody who is signed in; the calls of the
database driver are timed underneath. The baseline is what one writes first: read the whole table of daily prices into
pandas and group it there.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import dash
import pandas as pd
from sqlalchemy import Engine, event

from tests.bench.report import Figure, middle, percentile
from tests.bench.stage import PASSWORD, USER, Stage
from tests.helpers import databases
from tests.helpers.visitor import Visitor

ROUTER = ".._pages_content.children..._pages_store.data.."
INSTRUMENT = "/market/instrument/TTF"
AREAS = ("/market", "/portfolio")
AGAINST = "pandas: read all, group"


@dataclass
class Watch:
    """What the database was asked since the last :meth:`take`."""

    seconds: float = 0.0
    statements: int = 0
    _began: dict[int, float] = field(default_factory=dict)

    def attach(self, engine: Engine) -> None:
        """Time every statement of ``engine``."""
        event.listen(engine, "before_cursor_execute", self._before)
        event.listen(engine, "after_cursor_execute", self._after)

    def take(self) -> tuple[float, int]:
        """Return the seconds and the number of statements since the last call."""
        taken, self.seconds, self.statements = (self.seconds, self.statements), 0.0, 0
        return taken

    def _before(self, _connection: Any, cursor: Any, *_: Any) -> None:
        self._began[id(cursor)] = time.perf_counter()

    def _after(self, _connection: Any, cursor: Any, *_: Any) -> None:
        self.seconds += time.perf_counter() - self._began.pop(id(cursor))
        self.statements += 1


def measure(stage: Stage, *, rounds: int, only: str = "") -> list[Figure]:
    """Return the figures of every page on the demo desk and on the larger market."""
    from app import create_app
    from portal.core.config import Settings

    found: list[Figure] = []
    for name, url in (("demo desk", stage.demo()), ("200 x 10 years", stage.large())):
        with databases.connected(url) as engine:
            app = create_app(Settings(home=stage.home / "queries", secret_key="benchmark"))
            watch = Watch()
            watch.attach(engine)
            visitor = Visitor(app)
            visitor.sign_in(USER, PASSWORD)
            naive = middle([_naive(engine) for _ in range(3)])
            watch.take()
            for path in _paths():
                if only in path:
                    found += _page(visitor, watch, name, path, naive, rounds)
    return found


def _paths() -> list[str]:
    pages = [page["path"] for page in dash.page_registry.values() if not page.get("path_template")]
    return [*(path for path in pages if path == "/" or path.startswith(AREAS)), INSTRUMENT]


def _page(
    visitor: Visitor, watch: Watch, market: str, path: str, naive: float, rounds: int
) -> Iterator[Figure]:
    """Yield the figures of one page; what is kept from its first view is warm, as it is for all but one visitor."""
    in_sql, in_all, statements = [], [], 0
    for number in range(rounds + 1):
        watch.take()
        began = time.perf_counter()
        answer = visitor.ask(ROUTER, values={"_pages_location.pathname": path, "_pages_location.search": ""})
        took = time.perf_counter() - began
        if answer.status_code != 200 or b"es-state-error" in answer.data:
            raise SystemExit(f"{path} could not be drawn on the {market}: {answer.text[:300]}")
        seconds, statements = watch.take()
        if number:
            in_sql.append(1000 * seconds)
            in_all.append(1000 * took)
    group = f"queries, {market}"
    yield Figure(group, path, "statements of a view", statements, "")
    yield Figure(group, path, "in SQL, p50", middle(in_sql), "ms", 1000 * naive, AGAINST)
    yield Figure(group, path, "in SQL, p95", percentile(in_sql, 95), "ms", 1000 * naive, AGAINST)
    yield Figure(group, path, "page in all, p50", middle(in_all), "ms")
    yield Figure(group, path, "page in all, p95", percentile(in_all, 95), "ms")


def _naive(engine: Engine) -> float:
    """Return the seconds of reading all daily prices and taking the newest two of each instrument."""
    began = time.perf_counter()
    with quiet(engine) as connection:
        rows = pd.read_sql("SELECT * FROM price_daily", connection)
    rows = rows.sort_values(["instrument_id", "day", "recorded_at"])
    newest = rows.drop_duplicates(["instrument_id", "day"], keep="last")
    newest.groupby("instrument_id").tail(2)
    return time.perf_counter() - began


@contextmanager
def quiet(engine: Engine) -> Iterator[Any]:
    """Lend a connection."""
    with engine.connect() as connection:
        yield connection
