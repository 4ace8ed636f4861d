"""How a feed stands against what is agreed: what is due when, what came, what is late, short or missing.

API: ``due_between(terms, begin, end)``, ``deliveries(arrivals, least_rows)``, ``judge(...) -> Judgement``. A delivery
is recognised by the day that it holds, not by when it came, so that a late one is never taken for the next.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from portal.domain.market.holidays import desk_holidays
from portal.domain.monitoring.cron import CronLine
from portal.domain.monitoring.feed_figures import usual_rows
from portal.domain.monitoring.health import State

WINDOW = 20
"""Deliveries that habits are judged by: four weeks of working days."""
SHORT_SHARE = 0.5  # of the usual rows; fewer are told


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed about a feed.

    Attributes
    ----------
    line : CronLine
        When a delivery is due.
    grace : timedelta
        It is late when this has passed since it was due.
    offset : int
        Days from the local day on which it is due to the day that it holds: 1 for what is known a day ahead.
    least_rows : int
        Fewer rows of a day are no delivery.
    holidays : bool
        Whether nothing is due on days off of the desk.
    """

    line: CronLine
    grace: timedelta
    offset: int = 0
    least_rows: int = 1
    holidays: bool = False


@dataclass(frozen=True, slots=True)
class Due:
    """A delivery that is expected: the day that it holds, when it is due and from when on it is late (UTC)."""

    day: date
    at: datetime
    deadline: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """What came for a day: when there was enough of it, when something came last, and all rows received."""

    day: date
    at: datetime
    last_at: datetime
    rows: int


