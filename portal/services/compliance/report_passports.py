"""How the figures of Compliance > Reports are computed again."""

from collections.abc import Mapping, Sequence
from typing import Any

from data.queries import reports as queries
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.metrics import Params
from portal.core.passport import Evaluation, Outcome, Parameter
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.compliance import report_metrics as metrics
from portal.services.compliance.report_funnel import EVERY, FATES, fate, in_state, steps
from portal.services.compliance.reports import standings
from portal.services.evaluation import evaluates

Records = Sequence[Mapping[str, Any]]
REPORT = Parameter("report", "Report", "integer", low=1, high=1e15)
FATE = Parameter("fate", "What became of the rows", default="accepted")
KIND = Parameter("kind", "Kind", default=EVERY)
STATE = Parameter("state", "State", default=EVERY)
_FUNNEL = (Column("fate", "Fate"), Column("rows", "Rows", "integer"))
_FILES = (
    Column("report", "Report", "integer"),
    Column("kind", "Kind"),
    Column("state", "State"),
    Column("sha256", "SHA-256"),
)
NO_FATE = "No row of the report came to that."


def _again(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    value = fate(records, str(params["fate"]))
    return Outcome(value, "rows", note="" if value is not None else NO_FATE)


@evaluates(metrics.ROWS.id, permission=Permission.COMPLIANCE_READ, parameters=(REPORT, FATE), replay=_again)
def rows(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
    """The rows of a report by what became of them: refused and accepted ones are counted, not remembered."""
    line = queries.report(work.session, int(params["report"] or 0))
    if line is None or line.recorded_at > clocks.known_at:
        raise NotFound(f"There is no report {params['report']}. Choose one of the list.")
    counted = queries.row_counts(work.session, line.id)
    found = [(name, counted.get(name, count)) for name, count in steps(line.facts)]
    named = [{"fate": name, "rows": count} for name, count in found]
    value = fate(named, str(params["fate"]))
    return Evaluation(
        f"{line.file_name} ({FATES.get(str(params['fate']), str(params['fate']))})",
        value,
        "rows",
        Table(_FUNNEL, found, simulated=line.simulated),
        newest=line.as_of,
        recorded_at=line.recorded_at,
        note="" if value is not None else NO_FATE,
    )


def _files_again(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    return Outcome(in_state(records, str(params["state"])), "files")


@evaluates(
    metrics.FILES.id, permission=Permission.COMPLIANCE_READ, parameters=(KIND, STATE), replay=_files_again
)
def files(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
    """The files that stand so."""
    kind = "" if params["kind"] == EVERY else str(params["kind"])
    found = standings(work, clocks, kind)
    table = Table(
        _FILES,
        [(item.line.id, item.line.kind, item.state.value, item.line.sha256) for item in found],
        simulated=any(item.line.simulated for item in found),
    )
    value = in_state(table.records(), str(params["state"]))
    return Evaluation("Files of reports", value, "files", table, newest=clocks.as_of)
