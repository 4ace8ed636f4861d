"""How the figures of performance are computed again: from the stored closes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import FloatArray1D
from portal.core.clock import Clocks
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Cell, Column, Table
from portal.domain.risk import earnings_metrics as metrics
from portal.domain.risk.book_performance import FEW_DAYS, book_performance
from portal.domain.risk.drawdown import falls, running
from portal.services.evaluation import evaluates
from portal.services.risk.earnings import CAPITAL, EarningsAsk
from portal.services.risk.earnings_tables import STATS
from portal.services.risk.figure_passports import PORTFOLIO
from portal.services.risk.performance import Performance, day_place, performance_in

ROUNDING = 1e-9
Records = Sequence[Mapping[str, Any]]
SPAN = Parameter("span", "Days", default="year")
MONEY = Parameter("capital", "Capital, EUR", default=f"{CAPITAL:.12g}")
DAY = Parameter("day", "Day")
CLOSES = (
    Column("day", "Day", "date"),
    Column("value", "Closing value", "number", "EUR", decimals=2, signed=True),
    Column("result", "Result", "number", "EUR", decimals=2, signed=True),
    Column("missing", "Trades without a mark", "integer"),
)


def _values(records: Records) -> FloatArray1D:
    """Closing values, oldest first."""
    return np.array([float(row["value"]) for row in sorted(records, key=lambda row: str(row["day"]))])


def _rows(found: Performance, end: int) -> list[tuple[Cell, ...]]:
    closes = found.closes
    results: list[float | None] = [None, *closes.pnl.tolist()]
    return [
        (closes.day[at].item(), float(closes.value[at]), results[at], int(np.nan_to_num(closes.missing[at])))
        for at in range(min(end, len(closes.day)))
    ]


def _unit(metric: Metric) -> str:
    return "fraction" if metric.percent else metric.unit


def _of_books(metric: Metric, name: str) -> None:
    def again(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        ask, pnl = EarningsAsk.of(params), np.diff(_values(records))
        known = len(pnl) > 1 and bool(pnl.any())
        value = getattr(book_performance(pnl, ask.capital), name) if known else None
        return Outcome(value, _unit(metric), note="" if value is not None else "It does not exist here.")

    @evaluates(
        metric.id, permission=Permission.RISK_READ, parameters=(PORTFOLIO, SPAN, MONEY), replay=again,
        tolerance=ROUNDING,
    )  # fmt: skip
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        found = performance_in(work, EarningsAsk.of(params), clocks, actor)
        value = None if found.figures is None else getattr(found.figures, name)
        few = Step("Warning", f"Fewer than {FEW_DAYS} days: ratios say next to nothing.")
        return Evaluation(
            found.name,
            value,
            _unit(metric),
            Table(CLOSES, _rows(found, len(found.closes.day))),
            (Step("Days", float(found.days), ""), *((few,) if found.days < FEW_DAYS else ())),
            newest=found.closes.day[-1].item() if len(found.closes.day) else None,
            note="" if value is not None else "It does not exist here.",
        )


for _name, _metric in STATS:
    _of_books(_metric, _name)


def _of_day(metric: Metric, read: Callable[[FloatArray1D], float]) -> None:
    def again(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        return Outcome(read(np.diff(_values(records))), "EUR")

    @evaluates(
        metric.id, permission=Permission.RISK_READ, parameters=(PORTFOLIO, SPAN, MONEY, DAY), replay=again,
        tolerance=ROUNDING,
    )  # fmt: skip
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        found = performance_in(work, EarningsAsk.of(params), clocks, actor)
        at = day_place(found, str(params["day"]))
        return Evaluation(
            f"{found.name} on {params['day']}",
            read(found.closes.pnl[: at + 1]),
            "EUR",
            Table(CLOSES, _rows(found, at + 2)),
            newest=found.closes.pnl_day[at].item(),
        )


_of_day(metrics.DAY_RESULT, lambda pnl: float(pnl[-1]))
_of_day(metrics.DAY_RUNNING, lambda pnl: float(running(pnl)[-1]))
_of_day(metrics.DAY_DRAWDOWN, lambda pnl: float(falls(running(pnl))[-1]))
