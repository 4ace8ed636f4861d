"""The rows of one model on Forecast > Accuracy: how honest its quantiles are, its intervals, and what it is worth."""

from collections.abc import Sequence
from dataclasses import replace

from portal.core.errors import DomainError
from portal.core.table import PHONE, Column, GridQuery, Table, sort_rows
from portal.domain.forecast import accuracy_metrics as metrics
from portal.domain.forecast.calibration import Calibration, calibrate
from portal.domain.forecast.leaderboard import BASELINE
from portal.domain.forecast.scores import score_of
from portal.domain.forecast.value import Value
from portal.services.forecast.accuracy import Accuracy, Entry
from portal.services.forecast.accuracy_tables import Passports, Rows, score_column
from portal.services.forecast.accuracy_value import Rule, rule_of

SHARES = (50, 80, 95)


def calibration(found: Accuracy) -> Calibration | None:
    """Return how honest the quantiles of the chosen model are; None when there is too little to say."""
    try:
        return calibrate(found.chosen.made, found.group.cells)
    except DomainError:
        return None


def calibration_table(query: GridQuery, found: Accuracy) -> Table:
    """Return the share below every served quantile with the band that luck explains."""
    columns = (
        Column("level", "Quantile"),
        Column("observed", "Observed", "percent", decimals=1, metric=metrics.BELOW.id, coloured=False),
        Column("lower", "Band from", "percent", decimals=1),
        Column("upper", "Band to", "percent", decimals=1),
        Column("within", "Within the band", "badge"),
    )
    made = calibration(found)
    rows: Rows = []
    params: Passports = {}
    if made is not None:
        lines = (made.levels, made.observed, made.lower, made.upper)
        for level, seen, low, high in zip(*(line.tolist() for line in lines), strict=True):
            title = f"{100 * level:g} %"
            rows.append((title, seen, low, high, "yes" if low <= seen <= high else "no"))
            params[title] = found.params(found.chosen, level=level)
    return sort_rows(Table(columns, rows, simulated=found.simulated, extra={"params": params}), query)


def pit_table(query: GridQuery, found: Accuracy) -> Table:
    """Return the share of what happened in each tenth of the forecast."""
    columns = (Column("tenth", "Tenth of the forecast"), Column("share", "Share", "percent", decimals=1))
    made = calibration(found)
    shares: Sequence[float] = [] if made is None else made.pit.tolist()
    rows: Rows = [(f"{10 * at} to {10 * at + 10} %", share) for at, share in enumerate(shares)]
    return sort_rows(Table(columns, rows, simulated=found.simulated), query)


def interval_table(query: GridQuery, found: Accuracy) -> Table:
    """Return coverage and width of the central intervals, of the chosen model and of the naive."""
    pairs = (("", found.chosen), ("naive_", found.naive))
    columns = [Column("share", "Interval")]
    for key, entry in pairs:
        for score in ("coverage", "width"):
            column = score_column(
                found, f"{key}{score}", f"Naive {score}" if key else score.title(), f"{score}_80", trial=entry.row.id,
                room=PHONE if key and score == "width" else 0,
            )  # fmt: skip
            columns.append(replace_score(column, score))
    rows: Rows = []
    params: Passports = {}
    for share in SHARES:
        title = f"{share} %"
        cells = found.group.cells
        values = [
            score_of(f"{score}_{share}")(entry.made, cells)
            for _, entry in pairs
            for score in ("coverage", "width")
        ]
        rows.append((title, *values))
        params[title] = {"cells": found.ask.cells, "share": share}
    return sort_rows(Table(tuple(columns), rows, simulated=found.simulated, extra={"params": params}), query)


def replace_score(column: Column, score: str) -> Column:
    """Return a column whose rows add the share to the name of their score."""
    kept = tuple(pair for pair in column.params if pair[0] != "score")
    return replace(column, params=(("score", score), *kept))


def rule(found: Accuracy) -> Rule | None:
    """Return the decision that says what a forecast of this target is worth."""
    return rule_of(found.subject.kind, slots=found.ask.slots, cost=found.ask.cost, unit=found.subject.unit)


def worth(found: Accuracy, entry: Entry) -> Value | None:
    """Return the money of the decision on a trial's forecasts; None where it cannot be taken."""
    chosen = rule(found)
    if chosen is None:
        return None
    try:
        return chosen.value(entry.made)
    except DomainError:
        return None


def value_table(query: GridQuery, found: Accuracy) -> Table:
    """Return what the decision made on every model, beside the naive and perfect foresight."""
    money = found.subject.money

    def result(key: str, title: str, basis: str, room: int = 0) -> Column:
        return Column(
            key, title, "number", money, decimals=0, signed=True, coloured=False, metric=metrics.RESULT.id, room=room,
            params=(("basis", basis),),
        )  # fmt: skip

    columns = (
        Column("model", "Model"),
        result("result", "Forecast", "model"),
        result("naive", "Naive", "naive", PHONE),
        result("perfect", "Perfect", "perfect", PHONE),
        Column("value", "Value", "number", money, decimals=0, signed=True, metric=metrics.VALUE.id),
        Column(
            "captured",
            "Of perfect",
            "percent",
            decimals=1,
            metric=metrics.CAPTURED.id,
            coloured=False,
        ),
    )
    rows: Rows = []
    params: Passports = {}
    for leader in found.leaders:
        entry = found.entry(leader.code)
        value = worth(found, entry)
        if value is None or entry.row.model == BASELINE:
            continue
        rows.append((entry.label, value.model, value.naive, value.perfect, value.gain, value.captured))
        params[entry.label] = money_params(found, entry)
    return sort_rows(Table(columns, rows, simulated=found.simulated, extra={"params": params}), query)


def money_params(found: Accuracy, entry: Entry) -> dict[str, str | int | float | None]:
    """Return what pins down the money of a trial for its passport."""
    kind = found.subject.kind
    return {
        "trial": entry.row.id, "slots": found.ask.slots, "cost": found.ask.cost, "basis": "model",
        "kind": kind.value if kind else "",
    }  # fmt: skip
