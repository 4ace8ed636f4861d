"""The tables of P&L explain: by cause, by portfolio, by curve and month, by trade, and what was left out."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import numpy as np

from data.queries.portfolios import subtree
from portal.core.arrays import FloatArray1D
from portal.core.metrics import Metric
from portal.core.table import Cell, Column, GridQuery, Table, sort_rows
from portal.domain.portfolio import explain_metrics as metrics
from portal.domain.portfolio.explain import Line
from portal.domain.portfolio.explain_pairs import Nature
from portal.services.portfolio.explain import Explained
from portal.services.portfolio.explain_parts import parts, title_of
from portal.services.portfolio.explain_rows import (
    KEYS,
    NATURES,
    REST,
    Asked,
    described,
    factor_share,
    factor_title,
    missing_rows,
    tenors,
)

OUT = "(left)"  # marks the row of a trade that went to another book


def money(key: str, title: str, metric: Metric | None = None, **more: Any) -> Column:
    """Return a column of EUR without decimals."""
    return Column(key, title, "number", "EUR", 0, metric=metric.id if metric else None, signed=True, **more)


def cause_table(seen: Explained, asked: Asked, query: GridQuery) -> Table:
    """Return each line: order-free, its band, in the stated order, by sensitivities, and what these leave."""
    columns = (
        Column("cause", "Cause", link="to", sortable=False),
        money("line", "Order-free", metrics.LINE, sortable=False),
        money("low", "Least", metrics.LOW, sortable=False, coloured=False, help="In any order of the causes"),
        money(
            "high", "Most", metrics.HIGH, sortable=False, coloured=False, help="In any order of the causes"
        ),
        money("ordered", "In stated order", metrics.ORDERED, sortable=False),
        money("terms", "By sensitivities", metrics.SENSITIVITY, sortable=False),
        money("left", "Unexplained", metrics.UNEXPLAINED, sortable=False, coloured=False),
        Column("to", "", hidden=True),
    )
    found = seen.combined
    by_line = seen.whole.terms.by_line[:, seen.known].sum(axis=1)
    rows: list[tuple[Cell, ...]] = []
    for line in Line:
        own = [float(table[line, 0]) for table in (found.lines, found.low, found.high, found.ordered)]
        terms = float(by_line[line])
        rows.append((line.label, *own, terms, own[0] - terms, asked.address(seen, factor=KEYS[line])))
    total = float(found.total[0])
    rows.append(
        ("Total", total, None, None, total, float(by_line.sum()), total - float(by_line.sum()),
         asked.address(seen, factor=""))
    )  # fmt: skip
    params = {line.label: asked.params(line=KEYS[line]) for line in Line}
    params["Total"] = asked.params(line="total")
    return sort_rows(Table(columns, rows, simulated=seen.simulated, extra={"params": params}), query)


def part_table(seen: Explained, asked: Asked, query: GridQuery) -> Table:
    """Return what lies right below what is looked at, with its P&L."""
    kind, found = parts(seen, asked)
    columns = (
        Column("part", title_of(seen, asked, kind), link="to"),
        money("worth", "P&L", metrics.PART),
        Column("to", "", hidden=True),
    )
    rows = [(part.label, part.worth, part.address) for part in found]
    params = {part.label: part.params for part in found}
    return sort_rows(Table(columns, rows, simulated=seen.simulated, extra={"params": params}), query)


def portfolio_table(seen: Explained, asked: Asked, query: GridQuery) -> Table:
    """Return portfolio by cause, each node with all below it, and the total."""
    nodes = list(seen.nodes) if seen.node is None else subtree(seen.nodes, seen.node.code)
    columns = (
        Column("portfolio", "Portfolio", link="to", sortable=False),
        money("total", "Total", metrics.TOTAL, sortable=False),
        *(money(KEYS[line], line.label, metrics.LINES[line], sortable=False) for line in Line),
        Column("to", "", hidden=True),
    )
    least = min(node.depth for node in nodes)
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, Any] = {}
    for node in nodes:
        name = "\u2003" * (node.depth - least) + node.name
        rows.append(
            (name, *sums(seen, seen.books_below(node)), asked.address(seen, portfolio=node.code, trade=""))
        )
        params[name] = {**asked.params(), "portfolio": node.code, "trade": 0}
    if seen.top is None:
        rows.append(("All", *sums(seen, seen.books_below(None)), asked.address(seen, portfolio="", trade="")))
        params["All"] = {**asked.params(), "portfolio": "", "trade": 0}
    return sort_rows(Table(columns, rows, simulated=seen.simulated, extra={"params": params}), query)


def sums(seen: Explained, books: Sequence[int]) -> tuple[float, ...]:
    """Return the total and the nine lines of the known trades of some books."""
    found = seen.whole.found
    rows = found.known & np.isin(found.pairs.portfolio, books)
    return (float(found.total[rows].sum()), *(float(one) for one in found.lines[:, rows].sum(axis=1)))


def _price(key: str, title: str, metric: Metric, **more: Any) -> Column:
    return Column(key, title, "number", metric=metric.id, unit_from="unit", **more)


def tenor_table(seen: Explained, asked: Asked, query: GridQuery) -> Table:
    """Return the price line by curve and delivery month, largest first, and what no single price explains."""
    columns = (
        Column("tenor", "Curve and month", link="to"),
        _price("before", "Price at start", metrics.PRICE_START),
        _price("after", "Price at end", metrics.PRICE_END),
        Column("unit", "Unit"),
        _price("move", "Move", metrics.PRICE_MOVE, signed=True),
        money("delta", "Delta", metrics.CELL_DELTA),
        money("gamma", "Gamma", metrics.CELL_GAMMA),
        money("sum", "P&L", metrics.CELL),
        Column("to", "", hidden=True),
    )
    rows: list[tuple[Cell, ...]] = [
        (cell.label, cell.before, cell.after, cell.unit, cell.after - cell.before, cell.delta, cell.gamma,
         cell.delta + cell.gamma, asked.address(seen, factor=cell.factor))
        for cell in tenors(seen)
    ]  # fmt: skip
    rows.sort(key=lambda row: -abs(float(row[7] or 0.0)))  # type: ignore[arg-type]  # a number by construction
    rest = float(seen.whole.cells.rest[seen.known].sum())
    params = {str(row[0]): asked.params(tenor=str(row[0])) for row in rows}
    params[REST] = asked.params(tenor=REST)
    if rows or rest:
        rows.append((REST, None, None, "", None, None, None, rest, asked.address(seen, factor="price")))
    return sort_rows(Table(columns, rows, simulated=seen.simulated, extra={"params": params}), query)


def trade_table(seen: Explained, asked: Asked, query: GridQuery) -> Table:
    """Return the trades with their lines, the largest P&L first; of one factor if one is asked for."""
    share = factor_share(seen, asked.factor)
    columns = (
        Column("trade", "Trade", link="to"),
        Column("book", "Book"),
        Column("kind", "Kind"),
        Column("curve", "Curve"),
        Column("delivery", "Delivery"),
        Column("nature", "Was", "badge"),
        *((_factor_column(asked.factor),) if asked.factor else ()),
        money("total", "Total", metrics.TOTAL),
        *(money(KEYS[line], line.label, metrics.LINES[line]) for line in Line),
        Column("more", "Terms", link="terms", sortable=False),
        Column("to", "", hidden=True),
        Column("terms", "", hidden=True),
    )
    rows = np.flatnonzero(seen.known & ((np.abs(share) > 0.005) if asked.factor else True))
    rows = rows[np.argsort(-np.abs(share[rows]), kind="stable")]
    key = _sort_key(seen, query, share)
    if key is None:  # the order or the filter is of words: all rows must be written to find them
        body = [_trade_row(seen, asked, int(row), share) for row in rows.tolist()]
        table = sort_rows(Table(columns, body, simulated=seen.simulated), query)
    else:
        rows = rows[np.argsort(-key[rows] if query.descending else key[rows], kind="stable")]
        shown = rows[query.offset : None if query.limit is None else query.offset + query.limit]
        body = [_trade_row(seen, asked, int(row), share) for row in shown.tolist()]
        table = Table(columns, body, len(rows), simulated=seen.simulated)
    return replace(table, extra={"params": _trade_params(seen, asked, table)})


def _factor_column(factor: str) -> Column:
    """The column of what one factor is worth: a cause, or the price of one curve and month."""
    title = factor_title(factor)
    if factor.startswith("price:"):
        return money("factor", title, metrics.CELL, params=(("tenor", title),))
    return money("factor", title, metrics.LINE, params=(("line", factor),))


def _sort_key(seen: Explained, query: GridQuery, share: FloatArray1D) -> FloatArray1D | None:
    """What the rows are sorted by, shape (r,); None where words must be compared."""
    found = seen.whole.found
    if query.text:
        return None
    if query.sort is None:
        return np.zeros(len(share))
    keys: dict[str, FloatArray1D] = {KEYS[line]: found.lines[line] for line in Line}
    keys |= {"total": found.total, "factor": share, "trade": found.pairs.trade_id.astype(np.float64)}
    return keys.get(query.sort)


def _trade_params(seen: Explained, asked: Asked, table: Table) -> dict[str, Any]:
    """Parameters of the figures of each row: of its trade, in its book."""
    codes = {node.name: node.code for node in seen.nodes}
    at, book = table.index("trade"), table.index("book")
    return {
        str(row[at]): {
            **asked.params(line="total"),
            "portfolio": codes.get(str(row[book]), ""),
            "trade": int(str(row[at]).partition(" ")[0]),
        }
        for row in table.rows
    }


def _trade_row(seen: Explained, asked: Asked, row: int, share: FloatArray1D) -> tuple[Cell, ...]:
    found, pairs = seen.whole.found, seen.whole.found.pairs
    number, nature = int(pairs.trade_id[row]), Nature(int(pairs.nature[row]))
    node = next((node for node in seen.nodes if node.id == pairs.portfolio[row]), None)
    terms = f"/portfolio/trade?{urlencode({'id': number, **seen.clocks.query()})}"
    return (
        f"{number} {OUT}" if nature is Nature.MOVED_OUT else str(number),
        node.name if node else "", *described(seen, row), NATURES[nature],
        *((float(share[row]),) if asked.factor else ()),
        float(found.total[row]), *(float(one) for one in found.lines[:, row]), "Open",
        asked.address(seen, trade=number), terms,
    )  # fmt: skip


def missing_table(seen: Explained, query: GridQuery) -> Table:
    """Return the trades that have no value at one of the ends, with the money that rests on them."""
    columns = (
        Column("trade", "Trade", link="terms"),
        Column("kind", "Kind"),
        Column("curve", "Curve"),
        Column("delivery", "Delivery"),
        Column("without", "No value"),
        Column("notional", "Notional", "number", "EUR", 0, metrics.LEFT_OUT.id),
        Column("terms", "", hidden=True),
    )
    rows: list[tuple[Cell, ...]] = []
    for row in missing_rows(seen).tolist():
        number = int(seen.whole.found.pairs.trade_id[row])
        terms = f"/portfolio/trade?{urlencode({'id': number, **seen.clocks.query()})}"
        rows.append(
            (str(number), *described(seen, row), _without(seen, row), float(seen.whole.notional[row]), terms)
        )
    rows.sort(key=lambda one: -float(one[5] or 0.0))  # type: ignore[arg-type]  # a number by construction
    params = {row[0]: {"since": seen.since.isoformat(), "trade": int(str(row[0]))} for row in rows}
    return sort_rows(Table(columns, rows, simulated=seen.simulated, extra={"params": params}), query)


def _without(seen: Explained, row: int) -> str:
    pairs, ends = seen.whole.found.pairs, []
    for state, at, day in (
        (seen.whole.start, pairs.at_start[row], seen.since),
        (seen.whole.end, pairs.at_end[row], seen.clocks.as_of),
    ):
        if at >= 0 and not np.isfinite(state.valuation.total[at] * state.valuation.to_eur[at]):
            ends.append(f"on {day:%Y-%m-%d}")
    return " and ".join(ends)
