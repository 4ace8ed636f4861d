"""The rows of Portfolio > Valuation: the tree, the trades of a node, what is missing, history and split."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from math import isfinite
from urllib.parse import urlencode

import numpy as np

from data.queries.trade_labels import TradeLabel, trade_labels
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.arrays import FloatArray1D
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.core.table import PHONE, Cell, Column, GridQuery, Table, sort_rows
from portal.domain.portfolio import valuation_metrics as metrics
from portal.domain.portfolio.market import STATUS_LABELS
from portal.domain.portfolio.rollup import PERIODS, Gap
from portal.domain.portfolio.trade import Event, Kind
from portal.domain.portfolio.volatility_marks import points_of
from portal.services.portfolio.closing import history
from portal.services.portfolio.valuation import Profits, ValuedBook

PAGE, TRADE_PAGE = "/portfolio/valuation", "/portfolio/trade"
SPLITS = {"commodity": "Commodity", "kind": "Kind"}


def _money(key: str, metric: str, title: str = "") -> Column:
    return Column(
        key, title or key.capitalize(), "number", unit="EUR", decimals=0, metric=metric, signed=True
    )


TREE_COLUMNS = (
    Column("portfolio", "Portfolio", link="address", sortable=False),
    Column("name", "Name", sortable=False, room=PHONE),
    _money("unrealised", metrics.UNREALISED.id),
    _money("realised", metrics.REALISED.id),
    _money("value", metrics.VALUE.id),
    *(_money(key, metrics.BY_PERIOD[key].id, title) for key, title in PERIODS.items()),
    Column("trades", "Trades", "integer", metric=metrics.COUNTED.id),
    Column(
        "missing",
        "No value",
        "integer",
        metric=metrics.WITHOUT_VALUE.id,
        help="Trades left out of the sums for want of a mark",
    ),
    Column("address", "Address", hidden=True),
)


def tree_table(query: GridQuery, found: Profits) -> Table:
    """Return the nodes with their values and profits, each node with all below it."""
    now, values = found.now, found.now.valuation
    alive = now.book.event != list(Event).index(Event.CANCELLED)
    arrays = [values.unrealised_eur, values.realised_eur, values.total_eur, alive, values.is_missing & alive]
    sums = now.by_node(np.column_stack(arrays))
    profits = [found.by_node(period).tolist() for period in found.since]
    rows: list[tuple[Cell, ...]] = []
    for at, node in enumerate(now.nodes):
        *money, trades, missing = sums[at].tolist()
        indent = "\u2003" * (node.depth - now.nodes[0].depth)
        figures = (*money, *(column[at] for column in profits), int(trades), int(missing) or None)
        rows.append((node.code, indent + node.name, *figures, address(node.code, now.clocks)))
    params = {node.code: {"portfolio": node.code} for node in now.nodes}
    table = Table(TREE_COLUMNS, rows, simulated=now.simulated, extra={"params": params})
    return sort_rows(table, query)


def address(portfolio: str, clocks: Clocks) -> str:
    """Return the address of the page for one portfolio under the same clocks."""
    return f"{PAGE}?{urlencode({'portfolio': portfolio, **clocks.query()})}"


TRADE_COLUMNS = (
    Column("trade", "Trade", link="address"),
    Column("book", "Book"),
    Column("kind", "Kind"),
    Column("curve", "Curve"),
    Column("delivery", "Delivery"),
    Column("side", "Side", "badge"),
    _money("value", metrics.TRADE_VALUE.id),
    _money("unrealised", metrics.TRADE_UNREALISED.id),
    _money("realised", metrics.TRADE_REALISED.id),
    Column(
        "delta", "Delta", "number", decimals=0, metric=metrics.TRADE_DELTA.id, signed=True, coloured=False
    ),
    Column("unit", "in"),
    Column(
        "gamma", "Gamma", "number", decimals=1, metric=metrics.TRADE_GAMMA.id, signed=True, coloured=False
    ),
    Column(
        "vega",
        "Vega",
        "number",
        unit="EUR/pt",
        decimals=0,
        metric=metrics.TRADE_VEGA.id,
        signed=True,
        coloured=False,
    ),
    Column(
        "theta",
        "Theta",
        "number",
        unit="EUR/d",
        decimals=0,
        metric=metrics.TRADE_THETA.id,
        signed=True,
        coloured=False,
    ),
    Column(
        "rho",
        "Rho",
        "number",
        unit="EUR/bp",
        decimals=0,
        metric=metrics.TRADE_RHO.id,
        signed=True,
        coloured=False,
    ),
    Column("mark", "Marks", "badge"),
    Column("address", "Address", hidden=True),
)


def trade_figures(found: ValuedBook) -> dict[str, FloatArray1D]:
    """Return the figures of each trade as they are shown, shape (n,): money in EUR, delta in the curve's volume."""
    values, book, legs = found.valuation, found.book, found.valuation.legs
    own = np.searchsorted(found.market.curves.id, book.curve)
    peak = found.market.curves.peak[own] if len(book) else own
    mine = (legs.curve == own[legs.trade]) | (legs.curve == peak[legs.trade])
    lost = np.where(values.is_missing, np.nan, 1.0)
    return {
        "value": values.total_eur,
        "unrealised": values.unrealised_eur,
        "realised": values.realised_eur,
        "delta": np.asarray(np.bincount(legs.trade[mine], legs.delta[mine], len(book)), np.float64) * lost,
        "gamma": values.gamma * lost,
        "vega": values.vega * points_of(book) * values.to_eur * lost,
        "theta": values.theta / 365.0 * values.to_eur * lost,
        "rho": values.rho * 0.0001 * values.to_eur * lost,
    }


