"""The rows of Risk > Drill-down: portfolios, groups of factors and trades, each with what it adds."""

from collections.abc import Mapping
from urllib.parse import urlencode

import numpy as np

from portal.core.arrays import FloatArray1D, IntArray1D
from portal.core.errors import DomainError
from portal.core.table import PHONE, Cell, Column, GridQuery, Table, sort_rows
from portal.domain.portfolio.trade import Kind
from portal.domain.risk import figure_metrics as metrics
from portal.services.risk.cuts import Figure, part_pnl
from portal.services.risk.drill import Drill
from portal.services.risk.runs import Run

BLOCK = 256  # trades whose P&L is held at a time

_COMPONENT = Column(
    "component", "Component", "number", "EUR", decimals=0, signed=True, coloured=False,
    metric=metrics.COMPONENT.id,
)  # fmt: skip
_PARTS = (
    _COMPONENT,
    Column("share", "Share", "percent", decimals=1, signed=True, coloured=False, metric=metrics.COMPONENT_SHARE.id),
    Column(
        "alone", "By itself", "number", "EUR", decimals=0, coloured=False, metric=metrics.STAND_ALONE.id, room=PHONE
    ),
    Column(
        "removed", "If removed", "number", "EUR", decimals=0, signed=True, coloured=False,
        metric=metrics.INCREMENTAL.id, room=PHONE, help="By how much the figure falls when this is taken out",
    ),
)  # fmt: skip
_ADDRESSES = (
    Column("address", "Address", hidden=True),
    Column("leave", "Leave out", link="leave_address", sortable=False),
)
NODE_COLUMNS = (
    Column("portfolio", "Portfolio", link="address"),
    Column("name", "Name", room=PHONE),
    *_PARTS,
    *_ADDRESSES,
    Column("leave_address", "Leave out", hidden=True),
)
GROUP_COLUMNS = (Column("group", "Factors"), *_PARTS)
HEAT_COLUMNS = (
    Column("portfolio", "Portfolio"),
    Column("group", "Factors"),
    Column(
        "component",
        "Component",
        "number",
        "EUR",
        decimals=0,
        signed=True,
        coloured=False,
        metric=metrics.COMPONENT.id,
    ),
)
TRADE_COLUMNS = (
    Column("trade", "Trade", link="address"),
    Column("kind", "Kind", room=PHONE),
    Column("curve", "Curve", room=PHONE),
    Column("delivery", "Delivery from", "date", room=PHONE),
    Column("book", "Book", room=PHONE),
    *_PARTS,
    *_ADDRESSES,
    Column("leave_address", "Leave out", hidden=True),
)


def base_params(found: Drill) -> dict[str, Cell]:
    """Return the parameters of the passports of a figure."""
    run, ask = found.figure.run, found.ask
    return {
        "run": run.row.id, "portfolio": found.figure.code or "all", "level": ask.level, "measure": str(ask.measure),
        "method": run.row.method,
    }  # fmt: skip


def page_address(found: Drill, **changes: str) -> str:
    """Return the address of the page with other parameters."""
    given = found.ask.params() | {"by": found.by, "without": ",".join(found.left_out)} | changes
    kept = {name: value for name, value in given.items() if value}
    return f"/risk/drill?{urlencode(kept | found.clocks.query())}"


def node_table(query: GridQuery, found: Drill) -> Table:
    """Return the portfolios right below."""
    figure, run = found.figure, found.figure.run
    components = figure.by_node()
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, Mapping[str, Cell]] = {}
    for at in found.below:
        node, pnl = run.nodes[at], np.ascontiguousarray(run.node_pnl[:, at])
        rows.append(
            (
                node.code,
                node.name,
                *_figures(figure, float(components[at]), pnl),
                page_address(found, portfolio=node.code),
                "Leave out",
                page_address(found, without=",".join([*found.left_out, node.code])),
            )
        )
        params[node.code] = base_params(found) | {"by": "node", "key": node.code}
    return sort_rows(_table(NODE_COLUMNS, rows, run, params), query)


def _figures(figure: Figure, component: float, pnl: FloatArray1D) -> tuple[Cell, ...]:
    share = component / figure.value if figure.value else None
    return component, share, figure.alone(pnl), figure.without(pnl)


def group_table(query: GridQuery, found: Drill) -> Table:
    """Return the groups of factors."""
    figure = found.figure
    names, parts = found.groups
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, Mapping[str, Cell]] = {}
    for name, part in list(zip(names, parts.tolist(), strict=True))[:60]:
        _, pnl = part_pnl(figure, found.by, name)
        rows.append((name, *_figures(figure, part, pnl)))
        params[name] = base_params(found) | {"by": found.by, "key": name}
    return sort_rows(_table(GROUP_COLUMNS, rows, figure.run, params), query)


