"""Objectives as people read them: attained, error budget left, burn rates, and how the budget was spent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np

from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import Actor
from portal.core.arrays import FloatArray1D
from portal.core.permissions import Permission
from portal.core.table import Cell, Column, GridQuery, Table, sort_rows
from portal.domain.monitoring import slo
from portal.domain.monitoring import slo_metrics as metrics
from portal.domain.monitoring.rule_judging import counted as counted_in
from portal.services.monitoring.objectives import Counted, Objective, counted, objective, objectives
from portal.services.monitoring.rule_words import duration

BURNS = {"5m": (300.0, 60.0), "1h": (3_600.0, 300.0), "6h": (21_600.0, 900.0), "3d": (259_200.0, 3_600.0)}
"""Windows of burn rates: their length, and the steps in which their rows are shown, in seconds."""
WHOLE = "window"
"""The name of the window of the objective itself, read by the hour."""
HOUR = 3_600.0
LOOK = 60.0  # seconds that the first look stands for
SHORT = 0.98  # share of the window that must be known; below it the page says so


@dataclass(frozen=True, slots=True)
class Span:
    """The events of one window in steps that fill it, oldest first: shapes (n,)."""

    ends: FloatArray1D
    step_seconds: float
    good: FloatArray1D
    total: FloatArray1D

    @property
    def all_good(self) -> float:
        """Events of the window that went well."""
        return float(np.sum(self.good))

    @property
    def all(self) -> float:
        """All events of the window."""
        return float(np.sum(self.total))


@dataclass(frozen=True, slots=True)
class Standing:
    """How an objective stands at a moment."""

    objective: Objective
    moment: datetime
    spans: Mapping[str, Span]
    known_seconds: float
    note: str

    @property
    def is_short(self) -> bool:
        """Whether less than the window is known."""
        return self.known_seconds < SHORT * self.objective.window_seconds

    def attained(self) -> float | None:
        """Return the share that went well in the window; None without events."""
        return attained_of(self.spans[WHOLE].all_good, self.spans[WHOLE].all)

    def left(self) -> float | None:
        """Return the share of the error budget that is left."""
        return left_of(self.spans[WHOLE].all_good, self.spans[WHOLE].all, self.objective.objective)

    def burn(self, window: str) -> float | None:
        """Return the burn rate over one of the windows of :data:`BURNS`."""
        return burn_of(self.spans[window].all_good, self.spans[window].all, self.objective.objective)

    def lasts_hours(self) -> float | None:
        """Return how many hours the rest of the budget lasts at the rate of the last six hours."""
        return lasts_of(self.left(), self.burn("6h"), self.objective.window_seconds)

    def history(self) -> str:
        """Return in words how much of the window is known; "" when all is."""
        if not self.known_seconds:
            return "Nothing has been measured yet."
        if not self.is_short:
            return ""
        known = duration(max(60.0, round(self.known_seconds / 60) * 60))
        return f"Only {known} of the {self.objective.window_days} days are known so far; the figures are about these."


def _scalar(value: object) -> float | None:
    found = float(np.asarray(value))
    return found if np.isfinite(found) else None


def attained_of(good: float, total: float) -> float | None:
    """Return the share that went well; None without events."""
    return _scalar(slo.attained(np.array(good), np.array(total)))


def left_of(good: float, total: float, objective: float) -> float | None:
    """Return the share of the error budget that is left; None without events."""
    return _scalar(slo.budget_left(np.array(good), np.array(total), objective))


def burn_of(good: float, total: float, objective: float) -> float | None:
    """Return the burn rate; None without events."""
    return _scalar(slo.burn_rate(np.array(good), np.array(total), objective))


def lasts_of(left: float | None, burn: float | None, window_seconds: float) -> float | None:
    """Return how many hours the rest of the budget lasts; None while nothing is spent or known."""
    if left is None or burn is None:
        return None
    seconds = slo.lasts_seconds(left, burn, window_seconds)
    return None if seconds is None else seconds / HOUR


def failed(good: float, total: float) -> float:
    """Return how many events did not go well."""
    return max(0.0, total - good)


def now() -> datetime:
    """Return the moment for which a page is drawn: the last whole minute."""
    return clock.now().replace(second=0, microsecond=0)


def standings(
    actor: Actor, moment: datetime, codes: Sequence[str] = (), *, with_off: bool = False
) -> list[Standing]:
    """Return how the objectives that are on stand at ``moment``; ``codes`` chooses some, on or off."""
    actor.require(Permission.MONITORING_READ)
    with UnitOfWork() as work:
        return read(work, moment, codes, with_off=with_off)


def read(
    work: UnitOfWork, moment: datetime, codes: Sequence[str] = (), *, with_off: bool = False
) -> list[Standing]:
    """Return how objectives stand, in the transaction of ``work``."""
    known = objectives(work, moment).values()
    promised = [one for one in known if (one.code in codes if codes else with_off or one.enabled)]
    longest = max(seconds for seconds, _ in BURNS.values())
    asked = [(one, moment - timedelta(seconds=max(one.window_seconds, longest))) for one in promised]
    events = counted(work, asked, until=moment)
    return [_standing(one, found, moment) for one, found in zip(promised, events, strict=True)]


def _standing(one: Objective, found: Counted, moment: datetime) -> Standing:
    spans = {name: _span(found, moment, length, step) for name, (length, step) in BURNS.items()}
    spans[WHOLE] = _span(found, moment, one.window_seconds, HOUR)
    first = found.first
    known = 0.0 if first is None else min(one.window_seconds, max(LOOK, moment.timestamp() - first))
    return Standing(one, moment, spans, known, found.note)


def _span(found: Counted, moment: datetime, length: float, step: float) -> Span:
    numbers = np.arange(1, round(length / step) + 1)
    ends = (moment.timestamp() - length + step * numbers).astype(np.float64)
    total = np.nan_to_num(counted_in(found.total, ends, step))
    good = np.minimum(np.nan_to_num(counted_in(found.good, ends, step)), total)
    return Span(ends, step, good, total)


COLUMNS = (
    Column("code", "Code", hidden=True),
    Column("title", "Objective", link="address"),
    Column("service", "Service", room=760),
    Column("promised", "Promised", "text"),
    Column("attained", "Attained", "percent", metric=metrics.ATTAINED.id),
    Column("left", "Budget left", "percent", decimals=1, metric=metrics.BUDGET_LEFT.id),
    *(
        Column(
            f"burn_{name}", f"Burn {name}", "number", unit="×", metric=metrics.BURN_RATE.id, params=(("window", name),),
            room=0 if name in ("1h", "3d") else 760, help="1: the budget lasts exactly the window",
        )
        for name in BURNS
    ),
    Column("state", "State", "badge"),
    Column("known", "History"),
    Column("address", "", hidden=True),
)  # fmt: skip


def state_of(one: Standing) -> str:
    """Return how an objective stands in a word."""
    if not one.objective.enabled:
        return "off"
    left = one.left()
    if left is None:
        return "no data"
    if left < 0:
        return "missed"
    fast = one.burn("1h")
    return "burns" if fast is not None and fast > slo.WORKBOOK[0].factor else "kept"


def table(found: Sequence[Standing], query: GridQuery) -> Table:
    """Return the objectives as a table."""
    rows: list[tuple[Cell, ...]] = []
    for one in found:
        promised = f"{100 * one.objective.objective:g} % over {one.objective.window_days} days"
        burns = [one.burn(name) for name in BURNS]
        known = "all" if not one.is_short else duration(max(60.0, round(one.known_seconds / 60) * 60))
        rows.append(
            (
                one.objective.code, one.objective.title, one.objective.service, promised, one.attained(), one.left(),
                *burns, state_of(one), known if one.known_seconds else "nothing yet",
                f"/monitoring/slos?objective={one.objective.code}",
            )
        )  # fmt: skip
    params = {one.objective.code: params_of(one) for one in found}
    return sort_rows(Table(COLUMNS, rows, extra={"params": params}), query)


def params_of(one: Standing) -> dict[str, str]:
    """Return the parameters that pin a figure of an objective down."""
    return {"objective": one.objective.code, "moment": one.moment.isoformat()}


STEPS = (
    Column("at", "Until", "moment"),
    Column("total", "Events", "number", decimals=0),
    Column("failed", "Failed", "number", decimals=0),
    Column("left", "Budget left", "percent", decimals=2),
)


def spent(one: Standing) -> tuple[list[datetime], FloatArray1D, FloatArray1D, FloatArray1D]:
    """Return how the budget of the window was spent: ends of hours, events, failures, share of the budget left.

    The budget is that of all events of the window, so that the course ends at the figure of today.
    """
    span = one.spans[WHOLE]
    seen = np.flatnonzero(span.total > 0)
    begin = seen[0] if len(seen) else len(span.total)
    lost = (span.total - span.good)[begin:]
    budget = float(slo.budget_events(np.array(span.all), one.objective.objective))
    left = 1.0 - np.cumsum(lost) / budget if budget > 0 else np.zeros(0)
    ends = [datetime.fromtimestamp(at, UTC) for at in span.ends[begin:].tolist()]
    return ends, span.total[begin:], lost, left


def spent_table(one: Standing) -> Table:
    """Return how the budget was spent, hour by hour."""
    ends, total, lost, left = spent(one)
    rows = zip(ends, total.tolist(), lost.tolist(), left.tolist(), strict=True)
    return Table(STEPS, list(rows))


BURN_STEPS = (
    Column("at", "At", "moment"),
    Column("hour", "Over 1 h", "number"),
    Column("six", "Over 6 h", "number"),
)
COURSE_SECONDS, COURSE_STEP = 259_200.0, 900.0


def burns(actor: Actor, code: str, moment: datetime) -> tuple[list[datetime], dict[str, FloatArray1D]]:
    """Return the burn rates over one and six hours in the three days before ``moment``; NaN where nothing happened."""
    actor.require(Permission.MONITORING_READ)
    with UnitOfWork() as work:
        one = objective(work, code, moment)
        since = moment - timedelta(seconds=COURSE_SECONDS + BURNS["6h"][0])
        [found] = counted(work, [(one, since)], until=moment)
    numbers = np.arange(1, round(COURSE_SECONDS / COURSE_STEP) + 1)
    looks = (moment.timestamp() - COURSE_SECONDS + COURSE_STEP * numbers).astype(np.float64)
    rates = {}
    for name, key in (("1 h", "1h"), ("6 h", "6h")):
        total = np.nan_to_num(counted_in(found.total, looks, BURNS[key][0]))
        good = np.nan_to_num(counted_in(found.good, looks, BURNS[key][0]))
        rates[name] = slo.burn_rate(good, total, one.objective)
    known = np.flatnonzero(np.isfinite(rates["6 h"]))
    begin = int(known[0]) if len(known) else len(looks)
    ends = [datetime.fromtimestamp(at, UTC) for at in looks[begin:].tolist()]
    return ends, {name: rate[begin:] for name, rate in rates.items()}


def burn_table(ends: Sequence[datetime], rates: Mapping[str, FloatArray1D]) -> Table:
    """Return burn rates as rows."""
    both = [[None if np.isnan(one) else one for one in rates[name].tolist()] for name in ("1 h", "6 h")]
    return Table(BURN_STEPS, list(zip(ends, *both, strict=True)))
