"""The rows of Risk > Stress: the matrix, the parts of one scenario, its trades, its shocks, and what it leaves out."""

from collections.abc import Mapping
from math import isfinite
from urllib.parse import urlencode

import numpy as np

from data.queries.trade_labels import TradeLabel, trade_labels
from data.session import UnitOfWork
from portal.core.clock import Clocks
from portal.core.table import Cell, Column, GridQuery, Table, sort_rows
from portal.domain.portfolio import valuation_metrics
from portal.domain.portfolio.rollup import total
from portal.domain.portfolio.trade import Kind
from portal.domain.risk import stress_metrics as metrics
from portal.domain.risk.stress.reverse import Crossing
from portal.domain.risk.stress.shocks import Shock
from portal.domain.risk.stress.text import write
from portal.domain.risk.stress.unshocked import RESTS
from portal.services.risk.stress import SPLITS, Ask, Stressed
from portal.services.risk.stress_likely import Likely

PAGE, TRADE_PAGE = "/risk/stress", "/portfolio/trade"
MOST_NODES = 4  # sizes by month that are written out
MOST_FACTORS = 200


def address(ask: Ask, clocks: Clocks, **changes: str) -> str:
    """Return the address of the page for ``ask`` with ``changes``, under the same clocks."""
    asked = {
        "portfolio": ask.portfolio,
        "scenario": ask.scenario,
        "layers": ",".join(ask.layers),
        "shocks": ask.shocks,
    }
    return f"{PAGE}?{urlencode({k: v for k, v in (asked | changes | clocks.query()).items() if v})}"


def matrix_table(query: GridQuery, found: Stressed, clocks: Clocks) -> Table:
    """Return one row for each scenario, with the P&L of the portfolio and of those right below it."""
    place = {node.code: at for at, node in enumerate(found.found.nodes)}
    columns = (
        Column("title", "Scenario", link="address"),
        Column("kind", "Kind", "badge"),
        *(
            Column(
                f"n_{node.code}", node.name, "number", "EUR", 0, metrics.PNL.id, signed=True,
                params=(("portfolio", node.code),),
            )
            for node in found.nodes
        ),
        Column("basis", "Moves from"),
        Column("address", "Address", hidden=True),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, dict[str, str]] = {}
    for code, entry in found.entries.items():
        values = found.by_node.get(code)
        if values is None:
            continue
        title = titled(found, code)
        sums = [float(values[place[node.code]]) for node in found.nodes]
        kind = "saved" if entry.is_saved else "typed" if code == "OWN" else entry.scenario.kind
        target = address(found.ask, clocks, scenario=code)
        rows.append((title, kind, *sums, entry.scenario.source or "this page", target))
        params[title] = found.ask.params(code)
    return sort_rows(Table(columns, rows, simulated=found.found.simulated, extra={"params": params}), query)


def titled(found: Stressed, code: str) -> str:
    """Return the title of a scenario, with its code where two have the same."""
    title = found.entries[code].scenario.title
    same = [other for other, entry in found.entries.items() if entry.scenario.title == title]
    return title if len(same) == 1 else f"{title} ({code})"


def parts_table(query: GridQuery, found: Stressed, by: str) -> Table:
    """Return the P&L of the scenario by commodity, curve or kind, the largest loss first."""
    names, pnl = found.split(by), found.result.pnl
    keys = sorted({names[at] for at in np.flatnonzero(found.rows).tolist()})
    place = {name: at for at, name in enumerate(keys)}
    rows_at = np.flatnonzero(found.rows & np.isfinite(pnl))
    code = np.array([place[names[at]] for at in rows_at.tolist()], dtype=np.int64)
    sums = np.bincount(code, pnl[rows_at], len(keys)).tolist()
    columns = (
        Column("part", SPLITS[by]),
        Column("pnl", "P&L", "number", "EUR", 0, metrics.PART_PNL.id, signed=True),
    )
    rows: list[tuple[Cell, ...]] = list(zip(keys, sums, strict=True))
    rows.sort(key=lambda row: float(row[1]) if isinstance(row[1], float) else 0.0)
    asked = found.ask.params(found.chosen)
    params = {name: {**asked, "split": by, "part": name} for name in keys}
    return sort_rows(Table(columns, rows, simulated=found.found.simulated, extra={"params": params}), query)


