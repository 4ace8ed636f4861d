"""How the figures of Compliance > Overview are computed again: parts, obligations, findings, counts."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from data.queries import compliance_overview as queries
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.compliance import overview_metrics as metrics
from portal.domain.compliance.obligations import Status, timeliness
from portal.domain.compliance.score import Part, points_lost, score, share, total
from portal.services.compliance import obligations, overview
from portal.services.compliance.case_passports import MOMENT, moment_of
from portal.services.compliance.obligations import ObligationView
from portal.services.evaluation import evaluates

Rows = Sequence[Mapping[str, Any]]
ALL = "all"
PART = Parameter("part", "Part")
RULE = Parameter("rule", "Rule", default=ALL)
OBLIGATION = Parameter("obligation", "Obligation", "integer", low=1, high=2**53)
FINDING = (
    Parameter("action", "Action"),
    Parameter("regime", "Regime", default=ALL),
    Parameter("first", "First day", default=ALL),
    Parameter("last", "Last day", default=ALL),
    Parameter("span", "Days", "integer", default=90, low=1, high=3660),
)
PARTS = (
    Column("part", "Part"),
    Column("weight", "Weight", "number"),
    Column("open", "Open", "integer"),
    Column("evaluated", "Evaluated", "integer"),
)
COUNTS = (
    Column("rule", "Rule"),
    Column("evaluated", "Evaluated", "integer"),
    Column("gaps", "Lacked facts", "integer"),
)
FOUND = (
    Column("day", "Day", "date"),
    Column("regime", "Regime"),
    Column("action", "Action"),
    Column("number", "Findings", "integer"),
)
DUE = (
    Column("obligation", "No.", "integer"),
    Column("rule", "Rule"),
    Column("regime", "Regime"),
    Column("due_at", "Due", "moment"),
    Column("status", "Status", "badge"),
)
NOTHING = "Nothing was evaluated, or nothing came due, by then."


def _pair(params: Params, clocks: Clocks) -> Clocks:
    return Clocks(clocks.as_of, moment_of(params, clocks))


def _outcome(metric: Metric, value: float | None, params: Params, clocks: Clocks) -> Outcome:
    steps = (Step("Counted at", f"{moment_of(params, clocks):%Y-%m-%d %H:%M:%S} UTC"),)
    return Outcome(value, metric.unit, steps, "" if value is not None else NOTHING)


def _register(
    metric: Metric, title: str, more: Sequence[Parameter],
    rows_of: Callable[[UnitOfWork, Params, Clocks, Actor], Table],
    compute: Callable[[Rows, Params, datetime], float | None],
    permission: Permission = Permission.COMPLIANCE_READ,
) -> None:  # fmt: skip
    """Register a figure by how its rows are read and how it follows from them."""

    def outcome(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
        return _outcome(metric, compute(rows, params, moment_of(params, clocks)), params, clocks)

    @evaluates(metric.id, permission=permission, parameters=(*more, MOMENT), replay=outcome)
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        table = rows_of(work, params, _pair(params, clocks), actor)
        found = outcome(table.records(), params, clocks)
        return Evaluation(title, found.value, found.unit, table, found.steps, note=found.note)


def _parts(work: UnitOfWork, _params: Params, clocks: Clocks, actor: Actor) -> Table:
    found = overview.parts_in(work, clocks, actor)
    return Table(PARTS, [(part.name, float(part.weight), part.open, part.evaluated) for part in found])


def _read_parts(rows: Rows) -> list[Part]:
    return [
        Part(str(row["part"]), float(row["weight"]), int(row["open"]), int(row["evaluated"])) for row in rows
    ]


def _lost(rows: Rows, params: Params, _at: datetime) -> float | None:
    parts = _read_parts(rows)
    part = next((item for item in parts if item.name == params["part"]), None)
    if part is None:
        raise DomainError(
            f"The score has no part '{str(params['part'])[:40]}'. Open the figure from its page."
        )
    return points_lost(part, parts)


def _counts(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Table:
    run = overview.newest_run(work, clocks)
    counts = run.counts if run else {}
    rows = [
        (code, int(count["evaluated"]), int(count["data_gap"]))
        for code, count in sorted(counts.items())
        if params["rule"] in (ALL, code)
    ]
    return Table(COUNTS, rows)


def _coverage(rows: Rows, _params: Params, _at: datetime) -> float | None:
    known, gaps = sum(int(row["evaluated"]) for row in rows), sum(int(row["gaps"]) for row in rows)
    return share(known, known + gaps)


def _findings(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Table:
    first = overview.first_day(clocks, int(params["span"] or 1))
    found = queries.findings(
        work.session, first=_day(params["first"], first), last=_day(params["last"], clocks.as_of),
        known_at=clocks.known_at,
    )  # fmt: skip
    rows = [
        (row.day, row.regime, row.action, row.number)
        for row in found
        if row.action == params["action"] and params["regime"] in (ALL, row.regime)
    ]
    return Table(FOUND, rows)


def _day(given: object, default: date) -> date:
    if given == ALL:
        return default
    try:
        return date.fromisoformat(str(given))
    except ValueError:
        raise DomainError(f"'{str(given)[:40]}' is no day. Open the figure again from its page.") from None


def _number(rows: Rows, _params: Params, _at: datetime) -> float:
    return total([int(row["number"]) for row in rows])


def _due_table(views: Sequence[ObligationView]) -> Table:
    rows = [
        (view.row.id, view.row.rule, view.row.regime, view.row.due_at, view.status.value) for view in views
    ]
    return Table(DUE, rows)


def _open(work: UnitOfWork, _params: Params, clocks: Clocks, actor: Actor) -> Table:
    views = obligations.listed_in(work, clocks, actor)
    return _due_table([view for view in views if view.is_open])


def _within_a_year(work: UnitOfWork, _params: Params, clocks: Clocks, actor: Actor) -> Table:
    views = obligations.listed_in(work, clocks, actor)
    return _due_table(overview.due_within_a_year(views, clocks.known_at))


def _one(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Table:
    views = obligations.listed_in(work, clocks, actor)
    chosen = [view for view in views if view.row.id == params["obligation"]]
    if not chosen:
        raise NotFound(f"There is no obligation {params['obligation']}.")
    return _due_table(chosen)


def _at(value: object) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


def _late(rows: Rows, _params: Params, _at: datetime) -> float:
    return float(sum(row["status"] == Status.LATE.value for row in rows))


def _soon(rows: Rows, _params: Params, at: datetime) -> float:
    return float(sum(metrics.is_soon(_at(row["due_at"]), at) for row in rows))


def _in_time(rows: Rows, _params: Params, _at: datetime) -> float | None:
    return timeliness(Status(str(row["status"])) for row in rows)


def _left(rows: Rows, _params: Params, at: datetime) -> float | None:
    return metrics.days_left(_at(rows[0]["due_at"]), at) if rows else None


def _score(rows: Rows, _params: Params, _at: datetime) -> float | None:
    return score(_read_parts(rows))


# Its rows are counts, of nobody: whoever may see how compliance stands may see them.
_register(metrics.SCORE, "Parts of the score", (), _parts, _score, Permission.COMPLIANCE_SUMMARY)
_register(metrics.POINTS_LOST, "Parts of the score", (PART,), _parts, _lost)
_register(metrics.COVERAGE, "Questions of the newest run", (RULE,), _counts, _coverage)
_register(metrics.FINDINGS, "Findings by day and regime", FINDING, _findings, _number)
_register(metrics.LATE, "Open obligations", (), _open, _late)
_register(metrics.DUE_SOON, "Open obligations", (), _open, _soon)
_register(metrics.TIMELINESS, "Obligations of a year", (), _within_a_year, _in_time)
_register(metrics.DAYS_LEFT, "Obligation", (OBLIGATION,), _one, _left)
