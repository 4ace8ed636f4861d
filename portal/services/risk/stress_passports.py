"""How each figure of Risk > Stress is computed again: from the trades with their values in both markets."""

from collections.abc import Mapping, Sequence
from math import fsum, isfinite
from typing import Any

import numpy as np

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import FloatArray1D, IntArray1D
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.metrics import Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Cell, Column, Table
from portal.domain.portfolio.trade import Kind
from portal.domain.portfolio.valuation import value_book
from portal.domain.risk import stress_metrics as metrics
from portal.domain.risk.stress.apply import book_for
from portal.services.evaluation import evaluates
from portal.services.risk.stress import ALL, SPLITS, Ask, Stressed, positions_of, stress_in

SUM_ROUNDING = 1e-9  # relative; another machine may round the last digits of a valuation differently
NONE = "none"
SCENARIO = Parameter("scenario", "Scenario")
TYPED = (
    Parameter("layers", "Scenarios laid under it", default=NONE),
    Parameter("shocks", "Shocks typed", default=NONE),
)
PORTFOLIO = Parameter("portfolio", "Portfolio", default=ALL)
SCOPE = (SCENARIO, PORTFOLIO, *TYPED)
NOTHING = "No trade of this portfolio has a value in both markets."
Records = Sequence[Mapping[str, Any]]
_COLUMNS = (
    Column("trade", "Trade", "integer"),
    Column("version", "Version", "integer"),
    Column("book", "Book"),
    Column("kind", "Kind"),
    Column("curve", "Curve"),
    Column("today", "Value today", "number", "EUR", 2, signed=True),
    Column("amount", "P&L", "number", "EUR", 2, signed=True),
)


def ask_of(params: Params) -> Ask:
    """Return what the parameters of a figure ask for."""
    layers, shocks = (str(params[name]) for name in ("layers", "shocks"))
    return Ask(
        str(params["portfolio"]),
        str(params["scenario"]),
        tuple(code for code in layers.split(",") if code and code != NONE),
        "" if shocks == NONE else shocks,
    )


