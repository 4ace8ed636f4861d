"""How the figures of Risk > Earnings that rest on a run are computed again: from scenarios, or from components."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import FloatArray1D
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Cell, Column, Table
from portal.domain.risk import earnings_metrics as metrics
from portal.domain.risk.decomposition import herfindahl
from portal.services.evaluation import evaluates
from portal.services.risk.earnings import (
    CARRIERS,
    Earnings,
    EarningsAsk,
    at_risk,
    beta_and_fit,
    largest,
    names_in,
    period_at,
)
from portal.services.risk.figure_passports import LEVEL, PORTFOLIO, RUN, figure_of, run_steps, subject

ROUNDING = 1e-9
Records = Sequence[Mapping[str, Any]]
BUCKET = Parameter("bucket", "Periods of a", default="month")
TAX = Parameter("tax", "Tax rate, %", "number", default=0.0, low=0.0, high=99.0)
PERIOD = Parameter("period", "Delivery")
CURVE = Parameter("curve", "Curve")
BY = Parameter("by", "Carried by", default="counterparty")
SCENARIOS = (
    Column("scenario", "Scenario"),
    Column("weight", "Weight", "number", decimals=6),
    Column("margin", "Physical, storage and swing", "number", "EUR", decimals=2, signed=True),
    Column("hedges", "Hedges of it", "number", "EUR", decimals=2, signed=True),
    Column("cash", "All that is delivered", "number", "EUR", decimals=2, signed=True),
    Column("reported", "All fair values until its end", "number", "EUR", decimals=2, signed=True),
)
PAIRS = (
    Column("scenario", "Scenario"),
    Column("weight", "Weight", "number", decimals=6),
    Column("pnl", "P&L", "number", "EUR", decimals=2, signed=True),
    Column("move", "Move of the curve", "number", decimals=6, signed=True),
)
PARTS = (Column("carrier", "Carrier"), Column("part", "Component", "number", "EUR", decimals=2, signed=True))


def _earnings(work: UnitOfWork, params: Params, actor: Actor) -> Earnings:
    figure = figure_of(work, {**params, "measure": "expected_shortfall"}, actor)
    ask = EarningsAsk.of({**params, "method": figure.run.row.method})
    return Earnings(ask, figure)


def _column(records: Records, name: str) -> FloatArray1D:
    return np.array([float(row[name]) for row in records])


def _weights(records: Records) -> FloatArray1D | None:
    weight = _column(records, "weight")
    return None if float(np.ptp(weight)) == 0.0 else weight


def _of_period(metric: Metric, name: str) -> None:
    def again(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        margin, hedges, cash, reported = (
            _column(records, key)[:, None] for key in ("margin", "hedges", "cash", "reported")
        )
        found = at_risk(cash, reported, margin, hedges, EarningsAsk.of(params), _weights(records))
        return Outcome(float(found[name][0]), "EUR")

    @evaluates(
        metric.id, permission=Permission.RISK_READ, parameters=(RUN, PORTFOLIO, LEVEL, BUCKET, TAX, PERIOD),
        replay=again, tolerance=ROUNDING,
    )  # fmt: skip
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
        found = _earnings(work, params, actor)
        at = period_at(found, str(params["period"]))
        own, row = found.figure.run, found.figure.run.row
        columns = (found.margin[:, at], found.hedges[:, at], found.cash[:, at], found.reported[:, at])
        rows: list[tuple[Cell, ...]] = list(
            zip(own.label, own.weight.tolist(), *(each.tolist() for each in columns), strict=True)
        )
        return Evaluation(
            f"{subject(found.figure)}, delivery {params['period']}",
            float(found.measures[name][at]),
            "EUR",
            Table(SCENARIOS, rows, simulated=row.simulated),
            (*run_steps(own), Step("Business days until its end", float(found.periods.end[at]), "")),
            newest=row.as_of,
        )


for _metric, _name in (
    (metrics.CFAR, "cash"), (metrics.EAR, "earnings"), (metrics.GMAR, "margin"), (metrics.GMAR_OPEN, "open"),
):  # fmt: skip
    _of_period(_metric, _name)


def _of_beta(metric: Metric, at: int) -> None:
    def again(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        found = beta_and_fit(_column(records, "pnl"), _column(records, "move"), _weights(records))
        return Outcome(found[at], "fraction" if at else "EUR")

    @evaluates(
        metric.id, permission=Permission.RISK_READ, parameters=(RUN, PORTFOLIO, LEVEL, CURVE), replay=again,
        tolerance=ROUNDING,
    )  # fmt: skip
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
        found = _earnings(work, params, actor)
        columns, run = dict(found.front()), found.figure.run
        if params["curve"] not in columns:
            raise DomainError(
                f"The run has no prices of '{str(params['curve'])[:40]}'. Open the figure again."
            )
        column = columns[str(params["curve"])]
        move = found.move(column)
        rows: list[tuple[Cell, ...]] = list(
            zip(run.label, run.weight.tolist(), found.figure.pnl.tolist(), move.tolist(), strict=True)
        )
        return Evaluation(
            f"{subject(found.figure)} with {run.factors.label[column]}",
            beta_and_fit(found.figure.pnl, move, found.weights)[at],
            "fraction" if at else "EUR",
            Table(PAIRS, rows, simulated=run.row.simulated),
            (*run_steps(run), Step("Unit of a move", run.factors.unit[column])),
            newest=run.row.as_of,
        )


_of_beta(metrics.BETA, 0)
_of_beta(metrics.BETA_FIT, 1)


def _of_concentration(metric: Metric, read: Callable[[FloatArray1D], float], unit: str) -> None:
    def again(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        return Outcome(read(_column(records, "part")), unit)

    @evaluates(
        metric.id, permission=Permission.RISK_READ, parameters=(RUN, PORTFOLIO, LEVEL, BY), replay=again,
        tolerance=ROUNDING,
    )  # fmt: skip
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
        by = str(params["by"])
        if by not in CARRIERS:
            raise DomainError(f"Risk is not carried by '{by[:20]}'. Open the figure again from the page.")
        found, names = _earnings(work, params, actor), names_in(work)
        keys, parts = found.carriers(by, names.commodity)
        rows: list[tuple[Cell, ...]] = [
            (names.of(by, key), part) for key, part in zip(keys, parts.tolist(), strict=True)
        ]
        row = found.figure.run.row
        return Evaluation(
            f"Expected shortfall of {subject(found.figure)} by {CARRIERS[by].lower()}",
            read(parts),
            unit,
            Table(PARTS, rows, simulated=row.simulated),
            (*run_steps(found.figure.run), Step("Expected shortfall", found.shortfall.value, "EUR")),
            newest=row.as_of,
        )


_of_concentration(metrics.CONCENTRATION, herfindahl, "")
_of_concentration(metrics.CARRIERS, lambda parts: 1.0 / herfindahl(parts), "")
_of_concentration(metrics.LARGEST, lambda parts: largest(parts)[1], "fraction")
