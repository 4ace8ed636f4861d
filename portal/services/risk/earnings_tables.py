"""The rows of Risk > Earnings: periods of delivery, betas, concentration, performance, and results by day."""

from collections.abc import Sequence

import numpy as np

from portal.core.table import LAPTOP, PHONE, Cell, Column, Table
from portal.domain.risk import earnings_metrics as metrics
from portal.domain.risk.decomposition import herfindahl
from portal.services.risk.ask import EVERYTHING
from portal.services.risk.earnings import CARRIERS, Earnings, EarningsAsk, Names, beta_and_fit, largest
from portal.services.risk.performance import Performance

Params = dict[str, str | int | float | None]
MEASURES = (
    ("cash", metrics.CFAR), ("earnings", metrics.EAR), ("margin", metrics.GMAR), ("open", metrics.GMAR_OPEN),
)  # fmt: skip
STATS = (
    ("result", metrics.RESULT), ("annual_return", metrics.RETURN), ("volatility", metrics.VOLATILITY),
    ("sharpe", metrics.SHARPE), ("sharpe_error", metrics.SHARPE_ERROR), ("chance", metrics.CHANCE),
    ("sortino", metrics.SORTINO), ("hit_rate", metrics.HIT_RATE), ("profit_factor", metrics.PROFIT_FACTOR),
    ("worst_day", metrics.WORST_DAY), ("max_drawdown", metrics.MAX_DRAWDOWN), ("drawdown_now", metrics.DRAWDOWN_NOW),
)  # fmt: skip
"""Attributes of ``BookPerformance`` with their metrics."""
_HEADINGS = {
    "sharpe": "Sharpe", "sharpe_error": "Standard error", "sortino": "Sortino", "max_drawdown": "Drawdown",
    "drawdown_now": "Now",
}  # fmt: skip
IN_TABLE = (
    "result",
    "volatility",
    "sharpe",
    "sharpe_error",
    "sortino",
    "hit_rate",
    "max_drawdown",
    "drawdown_now",
)


def run_params(found: Earnings, **more: str | float) -> Params:
    """Return the parameters that reproduce a figure of the run."""
    ask = found.ask
    return {
        "run": found.figure.run.row.id,
        "portfolio": ask.risk.portfolio or EVERYTHING,
        "level": ask.risk.level,
        **more,
    }


def period_params(found: Earnings, period: str) -> Params:
    """Return those of a period of delivery."""
    return run_params(found, bucket=found.ask.bucket, tax=100 * found.ask.tax, period=period)


def period_table(found: Earnings) -> Table:
    """Return the measures of each period of delivery."""
    columns = (
        Column("period", "Delivery"),
        *(
            Column(
                name, item.title, "number", "EUR", 0, item.id, room=PHONE if name in ("margin", "open") else 0
            )
            for name, item in MEASURES
        ),
        Column("days", "Business days until its end", "integer", room=PHONE),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            found.periods.period[at],
            *(float(found.measures[name][at]) for name, _ in MEASURES),
            int(found.periods.end[at]),
        )
        for at in range(found.shown)
    ]
    params = {str(row[0]): period_params(found, str(row[0])) for row in rows}
    return Table(columns, rows, simulated=found.figure.run.row.simulated, extra={"params": params})


def beta_table(found: Earnings) -> Table:
    """Return the betas to the nearest delivery of each curve, the one that explains most first."""
    columns = (
        Column("curve", "Curve"),
        Column("factor", "Delivery", room=PHONE),
        Column("beta", "Beta", "number", "EUR per 1", 0, metrics.BETA.id, signed=True, coloured=False),
        Column("unit", "Unit", room=PHONE),
        Column("fit", "Explained", "percent", "", 1, metrics.BETA_FIT.id, coloured=False),
    )
    factors, rows = found.figure.run.factors, []
    for curve, at in found.front():
        slope, fit = beta_and_fit(found.figure.pnl, found.move(at), found.weights)
        if slope is not None:
            rows.append((curve, factors.label[at], slope, factors.unit[at], fit))
    rows.sort(key=lambda row: -(row[4] or 0.0))
    params = {row[0]: run_params(found, curve=row[0]) for row in rows}
    return Table(columns, rows, simulated=found.figure.run.row.simulated, extra={"params": params})


