"""Compliance > Cases: the figures of the page and the queue as a table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from data.queries.cases import FindingRow
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Metric, Shown
from portal.core.table import LAPTOP, PHONE, Cell, Column, GridQuery, Table, sort_rows
from portal.domain.compliance import case_metrics as metrics
from portal.domain.compliance import check_counts, check_metrics
from portal.domain.compliance.case_workflow import Severity, State
from portal.services.compliance.case_passports import COLUMNS as ROW_COLUMNS
from portal.services.compliance.case_passports import COMPUTED, row_of
from portal.services.compliance.case_views import KINDS, CaseView, cases

PATH = "/compliance/cases"
ALL, MINE, NOBODY, UNDECIDED, LATE = "all", "me", "nobody", "undecided", "late"
STATES = {
    UNDECIDED: "Undecided",
    LATE: "Late",
    State.PROPOSED.value: "Decision waits",
    State.CLOSED.value: "Decided",
    ALL: "All",
}
COLUMNS = (
    Column("case", "Case", link="address"),
    Column("severity", "Severity", "badge"),
    Column("title", "What"),
    Column("rule", "Rule", room=PHONE),
    Column("subject", "About", room=PHONE),
    Column("state", "State", "badge"),
    Column("owner", "Owner", room=PHONE),
    Column("due", "Due", "moment", room=PHONE),
    Column(
        "left", "Time left", "number", "h", decimals=1, metric=metrics.HOURS_LEFT.id, signed=True, coloured=False
    ),
    Column("late", "In time", "badge"),
    Column("kind", "Kind", room=LAPTOP),
    Column("opened", "Opened", "moment", room=LAPTOP),
    Column("outcome", "Decision", room=LAPTOP),
    Column("address", "Address", hidden=True),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Queue:
    """All cases as they stood, with what the page asks of them."""

    clocks: Clocks
    views: tuple[CaseView, ...]

    @property
    def moment(self) -> datetime:
        """When they were counted."""
        return self.clocks.known_at

    def figure(self, metric: Metric) -> Shown:
        """Return a count over all cases with the parameters of its passport."""
        keys = [column.key for column in ROW_COLUMNS]
        rows = [dict(zip(keys, row_of(view), strict=True)) for view in self.views]
        value = COMPUTED[metric.id](rows, self.moment)
        unit = "" if metric.percent else metric.unit
        return Shown(metric, value, unit, {"moment": self.moment.isoformat()})


def queue(clocks: Clocks, actor: Actor) -> Queue:
    """Return all cases under the reader's clocks.

    Raises
    ------
    NotPermitted
        The actor may not read compliance.
    """
    return Queue(clocks, cases(clocks, actor))


def about(view: CaseView) -> str:
    """Return what a case is about; a number says of what it is one."""
    subject, kind = view.row.subject, view.row.subject_kind
    return f"{kind.capitalize()} {subject}" if subject.isdecimal() else subject


def address_of(case_id: int, clocks: Clocks) -> str:
    """Return the address of a case under the same clocks."""
    return f"{PATH}?{urlencode({'case': case_id, **clocks.query()})}"


def hours_left(view: CaseView, moment: datetime) -> Shown:
    """Return how much time a case has left."""
    keys = [column.key for column in ROW_COLUMNS]
    value = COMPUTED[metrics.HOURS_LEFT.id]([dict(zip(keys, row_of(view), strict=True))], moment)
    return Shown(metrics.HOURS_LEFT, value, "h", {"case": view.id, "moment": moment.isoformat()})


def margin(finding: FindingRow) -> Shown:
    """Return how far the finding was from its threshold; without a value where it compares nothing."""
    value = check_counts.margin(finding.measured, finding.limit)
    return Shown(check_metrics.MARGIN, value, finding.unit or "", {"record": finding.id})


def chosen(views: Iterable[CaseView], filters: Mapping[str, Any], actor: Actor) -> list[CaseView]:
    """Return the cases that the inputs of the page ask for."""
    state, owner = str(filters.get("state") or UNDECIDED), str(filters.get("owner") or ALL)
    severity, kind = str(filters.get("severity") or ALL), str(filters.get("kind") or ALL)
    return [
        view
        for view in views
        if _is_in(view, state)
        and (owner == ALL or view.standing.owner == {MINE: actor.username, NOBODY: None}.get(owner, owner))
        and severity in (ALL, view.standing.severity)
        and kind in (ALL, view.row.kind)
    ]


def _is_in(view: CaseView, state: str) -> bool:
    if state == LATE:
        return view.is_late and not view.is_closed
    return state == ALL or (state == UNDECIDED and not view.is_closed) or view.standing.state == state


def queue_table(query: GridQuery, views: Sequence[CaseView], clocks: Clocks) -> Table:
    """Return the queue: the undecided by their deadline, then the decided."""
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, Mapping[str, Cell]] = {}
    moment = clocks.known_at
    for view in views:
        row, standing, code = view.row, view.standing, str(view.id)
        left = hours_left(view, moment)
        rows.append(
            (
                code, standing.severity.value, row.title, row.rule or "", about(view), standing.state.value,
                standing.owner or "", view.due_at, left.value, "late" if view.is_late else "on time", KINDS[row.kind],
                row.opened_at, standing.outcome.value if standing.outcome else "", address_of(view.id, clocks),
            )
        )  # fmt: skip
        params[code] = {"case": view.id, "moment": moment.isoformat()}
    table = Table(COLUMNS, rows, extra={"params": params})
    if query.sort == "severity":  # by hurry, not by the alphabet
        table = _by_severity(table, descending=query.descending)
        query = GridQuery(None, False, query.text, query.offset, query.limit)
    return sort_rows(table, query)


def _by_severity(table: Table, *, descending: bool) -> Table:
    at = table.index("severity")
    rows = sorted(table.rows, key=lambda row: Severity(str(row[at])).rank, reverse=descending)
    return Table(table.columns, rows, extra=table.extra)
