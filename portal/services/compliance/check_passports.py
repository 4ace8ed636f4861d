"""How the figures of Compliance > Checks are computed again: from records and runs as known at the reader's clocks."""

from collections.abc import Mapping, Sequence
from typing import Any

from data.queries import compliance_records as queries
from data.queries.compliance_records import RecordFilter, RunRow
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.metrics import Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.compliance import check_counts as counts
from portal.domain.compliance import check_metrics as metrics
from portal.services.evaluation import evaluates

Rows = Sequence[Mapping[str, Any]]
EVERY = "all"
ACTION = Parameter("action", "Action", default=EVERY)
RULE = Parameter("rule", "Rule", default=EVERY)
REGIME = Parameter("regime", "Regime", default=EVERY)
DAYS = Parameter("days", "Days of events", "integer", default=0, low=0, high=36_500)
RECORD = Parameter("record", "Record", "integer", low=1, high=2**53)
NO_RUN = "The rules have not been held against the book yet."
TALLY = (
    Column("rule", "Rule"),
    Column("regime", "Regime"),
    Column("action", "Action", "badge"),
    Column("day", "Day of the event", "date"),
    Column("records", "Records", "integer"),
)
RUN = (
    Column("run", "Run", "integer"),
    Column("subjects", "Subjects", "integer"),
    Column("rule", "Rule"),
    Column("evaluated", "Evaluated", "integer"),
    Column("fired", "Fired", "integer"),
    Column("data_gap", "Lacked facts", "integer"),
)
ONE = (
    Column("record", "Record", "integer"),
    Column("rule", "Rule"),
    Column("version", "Version", "integer"),
    Column("measured", "Measured", "number", decimals=4),
    Column("limit", "Limit", "number", decimals=4),
    Column("unit", "Unit"),
    Column("message", "Sentence"),
    Column("inputs", "Inputs used"),
    Column("parameters", "Parameters used"),
)


def filter_of(params: Params) -> RecordFilter:
    """Return what parameters ask of records."""
    text = {name: str(params[name]) for name in ("rule", "action", "regime")}
    return RecordFilter(
        **{name: "" if value == EVERY else value for name, value in text.items()},
        days=int(str(params["days"])),
    )


def run_table(run: RunRow | None) -> Table:
    """Return the counts of a run by rule."""
    if run is None:
        return Table(RUN, [])
    return Table(
        RUN,
        [
            (run.id, run.subjects, rule, row["evaluated"], row["fired"], row["data_gap"])
            for rule, row in sorted(run.counts.items())
        ],
    )


def total_of(rows: Rows, _params: Params, _clocks: Clocks) -> Outcome:
    """Return how many records the rows hold."""
    return Outcome(counts.total(int(row["records"]) for row in rows), metrics.FINDINGS.unit, (), "")


def checked_of(rows: Rows, _params: Params, _clocks: Clocks) -> Outcome:
    """Return the subjects of the run that the rows are of."""
    if not rows:
        return Outcome(None, metrics.CHECKED.unit, (), NO_RUN)
    return Outcome(float(rows[0]["subjects"]), metrics.CHECKED.unit, (Step("Run", str(rows[0]["run"])),), "")


def coverage_of(rows: Rows, _params: Params, _clocks: Clocks) -> Outcome:
    """Return the share of questions that could be answered."""
    value = counts.coverage(
        {"evaluated": int(row["evaluated"]), "data_gap": int(row["data_gap"])} for row in rows
    )
    return Outcome(value, metrics.COVERAGE.unit, (), "" if value is not None else NO_RUN)


def margin_of(rows: Rows, _params: Params, _clocks: Clocks) -> Outcome:
    """Return the margin of one record."""
    row = rows[0]
    steps = tuple(
        Step(title, float(row[name]), str(row["unit"] or ""))
        for title, name in (("Limit", "limit"), ("Measured", "measured"))
        if row[name] is not None
    )
    note = "" if row["limit"] is not None else "This rule measures nothing against a threshold."
    return Outcome(counts.margin(row["measured"], row["limit"]), str(row["unit"] or ""), steps, note)


@evaluates(
    metrics.FINDINGS.id, permission=Permission.COMPLIANCE_READ, parameters=(ACTION, RULE, REGIME, DAYS),
    replay=total_of,
)  # fmt: skip
def findings(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Count records."""
    table = Table(TALLY, queries.tally(work.session, clocks=clocks, asked=filter_of(params)))
    found = total_of(table.records(), params, clocks)
    return Evaluation("Records of rules", found.value, found.unit, table, found.steps)


@evaluates(metrics.CHECKED.id, permission=Permission.COMPLIANCE_READ, parameters=(), replay=checked_of)
def checked(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Return how much the newest run looked at."""
    table = run_table(queries.last_run(work.session, clocks=clocks))
    found = checked_of(table.records(), params, clocks)
    return Evaluation(
        "Newest run over the book", found.value, found.unit, table, found.steps, note=found.note
    )


@evaluates(metrics.COVERAGE.id, permission=Permission.COMPLIANCE_READ, parameters=(), replay=coverage_of)
def coverage(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Return the share of questions that the newest run could answer."""
    table = run_table(queries.last_run(work.session, clocks=clocks))
    found = coverage_of(table.records(), params, clocks)
    return Evaluation(
        "Newest run over the book", found.value, found.unit, table, found.steps, note=found.note
    )


@evaluates(metrics.MARGIN.id, permission=Permission.COMPLIANCE_READ, parameters=(RECORD,), replay=margin_of)
def margin(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
    """Return the margin of a record, with its inputs and the parameters that it was found with."""
    row = queries.record(work.session, int(str(params["record"])), clocks=clocks)
    if row is None:
        raise NotFound(f"There is no record {params['record']}.", record=params["record"])
    table = Table(
        ONE,
        [
            (row.id, row.rule, row.rule_version, row.measured, row.limit, row.unit, row.message, words(row.inputs),
             words({code: item.get("value") for code, item in row.parameters.items()})),
        ],
    )  # fmt: skip
    found = margin_of(table.records(), params, clocks)
    title = f"Record {row.id}: {row.rule} on {row.external_id or row.subject}"
    return Evaluation(title, found.value, found.unit, table, found.steps, note=found.note)


def words(values: Mapping[str, Any]) -> str:
    """Return facts as one line."""
    return "; ".join(f"{name} = {value}" for name, value in sorted(values.items()))