def nodes_table(query: GridQuery, found: Stressed, clocks: Clocks) -> Table:
    """Return the P&L of the scenario in the portfolio and those right below it."""
    values = found.by_node[found.chosen]
    place = {node.code: at for at, node in enumerate(found.found.nodes)}
    columns = (
        Column("portfolio", "Portfolio", link="address"),
        Column("name", "Name"),
        Column("pnl", "P&L", "number", "EUR", 0, metrics.PNL.id, signed=True),
        Column("address", "Address", hidden=True),
    )
    rows: list[tuple[Cell, ...]] = [
        (
            node.code,
            node.name,
            float(values[place[node.code]]),
            address(found.ask, clocks, portfolio=node.code, scenario=found.chosen),
        )
        for node in found.nodes
    ]
    params = {node.code: {**found.ask.params(found.chosen), "portfolio": node.code} for node in found.nodes}
    return sort_rows(Table(columns, rows, simulated=found.found.simulated, extra={"params": params}), query)


def layers_table(query: GridQuery, found: Stressed) -> Table:
    """Return what each layer of the scenario adds."""
    columns = (
        Column("number", "#", "integer"),
        Column("layer", "Layer"),
        Column("pnl", "P&L", "number", "EUR", 0, metrics.LAYER_PNL.id, signed=True),
    )
    layers, asked = found.entry.scenario.layers, found.ask.params(found.chosen)
    rows: list[tuple[Cell, ...]] = [
        (at + 1, layer.title, total(found.steps[at][found.rows])) for at, layer in enumerate(layers)
    ]
    params = {at + 1: {**asked, "layer": at + 1} for at in range(len(layers))}
    return sort_rows(Table(columns, rows, simulated=found.found.simulated, extra={"params": params}), query)


_TRADE_COLUMNS = (
    Column("trade", "Trade", link="address"),
    Column("book", "Book"),
    Column("kind", "Kind"),
    Column("curve", "Curve"),
    Column("delivery", "Delivery"),
    Column("pnl", "P&L", "number", "EUR", 0, metrics.TRADE_PNL.id, signed=True),
    Column("value", "Value today", "number", "EUR", 0, valuation_metrics.TRADE_VALUE.id, signed=True),
    Column("address", "Address", hidden=True),
)


def trades_table(query: GridQuery, found: Stressed, *, best: bool, most: int) -> Table:
    """Return the trades that lose most in the scenario, or gain most; all of them where ``most`` is 0."""
    pnl = found.result.pnl
    at = np.flatnonzero(found.rows & np.isfinite(pnl) & ((pnl > 0.0) if best else (pnl < 0.0)))
    at = at[np.argsort(-pnl[at] if best else pnl[at], kind="stable")]
    total_rows, at = len(at), at[:most] if most else at
    with UnitOfWork() as work:
        labels = trade_labels(
            work.session,
            clocks=found.found.clocks,
            portfolios=[node.id for node in found.found.nodes],
            trades=found.found.book.trade_id[at].tolist(),
        )
    rows, params = _trade_rows(found, at, labels)
    note = f"{total_rows:,} trades {'gain' if best else 'lose'}"
    table = Table(_TRADE_COLUMNS, rows, note=note, simulated=found.found.simulated, extra={"params": params})
    return sort_rows(table, query)


def _trade_rows(
    found: Stressed, at: np.ndarray, labels: Mapping[int, TradeLabel]
) -> tuple[list[tuple[Cell, ...]], dict[str, dict[str, str]]]:
    book, values = found.found.book, found.found.valuation.total_eur
    curves, clocks, asked = (
        found.found.market.curves,
        found.found.clocks.query(),
        found.ask.params(found.chosen),
    )
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, dict[str, str]] = {}
    for i in at.tolist():
        number = int(book.trade_id[i])
        name = labels[number].external_id if number in labels else str(number)
        first, last = (str(day.astype("M8[M]")) for day in (book.delivery_start[i], book.delivery_end[i] - 1))
        params[name] = {**asked, "trade": str(number)}
        rows.append(
            (
                name, found.found.nodes[int(found.found.node_of[i])].code, Kind(int(book.kind[i])).label,
                curves.code[int(np.searchsorted(curves.id, book.curve[i]))],
                first if first == last else f"{first} to {last}",
                float(found.result.pnl[i]), float(values[i]),
                f"{TRADE_PAGE}?{urlencode({'id': number, **clocks})}",
            )
        )  # fmt: skip
    return rows, params


