"""The tables of Compliance > Overview: parts of the score, deadlines, findings by day and regime, coverage."""

from collections import Counter
from urllib.parse import urlencode

from portal.core.clock import Clocks
from portal.core.table import LAPTOP, PHONE, Cell, Column, GridQuery, Table, sort_rows
from portal.domain.compliance import overview_metrics as metrics
from portal.domain.compliance.base import all_rules
from portal.domain.compliance.score import points_lost, share
from portal.services.compliance.obligations import ObligationView
from portal.services.compliance.overview import Overview

ACTIONS = ("block", "flag", "gap")
HEADINGS = {"block": "Blocked", "flag": "Flagged", "gap": "Lacked facts"}
OPEN, LATE, CLOSED, EVERY = "open", "late", "closed", "all"
STATES = {OPEN: "Open", LATE: "Late", CLOSED: "Done or skipped", EVERY: "All"}
AHEAD = 45
"""Open obligations due within so many days are in the first list; those beyond are in 'All'."""
DEADLINES = (
    Column("number", "No."),
    Column("title", "What"),
    Column("due", "Due", "moment", room=PHONE),
    Column(
        "left", "Left", "number", "d", decimals=1, metric=metrics.DAYS_LEFT.id, signed=True, coloured=False
    ),
    Column("status", "Status", "badge"),
    Column("regime", "Regime", room=PHONE),
    Column("rule", "Rule", room=LAPTOP),
    Column("owner", "Owner", room=PHONE),
    Column("day", "Deadline", room=LAPTOP, help="Whether the day itself is known from the law"),
    Column("report", "Report", link="address", room=PHONE),
    Column("address", "Address", hidden=True),
)
PARTS = (
    Column("part", "Part"),
    Column("weight", "Weight", "number", decimals=0, room=LAPTOP),
    Column("open", "Open", "integer"),
    Column("evaluated", "Evaluated", "integer"),
    Column("lost", "Lost", "number", decimals=2, metric=metrics.POINTS_LOST.id),
)
COVERAGE = (
    Column("rule", "Rule", link="address"),
    Column("title", "Title"),
    Column("evaluated", "Evaluated", "integer", room=PHONE),
    Column("fired", "Findings", "integer", room=PHONE),
    Column("gaps", "Lacked facts", "integer"),
    Column("share", "Coverage", "percent", decimals=1, metric=metrics.COVERAGE.id),
    Column("address", "Address", hidden=True),
)


def deadline_table(query: GridQuery, found: Overview, state: str) -> Table:
    """Return obligations in one state, by deadline."""
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, dict[str, Cell]] = {}
    for view in chosen(found, state):
        row, code = view.row, str(view.row.id)
        left = metrics.days_left(row.due_at, found.moment) if view.is_open else None
        rows.append(
            (
                code, row.title, row.due_at, left, view.status.value,
                row.regime, row.rule, view.standing.owner,
                "from the law" if row.due_confirmed else "to be confirmed", row.report_kind or "",
                _report(view, found.clocks),
            )
        )  # fmt: skip
        params[code] = {"obligation": row.id, "moment": found.moment.isoformat()}
    return sort_rows(Table(DEADLINES, rows, extra={"params": params}), query)


def chosen(found: Overview, state: str) -> list[ObligationView]:
    """Return the obligations that the page asks for."""
    if state == LATE:
        return list(found.late)
    if state == CLOSED:
        return [view for view in reversed(found.obligations) if not view.is_open]
    if state == EVERY:
        return list(found.obligations)
    return [
        view
        for view in found.obligations
        if view.is_open and metrics.days_left(view.row.due_at, found.moment) <= AHEAD
    ]


def _report(view: ObligationView, clocks: Clocks) -> str:
    kind = view.row.report_kind
    return f"/compliance/reports?{urlencode({'kind': kind, **clocks.query()})}" if kind else ""


def part_table(query: GridQuery, found: Overview) -> Table:
    """Return the parts of the score."""
    rows: list[tuple[Cell, ...]] = [
        (part.name, part.weight, part.open, part.evaluated, points_lost(part, found.parts))
        for part in found.parts
    ]
    params = {part.name: {"part": part.name, "moment": found.moment.isoformat()} for part in found.parts}
    return sort_rows(Table(PARTS, rows, extra={"params": params}), query)


def _counts(by: str, first: str) -> tuple[Column, ...]:
    return (
        Column(by, first),
        *(
            Column(
                action, HEADINGS[action], "integer", metric=metrics.FINDINGS.id, params=(("action", action),)
            )
            for action in ACTIONS
        ),
    )


def day_table(query: GridQuery, found: Overview) -> Table:
    """Return findings by day of the event."""
    counts = Counter[tuple[str, str]]()
    for row in found.findings:
        counts[row.day.isoformat(), row.action] += row.number
    days = sorted({day for day, _ in counts})
    rows: list[tuple[Cell, ...]] = [(day, *(counts[day, action] for action in ACTIONS)) for day in days]
    moment = found.moment.isoformat()
    params = {day: {"first": day, "last": day, "moment": moment} for day in days}
    return sort_rows(Table(_counts("day", "Day of the event"), rows, extra={"params": params}), query)


def regime_table(query: GridQuery, found: Overview) -> Table:
    """Return findings by regime, most blocks first."""
    counts = Counter[tuple[str, str]]()
    for row in found.findings:
        counts[row.regime, row.action] += row.number
    regimes = sorted({regime for regime, _ in counts}, key=lambda name: [-counts[name, a] for a in ACTIONS])
    rows: list[tuple[Cell, ...]] = [
        (regime, *(counts[regime, action] for action in ACTIONS)) for regime in regimes
    ]
    span = {"span": found.span, "moment": found.moment.isoformat()}
    params = {regime: {"regime": regime, **span} for regime in regimes}
    return sort_rows(Table(_counts("regime", "Regime"), rows, extra={"params": params}), query)


def coverage_table(query: GridQuery, found: Overview) -> Table:
    """Return by rule how many questions of the newest run were answered, the worst first."""
    rules, rows = all_rules(), list[tuple[Cell, ...]]()
    counts = found.run.counts if found.run else {}
    for code, count in counts.items():
        known, gaps = count["evaluated"], count["data_gap"]
        title = rules[code].title if code in rules else ""
        address = f"/compliance/checks?{urlencode({'rule': code, **found.clocks.query()})}"
        rows.append((code, title, known, count["fired"], gaps, share(known, known + gaps), address))
    rows.sort(key=lambda row: (row[5] if row[5] is not None else 2.0, str(row[0])))
    moment = found.moment.isoformat()
    params = {str(row[0]): {"rule": str(row[0]), "moment": moment} for row in rows}
    return sort_rows(Table(COVERAGE, rows, extra={"params": params}), query)
