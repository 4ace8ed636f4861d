"""How the figures of Risk > Overview are computed again: from the stored days and runs."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.risk import overview_metrics as metrics
from portal.services.evaluation import Replay, evaluates
from portal.services.risk.ask import RiskAsk
from portal.services.risk.figure_passports import LEVEL, MEASURE, PORTFOLIO
from portal.services.risk.overview import Overview, day_rows, overview_in
from portal.services.risk.overview_tables import spread
from portal.services.risk.runs import METHODS

Records = Sequence[Mapping[str, Any]]
METHOD = Parameter("method", "Method", default="historical")
DAY = Parameter("day", "Day")

_COLUMNS = (
    Column("day", "Day", "date"),
    Column("hypothetical", "Hypothetical P&L", "number", "EUR", decimals=2, signed=True),
    Column("actual", "Actual P&L", "number", "EUR", decimals=2, signed=True),
    Column("value_at_risk", "VaR forecast", "number", "EUR", decimals=2),
    Column("expected_shortfall", "ES forecast", "number", "EUR", decimals=2),
)
_NAMES = tuple(column.key for column in _COLUMNS)


def _seen(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Overview:
    found = overview_in(work, RiskAsk.of(params), clocks, actor)
    if found is None:
        raise NotFound(
            "There is no run of risk by then. Start one on Risk > Overview, or choose a later day."
        )
    return found


def _table(found: Overview, days: Sequence[Mapping[str, Any]]) -> Table:
    simulated = any(run.simulated for run in found.runs.values())
    return Table(_COLUMNS, [tuple(row[name] for name in _NAMES) for row in days], simulated=simulated)


def _of_day(metric: Metric, column: str) -> None:
    @evaluates(
        metric.id,
        permission=Permission.RISK_READ,
        parameters=(PORTFOLIO, METHOD, LEVEL, DAY),
        replay=_pick(column),
    )
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        found = _seen(work, params, clocks, actor)
        try:
            day = date.fromisoformat(str(params["day"]))
        except ValueError:
            raise DomainError(
                f"'{str(params['day'])[:40]}' is no day. Open the figure again from the page."
            ) from None
        rows = [row for row in day_rows(found) if row["day"] == day]
        note = "" if rows else f"There is no backtest of {day} by then."
        value = float(rows[0][column]) if rows else None
        steps = (Step("Method", METHODS.get(found.ask.method, found.ask.method)),)
        return Evaluation(found.node.name, value, "EUR", _table(found, rows), steps, newest=day, note=note)


def _pick(column: str) -> Replay:
    def replay(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        return Outcome(float(records[0][column]) if records else None, "EUR")

    return replay


_OF_DAY: tuple[tuple[Metric, str], ...] = (
    (metrics.FORECAST_VAR, "value_at_risk"),
    (metrics.FORECAST_ES, "expected_shortfall"),
    (metrics.HYPOTHETICAL, "hypothetical"),
    (metrics.ACTUAL, "actual"),
)
for _metric, _column in _OF_DAY:
    _of_day(_metric, _column)


def _count(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    """Count the days whose loss is above the forecast."""
    above = [-float(row["hypothetical"]) > float(row["value_at_risk"]) for row in records]
    return Outcome(float(np.count_nonzero(above)), "days")


@evaluates(
    metrics.EXCEPTIONS.id,
    permission=Permission.RISK_READ,
    parameters=(PORTFOLIO, METHOD, LEVEL),
    replay=_count,
)
def exceptions(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """The days of the last year on which the loss was above the forecast."""
    found = _seen(work, params, clocks, actor)
    table = _table(found, day_rows(found))
    steps = (
        Step("Days", float(len(table.rows))),
        Step("Expected", len(table.rows) * (1.0 - found.ask.level)),
    )
    value = float(found.exceptions.sum())
    return Evaluation(found.node.name, value, "days", table, steps, newest=found.clocks.as_of)


def _replay_spread(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    value = spread({str(row["method"]): float(row["figure"]) for row in records})
    return Outcome(value, "fraction", note="" if value is not None else "There is no second method.")


@evaluates(
    metrics.SPREAD.id,
    permission=Permission.RISK_READ,
    parameters=(PORTFOLIO, MEASURE, LEVEL),
    replay=_replay_spread,
)
def spread_of_methods(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """How far apart the methods are."""
    found = _seen(work, params, clocks, actor)
    values = found.by_method(str(found.ask.measure), found.ask.level)
    columns = (
        Column("method", "Method"),
        Column("run", "Run", "integer"),
        Column("figure", found.ask.measure.label, "number", "EUR", decimals=2),
    )
    table = Table(columns, [(method, found.runs[method].id, value) for method, value in values.items()])
    value = spread(values)
    note = "" if value is not None else "There is no second method."
    return Evaluation(found.node.name, value, "fraction", table, newest=found.clocks.as_of, note=note)