def heat_table(query: GridQuery, found: Drill) -> Table:
    """Return the cells of the heat map."""
    nodes, groups, sums = found.heat
    rows: list[tuple[Cell, ...]] = [
        (node, group, float(sums[r, c]))
        for r, node in enumerate(nodes)
        for c, group in enumerate(groups)
        if sums[r, c] != 0.0
    ]
    return sort_rows(Table(HEAT_COLUMNS, rows, simulated=found.figure.run.row.simulated), query)


def trade_table(query: GridQuery, found: Drill) -> Table:
    """Return the trades of the node; what goes when one goes is worked out for the rows shown alone."""
    figure, run = found.figure, found.figure.run
    trades, components = figure.by_trade()
    curves = _curve_codes(run)
    books = {node.id: node.code for node in run.nodes}
    kept = _searched(query, run, trades, curves, books)
    trades, components = trades[kept], components[kept]
    order = _order(query, run, trades, components)
    total = len(order)
    end = None if query.limit is None else query.offset + query.limit
    shown = order[query.offset : end]
    alone, removed = _each(figure, trades[shown])
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, Mapping[str, Cell]] = {}
    for place, at in enumerate(shown.tolist()):
        trade = int(trades[at])
        number = str(run.outcome.trade_id[trade])
        rows.append(
            (
                number,
                Kind(int(run.terms.trade_kind[trade])).label,
                curves.get(int(run.terms.trade_curve[trade]), ""),
                run.terms.trade_month[trade].astype("datetime64[D]").item(),
                books.get(int(run.outcome.portfolio[trade]), ""),
                float(components[at]),
                float(components[at]) / figure.value if figure.value else None,
                float(alone[place]),
                float(removed[place]),
                f"/portfolio/trade?{urlencode({'id': number, **found.clocks.query()})}",
                "Leave out",
                page_address(found, without=",".join([*found.left_out, number])),
            )
        )
        params[number] = base_params(found) | {"by": "trade", "key": number}
    return Table(TRADE_COLUMNS, rows, total, simulated=run.row.simulated, extra={"params": params})


def _each(figure: Figure, trades: IntArray1D) -> tuple[FloatArray1D, FloatArray1D]:
    """Return the figure of each trade by itself, and by how much it falls without it; shape (t,) both."""
    alone, removed = np.empty(len(trades)), np.empty(len(trades))
    for begin in range(0, len(trades), BLOCK):
        part = slice(begin, begin + BLOCK)
        pnl = figure.run.outcome.trade_pnl(trades[part])
        alone[part] = figure.values(pnl)
        removed[part] = figure.value - figure.values(figure.pnl[:, None] - pnl)
    return alone, removed


def _searched(
    query: GridQuery, run: Run, trades: IntArray1D, curves: Mapping[int, str], books: Mapping[int, str]
) -> IntArray1D:
    """Return which of the trades hold the text that was asked for, in number, kind, curve or book."""
    if not query.text:
        return np.arange(len(trades))
    needle = query.text.casefold()
    kinds = [int(kind) for kind in Kind if needle in kind.label.casefold()]
    of_curve = [key for key, code in curves.items() if needle in code.casefold()]
    of_book = [key for key, code in books.items() if needle in code.casefold()]
    found = np.isin(run.terms.trade_kind[trades], kinds) | np.isin(run.terms.trade_curve[trades], of_curve)
    found |= np.isin(run.outcome.portfolio[trades], of_book)
    if needle.isdecimal():
        found |= np.char.find(run.outcome.trade_id[trades].astype(str), needle) >= 0
    return np.flatnonzero(found)


def _order(query: GridQuery, run: Run, trades: IntArray1D, components: FloatArray1D) -> IntArray1D:
    """Return the order asked for; by default those that add most, in size, come first."""
    keys = {
        "trade": run.outcome.trade_id[trades],
        "delivery": run.terms.trade_month[trades].astype(np.int64),
        "component": components,
        "share": components,
    }
    if query.sort is None:
        return np.argsort(-np.abs(components), kind="stable")
    if query.sort not in keys:
        raise DomainError(
            "Trades can be sorted by number, delivery, component or share; the other figures are worked out for the "
            "rows shown.",
            column=query.sort,
        )
    values = keys[query.sort]
    return np.argsort(-values if query.descending else values, kind="stable")


def _curve_codes(run: Run) -> dict[int, str]:
    """Return the code of each curve of the run."""
    factors = run.factors
    return {
        key: label.rsplit(" +", 1)[0]
        for key, label, tenor in zip(
            factors.curve.tolist(), factors.label, factors.tenor.tolist(), strict=True
        )
        if tenor > 0
    }


def _table(
    columns: tuple[Column, ...], rows: list[tuple[Cell, ...]], run: Run, params: dict[str, Mapping[str, Cell]]
) -> Table:
    return Table(columns, rows, simulated=run.row.simulated, extra={"params": params})
