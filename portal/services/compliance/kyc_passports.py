"""How the figures of Compliance > KYC are computed again."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from data.queries import screening as queries
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.compliance import kyc_counts as counts
from portal.domain.compliance import kyc_metrics as metrics
from portal.services.compliance import kyc_files, screening_hits
from portal.services.compliance.kyc_files import PartyView
from portal.services.compliance.screening_hits import HitView
from portal.services.evaluation import evaluates

Rows = Sequence[Mapping[str, Any]]
Compute = Callable[[Rows, datetime], float | None]
AT = "moment"
MOMENT = Parameter(AT, "Counted at (UTC)", default="known at")
HIT = Parameter("hit", "Hit", "integer", low=1, high=2**53)
LIST = Parameter("list", "List")
PARTY_COLUMNS = (
    Column("party", "Counterparty"),
    Column("status", "Status", "badge"),
    Column("next_review", "Next review", "date"),
)
HIT_COLUMNS = (
    Column("hit", "Hit", "integer"),
    Column("state", "State", "badge"),
    Column("spelling", "Spelling", "number"),
    Column("sound", "Sound", "number"),
)
LIST_COLUMNS = (Column("list", "List"), Column("imported", "Imported", "moment"))


def party_row(view: PartyView) -> tuple[Any, ...]:
    """Return what a count needs of a counterparty."""
    return view.row.code, view.status.status, view.status.next_review


def hit_row(view: HitView) -> tuple[Any, ...]:
    """Return what a count, or the score, needs of a hit; no names."""
    return view.row.id, view.state, view.row.detail.get("spelling", 0.0), view.row.detail.get("sound", 0.0)


def _statuses(rows: Rows) -> list[str]:
    return [str(row["status"]) for row in rows]


def _reviews(rows: Rows) -> list[date | None]:
    return [_day(row["next_review"]) for row in rows]


def _day(value: object) -> date | None:
    return value if isinstance(value, date) or value is None else date.fromisoformat(str(value))


def _at(value: object) -> datetime:
    return value if isinstance(value, datetime) else datetime.fromisoformat(str(value))


COMPUTED: Mapping[str, Compute] = {
    metrics.APPROVED.id: lambda rows, _: float(counts.approved_count(_statuses(rows))),
    metrics.BARRED.id: lambda rows, _: float(counts.barred_count(_statuses(rows))),
    metrics.OVERDUE.id: lambda rows, at: float(
        counts.overdue_count(_statuses(rows), _reviews(rows), at.date())
    ),
    metrics.WAITING.id: lambda rows, _: float(counts.waiting_count([str(row["state"]) for row in rows])),
    metrics.SCORE.id: lambda rows, _: counts.hit_score(float(rows[0]["spelling"]), float(rows[0]["sound"])),
    metrics.LIST_AGE.id: lambda rows, at: counts.age_hours(_at(rows[0]["imported"]), at),
}
"""Each figure from the rows and the moment; the page asks the same functions."""


def moment_of(params: Params, clocks: Clocks) -> datetime:
    """Return the moment of the count; DomainError for a text that is none."""
    asked = str(params[AT])
    if asked == MOMENT.default:
        return clocks.known_at
    try:
        return datetime.fromisoformat(asked)
    except ValueError:
        raise DomainError(f"'{asked[:40]}' is no moment. Open the figure again from its page.") from None


def _parties(work: UnitOfWork, _params: Params, clocks: Clocks, _actor: Actor) -> Table:
    return Table(PARTY_COLUMNS, sorted(map(party_row, kyc_files.parties_in(work, clocks)), key=str))


def _hits(_work: UnitOfWork, _params: Params, clocks: Clocks, actor: Actor) -> Table:
    return Table(HIT_COLUMNS, sorted(map(hit_row, screening_hits.hits(clocks, actor))))


def _hit(_work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Table:
    return Table(HIT_COLUMNS, [hit_row(screening_hits.hit(int(str(params["hit"])), clocks, actor))])


def _list(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Table:
    rows = [
        (row.code, row.recorded_at)
        for row in queries.newest_lists(work.session, known_at=clocks.known_at)
        if row.code == params["list"]
    ]
    if not rows:
        raise NotFound(f"There is no edition of the list '{str(params['list'])[:40]}'.")
    return Table(LIST_COLUMNS, rows)


def _register(
    metric: Metric, title: str, read: Callable[[UnitOfWork, Params, Clocks, Actor], Table], *more: Parameter
) -> None:
    compute = COMPUTED[metric.id]

    def outcome(rows: Rows, params: Params, clocks: Clocks) -> Outcome:
        moment = moment_of(params, clocks)
        value = compute(rows, moment) if rows or not more else None
        return Outcome(value, metric.unit, (Step("Counted at", f"{moment:%Y-%m-%d %H:%M:%S} UTC"),), "")

    @evaluates(metric.id, permission=Permission.COMPLIANCE_READ, parameters=(*more, MOMENT), replay=outcome)
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        then = replace(clocks, known_at=min(clocks.known_at, moment_of(params, clocks)))
        table = read(work, params, then, actor)
        found = outcome(table.records(), params, clocks)
        return Evaluation(title, found.value, found.unit, table, found.steps, note=found.note)


for _metric in (metrics.APPROVED, metrics.BARRED, metrics.OVERDUE):
    _register(_metric, "All counterparties", _parties)
_register(metrics.WAITING, "All hits", _hits)
_register(metrics.SCORE, "One hit", _hit, HIT)
_register(metrics.LIST_AGE, "Newest edition", _list, LIST)
