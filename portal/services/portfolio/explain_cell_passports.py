"""How the figures of one curve and month, and of one part, of Portfolio > P&L explain are computed again."""

from collections.abc import Mapping, Sequence
from math import fsum, isfinite
from typing import Any

import numpy as np

from data.queries.curves import NodeRow
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import FloatArray1D
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Cell, Column, Table
from portal.domain.portfolio import explain_metrics as metrics
from portal.domain.portfolio.explain import State
from portal.domain.portfolio.market import STATUS_LABELS
from portal.services.evaluation import evaluates
from portal.services.portfolio.explain import Explained
from portal.services.portfolio.explain_passports import (
    SCOPE,
    TOTAL,
    register_figure,
    seen_by,
    split_by,
    subject_of,
)
from portal.services.portfolio.explain_replays import replay_sum
from portal.services.portfolio.explain_rows import (
    REST,
    Tenor,
    described,
    factor_share,
    place_of,
    tenor_by_trade,
    tenors,
)
from portal.services.portfolio.quotes import quote_behind, sources_of

Records = Sequence[Mapping[str, Any]]
TENOR = Parameter("tenor", "Curve and month")
NOTHING = "nothing"
PART = (
    Parameter("factor", "Cause, or curve and month", default=TOTAL),
    Parameter("less", "Less these parts", default=NOTHING),
)
NO_PRICE = "No price of this month was ever quoted on that curve."


def tenor_of(seen: Explained, params: Params) -> Tenor:
    """Return the cell that is asked for.

    Raises
    ------
    NotFound
        No trade of what is looked at has a sensitivity there.
    """
    label = str(params["tenor"])
    found = next((cell for cell in tenors(seen) if cell.label == label), None)
    if found is None:
        raise NotFound(
            f"No trade of {subject_of(seen)} moved with '{label[:60]}' in this period.", tenor=label
        )
    return found


_LEGS = (
    Column("trade", "Trade"),
    Column("kind", "Kind"),
    Column("delta", "Delta at start", "number", decimals=4, signed=True, coloured=False),
    Column("gamma", "Gamma at start", "number", decimals=6, signed=True, coloured=False),
    Column("before", "Price at start", "number", decimals=4),
    Column("after", "Price at end", "number", decimals=4),
    Column("unit", "Unit"),
    Column("money", "Money of one price unit", "number", decimals=4),
    Column("fx", "EUR for one, start", "number", decimals=6),
    Column("by_delta", "By delta", "number", "EUR", 2, signed=True),
    Column("by_gamma", "By gamma", "number", "EUR", 2, signed=True),
)


def _leg_rows(seen: Explained, params: Params) -> Table:
    """The sensitivities of each trade at the start in one curve and month, with all that they are multiplied by."""
    whole, label = seen.whole, str(params["tenor"])
    cells, legs, market = whole.cells, whole.valued[0].legs, whole.start.market
    curve, month = place_of(seen, label)
    rows: list[tuple[Cell, ...]] = []
    for at in np.flatnonzero(
        (cells.curve == curve) & (cells.month == month) & seen.known[cells.row]
    ).tolist():
        row, leg = int(cells.row[at]), int(cells.leg[at])
        figures = (
            legs.delta[leg], legs.gamma[leg], cells.before[at], cells.after[at], market.curves.money[curve],
            whole.valued[0].to_eur[legs.trade[leg]], cells.delta[at], cells.gamma[at],
        )  # fmt: skip
        delta, gamma, before, after, money, fx, *parts = (float(one) for one in figures)
        rows.append(
            (
                str(whole.found.pairs.trade_id[row]), described(seen, row)[0], delta, gamma, before, after,
                market.curves.unit[curve], money, fx, *parts,
            )
        )  # fmt: skip
    return Table(_LEGS, rows, simulated=bool(market.curves.simulated[curve]))


def _by_delta(record: Mapping[str, Any]) -> float:
    move = float(record["after"]) - float(record["before"])
    return float(record["delta"]) * move * float(record["money"]) * float(record["fx"])


def _by_gamma(record: Mapping[str, Any]) -> float:
    move = float(record["after"]) - float(record["before"])
    return 0.5 * float(record["gamma"]) * move**2 * float(record["money"]) * float(record["fx"])


