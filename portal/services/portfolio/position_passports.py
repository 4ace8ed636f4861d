"""How each figure of the positions page is computed again, from the trades behind it or out of a receipt."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from data.queries import positions as queries
from data.queries.position_trades import CellTrade
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.metrics import Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Cell as TableCell
from portal.core.table import Column, GridQuery, Table
from portal.domain.portfolio import position_metrics as metrics
from portal.domain.portfolio.position_limits import limit_use
from portal.domain.portfolio.positions import Measure, measured
from portal.services.evaluation import evaluates
from portal.services.portfolio.position_ask import (
    CARBON,
    TOTAL,
    UNITS,
    Ask,
    Desk,
    effective,
    line_label,
    load_desk,
    read,
)
from portal.services.portfolio.position_cells import volumes
from portal.services.portfolio.position_trades import Cell, find_trades

_ASK = Ask().params()
_TITLES = {
    "rows": "Rows",
    "columns": "Columns",
    "tenor": "Length of delivery",
    "unit": "Unit",
    "count": "What counts",
    "portfolio": "Portfolio",
    "commodity": "Commodity",
    "first": "First month",
    "last": "Last month",
}
VIEW = tuple(Parameter(name, title, default=_ASK[name]) for name, title in _TITLES.items())
CELL = (
    Parameter("row", "Row", default=TOTAL),
    Parameter("column", "Column", default=TOTAL),
    Parameter("trade", "Trade", "integer", 0, low=0),
    Parameter("hub", "Hub", default=TOTAL),
)
NOTHING = "No trade holds a volume in this cell for these clocks."
COLUMNS = (
    Column("trade", "Trade", "integer"),
    Column("version", "Version", "integer"),
    Column("external_id", "External id"),
    Column("kind", "Instrument"),
    Column("book", "Book"),
    Column("counterparty", "Counterparty"),
    Column("hub", "Hub"),
    Column("delivery_start", "Delivery from", "date"),
    Column("delivery_end", "to, without", "date"),
    Column("long", "Long", "number", decimals=3),
    Column("short", "Short", "number", decimals=3),
    Column("unit", "Unit"),
    Column("limit", "Limit", "number", decimals=0),
    Column("recorded_at", "Recorded", "moment"),
)


LIMIT_COLUMNS = (
    Column("book", "Book"),
    Column("commodity", "Commodity"),
    Column("limit", "Limit", "number", decimals=0),
    Column("unit", "Unit"),
    Column("set_by", "Set by"),
    Column("recorded_at", "Recorded", "moment"),
)


def _read(
    work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor
) -> tuple[Desk, Ask, list[CellTrade]]:
    ask, _ = effective(read({name: params[name] for name in _TITLES if name in params}), clocks)
    desk = load_desk(work, actor)
    texts = [str(params.get(name, TOTAL)) for name in ("row", "column", "hub")]
    cell = Cell(texts[0], texts[1], int(params.get("trade") or 0) or None, texts[2])
    trades, _ = find_trades(work, desk, ask, cell, GridQuery(sort="trade_id", limit=None), clocks, actor)
    return desk, ask, trades


def _cells(trade: CellTrade, unit: str, limit: float | None = None) -> tuple[TableCell, ...]:
    long, short, shown = volumes(trade, unit)
    return (
        trade.trade_id,
        trade.version,
        trade.external_id,
        trade.kind,
        trade.book,
        trade.counterparty,
        trade.hub,
        trade.delivery_start,
        trade.delivery_end,
        long,
        short,
        shown,
        limit,
        trade.recorded_at,
    )


def _sums(records: Sequence[Mapping[str, Any]]) -> tuple[float, float, str]:
    """Return the long and the short volume of rows, and their unit; several units are refused."""
    units = sorted({str(record["unit"]) for record in records})
    if len(units) > 1:
        raise DomainError(f"Volumes in {', '.join(units)} cannot be added up. Choose one unit of energy.")
    long, short = (float(np.sum([float(record[side]) for record in records])) for side in ("long", "short"))
    return long, short, units[0] if units else ""


def position_of(records: Sequence[Mapping[str, Any]], measure: Measure) -> Outcome:
    """Return one measure of the volumes in ``records``."""
    long, short, unit = _sums(records)
    if not records:
        return Outcome(None, unit, (), NOTHING)
    value = float(measured(np.float64(long), np.float64(short), measure))  # type: ignore[arg-type]  # arrays of no axis
    steps = (
        Step("Long", long, unit),
        Step("Short", short, unit),
        Step("Trades", f"{len({record['trade'] for record in records})}"),
    )
    return Outcome(value, unit, steps)


def trades_of(records: Sequence[Mapping[str, Any]]) -> Outcome:
    """Return the number of trades in ``records``."""
    return Outcome(float(len({record["trade"] for record in records})), "trades")


def use_of(records: Sequence[Mapping[str, Any]]) -> Outcome:
    """Return the share of its limit that the net volume in ``records`` takes up."""
    long, short, unit = _sums(records)
    if not records or records[0]["limit"] is None:
        return Outcome(None, "fraction", (), NOTHING if not records else "No limit is set for this book.")
    limit = float(records[0]["limit"])
    use = float(limit_use(np.array([long + short]), np.array([limit]))[0])
    steps = (Step("Net position", long + short, unit), Step("Limit", limit, unit))
    if not np.isfinite(use):
        return Outcome(None, "fraction", steps, "The limit is 0, so any position breaks it.")
    return Outcome(use, "fraction of the limit", steps)


def _subject(desk: Desk, ask: Ask, params: Params) -> str:
    row, column = (str(params.get(name, TOTAL)) for name in ("row", "column"))
    found = [line_label(desk, ask.rows, row), line_label(desk, ask.columns, column)]
    trade = f", trade {params['trade']}" if params.get("trade") else ""
    return f"{' · '.join(found)}{f' in {ask.commodity}' if ask.commodity else ''}{trade}"


def _evaluation(
    subject: str, rows: list[tuple[TableCell, ...]], trades: Sequence[CellTrade], outcome: Outcome
) -> Evaluation:
    return Evaluation(
        subject=subject,
        value=outcome.value,
        unit=outcome.unit,
        inputs=Table(COLUMNS, rows, simulated=any(trade.simulated for trade in trades)),
        steps=outcome.steps,
        newest=max((trade.trade_date for trade in trades), default=None),
        recorded_at=max((trade.recorded_at for trade in trades), default=None),
        note=outcome.note,
    )


def _records(rows: Sequence[tuple[TableCell, ...]]) -> list[dict[str, TableCell]]:
    return Table(COLUMNS, rows).records()


def _register_measure(measure: Measure) -> None:
    def replay(records: Sequence[Mapping[str, Any]], _params: Params, _clocks: Clocks) -> Outcome:
        return position_of(records, measure)

    @evaluates(
        metrics.POSITION[measure].id,
        permission=Permission.PORTFOLIO_READ,
        parameters=(*VIEW, *CELL),
        replay=replay,
    )
    def run(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        desk, ask, trades = _read(work, params, clocks, actor)
        rows = [_cells(trade, ask.unit) for trade in trades]
        outcome = position_of(_records(rows), measure)
        unit = outcome.unit or UNITS[ask.unit]
        return _evaluation(_subject(desk, ask, params), rows, trades, replace(outcome, unit=unit))


for _measure in Measure:
    _register_measure(_measure)


def _replay_count(records: Sequence[Mapping[str, Any]], _params: Params, _clocks: Clocks) -> Outcome:
    return trades_of(records)


@evaluates(
    metrics.POSITION_TRADES.id,
    permission=Permission.PORTFOLIO_READ,
    parameters=(*VIEW, *CELL[:2]),
    replay=_replay_count,
)
def count_trades(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """Count the trades of a cell again."""
    desk, ask, trades = _read(work, params, clocks, actor)
    rows = [_cells(trade, ask.unit) for trade in trades]
    return _evaluation(_subject(desk, ask, params), rows, trades, trades_of(_records(rows)))


def _replay_use(records: Sequence[Mapping[str, Any]], _params: Params, _clocks: Clocks) -> Outcome:
    return use_of(records)


@evaluates(
    metrics.LIMIT_USE.id,
    permission=Permission.PORTFOLIO_READ,
    parameters=(*VIEW, *CELL[:2]),
    replay=_replay_use,
)
def limit_used(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """Hold the position of a book in a commodity and month against its limit again."""
    desk, ask, trades = _read(work, params, clocks, actor)
    bound = _limit(work, desk, params, clocks)
    limit = None if bound is None else bound.limit
    rows = [_cells(trade, ask.unit, limit) for trade in trades]
    return _evaluation(_subject(desk, ask, params), rows, trades, use_of(_records(rows)))


def _limit(work: UnitOfWork, desk: Desk, params: Params, clocks: Clocks) -> queries.LimitRow | None:
    """Return the limit of the book ``row`` in a commodity."""
    book = next((node for node in desk.under(str(params["row"])) if node.is_book), None)
    bounds = queries.limits(work.session, clocks=clocks, portfolios=[book.id] if book else [])
    return next((bound for bound in bounds if bound.commodity == params["commodity"]), None)


def _limit_of(records: Sequence[Mapping[str, Any]]) -> Outcome:
    if not records:
        return Outcome(None, "", (), "No limit is set for this book.")
    return Outcome(float(records[0]["limit"]), str(records[0]["unit"]))


def _replay_limit(records: Sequence[Mapping[str, Any]], _params: Params, _clocks: Clocks) -> Outcome:
    return _limit_of(records)


@evaluates(
    metrics.POSITION_LIMIT.id,
    permission=Permission.PORTFOLIO_READ,
    parameters=(VIEW[6], CELL[0]),
    replay=_replay_limit,
)
def limit_set(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """Read the limit of a book in a commodity again."""
    desk = load_desk(work, actor)
    bound = _limit(work, desk, params, clocks)
    unit = UNITS["t"] if params["commodity"] == CARBON else "MWh"
    found: list[tuple[TableCell, ...]] = []
    if bound is not None:
        cells = (str(params["row"]), bound.commodity, bound.limit, unit, bound.set_by, bound.recorded_at)
        found.append(cells)
    table = Table(LIMIT_COLUMNS, found)
    outcome = _limit_of(table.records())
    return Evaluation(
        f"{params['row']} in {params['commodity']}",
        outcome.value,
        outcome.unit,
        table,
        recorded_at=None if bound is None else bound.recorded_at,
        note=outcome.note,
    )
