"""What changed since somebody last looked: the figures of the overview then, kept by person, beside those of now.

Visits within :data:`SAME_VISIT` are one look, so that reloading the page does not hide what changed. Only looks at the
newest day as it is known now count: who opens an earlier day has not looked at what changed since.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from data.queries import looks as queries
from data.session import UnitOfWork
from data.writes import looks as writes
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.domain.overview.sentences import change
from portal.domain.risk.limits.use import Status
from portal.domain.risk.reading import Measure
from portal.services import clocks as clock_service
from portal.services.overview.home import Home

PAGE = "overview"
SAME_VISIT = timedelta(minutes=30)
TITLES = {
    "dtd": ("P&L of the day", "EUR"),
    "mtd": ("P&L of the month", "EUR"),
    "ytd": ("P&L of the year", "EUR"),
    "var": ("VaR", "EUR"),
    "expected_shortfall": ("Expected shortfall", "EUR"),
    "broken": ("limits broken", ""),
    "breaches": ("open breaches", ""),
    "cases": ("undecided cases", ""),
}


@dataclass(frozen=True, slots=True)
class Look:
    """The look before this visit: when it was, the clocks that show the same page again, and its figures."""

    at: datetime
    clocks: Clocks
    figures: Mapping[str, float]

    def changes(self, home: Home) -> list[str]:
        """Return what is different now, in words."""
        now = figures_of(home)
        told = [
            change(title, self.figures[key], now[key], unit)
            for key, (title, unit) in TITLES.items()
            if key in now and key in self.figures
        ]
        days = home.clocks.as_of - self.clocks.as_of
        first = (
            [f"the day went on from {self.clocks.as_of} to {home.clocks.as_of}"] if days > timedelta() else []
        )
        return [*first, *(one for one in told if one)]


def is_newest(clocks: Clocks) -> bool:
    """Whether the clocks show the newest day as it is known now."""
    return clocks.live and clocks.as_of == clock_service.latest_day()


def figures_of(home: Home) -> dict[str, float]:
    """Return the figures of the overview that are compared; those that the reader may not see are left out."""
    found: dict[str, float] = {}
    if home.profits is not None:
        found |= {period: home.profits.total(period) for period in home.profits.by_trade}
    if home.risk is not None:
        rows = {
            str(one): home.risk.figure(home.risk.ask.method, str(one), home.risk.ask.level) for one in Measure
        }
        found |= {key: row.value for key, row in rows.items() if row is not None}
    if home.limits is not None:
        found["broken"] = float(home.limits.count(Status.BREACH))
        found["breaches"] = float(len(home.limits.open_breaches))
    if home.compliance is not None:
        found["cases"] = float(len(home.compliance.open_cases))
    return found


def before(actor: Actor) -> Look | None:
    """Return the look before this visit; None when there was none."""
    with UnitOfWork() as work:
        row = queries.last_look(work.session, username=actor.username, page=PAGE)
        return _read(row.figures.get("before")) if row is not None else None


def remember(home: Home, actor: Actor) -> Look | None:
    """Keep what the page shows now, and return the look before this visit."""
    moment = home.clocks.known_at
    shown = {
        "at": moment.isoformat(), "as_of": home.clocks.as_of.isoformat(), "figures": figures_of(home)
    }  # fmt: skip
    with UnitOfWork(write=True) as work:
        row = queries.last_look(work.session, username=actor.username, page=PAGE)
        earlier = None
        if row is not None:
            is_same = moment - row.looked_at < SAME_VISIT
            earlier = row.figures.get("before") if is_same else row.figures.get("shown")
            if is_same:
                return _read(earlier)
        writes.keep_look(
            work.session, username=actor.username, page=PAGE, looked_at=moment, clocks=home.clocks.query(),
            figures={"shown": shown, "before": earlier},
        )  # fmt: skip
    return _read(earlier)


def _read(stored: Mapping[str, Any] | None) -> Look | None:
    if not stored:
        return None
    at = datetime.fromisoformat(str(stored["at"])).astimezone(UTC)
    return Look(at, Clocks(date.fromisoformat(str(stored["as_of"])), at, live=False), dict(stored["figures"]))