def _replay_delta(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    return Outcome(fsum(_by_delta(record) for record in records), "EUR")


def _replay_gamma(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    return Outcome(fsum(_by_gamma(record) for record in records), "EUR")


def _replay_cell(records: Records, params: Params, clocks: Clocks) -> Outcome:
    """Both orders of a cell; of what no single price explains (and of receipts of earlier versions) the trades' sum."""
    if params["tenor"] == REST or (records and "part" in records[0]):
        return replay_sum(records, params, clocks)
    return Outcome(fsum(_by_delta(record) + _by_gamma(record) for record in records), "EUR")


def _move_steps(cell: Tenor) -> tuple[Step, ...]:
    return (Step("Price at start", cell.before, cell.unit), Step("Price at end", cell.after, cell.unit))


def _cell(seen: Explained, params: Params) -> Outcome:
    if params["tenor"] == REST:
        return Outcome(float(seen.whole.cells.rest[seen.known].sum()), "EUR")
    cell = tenor_of(seen, params)
    steps = (*_move_steps(cell), Step("Delta", cell.delta, "EUR"), Step("Gamma", cell.gamma, "EUR"))
    return Outcome(cell.delta + cell.gamma, "EUR", steps)


def _cell_rows(seen: Explained, params: Params) -> Table:
    if params["tenor"] == REST:
        return split_by(lambda found, _: found.whole.cells.rest)(seen, params)
    return _leg_rows(seen, params)


def _delta(seen: Explained, params: Params) -> Outcome:
    cell = tenor_of(seen, params)
    return Outcome(cell.delta, "EUR", _move_steps(cell))


def _gamma(seen: Explained, params: Params) -> Outcome:
    cell = tenor_of(seen, params)
    return Outcome(cell.gamma, "EUR", _move_steps(cell))


register_figure(metrics.CELL, _cell, TENOR, rows=_cell_rows, replay=_replay_cell)
register_figure(metrics.CELL_DELTA, _delta, TENOR, rows=_leg_rows, replay=_replay_delta)
register_figure(metrics.CELL_GAMMA, _gamma, TENOR, rows=_leg_rows, replay=_replay_gamma)


def part_share(seen: Explained, params: Params) -> FloatArray1D:
    """Return what each row counts of a part: its factor, less the trades or the curves and months that are named."""
    share = factor_share(seen, str(params["factor"])).copy()
    named = str(params["less"])
    for one in named.split(",") if named != NOTHING else ():
        if one.isdecimal():
            share[seen.whole.found.pairs.trade_id == int(one)] = 0.0
        else:
            share -= tenor_by_trade(seen, one)
    return share


def _part(seen: Explained, params: Params) -> Outcome:
    return Outcome(float(part_share(seen, params)[seen.known].sum()), "EUR")


register_figure(metrics.PART, _part, *PART, rows=split_by(part_share))


_PRICES = (
    Column("end", "End"),
    Column("day", "Valued on", "date"),
    Column("curve", "Curve"),
    Column("month", "Delivery"),
    Column("price", "Price", "number", decimals=4),
    Column("unit", "Unit"),
    Column("status", "Mark is", "badge"),
    Column("quoted", "Quoted on", "date"),
    Column("recorded_at", "Recorded", "moment"),
    Column("source", "Source"),
    Column("batch", "Import", "integer"),
    Column("file", "File"),
)
_ENDS: dict[str, tuple[Metric, tuple[str, ...]]] = {
    "start": (metrics.PRICE_START, ("start",)),
    "end": (metrics.PRICE_END, ("end",)),
    "move": (metrics.PRICE_MOVE, ("start", "end")),
}


def _price_row(end: str, state: State, place: tuple[int, int], node: NodeRow | None) -> tuple[Cell, ...]:
    market, (curve, month) = state.market, place
    price, quoted = float(market.marks.price[curve, month]), market.marks.quoted_on[curve, month]
    return (
        end, market.as_of, market.curves.code[curve], str(market.marks.months[month]),
        price if isfinite(price) else None, market.curves.unit[curve],
        STATUS_LABELS[int(market.marks.status[curve, month])], None if np.isnat(quoted) else quoted.item(),
        *((node.recorded_at, node.source_code, node.batch_id, node.file_name) if node else (None, "", None, "")),
    )  # fmt: skip


def _replay_price(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    """Return the price of the one end, or of the end less the start."""
    prices = [record["price"] for record in records]
    if not prices or any(price is None for price in prices):
        return Outcome(None, "", note=NO_PRICE)
    first, *later = (float(price) for price in prices)
    return Outcome(later[0] - first if later else first, str(records[0]["unit"]))


def _register_price(name: str) -> None:
    metric, ends = _ENDS[name]

    @evaluates(
        metric.id,
        permission=Permission.PORTFOLIO_READ,
        parameters=(*SCOPE, TENOR),
        replay=_replay_price,
    )
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        seen = seen_by(params, clocks, actor)
        cell = tenor_of(seen, params)
        place = place_of(seen, cell.label)
        states = {"start": seen.whole.start, "end": seen.whole.end}
        nodes = [quote_behind(work, states[end].market, clocks, place) for end in ends]
        rows = [_price_row(end, states[end], place, node) for end, node in zip(ends, nodes, strict=True)]
        value = {"start": cell.before, "end": cell.after, "move": cell.after - cell.before}[name]
        known = [node for node in nodes if node]
        return Evaluation(
            f"{cell.curve} {cell.month}",
            value,
            cell.unit,
            Table(_PRICES, rows, simulated=bool(seen.whole.start.market.curves.simulated[place[0]])),
            _move_steps(cell) if name == "move" else (),
            sources_of(known),
            newest=max((node.trade_date for node in known), default=None),
            recorded_at=max((node.recorded_at for node in known), default=None),
        )


for _name in _ENDS:
    _register_price(_name)
