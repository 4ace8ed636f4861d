"""How the figures of the most likely loss are computed again: from its trials, and from the scenarios of the run."""

from collections.abc import Mapping, Sequence
from math import fsum, sqrt
from typing import Any

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Cell, Column, Table
from portal.domain.risk import stress_metrics as metrics
from portal.services.evaluation import evaluates
from portal.services.risk.stress import ALL, Ask, stress_in
from portal.services.risk.stress_likely import Likely, likely

SUM_ROUNDING = 1e-7  # relative; sums over scenarios in another order
PORTFOLIO = Parameter("portfolio", "Portfolio", default=ALL)
LOSS = Parameter("loss", "Loss", "number", low=1.0, high=1e13)
FACTOR = Parameter("factor", "Factor")
Records = Sequence[Mapping[str, Any]]
_TRIALS = (
    Column("multiple", "Standard deviations", "number", decimals=6),
    Column("loss", "Loss", "number", "EUR", 2, signed=True, coloured=False),
)
_SCENARIOS = (
    Column("scenario", "Scenario"),
    Column("move", "Move of the factor", "number", decimals=6, signed=True, coloured=False),
    Column("pnl", "P&L of the portfolio", "number", "EUR", 2, signed=True),
    Column("deviations", "Standard deviations needed", "number", decimals=6),
    Column("exposure", "Exposure", "number", "EUR for 1", 2, signed=True, coloured=False),
    Column("unit", "Unit"),
)


def _likely(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Likely:
    found = stress_in(work, clocks, actor, Ask(str(params["portfolio"])))
    return likely(found, clocks, actor, float(params["loss"] or 0.0))


def _subject(params: Params) -> str:
    return "all portfolios that you may see" if params["portfolio"] == ALL else str(params["portfolio"])


def _replay_distance(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    reached = [float(r["multiple"]) for r in records if float(r["loss"]) >= float(params["loss"] or 0.0)]
    note = "" if reached else "No distance that was tried costs as much."
    return Outcome(min(reached, default=None), metrics.LIKELY.unit, note=note)


@evaluates(
    metrics.LIKELY.id,
    permission=Permission.RISK_READ,
    parameters=(PORTFOLIO, LOSS),
    replay=_replay_distance,
    tolerance=SUM_ROUNDING,
)
def distance(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """Standard deviations of the most likely move that costs the loss."""
    found = _likely(work, params, clocks, actor)
    table = Table(_TRIALS, list(found.crossing.trials), simulated=found.row.simulated)
    outcome = _replay_distance(table.records(), params, clocks)
    steps = (
        Step("Run", f"{found.row.id}, {found.row.method}, {len(found.moves):,} scenarios"),
        Step("Standard deviation of the P&L, first order", found.direction.deviation, "EUR"),
        Step("Loss there", found.crossing.loss_at, "EUR"),
    )
    return Evaluation(_subject(params), outcome.value, outcome.unit, table, steps, note=outcome.note)


def direction_outcome(records: Records, *, money: bool) -> Outcome:
    """Return the move of the factor, or its P&L, from the scenarios of the run."""
    pnl = [float(record["pnl"]) for record in records]
    deviation = sqrt(fsum(value * value for value in pnl) / len(pnl))
    cross = fsum(float(record["move"]) * value for record, value in zip(records, pnl, strict=True)) / len(pnl)
    move = -cross / deviation * float(records[0]["deviations"])
    steps = (
        Step("Standard deviation of the P&L", deviation, "EUR"),
        Step("Move", move, str(records[0]["unit"])),
    )
    if money:
        return Outcome(move * float(records[0]["exposure"]), "EUR", steps)
    return Outcome(move, str(records[0]["unit"]), steps)


def _rows(found: Likely, name: str) -> Table:
    if name not in found.factors.label:
        raise NotFound(f"The run has no factor '{name[:60]}'. Open the figure from the page.", factor=name)
    at = found.factors.label.index(name)
    pnl = found.moves @ found.exposure
    same = (found.deviations, float(found.exposure[at]), found.factors.unit[at])
    rows: list[tuple[Cell, ...]] = [
        (label, move, value, *same)
        for label, move, value in zip(found.label, found.moves[:, at].tolist(), pnl.tolist(), strict=True)
    ]
    return Table(_SCENARIOS, rows, simulated=found.row.simulated)


def _register(metric: Metric, *, money: bool) -> None:
    def replay(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        return direction_outcome(records, money=money)

    @evaluates(
        metric.id, permission=Permission.RISK_READ, parameters=(PORTFOLIO, LOSS, FACTOR), replay=replay,
        tolerance=SUM_ROUNDING,
    )  # fmt: skip
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        found = _likely(work, params, clocks, actor)
        table = _rows(found, str(params["factor"]))
        outcome = direction_outcome(table.records(), money=money)
        subject = f"{params['factor']}, {_subject(params)}"
        return Evaluation(subject, outcome.value, outcome.unit, table, outcome.steps)


_register(metrics.LIKELY_MOVE, money=False)
_register(metrics.LIKELY_PNL, money=True)
