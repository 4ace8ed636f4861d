"""How the figures of Compliance > Rules are computed again: from the catalogue, its parameters and proposals."""

from collections.abc import Mapping, Sequence
from typing import Any

from data.queries import parameters as queries
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.metrics import Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.compliance import rule_counts as counts
from portal.domain.compliance import rule_metrics as metrics
from portal.domain.compliance.example_runs import run as run_examples
from portal.domain.compliance.parameter_values import part_of, parts
from portal.services.compliance import rule_tables as tables
from portal.services.compliance.catalogue import EVERY, catalogue_in, rule_of, since, value_on
from portal.services.compliance.parameter_changes import check_draft, read_draft_text, trial_in
from portal.services.compliance.parameters import in_force
from portal.services.evaluation import evaluates

Rows = Sequence[Mapping[str, Any]]
READ = Permission.COMPLIANCE_READ
REGIME = Parameter("regime", "Regime", default=EVERY)
TRUST = Parameter("trust", "Source", default=EVERY)
RULE = Parameter("rule", "Rule")
SOME_RULE = Parameter("rule", "Rule", default=EVERY)
ACTION = Parameter("action", "Leads to", default=EVERY)
PARAMETER = Parameter("parameter", "Parameter")
PART = Parameter("part", "Part", default="-")
PROPOSAL = Parameter("proposal", "Proposal", "integer", default=0, low=0, high=2**53)
DRAFT = Parameter("draft", "Change", default="-")
WHICH = Parameter("which", "Counted", default="then")
RULES_COLUMNS = (
    Column("code", "Rule"),
    Column("title", "Title"),
    Column("regimes", "Regimes"),
    Column("trust", "Source"),
    Column("version", "Version", "integer"),
)
VALUE_COLUMNS = (
    Column("code", "Parameter"),
    Column("part", "Part"),
    Column("value", "Value", "number", decimals=6),
    Column("text", "Text"),
    Column("since", "From", "date"),
    Column("until", "Until", "date"),
    Column("trust", "Source known as"),
    Column("source", "Source"),
    Column("by", "Changed by"),
)
WAITING_COLUMNS = (
    Column("number", "Proposal", "integer"),
    Column("code", "Parameter"),
    Column("value", "Value"),
    Column("decision", "Decision"),
)
DAY_COLUMNS = (
    Column("day", "Day", "date"),
    Column("action", "Action"),
    Column("count", "Records", "integer"),
)
EXAMPLE_COLUMNS = (
    Column("title", "Example"),
    Column("kind", "Case"),
    Column("expected", "Expected"),
    Column("answered", "Answered"),
    Column("met", "Result"),
)
REPLAY_COLUMNS = (
    Column("rule", "Rule"),
    Column("action", "Leads to"),
    *(Column(key, key.capitalize(), "integer") for key in ("now", "then", "new", "gone")),
)
NO_EXAMPLES = "The rule has no examples."
NO_VALUE = "No number is in force on this day."