def trade_table(query: GridQuery, found: ValuedBook, actor: Actor) -> Table:
    """Return the trades with value and sensitivities, the largest value first unless sorted otherwise."""
    actor.require(Permission.PORTFOLIO_READ)
    with UnitOfWork() as work:
        labels = trade_labels(work.session, clocks=found.clocks, portfolios=[node.id for node in found.nodes])
    figures = {name: _cells(array) for name, array in trade_figures(found).items()}
    rows, params = _trade_rows(found, figures, labels)
    if query.sort is None:
        rows.sort(key=lambda row: -abs(float(row[6])) if isinstance(row[6], float) else -np.inf)
    one = len(found.nodes) == 1  # then the page is about this book
    columns = tuple(replace(c, hidden=True) if one and c.key == "book" else c for c in TRADE_COLUMNS)
    return sort_rows(Table(columns, rows, simulated=found.simulated, extra={"params": params}), query)


def _trade_rows(
    found: ValuedBook, figures: Mapping[str, list[float | None]], labels: Mapping[int, TradeLabel]
) -> tuple[list[tuple[Cell, ...]], dict[str, dict[str, str]]]:
    book, curves = found.book, found.market.curves
    nodes = [found.nodes[at].code for at in found.node_of.tolist()]
    place = np.searchsorted(curves.id, book.curve).tolist()
    first = book.delivery_start.astype("datetime64[M]").astype(str).tolist()
    last = (book.delivery_end - 1).astype("datetime64[M]").astype(str).tolist()
    clocks = found.clocks.query()
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, dict[str, str]] = {}
    for at, number in enumerate(book.trade_id.tolist()):
        label = labels.get(number)
        name = label.external_id if label else str(number)
        params[name] = {"trade": str(number)}
        rows.append(
            (
                name, nodes[at], Kind(int(book.kind[at])).label, curves.code[place[at]],
                first[at] if first[at] == last[at] else f"{first[at]} to {last[at]}",
                "buy" if book.side[at] > 0 else "sell",
                *(figures[key][at] for key in ("value", "unrealised", "realised", "delta")),
                curves.unit[place[at]].partition("/")[2],
                *(figures[key][at] or None for key in ("gamma", "vega", "theta", "rho")),
                _status(found, at),
                f"{TRADE_PAGE}?{urlencode({'id': number, **clocks})}",
            )
        )  # fmt: skip
    return rows, params


def _status(found: ValuedBook, at: int) -> str:
    if found.book.event[at] == list(Event).index(Event.CANCELLED):
        return "cancelled"
    return "no value" if found.valuation.is_missing[at] else STATUS_LABELS[int(found.valuation.status[at])]


GAP_COLUMNS = (
    Column("input", "Input"),
    Column("what", "What", "badge"),
    Column("quoted", "Last quote", "date", room=PHONE),
    Column(
        "notional", "Money that rests on it", "number", unit="EUR", decimals=0, metric=metrics.GAP_NOTIONAL.id
    ),
    Column("trades", "Trades", "integer", metric=metrics.GAP_TRADES.id),
    Column("valued", "Trades are valued"),
    Column("advice", "What to do", sortable=False),
)
_ADVICE = {
    "missing": "Import a curve that reaches this month, or correct the delivery of the trades.",
    "stale": "Import the newest curve.",
    "no volatility": "Import a volatility surface of this curve.",
    "stale volatility": "Import the newest volatility surface.",
    "no correlation": "Import a correlation of both curves.",
    "stale correlation": "Import the newest correlation of both curves.",
    "no exchange rate": "Import the exchange rates.",
    "no zero rate, discounted at 0": "Import zero rates of this currency.",
    "stale exchange rate": "Import the newest exchange rates.",
    "stale zero rate": "Import the newest zero rates of this currency.",
}


def gap_table(query: GridQuery, found: ValuedBook, *, portfolio: str = "") -> Table:
    """Return what is missing or stale, the most money first."""
    market = found.market
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, dict[str, str]] = {}
    for gap in found.gaps:
        name = gap_name(found, gap)
        quoted: date | None = market.marks.quoted_on[gap.curve, gap.month].item() if gap.month >= 0 else None
        params[name] = {"portfolio": portfolio, "input": name}
        advice = _ADVICE.get(gap.what, "Open the trades and complete their terms.")
        rows.append(
            (name, gap.what, quoted, gap.notional_eur, len(gap.trades), "yes" if gap.valued else "no", advice)
        )
    return sort_rows(Table(GAP_COLUMNS, rows, simulated=found.simulated, extra={"params": params}), query)


