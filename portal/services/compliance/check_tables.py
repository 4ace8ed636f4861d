"""Compliance > Checks: figures, what each rule found, its records, and one record with everything behind it."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from data.queries import compliance_records as queries
from data.queries.compliance_records import LISTED, NOTABLE, RecordFilter, RecordRow, RunRow
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import LAPTOP, PHONE, Cell, Column, GridQuery, Table, sort_rows
from portal.domain.compliance import check_counts as counts
from portal.domain.compliance import check_metrics as metrics
from portal.domain.compliance.base import REGIMES, all_rules
from portal.services.compliance.check_passports import EVERY
from portal.services.portfolio.blotter import trade_href

PATH = "/compliance/checks"
ACTIONS = {"block": "Blocks", "flag": "Flags", "gap": "Data gaps", "report": "Report tasks"}
BADGES = {"block": "block", "flag": "flag", "gap": "data gap", "report": "report"}
CHOICES = {NOTABLE: "Blocks, flags and gaps", **ACTIONS, EVERY: "All"}
PERIODS = {"30": "30 days", "90": "90 days", "365": "A year", "0": "All"}
RULES = (
    Column("rule", "Rule", link="address"),
    Column("title", "Title", room=PHONE),
    Column("regime", "Regime", room=PHONE),
    *(
        Column(action, title, "number", decimals=0, metric=metrics.FINDINGS.id, params=(("action", action),))
        for action, title in ACTIONS.items()
    ),
    Column("evaluated", "Asked in the last run", "integer", room=LAPTOP),
    Column("data_gap", "Lacked facts", "integer", room=LAPTOP),
    Column("newest", "Newest", "date", room=PHONE),
    Column("address", "Address", hidden=True),
)
RECORDS = (
    Column("record", "Record", link="address"),
    Column("action", "Action", "badge"),
    Column("rule", "Rule"),
    Column("about", "About", link="trade"),
    Column("as_of", "Event", "date"),
    Column("message", "What the rule says", sortable=False, room=PHONE),
    Column("counterparty", "Counterparty", room=PHONE),
    Column("book", "Book", room=LAPTOP),
    Column("measured", "Measured", "number", decimals=2, room=PHONE),
    Column("limit", "Limit", "number", decimals=2, room=PHONE),
    Column(
        "margin", "Margin", "number", metric=metrics.MARGIN.id, signed=True, coloured=False, sortable=False,
    ),
    Column("unit", "Unit", room=PHONE),
    Column("due_at", "Due", "moment", room=LAPTOP),
    Column("recorded_at", "Recorded", "moment", room=LAPTOP),
    Column("address", "Address", hidden=True),
    Column("trade", "Trade", hidden=True),
)  # fmt: skip

Record = RecordRow


def rule_titles() -> list[tuple[str, str]]:
    """Return code and title of all rules."""
    return [(code, rule.title) for code, rule in all_rules().items()]


@dataclass(frozen=True, slots=True)
class Found:
    """What rules found under the reader's clocks and the inputs of the page."""

    clocks: Clocks
    asked: RecordFilter
    run: RunRow | None
    tally: list[tuple[str, str, str, date, int]]

    def figure(self, action: str) -> Shown:
        """Return how many records of an action there are, with the parameters of its passport."""
        value = counts.total(count for _, _, one, _, count in self.tally if one == action)
        return Shown(metrics.FINDINGS, value, metrics.FINDINGS.unit, params_of(self.asked, action=action))

    @property
    def checked(self) -> Shown:
        """How much the newest run looked at."""
        value = float(self.run.subjects) if self.run and self.run.counts else None
        return Shown(metrics.CHECKED, value, metrics.CHECKED.unit, {})

    @property
    def coverage(self) -> Shown:
        """Share of the questions that the newest run could answer."""
        value = counts.coverage(self.run.counts.values()) if self.run else None
        return Shown(metrics.COVERAGE, value, "", {})


def params_of(asked: RecordFilter, **more: str) -> dict[str, Any]:
    """Return the parameters of the passport of a count."""
    texts = {"rule": asked.rule, "action": asked.action, "regime": asked.regime} | more
    return {name: value or EVERY for name, value in texts.items()} | {"days": asked.days}


def filter_of(filters: Mapping[str, Any]) -> RecordFilter:
    """Return what the inputs of the page ask; what they do not know is left out."""
    rule, action = str(filters.get("rule") or ""), str(filters.get("action") or "")
    regime, days = str(filters.get("regime") or ""), str(filters.get("days") or "90")
    return RecordFilter(
        rule if rule in all_rules() else "",
        action if action in ACTIONS else "" if action == EVERY else NOTABLE,
        regime if regime in REGIMES else "",
        int(days) if days in PERIODS else 90,
    )


