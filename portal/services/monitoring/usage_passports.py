"""How the figures of Monitoring > Usage are computed again; no row says who somebody is."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Table
from portal.domain.monitoring import usage_metrics as metrics
from portal.domain.monitoring.usage import LEAST_ANSWERS, active_people, satisfaction, total_of
from portal.services.evaluation import evaluates
from portal.services.monitoring import usage

Rows = Sequence[Mapping[str, Any]]
DAY = (Parameter("day", "Day (UTC)", default="known at"),)
TOO_FEW = f"Fewer than {LEAST_ANSWERS} people have answered; a mean would say what somebody answered."


def _day(params: Params, clocks: Clocks) -> date:
    asked = str(params["day"])
    return clocks.known_at.date() if asked == DAY[0].default else date.fromisoformat(asked)


def _register(
    metric: Metric, rows: Callable[[UnitOfWork, date], Table], compute: Callable[[Rows, date], float | None]
) -> None:
    def replay(found: Rows, params: Params, clocks: Clocks) -> Outcome:
        day = _day(params, clocks)
        value = compute(found, day)
        note = TOO_FEW if value is None else ""
        return Outcome(value, metric.unit, (Step("Up to and with", day.isoformat()),), note)

    @evaluates(metric.id, permission=Permission.MONITORING_READ, parameters=DAY, replay=replay)
    def evaluate(work: UnitOfWork, params: Params, clocks: Clocks, _actor: Actor) -> Evaluation:
        table = rows(work, _day(params, clocks))
        outcome = replay(table.records(), params, clocks)
        return Evaluation("The portal", outcome.value, outcome.unit, table, outcome.steps, note=outcome.note)


def _scores(work: UnitOfWork, day: date) -> Table:
    """Return the answers, and none where they would say what somebody answered."""
    found = usage.score_rows(work, day)
    return found if len(found.rows) >= LEAST_ANSWERS else Table(found.columns, [])


def _answers(work: UnitOfWork, day: date) -> Table:
    """Return the days of the answers alone."""
    found = usage.score_rows(work, day)
    return Table(found.columns[:1], [row[:1] for row in found.rows])


def _active(days: int) -> Callable[[Rows, date], float]:
    def compute(rows: Rows, day: date) -> float:
        return float(active_people([date.fromisoformat(str(row["last"])) for row in rows], day, days=days))

    return compute


for _metric in (metrics.DAY, metrics.WEEK, metrics.MONTH):
    _register(_metric, usage.people_rows, _active(metrics.DAYS[_metric.id]))
_register(
    metrics.SESSIONS, usage.day_rows, lambda rows, _day: total_of([float(row["sessions"]) for row in rows])
)
_register(metrics.SATISFACTION, _scores, lambda rows, _day: satisfaction([int(row["score"]) for row in rows]))
_register(metrics.ANSWERS, _answers, lambda rows, _day: float(len(rows)))


def _register_sum(metric: Metric, key: str) -> None:
    def replay(found: Rows, _params: Params, _clocks: Clocks) -> Outcome:
        value = total_of([None if row[key] is None else float(row[key]) for row in found])
        return Outcome(value, metric.unit, (Step("Trades", float(len(found))),))

    @evaluates(metric.id, permission=Permission.PORTFOLIO_READ, parameters=(), replay=replay)
    def evaluate(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        table = usage.trade_rows(work, clocks, actor)
        outcome = replay(table.records(), params, clocks)
        return Evaluation(
            "Trades of all your books", outcome.value, outcome.unit, table, outcome.steps, newest=clocks.as_of
        )


for _metric, _key in usage.SUMS.items():
    _register_sum(_metric, _key)
