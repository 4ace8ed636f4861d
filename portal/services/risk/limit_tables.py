"""The rows of Risk > Limits: limits as they stand, breaches, versions of one limit, and use by day."""

import json
from collections.abc import Mapping, Sequence
from math import isfinite
from urllib.parse import urlencode

import numpy as np

from portal.core.clock import Clocks
from portal.core.table import LAPTOP, PHONE, Cell, Column, GridQuery, Table, sort_rows
from portal.domain.risk import limit_metrics as metrics
from portal.domain.risk.limits.limit import Comparison, conditions
from portal.domain.risk.limits.terms_json import terms_to_json
from portal.domain.risk.limits.use import Status
from portal.services.risk.limit_breaches import BreachView
from portal.services.risk.limit_history import Past
from portal.services.risk.limit_measures import amount, words
from portal.services.risk.limit_page import Held, LimitPage
from portal.services.risk.limit_values import Standing
from portal.services.risk.limits import Version

STATUS_WORDS = {
    Status.OK: "within limit",
    Status.WARNING: "near limit",
    Status.BREACH: "over limit",
    Status.NO_DATA: "no value",
}
LIMIT_COLUMNS = (
    Column("limit", "Limit", link="address"),
    Column("portfolio", "Portfolio", room=PHONE),
    Column("measure", "Measure", room=PHONE),
    Column("value", "Value", "number", metric=metrics.VALUE.id, coloured=False, room=PHONE, unit_from="unit"),
    Column("hard", "Limit", "number", metric=metrics.TIER.id, coloured=False, room=PHONE, unit_from="unit"),
    Column("use", "Used", "percent", decimals=1, metric=metrics.USE.id, coloured=False),
    Column(
        "headroom", "Headroom", "number", signed=True, metric=metrics.HEADROOM.id, coloured=False, unit_from="unit"
    ),
    Column("unit", "Unit", sortable=False),
    Column("trend", "Use, 60 days", "spark", room=PHONE, tone_from="status"),
    Column("status", "Status", "badge"),
    Column("as_of", "As of", "date", room=LAPTOP),
    Column("address", "Address", hidden=True),
)  # fmt: skip
BREACH_COLUMNS = (
    Column("breach", "Breach"),
    Column("limit", "Limit", link="address"),
    Column("portfolio", "Portfolio"),
    Column("tier", "Tier", "badge"),
    Column("state", "State", "badge"),
    Column("opened", "Opened", "moment"),
    Column(
        "used", "Used now", "percent", decimals=1, metric=metrics.BREACH_USE.id, params=(("at", "now"),), coloured=False
    ),
    Column(
        "worst", "At worst", "percent", decimals=1, metric=metrics.BREACH_USE.id, params=(("at", "worst"),),
        coloured=False,
    ),
    Column("owner", "Owner"),
    Column("due", "Due", "moment"),
    Column("overdue", "Overdue", "badge"),
    Column("explanation", "Explanation", room=LAPTOP),
    Column("address", "Address", hidden=True),
)  # fmt: skip
DAY_COLUMNS = (
    Column("day", "Day", "date"),
    Column("use", "Used", "percent", decimals=1, metric=metrics.DAY_USE.id, coloured=False),
    Column("status", "Status", "badge"),
)
VERSION_COLUMNS = (
    Column("version", "Number", "integer"),
    Column("state", "State", "badge"),
    Column("terms", "Terms"),
    Column("effective_from", "From", "date"),
    Column("effective_to", "Until", "date"),
    Column("proposed_by", "Proposed by"),
    Column("proposed_at", "Proposed at", "moment", room=LAPTOP),
    Column("approvals", "Decisions"),
    Column("reason", "Reason"),
)
STANDING_COLUMNS = (
    Column("limit", "Limit"),
    Column("key", "Metric"),
    Column("value", "Value", "number", decimals=6),
    Column("run", "Run", "integer"),
    Column("as_of", "As of", "date"),
    Column("terms", "Terms"),
)
PAST_COLUMNS = (
    Column("day", "Day", "date"),
    Column("key", "Metric"),
    Column("value", "Value", "number", decimals=6),
    Column("terms", "Terms"),
)


def address_of(code: str, clocks: Clocks) -> str:
    """Return the address of a limit under the same clocks."""
    return f"/risk/limits?{urlencode({'limit': code, **clocks.query()})}"


def known(value: float) -> float | None:
    """Return a number, or None where there is none; a use of a limit of 0 has no number either."""
    return value if isfinite(value) else None