def _found(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Stressed:
    found = stress_in(work, clocks, actor, ask_of(params))
    code = str(params["scenario"])
    if code not in found.entries:
        raise NotFound(
            found.complaint
            or f"There is no scenario '{code[:60]}' under these clocks. Open the figure from the page.",
            scenario=code,
        )
    if found.impact(code) is None:
        raise DomainError(found.refused[code], scenario=code)
    return found


def _table(found: Stressed, at: IntArray1D, amounts: FloatArray1D) -> Table:
    """The trades at positions ``at``, with what each counts; ``amounts`` has shape (n,)."""
    book, curves, values = found.found.book, found.found.market.curves, found.found.valuation.total_eur
    place = np.searchsorted(curves.id, book.curve)
    rows: list[tuple[Cell, ...]] = [
        (
            int(book.trade_id[i]), int(book.version[i]), found.found.nodes[int(found.found.node_of[i])].code,
            Kind(int(book.kind[i])).label, curves.code[int(place[i])], _cell(values[i]), _cell(amounts[i]),
        )
        for i in at.tolist()
    ]  # fmt: skip
    return Table(_COLUMNS, rows, simulated=found.found.simulated)


def _cell(value: float) -> float | None:
    return float(value) if isfinite(value) else None


def sum_of(records: Records) -> Outcome:
    """Return the sum of what the trades count; those without a value in both markets are left out and counted."""
    amounts = [float(record["amount"]) for record in records if record["amount"] is not None]
    steps = (Step("Trades", float(len(records))), Step("Without a value", float(len(records) - len(amounts))))
    return Outcome(fsum(amounts), "EUR", steps, "" if amounts else NOTHING)


def _replay_sum(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    return sum_of(records)


def _evaluation(found: Stressed, subject: str, table: Table, extra: tuple[Step, ...] = ()) -> Evaluation:
    outcome = sum_of(table.records())
    scenario = found.entry.scenario
    steps = (Step("Scenario", scenario.title), Step("Moves from", scenario.source or "the page"), *extra)
    return Evaluation(
        subject, outcome.value, "EUR", table, (*steps, *outcome.steps),
        newest=found.found.market.as_of, note=outcome.note,
    )  # fmt: skip


def _subject(found: Stressed) -> str:
    where = "all portfolios that you may see" if found.ask.portfolio == ALL else found.ask.portfolio
    return f"{found.entry.scenario.title}, {where}"


@evaluates(
    metrics.PNL.id,
    permission=Permission.RISK_READ,
    parameters=SCOPE,
    replay=_replay_sum,
    tolerance=SUM_ROUNDING,
)
def stress_pnl(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """P&L of a portfolio in a scenario."""
    found = _found(work, params, clocks, actor)
    return _evaluation(found, _subject(found), _table(found, np.flatnonzero(found.rows), found.result.pnl))


@evaluates(
    metrics.PART_PNL.id,
    permission=Permission.RISK_READ,
    parameters=(*SCOPE, Parameter("split", "Split by"), Parameter("part", "Part")),
    replay=_replay_sum,
    tolerance=SUM_ROUNDING,
)
def part_pnl(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """P&L of the trades of one commodity, curve or kind."""
    found, by = _found(work, params, clocks, actor), str(params["split"])
    if by not in SPLITS:
        raise NotFound(f"There is no split by '{by[:40]}'. Choose {', '.join(SPLITS)}.", split=by)
    at = positions_of(found.split(by), str(params["part"]), found.rows)
    return _evaluation(found, f"{_subject(found)}, {params['part']}", _table(found, at, found.result.pnl))


@evaluates(
    metrics.LAYER_PNL.id,
    permission=Permission.RISK_READ,
    parameters=(*SCOPE, Parameter("layer", "Layer", "integer", low=1, high=1000)),
    replay=_replay_sum,
    tolerance=SUM_ROUNDING,
)
def layer_pnl(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """What one layer adds."""
    found, number = _found(work, params, clocks, actor), int(params["layer"] or 0)
    layers = found.entry.scenario.layers
    if number > len(layers):
        raise NotFound(f"The scenario has {len(layers)} layers, not {number}. Open the figure from the page.")
    table = _table(found, np.flatnonzero(found.rows), found.steps[number - 1])
    before = Step("On top of", ", ".join(layer.title for layer in layers[: number - 1]) or "today's market")
    return _evaluation(found, f"{_subject(found)}, {layers[number - 1].title}", table, (before,))


_TRADE_COLUMNS = (
    Column("state", "Market"),
    Column("unrealised", "Unrealised", "number", decimals=2, signed=True),
    Column("realised", "Realised", "number", decimals=2, signed=True),
    Column("currency", "Currency"),
    Column("fx", "EUR for one", "number", decimals=6),
)
_TODAY, _STRESSED = "today", "scenario"


def trade_outcome(records: Records) -> Outcome:
    """Return the value in the scenario less that of today, from one row for each market."""
    values: dict[str, float] = {}
    for record in records:
        parts = [record[name] for name in ("unrealised", "realised", "fx")]
        if any(part is None for part in parts):
            return Outcome(None, "EUR", note="The trade has no value in one of the markets.")
        values[str(record["state"])] = (float(parts[0]) + float(parts[1])) * float(parts[2])
    steps = tuple(Step(f"Value, {state}", value, "EUR") for state, value in values.items())
    return Outcome(values[_STRESSED] - values[_TODAY], "EUR", steps)


def _replay_trade(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    return trade_outcome(records)


@evaluates(
    metrics.TRADE_PNL.id,
    permission=Permission.RISK_READ,
    parameters=(*SCOPE, Parameter("trade", "Trade", "integer", low=1)),
    replay=_replay_trade,
    tolerance=SUM_ROUNDING,
)
def trade_pnl(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """P&L of one trade in a scenario."""
    found, number = _found(work, params, clocks, actor), int(params["trade"] or 0)
    at = np.flatnonzero(found.found.book.trade_id == number)
    if not len(at):
        raise NotFound(f"There is no trade {number} that you may see. Open it from the page.", trade=number)
    book, today = found.found.book.take(at), found.found.valuation.take(at)
    after = found.result.market
    then = value_book(book_for(book, found.found.market, after), after, greeks=False)
    rows: list[tuple[Cell, ...]] = [
        (
            state,
            _cell(value.unrealised[0]),
            _cell(value.realised[0]),
            value.currency[0],
            _cell(value.to_eur[0]),
        )
        for state, value in ((_TODAY, today), (_STRESSED, then))
    ]
    table = Table(_TRADE_COLUMNS, rows, simulated=found.found.simulated)
    outcome = trade_outcome(table.records())
    steps = (Step("Scenario", found.entry.scenario.title), *outcome.steps)
    return Evaluation(
        f"Trade {number}, {found.entry.scenario.title}", outcome.value, "EUR", table, steps,
        newest=found.found.market.as_of, note=outcome.note,
    )  # fmt: skip


def _replay_count(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    return Outcome(float(len(records)), "trades")


@evaluates(metrics.LOST.id, permission=Permission.RISK_READ, parameters=SCOPE, replay=_replay_count)
def lost(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """Trades without a value in the scenario."""
    found = _found(work, params, clocks, actor)
    at = np.flatnonzero(found.rows & found.result.lost)
    return Evaluation(_subject(found), float(len(at)), "trades", _table(found, at, found.result.pnl))


_MONEY_COLUMNS = (
    Column("trade", "Trade", "integer"),
    Column("money", "Money", "number", "EUR", 2, signed=True),
)


def _replay_money(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    return Outcome(abs(fsum(float(record["money"]) for record in records)), "EUR")


@evaluates(
    metrics.UNSHOCKED.id,
    permission=Permission.RISK_READ,
    parameters=(*SCOPE, Parameter("factor", "Factor")),
    replay=_replay_money,
    tolerance=SUM_ROUNDING,
)
def left_unshocked(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """Money that rests on a factor which the scenario does not move."""
    found = _found(work, params, clocks, actor)
    one = next((one for one in found.unshocked if f"{one.kind}: {one.name}" == params["factor"]), None)
    if one is None:
        raise NotFound(
            f"The scenario moves '{params['factor']}', or nothing rests on it.", factor=str(params["factor"])
        )
    table = Table(
        _MONEY_COLUMNS, list(zip(one.trades, one.money, strict=True)), simulated=found.found.simulated
    )
    steps = (Step("Scenario", found.entry.scenario.title), Step("Trades", float(len(one.trades))))
    return Evaluation(f"{params['factor']}, {_subject(found)}", one.money_eur, "EUR", table, steps)


_TRIAL_COLUMNS = (
    Column("multiple", "Times the scenario", "number", decimals=6),
    Column("loss", "Loss", "number", "EUR", 2, signed=True, coloured=False),
)


def _replay_multiple(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    reached = [float(r["multiple"]) for r in records if float(r["loss"]) >= float(params["loss"] or 0.0)]
    note = "" if reached else "No multiple that was tried costs as much."
    return Outcome(min(reached, default=None), "times", note=note)


@evaluates(
    metrics.MULTIPLE.id,
    permission=Permission.RISK_READ,
    parameters=(*SCOPE, Parameter("loss", "Loss", "number", low=1.0, high=1e13)),
    replay=_replay_multiple,
    tolerance=SUM_ROUNDING,
)
def breaking_multiple(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """Smallest multiple of the scenario that costs a loss."""
    found, loss = _found(work, params, clocks, actor), float(params["loss"] or 0.0)
    crossing = found.reverse(loss)
    table = Table(_TRIAL_COLUMNS, list(crossing.trials), simulated=found.found.simulated)
    steps = (Step("Loss asked for", loss, "EUR"), Step("Loss there", crossing.loss_at, "EUR"))
    outcome = _replay_multiple(table.records(), params, clocks)
    return Evaluation(_subject(found), outcome.value, "times", table, steps, note=outcome.note)