def shocks_table(query: GridQuery, found: Stressed) -> Table:
    """Return the shocks of the scenario in the order in which they apply."""
    columns = (
        Column("number", "#", "integer"),
        Column("layer", "Layer"),
        Column("factor", "Moves", "badge"),
        Column("scope", "Of"),
        Column("size", "By"),
        Column("line", "As typed"),
    )
    rows: list[tuple[Cell, ...]] = []
    for layer in found.entry.scenario.layers:
        for shock in layer.ordered():
            rows.append(
                (len(rows) + 1, layer.title, shock.factor.value, shock.scope, said(shock), _short(shock))
            )
    return sort_rows(Table(columns, rows), query)


def said(shock: Shock) -> str:
    """Return the size of a shock in words: what happens to the front, on the way and at the end."""
    if not shock.nodes:
        return " ".join(write(shock).split()[2:])
    tenors = [tenor for tenor, _ in shock.nodes]
    step = max(len(tenors) - 1, 1) / (min(MOST_NODES, len(tenors)) - 1 or 1)
    chosen = sorted(
        {round(at * step) for at in range(min(MOST_NODES, len(tenors)))} & set(range(len(tenors)))
    )
    percent = shock.measure.value == "relative"
    parts = [
        f"month {shock.nodes[at][0]}: {shock.nodes[at][1] * (100.0 if percent else 1.0):+.1f}{' %' if percent else ''}"
        for at in chosen
    ]
    return ", ".join(parts)


def _short(shock: Shock) -> str:
    line = write(shock)
    return line if len(line) <= 90 else f"{line[:80]} …"


def unshocked_table(query: GridQuery, found: Stressed) -> Table:
    """Return the factors that the scenario does not move, the most money first."""
    columns = (
        Column("key", "Key", hidden=True),
        Column("kind", "What", "badge"),
        Column("name", "Factor"),
        Column("money", "Money that rests on it", "number", "EUR", 0, metrics.UNSHOCKED.id),
        Column("counts", "Counted as"),
    )
    asked = found.ask.params(found.chosen)
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, dict[str, str]] = {}
    for one in found.unshocked:
        key = f"{one.kind}: {one.name}"
        params[key] = {**asked, "factor": key}
        rows.append((key, one.kind, one.name, one.money_eur, RESTS[one.kind]))
    return sort_rows(Table(columns, rows, simulated=found.found.simulated, extra={"params": params}), query)


def trials_table(query: GridQuery, crossing: Crossing) -> Table:
    """Return the multiples that were valued on the way to a loss."""
    columns = (
        Column("multiple", "Times the scenario", "number", decimals=4),
        Column("loss", "Loss", "number", "EUR", 0, signed=True, coloured=False),
    )
    rows: list[tuple[Cell, ...]] = [
        (multiple, loss if isfinite(loss) else None) for multiple, loss in crossing.trials
    ]
    return sort_rows(Table(columns, rows), query)


def likely_table(query: GridQuery, found: Stressed, likely: Likely, loss: float) -> Table:
    """Return the moves of the most likely way to the loss, those that cost most first; small ones are left out."""
    columns = (
        Column("factor", "Factor"),
        Column(
            "move", "Move", "number", metric=metrics.LIKELY_MOVE.id, signed=True, coloured=False, decimals=4
        ),
        Column("unit", "in"),
        Column("pnl", "P&L, first order", "number", "EUR", 0, metrics.LIKELY_PNL.id, signed=True),
    )
    pnl = likely.pnl
    asked: dict[str, str | float] = {"portfolio": found.ask.portfolio, "loss": loss}
    rows: list[tuple[Cell, ...]] = []
    params: dict[str, dict[str, str | float]] = {}
    for at in np.argsort(-np.abs(pnl), kind="stable")[:MOST_FACTORS].tolist():
        if abs(pnl[at]) < 0.5:
            break
        name = likely.factors.label[at]
        rows.append((name, float(likely.move[at]), likely.factors.unit[at], float(pnl[at])))
        params[name] = {**asked, "factor": name}
    return sort_rows(Table(columns, rows, simulated=likely.row.simulated, extra={"params": params}), query)
