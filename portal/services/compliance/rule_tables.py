"""The rows of Compliance > Rules: rules, parameters, inputs and examples of a rule, history and replay of a value."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from portal.core.clock import Clocks
from portal.core.metrics import Metric, Shown
from portal.core.table import LAPTOP, PHONE, Cell, Column, GridQuery, Table, sort_rows
from portal.domain.compliance import rule_counts as counts
from portal.domain.compliance import rule_metrics as metrics
from portal.domain.compliance.base import REGIMES, Rule, Trust
from portal.domain.compliance.example_runs import ExampleRun
from portal.domain.compliance.inputs import Input
from portal.domain.compliance.parameter_values import parts
from portal.domain.compliance.parameters import Parameter
from portal.services.compliance.catalogue import ACTIONS, EVERY, Catalogue, OneParameter, OneRule

PATH = "/compliance/rules"
_KINDS = {"missing": "data missing"}
TYPES = {
    "n": "number", "i": "whole number", "s": "text", "b": "true or false", "d": "day", "t": "moment", "L": "list",
}  # fmt: skip
RULE_COLUMNS = (
    Column("code", "Rule", link="address"),
    Column("title", "What it looks for"),
    Column("actions", "Can lead to", room=PHONE),
    Column("regimes", "Regimes", room=PHONE),
    Column("law", "Law", room=PHONE),
    Column("trust", "Source", "badge"),
    Column("records", "Found, 90 days", "integer", metric=metrics.RECORDS.id),
    Column("version", "Version", "integer", room=LAPTOP),
    Column("address", "Address", hidden=True),
)
VALUE_COLUMNS = (
    Column("key", "Key", hidden=True),
    Column("code", "Parameter", link="address"),
    Column("title", "What it says", room=PHONE),
    Column("part", "Part"),
    Column(
        "value", "Value", metric=metrics.PARAMETER.id
    ),  # digits as they were typed: some are of 0.01, some of 1e9
    Column("words", "Text", room=PHONE),
    Column("unit", "Unit", room=PHONE),
    Column("since", "From", "date", room=PHONE),
    Column("until", "Until", "date", room=LAPTOP),
    Column("source", "Source", room=PHONE),
    Column("trust", "Known from", "badge"),
    Column("address", "Address", hidden=True),
)
INPUT_COLUMNS = (
    Column("path", "Fact"),
    Column("type", "Kind"),
    Column("allowed", "Values"),
    Column("needed", "Needed"),
)
EXAMPLE_COLUMNS = (
    Column("title", "Example"),
    Column("kind", "Case", "badge"),
    Column("expected", "Expected", room=PHONE),
    Column("answered", "Answered"),
    Column("met", "Result", "badge"),
    Column("message", "What the rule says", room=PHONE),
)
HISTORY_COLUMNS = (
    Column("value", "Value"),
    Column("since", "From", "date"),
    Column("until", "Until", "date"),
    Column("standing", "On this day", "badge"),
    Column("source", "Source"),
    Column("trust", "Known from", "badge"),
    Column("by", "By"),
    Column("note", "Note", room=PHONE),
)
PROPOSAL_COLUMNS = (
    Column("number", "Number", "integer"),
    Column("value", "Value"),
    Column("since", "From", "date"),
    Column("until", "Until", "date"),
    Column("standing", "Decision", "badge"),
    Column("proposed_by", "Proposed by"),
    Column("proposed_at", "Proposed at", "moment", room=LAPTOP),
    Column("decided_by", "Decided by"),
    Column("decided_at", "Decided at", "moment", room=LAPTOP),
    Column("reason", "Reason", room=PHONE),
    Column("note", "Answer", room=PHONE),
)
REPLAY_COLUMNS = (
    Column("key", "Key", hidden=True),
    Column("rule", "Rule"),
    Column("action", "Leads to", "badge"),
    *(
        Column(key, title, "integer", metric=metrics.REPLAY.id, params=(("which", key),))
        for key, title in (("now", "Now"), ("then", "Then"), ("new", "New"), ("gone", "Gone"))
    ),
)
CHANGED_COLUMNS = (
    Column("rule", "Rule"),
    Column("subject", "About"),
    Column("day", "Day", "date"),
    Column("before", "Now", "badge"),
    Column("after", "Then", "badge"),
)


def address(clocks: Clocks, **chosen: str) -> str:
    """Return the address of the page with what is chosen, under the same clocks."""
    return f"{PATH}?{urlencode({**chosen, **clocks.query()})}"


def trust_words(trust: str) -> str:
    """Return a mark of trust as people read it."""
    return Trust(trust).label


def rule_row(rule: Rule) -> tuple[Cell, ...]:
    """Return what a count of rules needs of one."""
    return rule.code, rule.title, ", ".join(rule.regimes), rule.trust.value, rule.version


def rule_table(query: GridQuery, book: Catalogue, regime: str = EVERY, trust: str = EVERY) -> Table:
    """Return the rules of a regime and a mark."""
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, Mapping[str, Cell]] = {}
    for rule in book.rules(regime, trust):
        rows.append(
            (
                rule.code, rule.title, ", ".join(item.value for item in rule.actions) or "nothing itself",
                ", ".join(REGIMES[item] if len(rule.regimes) == 1 else item for item in rule.regimes), rule.law,
                trust_words(rule.trust.value), records_of(book, rule.code), rule.version,
                address(book.clocks, rule=rule.code),
            )
        )  # fmt: skip
        params[rule.code] = {"rule": rule.code}
    return sort_rows(Table(RULE_COLUMNS, rows, extra={"params": params}), query)


def records_of(book: Catalogue, code: str) -> int:
    """Return how many records a rule has made of the days that are counted."""
    return counts.total(book.records.get((code, action), 0) for action in ACTIONS)


def value_table(query: GridQuery, clocks: Clocks, values: Sequence[Parameter]) -> Table:
    """Return parameters in force, a row for each single value."""
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, Mapping[str, Cell]] = {}
    for item in values:
        for part, value in parts(item.value):
            is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
            rows.append(
                (
                    f"{item.code}|{part}", item.code, item.title, part.replace("_", " "),
                    short(value) if is_number else None,
                    "" if is_number else "none" if value is None else str(value), item.unit, item.valid_from,
                    item.valid_to, item.source, trust_words(item.trust), address(clocks, parameter=item.code),
                )
            )  # fmt: skip
            params[f"{item.code}|{part}"] = {"parameter": item.code, "part": part}
    return sort_rows(Table(VALUE_COLUMNS, rows, extra={"params": params}), query)


def input_table(query: GridQuery, rule: Rule) -> Table:
    """Return what a rule must be told."""
    return sort_rows(Table(INPUT_COLUMNS, [_input(item) for item in rule.inputs.facts]), query)


def _input(item: Input) -> tuple[Cell, ...]:
    needed = "may be missing" if item.optional else "may be empty" if item.nullable else "yes"
    return item.path, TYPES[item.type], ", ".join(sorted(item.allowed)), needed


def example_table(query: GridQuery, found: OneRule) -> Table:
    """Return the examples of a rule with the answers of the engine."""
    return sort_rows(Table(EXAMPLE_COLUMNS, [example_row(item) for item in found.examples]), query)


def example_row(item: ExampleRun) -> tuple[Cell, ...]:
    """Return an example as a row."""
    said = item.message if item.is_met else "; ".join(item.differences)
    return (
        item.title,
        _KINDS.get(item.kind, item.kind),
        item.expected,
        item.answered,
        "as expected" if item.is_met else "otherwise",
        said,
    )


def history_table(query: GridQuery, found: OneParameter) -> Table:
    """Return all values of a parameter, the newest first."""
    rows = [
        (
            words(item.value), item.valid_from, item.valid_to, "in force" if item is found.current else "not in force",
            item.source, trust_words(item.trust), item.changed_by or "as shipped", item.note,
        )
        for item in reversed(found.history)
    ]  # fmt: skip
    return sort_rows(Table(HISTORY_COLUMNS, rows), query)


def proposal_table(query: GridQuery, found: OneParameter) -> Table:
    """Return what was proposed for a parameter, the newest first."""
    rows = [
        (
            row.id, words(row.value["value"]), row.valid_from, row.valid_to, row.decision or "waits", row.proposed_by,
            row.recorded_at, row.decided_by, row.decided_at, row.reason, row.note,
        )
        for row in reversed(found.proposals)
    ]  # fmt: skip
    return sort_rows(Table(PROPOSAL_COLUMNS, rows), query)


def replay_table(query: GridQuery, replay: Mapping[str, Any], params: Mapping[str, Cell]) -> Table:
    """Return what a change would have done, by rule and action; ``params`` say whose replay it is."""
    rows: list[tuple[Cell, ...]] = []
    asked: dict[str, Mapping[str, Cell]] = {}
    for item in replay["counts"]:
        key = f"{item['rule']}|{item['action']}"
        rows.append((key, *(item[column.key] for column in REPLAY_COLUMNS[1:])))
        asked[key] = {**params, "rule": item["rule"], "action": item["action"]}
    return sort_rows(Table(REPLAY_COLUMNS, rows, extra={"params": asked}), query)


def words(value: Any) -> str:
    """Return a value of a parameter in words, its parts one after the other."""
    found = parts(value)
    if len(found) == 1 and not found[0][0]:
        return "none" if found[0][1] is None else short(found[0][1])
    return "; ".join(f"{name.replace('_', ' ')} {short(item)}" for name, item in found)


def short(value: Any) -> str:
    """Return a number in as many digits as it was typed with, anything else as text."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return f"{value:,.12g}" if is_number else str(value)


def figure(metric: Metric, value: float | None, **params: str | float | None) -> Shown:
    """Return a figure of the page with the parameters of its passport."""
    return Shown(metric, value, "" if metric.percent else metric.unit, params)