def _rules(rows: Rows, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    return Outcome(float(counts.count(rows)), metrics.RULES.unit)


@evaluates(metrics.RULES.id, permission=READ, parameters=(REGIME, TRUST), replay=_rules)
def rules(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
    """Rules of a regime and a mark."""
    book = catalogue_in(work, clocks)
    rows = [tables.rule_row(rule) for rule in book.rules(str(params["regime"]), str(params["trust"]))]
    return _done("Catalogue", Table(RULES_COLUMNS, rows), _rules, params, clocks)


def _unconfirmed(rows: Rows, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    trusts = {str(row["code"]): str(row["trust"]) for row in rows}
    return Outcome(float(counts.unconfirmed(trusts.values())), metrics.UNCONFIRMED.unit)


@evaluates(metrics.UNCONFIRMED.id, permission=READ, replay=_unconfirmed)
def unconfirmed(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
    """Values in force with their marks."""
    rows = [row for item in catalogue_in(work, clocks).values() for row in _value_rows(item)]
    return _done("Parameters in force", Table(VALUE_COLUMNS, rows), _unconfirmed, params, clocks)


def _value_rows(item: Any) -> list[tuple[Any, ...]]:
    return [
        (
            item.code, part, part_of(item.value, part), "" if part_of(item.value, part) is not None else str(value),
            item.valid_from, item.valid_to, item.trust, item.source, item.changed_by,
        )
        for part, value in parts(item.value)
    ]  # fmt: skip


def _waiting(rows: Rows, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    return Outcome(float(counts.waiting(row["decision"] for row in rows)), metrics.WAITING.unit)


@evaluates(metrics.WAITING.id, permission=READ, replay=_waiting)
def waiting(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
    """All proposals with their decisions."""
    rows = [
        (row.id, row.code, tables.words(row.value["value"]), row.decision)
        for row in queries.proposals(work.session, known_at=clocks.known_at)
    ]
    return _done("Proposed values", Table(WAITING_COLUMNS, rows), _waiting, params, clocks)


def _records(rows: Rows, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    return Outcome(float(counts.total(int(row["count"]) for row in rows)), metrics.RECORDS.unit)


@evaluates(metrics.RECORDS.id, permission=READ, parameters=(RULE, ACTION), replay=_records)
def records(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
    """Records of a rule by day."""
    rule = rule_of(str(params["rule"]))
    rows = [
        row
        for row in queries.record_days(
            work.session, rule=rule.code, since=since(clocks), until=clocks.as_of, known_at=clocks.known_at
        )
        if params["action"] in (EVERY, row[1])
    ]
    return _done(f"{rule.code} {rule.title}", Table(DAY_COLUMNS, rows), _records, params, clocks)


def _met(rows: Rows, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    share = counts.met_share([row["met"] == "as expected" for row in rows])
    return Outcome(share, metrics.EXAMPLES_MET.unit, note="" if share is not None else NO_EXAMPLES)


@evaluates(metrics.EXAMPLES_MET.id, permission=READ, parameters=(RULE,), replay=_met)
def examples_met(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
    """Examples of a rule with the answers of the engine."""
    rule = rule_of(str(params["rule"]))
    runs = run_examples(rule.code, in_force(work, clocks))
    rows = [tables.example_row(item)[: len(EXAMPLE_COLUMNS)] for item in runs]
    return _done(f"{rule.code} {rule.title}", Table(EXAMPLE_COLUMNS, rows), _met, params, clocks)


def _parameter(rows: Rows, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    found = [row["value"] for row in rows if row["part"] == _part(params)]
    value = found[0] if found else None
    return Outcome(None if value is None else float(value), "", note="" if value is not None else NO_VALUE)


def _part(params: Params) -> str:
    return "" if params["part"] == PART.default else str(params["part"])


@evaluates(metrics.PARAMETER.id, permission=READ, parameters=(PARAMETER, PART), replay=_parameter)
def parameter(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
    """The value of a parameter in force on the day of the view."""
    code = str(params["parameter"])
    known = in_force(work, clocks)
    if code not in known.by_code:
        raise NotFound(f"There is no parameter {code[:60]}.", parameter=code[:60])
    item = value_on(known, code, clocks.as_of)
    table = Table(VALUE_COLUMNS, _value_rows(item) if item else [])
    found = _parameter(table.records(), params, clocks)
    steps = (Step("Source", f"{item.source} ({tables.trust_words(item.trust)})"),) if item else ()
    title = f"{code}: {known.by_code[code][-1].title}"
    return Evaluation(title, found.value, item.unit if item else "", table, steps, note=found.note)


def _replay(rows: Rows, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    which = str(params["which"])
    return Outcome(
        float(
            counts.total(
                int(row.get(which) or 0)
                for row in rows
                if params["rule"] in (EVERY, row["rule"]) and params["action"] in (EVERY, row["action"])
            )
        ),
        metrics.REPLAY.unit,
    )


@evaluates(
    metrics.REPLAY.id, permission=READ, parameters=(PROPOSAL, DRAFT, SOME_RULE, ACTION, WHICH), replay=_replay
)
def replayed(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
    """Counts of a stored proposal as it was replayed then, or of a change that is not stored yet."""
    title, found = _replay_of(work, params, clocks)
    rows = [tuple(item[column.key] for column in REPLAY_COLUMNS) for item in found["counts"]]
    return _done(title, Table(REPLAY_COLUMNS, rows), _replay, params, clocks)


def _replay_of(work: UnitOfWork, params: Params, clocks: Clocks) -> tuple[str, Mapping[str, Any]]:
    number = int(params["proposal"] or 0)
    if number:
        rows = queries.proposals(work.session, known_at=clocks.known_at)
        row = next((row for row in rows if row.id == number), None)
        if row is None:
            raise NotFound(f"There is no proposed parameter {number}.", proposal=number)
        return f"Proposal {number}: {row.code}", row.replay
    draft = read_draft_text(str(params["draft"]))
    known = in_force(work, clocks)
    check_draft(draft, known)
    return draft.code, trial_in(work, draft, known, clocks).as_json()


def _done(title: str, table: Table, again: Any, params: Params, clocks: Clocks) -> Evaluation:
    found: Outcome = again(table.records(), params, clocks)
    return Evaluation(title, found.value, found.unit, table, found.steps, note=found.note)
