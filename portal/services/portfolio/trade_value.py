"""What one trade is worth: its figures and its legs, valued alone, which is quick, and as in the whole book."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Metric, Shown
from portal.core.permissions import Permission
from portal.core.precision import price_decimals
from portal.core.table import Cell, Column, GridQuery, Table, sort_rows
from portal.domain.portfolio import valuation_metrics as metrics
from portal.domain.portfolio.terms import book_of
from portal.domain.portfolio.valuation import value_book
from portal.services.portfolio.books import visible_nodes
from portal.services.portfolio.leg_passports import LEG_METRICS
from portal.services.portfolio.trade_detail import TradeDetail
from portal.services.portfolio.valuation import ValuedBook, market_of
from portal.services.portfolio.valuation_legs import LEG_COLUMNS, TradeLegs, leg_rows, trade_outcome

FIGURES: tuple[tuple[str, Metric, str], ...] = (
    ("Value", metrics.TRADE_VALUE, "realised and unrealised"),
    ("Unrealised", metrics.TRADE_UNREALISED, "at the marks of the day"),
    ("Realised", metrics.TRADE_REALISED, "fixed, settled, premiums"),
    ("Delta", metrics.TRADE_DELTA, "equivalent volume"),
)
"""Title, metric and a word about it."""

SHOWN = (
    "curve",
    "month",
    "volume",
    "volume_unit",
    "mark",
    "unit",
    "status",
    "quoted",
    "fixed",
    "vol",
    "vol_unit",
    "unrealised",
    "realised",
    "currency",
    "delta",
)
"""Columns of the legs that the page shows; the passport of a figure has all of them."""


UNITS = ("volume_unit", "unit", "vol_unit", "currency")
"""Columns of the legs that hold the unit of others."""


@dataclass(frozen=True, slots=True)
class TradeValue:
    """Figures with titles and words, and the legs; ``note`` says why there is no value, ``late`` what is stale."""

    figures: tuple[tuple[str, Shown, str], ...]
    legs: Table
    note: str
    late: str


def trade_value(found: TradeDetail, clocks: Clocks, actor: Actor) -> TradeValue | None:
    """Return what the trade is worth under ``clocks``; None while it is not in effect."""
    actor.require(Permission.PORTFOLIO_READ)
    if found.current.effective_on > clocks.as_of:
        return None
    legs = _legs(found, clocks, actor)
    records = Table(LEG_COLUMNS, legs.rows).records()
    volume = found.names.unit(found.current.terms).partition("/")[2]
    figures = []
    for title, metric, words in FIGURES:
        outcome = trade_outcome(metric.id.removeprefix("portfolio.trade_"), records)
        params = {"trade": found.trade_id}
        unit = outcome.unit or metric.unit or volume
        figures.append((title, Shown(metric, outcome.value, unit, params, outcome.note), words))
    return TradeValue(tuple(figures), _leg_table(legs, found.trade_id), legs.note, legs.late)


def _legs(found: TradeDetail, clocks: Clocks, actor: Actor) -> TradeLegs:
    book = book_of([found.current])
    with UnitOfWork() as work:
        market = market_of(work, clocks, book)
        nodes = tuple(visible_nodes(work, actor))
    return leg_rows(ValuedBook(clocks, book, market, value_book(book, market), nodes), found.trade_id)


def _leg_table(legs: TradeLegs, number: int) -> Table:
    """Return the legs with a passport for each figure; a unit that all rows share is said in the heading."""
    whole = Table(LEG_COLUMNS, legs.rows)
    units = {name: {unit for unit in whole.column(name) if unit} for name in UNITS}
    shared = {name: next(iter(found)) for name, found in units.items() if len(found) == 1}
    at = [
        place
        for place, column in enumerate(LEG_COLUMNS)
        if column.key in SHOWN and (column.key not in UNITS or len(units[column.key]) > 1)
    ]
    columns = (
        Column("key", "Key", hidden=True),
        *(_leg_column(LEG_COLUMNS[place], shared) for place in at),
    )
    rows = [(f"{row[0]} {row[1]}", *(row[place] for place in at)) for row in legs.rows]
    params = {f"{row[0]} {row[1]}": {"trade": number, "curve": row[0], "month": row[1]} for row in legs.rows}
    return Table(columns, rows, len(rows), simulated=legs.simulated, extra={"params": params})


def _leg_column(column: Column, shared: Mapping[str, Cell]) -> Column:
    """Return a column of a leg as the page shows it."""
    if column.key not in LEG_METRICS:
        return replace(column, title="in") if column.key in UNITS else column
    metric, unit_in = LEG_METRICS[column.key]
    unit = str(shared.get(unit_in, ""))
    decimals = (
        price_decimals(unit) if unit_in in ("unit", "currency", "volume_unit") and unit else column.decimals
    )
    return replace(column, unit=unit, decimals=decimals, metric=metric.id)


def leg_table(query: GridQuery, found: TradeDetail, clocks: Clocks, actor: Actor) -> Table:
    """Return the legs as a grid asks for them; none while the trade is not in effect."""
    value = trade_value(found, clocks, actor)
    return sort_rows(value.legs, query) if value else Table((), [], 0)