def limit_table(query: GridQuery, found: LimitPage) -> Table:
    """Return the limits in force, the worst first."""
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, Mapping[str, Cell]] = {}
    for held in found.held:
        version, judged = held.version, held.standing.judgement
        deciding = judged.deciding
        more = len(judged.parts) - 1
        said = words(deciding.condition.metric) + (
            f", which decides among {more + 1} conditions" if more else ""
        )
        rows.append(
            (
                version.code, version.node.code, said, known(deciding.value), deciding.condition.hard,
                known(judged.use), known(deciding.headroom), deciding.condition.unit, trend(held),
                STATUS_WORDS[judged.status], held.standing.reading.as_of, address_of(version.code, found.clocks),
            )
        )  # fmt: skip
        params[version.code] = {"limit": version.row.id, "tier": "hard"}
    return sort_rows(Table(LIMIT_COLUMNS, rows, simulated=found.simulated, extra={"params": params}), query)


def trend(held: Held) -> list[float] | None:
    """Return the use of the last days in percent; None with fewer than two days."""
    found: list[float] = held.days.use[np.isfinite(held.days.use)].tolist()
    return [100.0 * use for use in found] if len(found) > 1 else None


def breach_table(query: GridQuery, views: Sequence[BreachView], clocks: Clocks) -> Table:
    """Return breaches, the newest first."""
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, Mapping[str, Cell]] = {}
    for view in views:
        breach = view.breach
        rows.append(
            (
                str(view.id), view.code, view.node.code, f"{breach.tier} tier", breach.state.value, breach.opened_at,
                known(breach.used), known(breach.worst_used), breach.owner or "nobody yet", breach.due,
                "overdue" if view.overdue else None, breach.explanation or "",
                address_of(view.code, clocks),
            )
        )  # fmt: skip
        params[str(view.id)] = {"breach": view.id}
    return sort_rows(Table(BREACH_COLUMNS, rows, extra={"params": params}), query)


def day_table(query: GridQuery, held: Held) -> Table:
    """Return the use of a version by day, the newest first."""
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, Mapping[str, Cell]] = {}
    for at in range(len(held.past.day) - 1, -1, -1):
        day = held.past.day[at].item()
        rows.append((day, known(float(held.days.use[at])), STATUS_WORDS[Status(int(held.days.status[at]))]))
        params[str(day)] = {"limit": held.version.row.id, "day": str(day)}
    keyed: list[tuple[Cell, ...]] = [(str(row[0]), *row[1:]) for row in rows]
    columns = (Column("day", "Day"), *DAY_COLUMNS[1:])
    return sort_rows(Table(columns, keyed, simulated=held.simulated, extra={"params": params}), query)


def version_table(query: GridQuery, versions: Sequence[Version]) -> Table:
    """Return the versions of a limit, the newest first."""
    rows: list[tuple[Cell, ...]] = [
        (
            version.row.id, version.state.value, terms_words(version), version.row.effective_from,
            version.row.effective_to, version.row.proposed_by, version.row.recorded_at, said(version),
            version.row.reason,
        )
        for version in reversed(versions)
    ]  # fmt: skip
    return sort_rows(Table(VERSION_COLUMNS, rows), query)


def said(version: Version) -> str:
    """Return the decisions about a version in words."""
    found = [
        f"{item.decision} by {item.decided_by}" + (f" ({item.note})" if item.note else "")
        for item in version.decisions
    ]
    return ", ".join(found) or "none yet"


def terms_words(version: Version) -> str:
    """Return the terms of a version as a sentence."""
    stored = terms_to_json(version.limit.terms)
    joined = " and " if "all" in stored else " or "
    return joined.join(
        f"{words(c.metric)} {'at most' if c.comparison is Comparison.AT_MOST else 'at least'} {amount(c.hard, c.unit)} "
        f"(warns from {amount(c.soft, c.unit)})"
        for c in conditions(version.limit.terms)
    )


def standing_rows(standing: Standing) -> list[tuple[Cell, ...]]:
    """Return what a limit was judged from, in the order of its conditions."""
    terms = json.dumps(terms_to_json(standing.limit.terms), sort_keys=True)
    return [
        (standing.limit.code, key, item.value, item.run_id, item.as_of, terms)
        for key, item in standing.readings.items()
    ]


def past_rows(past: Past, terms: str, *, day: str | None = None) -> list[tuple[Cell, ...]]:
    """Return the values by day that a history was judged from; one day where ``day`` is given."""
    rows: list[tuple[Cell, ...]] = []
    for at, stamp in enumerate(past.day.tolist()):
        if day is None or str(stamp) == day:
            rows += [(stamp, key, known(float(values[at])), terms) for key, values in past.values.items()]
    return rows