def gap_name(found: ValuedBook, gap: Gap) -> str:
    """Return what an input is called: curve and month of a mark, else the curve and what is lacking."""
    code = found.market.curves.code[gap.curve]
    return f"{code} {found.market.marks.months[gap.month]}" if gap.month >= 0 else f"{code} ({gap.what})"


@dataclass(frozen=True, eq=False)  # arrays have no single truth value
class History:
    """Stored closes by book: ``day`` (n,) as text, ``value`` (n,) by code in EUR, NaN before a book's first trade."""

    day: tuple[str, ...]
    value: Mapping[str, FloatArray1D]


def stored_history(clocks: Clocks, actor: Actor, *, portfolio: str = "") -> History:
    """Return the stored closes of the books that the actor may see, by book; realised and unrealised together."""
    found = history(clocks, actor, portfolio=portfolio or None)
    days = sorted({row.as_of for rows in found.values() for row in rows})
    place = {day: at for at, day in enumerate(days)}
    value: dict[str, FloatArray1D] = {}
    for code, rows in sorted(found.items()):
        series = np.full(len(days), np.nan)
        series[[place[row.as_of] for row in rows]] = [row.realised + row.unrealised for row in rows]
        value[code] = series
    return History(tuple(str(day) for day in days), value)


def history_table(query: GridQuery, found: History, *, portfolio: str = "") -> Table:
    """Return one row for each day, the newest first unless sorted otherwise, with a column for each book."""
    columns = (
        Column("day", "Day", "date"),
        Column("all", "All books", "number", unit="EUR", decimals=0, signed=True, metric=metrics.CLOSE.id),
        *(
            Column(
                code, code, "number", "EUR", 0, metrics.CLOSE.id, signed=True, params=(("portfolio", code),)
            )
            for code in found.value
        ),
    )
    arrays = list(found.value.values())
    sums = np.nansum(np.array(arrays), axis=0) if arrays else np.zeros(0)
    rows: list[tuple[Cell, ...]] = [
        (date.fromisoformat(day), float(sums[at]), *(_cell(array[at]) for array in arrays))
        for at, day in enumerate(found.day)
    ]
    if query.sort is None:
        rows.reverse()
    params = {day: {"portfolio": portfolio, "day": day} for day in found.day}
    by_day = {date.fromisoformat(day): asked for day, asked in params.items()}
    return sort_rows(Table(columns, rows, extra={"params": by_day}), query)


def split_table(query: GridQuery, found: Profits, split: str, *, portfolio: str = "") -> Table:
    """Return value and profits by commodity or kind, the largest first unless sorted otherwise."""
    keys = split_keys(found.now, split)
    values = found.now.valuation
    columns = (
        Column("part", SPLITS[split]),
        *(_money(metric.id.partition(".")[2], metric.id) for metric in _SPLIT),
        *(_money(key, metrics.BY_PERIOD[key].id, title) for key, title in PERIODS.items()),
        Column("trades", "Trades", "integer", metric=metrics.COUNTED.id),
    )
    left = {period: split_keys(book, split) for period, book in found.left.items()}
    names = sorted({*keys, *(key for gone in left.values() for key in gone)})
    place = {name: at for at, name in enumerate(names)}

    def added(by: list[str], array: FloatArray1D) -> FloatArray1D:
        code = np.array([place[key] for key in by], dtype=np.int64)
        return np.asarray(np.bincount(code, np.nan_to_num(array), len(names)), np.float64)

    arrays = (values.unrealised_eur, values.realised_eur, values.total_eur)
    sums = [added(keys, array).tolist() for array in arrays]
    for period, array in found.by_trade.items():
        sums.append((added(keys, array) + added(left[period], found.lost(period))).tolist())
    alive = (found.now.book.event != list(Event).index(Event.CANCELLED)).astype(np.float64)
    counts = added(keys, alive).astype(np.int64).tolist()
    rows: list[tuple[Cell, ...]] = [
        (name, *(column[at] for column in sums), counts[at]) for at, name in enumerate(names)
    ]
    rows.sort(key=lambda row: -abs(float(row[3])) if isinstance(row[3], float) else 0.0)
    asked = {"portfolio": portfolio, "split": split}
    params = {name: {**asked, "part": name} for name in names}
    return sort_rows(Table(columns, rows, simulated=found.now.simulated, extra={"params": params}), query)


_SPLIT = (metrics.UNREALISED, metrics.REALISED, metrics.VALUE)


def split_keys(found: ValuedBook, split: str) -> list[str]:
    """Return the commodity of the first curve, or the kind, of each trade."""
    if split == "kind":
        return [Kind(int(kind)).label for kind in found.book.kind]
    place = np.searchsorted(found.market.curves.id, found.book.curve)
    return [found.market.curves.commodity[at] for at in place.tolist()]


def _cells(values: FloatArray1D) -> list[float | None]:
    return [value if isfinite(value) else None for value in values.tolist()]


def _cell(value: float) -> float | None:
    return float(value) if isfinite(value) else None