@dataclass(frozen=True, slots=True)
class Expected:
    """One due delivery and what came of it; ``outcome`` is in time, late, missing or waiting."""

    due: Due
    delivery: Delivery | None
    outcome: str


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a feed stands at a moment.

    Attributes
    ----------
    state : State
        Bad when the newest due delivery is late, a warning when it is short or an older day is missing.
    reason : str
        A sentence.
    expected : tuple of Expected
        The newest deliveries that were due, oldest first, up to :data:`WINDOW`.
    late_since : datetime or None
        The deadline of the oldest delivery of those that are late now.
    missing : tuple of date
        Days that never came although newer ones did.
    """

    state: State
    reason: str
    expected: tuple[Expected, ...]
    late_since: datetime | None
    missing: tuple[date, ...]

    @property
    def late_days(self) -> tuple[date, ...]:
        """The days that are late now."""
        since = self.late_since
        return tuple(
            one.due.day
            for one in self.expected
            if since and one.outcome == "missing" and one.due.deadline >= since
        )


@lru_cache(maxsize=512)
def due_between(terms: Terms, begin: date, end: date) -> tuple[Due, ...]:
    """Return the deliveries that are due within a span.

    Parameters
    ----------
    terms : Terms
        What is agreed.
    begin, end : date
        First and last UTC day of the moments at which they are due, both included.

    Returns
    -------
    tuple of Due
        Oldest first.
    """
    zone = ZoneInfo(terms.line.timezone)
    until = datetime(end.year, end.month, end.day, tzinfo=ZoneInfo("UTC")) + timedelta(days=1)
    moment = datetime(begin.year, begin.month, begin.day, tzinfo=ZoneInfo("UTC")) - timedelta(microseconds=1)
    off = desk_holidays(begin - timedelta(days=2), end + timedelta(days=2)) if terms.holidays else frozenset()
    found = []
    while (following := terms.line.next_after(moment)) is not None and following < until:
        moment = following
        local = moment.astimezone(zone).date()
        if local not in off:
            found.append(Due(local + timedelta(days=terms.offset), moment, moment + terms.grace))
    return tuple(found)


def deliveries(arrivals: Iterable[tuple[date, datetime, int]], least_rows: int = 1) -> dict[date, Delivery]:
    """Put together what came for each day.

    Parameters
    ----------
    arrivals : iterable of (date, datetime, int)
        Day, moment of recording and rows, in any order.
    least_rows : int
        A day is there from the moment at which so many rows of it are.

    Returns
    -------
    dict of date to Delivery
        Days with too few rows are left out. Rows of a correction count again: they were received.

    Examples
    --------
    >>> noon = datetime(2026, 1, 5, 12)
    >>> deliveries([(noon.date(), noon, 3)], 4)
    {}
    """
    by_day: dict[date, list[tuple[datetime, int]]] = {}
    for day, at, rows in arrivals:
        by_day.setdefault(day, []).append((at, rows))
    found = {}
    for day in sorted(by_day):
        total, enough = 0, None
        for at, rows in sorted(by_day[day]):
            total += rows
            enough = at if enough is None and total >= max(1, least_rows) else enough
        if enough is not None:
            found[day] = Delivery(day, enough, max(at for at, _ in by_day[day]), total)
    return found


def expect(
    dues: Sequence[Due], found: Mapping[date, Delivery], now: datetime, *, ends_on: date | None = None
) -> tuple[Expected, ...]:
    """Lay what came beside what was due.

    Parameters
    ----------
    dues : sequence of Due
        Oldest first.
    found : mapping of date to Delivery
        What came.
    now : datetime, UTC
        What is due later is left out.
    ends_on : date, optional
        The last day that is expected of a feed that ends.

    Returns
    -------
    tuple of Expected
        Oldest first; nothing is expected before the first day that ever came.
    """
    if not found:
        return ()
    first = min(found)
    asked = [
        due for due in dues if due.at <= now and due.day >= first and (ends_on is None or due.day <= ends_on)
    ]
    return tuple(Expected(due, found.get(due.day), _outcome(due, found, now)) for due in asked)


def _outcome(due: Due, found: Mapping[date, Delivery], now: datetime) -> str:
    delivery = found.get(due.day)
    if delivery is not None and delivery.at <= now:
        return "in time" if delivery.at <= due.deadline else "late"
    return "missing" if now > due.deadline else "waiting"


def judge(expected: Sequence[Expected], *, ends_on: date | None = None) -> Judgement:
    """Say how a feed stands.

    Parameters
    ----------
    expected : sequence of Expected
        As :func:`expect` returns them. Habits are judged by the newest :data:`WINDOW`; what is late is late since the
        first that did not come after the last that did, however long ago that is.
    ends_on : date, optional
        The last day that is expected of a feed that ends.

    Returns
    -------
    Judgement
        Unknown where nothing ever came.
    """
    laid = tuple(expected)
    shown = laid[-WINDOW:]
    if not shown:
        return Judgement(State.UNKNOWN, "Nothing has arrived in the last weeks.", (), None, ())
    last = max((at for at, one in enumerate(laid) if one.outcome in ("in time", "late")), default=-1)
    late = [one.due for one in laid[last + 1 :] if one.outcome == "missing"]
    before = laid[len(laid) - len(shown) : max(last, 0)]
    missing = tuple(one.due.day for one in before if one.outcome == "missing")
    if late:
        return Judgement(State.BAD, _late_words(late), shown, late[0].deadline, missing)
    newest = laid[last].delivery if last >= 0 else None
    reason = _good_words(shown, newest, ends_on)
    if newest is not None and (short := short_words(newest, usual_rows(rows_of(before)))):
        return Judgement(State.WARNING, short, shown, None, missing)
    if missing:
        days = ", ".join(f"{day}" for day in missing[-3:])
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        return Judgement(
            State.WARNING, f"Newer days came, but {days}{more} never did. Import them.", shown, None, missing
        )
    return Judgement(State.GOOD, reason, shown, None, ())


def _late_words(late: Sequence[Due]) -> str:
    first = late[0]
    more = f" and {len(late) - 1} later" if len(late) > 1 else ""
    return (
        f"The delivery for {first.day}{more} has not come; it was due at {first.at:%Y-%m-%d %H:%M} UTC and is late "
        f"since {first.deadline:%Y-%m-%d %H:%M} UTC. Ask the source, or import the file."
    )


def _good_words(shown: Sequence[Expected], newest: Delivery | None, ends_on: date | None) -> str:
    waiting = next((one.due for one in shown if one.outcome == "waiting"), None)
    if waiting is not None:
        return f"The delivery for {waiting.day} is due; it has time until {waiting.deadline:%H:%M} UTC."
    if newest is None:
        return "Nothing is late."
    if ends_on is not None:
        return f"Complete to {newest.day}, where it ends; nothing newer is expected."
    return f"The delivery for {newest.day} came at {newest.at:%Y-%m-%d %H:%M} UTC with {newest.rows:,} rows."


def short_words(newest: Delivery, usual: float | None) -> str:
    """Say that a delivery is short, or nothing.

    Parameters
    ----------
    newest : Delivery
        The delivery.
    usual : float or None
        Rows that deliveries before it usually had.

    Returns
    -------
    str
        A sentence; "" when it has at least half of the usual rows or nothing is usual yet.
    """
    if usual is None or newest.rows >= SHORT_SHARE * usual:
        return ""
    return (
        f"The delivery for {newest.day} has {newest.rows:,} rows; {usual:,.0f} are usual. "
        "Ask the source whether something is left out."
    )


def rows_of(expected: Sequence[Expected]) -> list[int | None]:
    """Return the rows of due deliveries.

    Parameters
    ----------
    expected : sequence of Expected
        Oldest first.

    Returns
    -------
    list of int or None
        None for those that did not come.
    """
    return [None if one.delivery is None else one.delivery.rows for one in expected]