def concentration_table(found: Earnings, names: Names) -> Table:
    """Return how concentrated the expected shortfall is, by what carries it."""
    columns = (
        Column("by", "By"),
        Column("index", "Herfindahl", "number", "", 3, metrics.CONCENTRATION.id, coloured=False),
        Column(
            "equal", "As many equal ones", "number", "", 1, metrics.CARRIERS.id, coloured=False, room=PHONE
        ),
        Column("share", "Largest share", "percent", "", 1, metrics.LARGEST.id, coloured=False),
        Column("name", "Largest", room=PHONE),
        Column("count", "Carriers", "integer", room=PHONE),
    )
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, Params] = {}
    for by, title in CARRIERS.items():
        keys, parts = found.carriers(by, names.commodity)
        index = herfindahl(parts)
        if index == 0.0:
            continue
        at, share = largest(parts)
        rows.append((title, index, 1.0 / index, share, names.of(by, keys[at]), len(parts)))
        params[title] = run_params(found, by=by)
    return Table(columns, rows, simulated=found.figure.run.row.simulated, extra={"params": params})


def book_params(ask: EarningsAsk, code: str, **more: str) -> Params:
    """Return the parameters that reproduce a figure of performance."""
    return {"portfolio": code, "span": ask.span, "capital": f"{ask.capital:.12g}", **more}


def book_table(ask: EarningsAsk, found: Sequence[Performance]) -> Table:
    """Return the statistics of each portfolio."""
    titles = dict(STATS)
    columns = (
        Column("portfolio", "Portfolio"),
        Column("days", "Days", "integer", room=LAPTOP),
        *(
            Column(
                name,
                _HEADINGS.get(name, titles[name].title.removesuffix(", a year")),
                "percent" if titles[name].percent else "number",
                titles[name].unit,
                titles[name].decimals,
                titles[name].id,
                signed=titles[name].signed,
                coloured=titles[name].coloured,
                room=PHONE if name not in ("result", "sharpe", "max_drawdown") else 0,
            )
            for name in IN_TABLE
        ),
    )
    rows: list[tuple[Cell, ...]] = [
        (one.code, one.days, *(getattr(one.figures, name) for name in IN_TABLE))
        for one in found
        if one.figures is not None
    ]
    return Table(columns, rows, extra={"params": {one.code: book_params(ask, one.code) for one in found}})


def day_table(ask: EarningsAsk, found: Performance) -> Table:
    """Return the results by day, the newest first."""
    columns = (
        Column("day", "Day"),
        Column("result", "Result", "number", "EUR", 0, metrics.DAY_RESULT.id, signed=True),
        Column(
            "running",
            "Running result",
            "number",
            "EUR",
            0,
            metrics.DAY_RUNNING.id,
            signed=True,
            coloured=False,
        ),
        Column("drawdown", "Drawdown", "number", "EUR", 0, metrics.DAY_DRAWDOWN.id, coloured=False),
        Column("missing", "Trades without a mark", "integer", room=PHONE),
    )
    path, below, closes = found.path, found.below, found.closes
    rows: list[tuple[Cell, ...]] = [
        (
            str(closes.pnl_day[at]), float(closes.pnl[at]), float(path[at + 1]), float(below[at + 1]),
            int(np.nan_to_num(closes.missing[at + 1])),
        )
        for at in range(found.days - 1, -1, -1)
    ]  # fmt: skip
    params = {str(row[0]): book_params(ask, found.code, day=str(row[0])) for row in rows}
    return Table(columns, rows, extra={"params": params})