def found(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Found:
    """Return what rules found.

    Raises
    ------
    NotPermitted
        The actor may not read compliance.
    """
    actor.require(Permission.COMPLIANCE_READ)
    asked = replace(filter_of(filters), action="")  # the counts are by action
    with UnitOfWork() as work:
        return Found(
            clocks, asked, queries.last_run(work.session, clocks=clocks),
            queries.tally(work.session, clocks=clocks, asked=asked),
        )  # fmt: skip


def rules_table(seen: Found, query: GridQuery) -> Table:
    """Return one row for each rule that found something, or that was asked in the newest run."""
    by_rule: dict[str, dict[str, int]] = defaultdict(dict)
    newest: dict[str, date] = {}
    for rule, _, action, day, count in seen.tally:
        by_rule[rule][action] = by_rule[rule].get(action, 0) + count
        newest[rule] = max(newest.get(rule, day), day)
    asked = seen.run.counts if seen.run else {}
    known = all_rules()
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, Mapping[str, Cell]] = {}
    codes = {code for code in {*by_rule, *asked} if not seen.asked.rule or code == seen.asked.rule}
    for code in sorted(codes, key=lambda code: _rank(by_rule.get(code, {}), code)):
        declared, counted = known.get(code), by_rule.get(code, {})
        if seen.asked.regime and not counted:
            continue
        told = asked.get(code, {})
        address = f"{PATH}?{urlencode({'rule': code, 'days': seen.asked.days, **seen.clocks.query()})}"
        rows.append(
            (
                code, declared.title if declared else "", ", ".join(declared.regimes) if declared else "",
                *(float(counted.get(action, 0)) for action in ACTIONS), told.get("evaluated"), told.get("data_gap"),
                newest.get(code), address,
            )
        )  # fmt: skip
        params[code] = params_of(RecordFilter(code, "", seen.asked.regime, seen.asked.days))
    return sort_rows(Table(RULES, rows, extra={"params": params}), query)


def _rank(counted: Mapping[str, int], code: str) -> tuple[Any, ...]:
    return (*(-counted.get(action, 0) for action in ACTIONS), code)


def records_table(filters: Mapping[str, Any], query: GridQuery, clocks: Clocks, actor: Actor) -> Table:
    """Return a page of records, the newest event first."""
    actor.require(Permission.COMPLIANCE_READ)
    with UnitOfWork() as work:
        rows, total = queries.records(work.session, query, clocks=clocks, asked=filter_of(filters))
    shown: list[tuple[Cell, ...]] = []
    params: dict[str, Mapping[str, Cell]] = {}
    for row in rows:
        item = dict(zip(LISTED, row, strict=True))
        shown.append(
            (
                str(item["id"]), BADGES[item["action"]], item["rule"], item["external_id"] or item["subject"],
                item["as_of"], item["message"], item["counterparty"], item["book"], item["measured"], item["limit"],
                counts.margin(item["measured"], item["limit"]), item["unit"], item["due_at"], item["recorded_at"],
                record_address(item["id"], clocks), trade_href(item["trade_id"], clocks) if item["trade_id"] else "",
            )
        )  # fmt: skip
        params[str(item["id"])] = {"record": item["id"]}
    return Table(RECORDS, shown, total, extra={"params": params})


def record_address(record_id: int, clocks: Clocks) -> str:
    """Return the address of a record under the same clocks."""
    return f"{PATH}?{urlencode({'record': record_id, **clocks.query()})}"


def one(record_id: int, clocks: Clocks, actor: Actor) -> RecordRow:
    """Return one record.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not read compliance, or there is no such record.
    """
    actor.require(Permission.COMPLIANCE_READ)
    with UnitOfWork() as work:
        row = queries.record(work.session, record_id, clocks=clocks)
    if row is None:
        raise NotFound(f"There is no record {record_id} under these clocks.", record=record_id)
    return row


def margin_shown(row: RecordRow) -> Shown:
    """Return the margin of a record with the parameters of its passport."""
    return Shown(metrics.MARGIN, counts.margin(row.measured, row.limit), row.unit or "", {"record": row.id})


def by_day(seen: Found) -> tuple[list[date], dict[str, list[int]]]:
    """Return the days that have a block, flag or gap, and how many of each there are."""
    days = sorted({day for _, _, action, day, _ in seen.tally if action != "report"})
    place = {day: at for at, day in enumerate(days)}
    series = {action: [0] * len(days) for action in ACTIONS if action != "report"}
    for _, _, action, day, count in seen.tally:
        if action in series:
            series[action][place[day]] += count
    return days, series


def day_table(seen: Found) -> Table:
    """Return blocks, flags and gaps by day: the rows of the picture."""
    days, series = by_day(seen)
    columns = (Column("day", "Day of the event", "date"), *(Column(a, ACTIONS[a], "integer") for a in series))
    return Table(columns, list(zip(days, *series.values(), strict=True)))
