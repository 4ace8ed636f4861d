"""How the figures of single scenarios and exposures are computed again: from the moves of their run."""

import numpy as np

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import FloatArray1D
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.metrics import Params
from portal.core.passport import Evaluation, Outcome, Parameter
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.risk import figure_metrics as metrics
from portal.domain.risk.reading import Measure
from portal.services.evaluation import evaluates
from portal.services.risk.cuts import part_pnl
from portal.services.risk.figure_passports import (
    BY,
    KEY,
    PORTFOLIO,
    RUN,
    SUM_ROUNDING,
    figure_of,
    run_steps,
    subject,
)
from portal.services.risk.runs import Run

SCENARIO = Parameter("scenario", "Scenario")


@evaluates(
    metrics.SCENARIO_PNL.id, permission=Permission.RISK_READ, parameters=(RUN, PORTFOLIO, SCENARIO),
    replay=lambda records, params, clocks: Outcome(sum(float(row["pnl"]) for row in records), "EUR"),  # noqa: ARG005
    tolerance=SUM_ROUNDING,
)  # fmt: skip
def scenario_pnl(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
    """The P&L of a node in one scenario, factor by factor."""
    found = figure_of(work, {**params, "level": 0.975}, actor, Measure.ES)
    run, name = found.run, str(params["scenario"])
    if name not in run.label:
        raise DomainError(f"There is no scenario '{name[:40]}' in run {run.row.id}.", scenario=name)
    at = run.label.index(name)
    exposure = run.exposure(found.code)
    table = _by_factor(run, exposure, at, float(found.pnl[at]))
    return Evaluation(
        f"{subject(found)} on {name}",
        float(found.pnl[at]),
        "EUR",
        table,
        run_steps(run),
        newest=run.row.as_of,
    )


@evaluates(
    metrics.EXPOSURE.id, permission=Permission.RISK_READ, parameters=(RUN, PORTFOLIO, BY, KEY),
    replay=lambda records, params, clocks: Outcome(sum(float(row["exposure"]) for row in records), "EUR"),  # noqa: ARG005
    tolerance=SUM_ROUNDING,
)  # fmt: skip
def exposure_of(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
    """The exposure of a node to one factor, trade by trade."""
    found = figure_of(work, {**params, "level": 0.975}, actor, Measure.ES)
    run, name = found.run, str(params["key"])
    if name not in run.factors.label:
        raise DomainError(f"There is no factor '{name[:40]}' in run {run.row.id}.", factor=name)
    k = run.factors.label.index(name)
    own = np.zeros(len(run.outcome.trade_id), dtype=np.bool_)
    own[run.trades(found.code)] = True
    rows = np.flatnonzero((run.outcome.column == k) & own[run.outcome.row])
    columns = (
        Column("trade", "Trade"),
        Column("exposure", "Exposure", "number", "EUR", decimals=2, signed=True),
    )
    table = Table(
        columns,
        [
            (str(run.outcome.trade_id[run.outcome.row[z]]), float(run.outcome.exposure[z]))
            for z in rows.tolist()
        ],
        simulated=run.row.simulated,
    )
    value = float(run.exposure(found.code)[k])
    return Evaluation(
        f"{name} in {subject(found)}", value, "EUR", table, run_steps(run), newest=run.row.as_of
    )


def _by_factor(run: Run, exposure: FloatArray1D, at: int, pnl: float) -> Table:
    """Return what each factor brings in the scenario at ``at``, and what full revaluation adds to make ``pnl``."""
    moves, used = run.outcome.moves[at], np.flatnonzero(exposure)
    columns = (
        Column("factor", "Factor"),
        Column("exposure", "Exposure", "number", "EUR", signed=True),
        Column("move", "Move", "number", decimals=6, signed=True),
        Column("pnl", "P&L", "number", "EUR", decimals=2, signed=True),
    )
    rows = [
        (run.factors.label[k], float(exposure[k]), float(moves[k]), float(exposure[k] * moves[k]))
        for k in used.tolist()
    ]
    rest = pnl - float(exposure[used] @ moves[used])
    return Table(columns, [*rows, ("Convexity", 0.0, 0.0, rest)], simulated=run.row.simulated)


@evaluates(
    metrics.TRADE_SCENARIO.id, permission=Permission.RISK_READ,
    parameters=(RUN, PORTFOLIO, SCENARIO, Parameter("trade", "Trade")),
    replay=lambda records, params, clocks: Outcome(sum(float(row["pnl"]) for row in records), "EUR"),  # noqa: ARG005
    tolerance=SUM_ROUNDING,
)  # fmt: skip
def trade_scenario(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:  # noqa: ARG001
    """The P&L of one trade in one scenario, factor by factor."""
    found = figure_of(work, {**params, "level": 0.975}, actor, Measure.ES)
    run, name = found.run, str(params["scenario"])
    title, pnl = part_pnl(found, "trade", str(params["trade"]))
    if name not in run.label:
        raise DomainError(f"There is no scenario '{name[:40]}' in run {run.row.id}.", scenario=name)
    at = run.label.index(name)
    group = np.where(run.outcome.trade_id == int(str(params["trade"])), 0, -1)
    exposure = run.outcome.group_exposure(group, 1)[0]
    table = _by_factor(run, exposure, at, float(pnl[at]))
    return Evaluation(
        f"{title} on {name}", float(pnl[at]), "EUR", table, run_steps(run), newest=run.row.as_of
    )
