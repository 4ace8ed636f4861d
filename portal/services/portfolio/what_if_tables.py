"""The rows of a what-if: its deals, the change of the position by curve and month with the hedge, and the limits."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np

from data.queries import positions as position_queries
from data.session import UnitOfWork
from portal.core.arrays import FloatArray1D
from portal.core.clock import Clocks
from portal.core.table import Column, Table
from portal.domain.market.curve_products import product_label
from portal.domain.portfolio import what_if_metrics as metrics
from portal.domain.portfolio.curve_facts import CurveFacts
from portal.domain.portfolio.hedge import neutralise
from portal.domain.portfolio.lots import lot_of
from portal.domain.portfolio.market import Market
from portal.domain.portfolio.position_limits import Headroom, headroom, limit_use
from portal.domain.portfolio.profile_hours import calendar_of, interval_hours
from portal.domain.portfolio.terms import CAPACITY_UNIT
from portal.domain.portfolio.what_if import deltas
from portal.services.portfolio.position_tables import STATES
from portal.services.portfolio.what_if import Answer

Params = Mapping[str, str | int | float | None]
_Cell = tuple[int, int]


@dataclass(frozen=True, slots=True)
class CellChange:
    """The delta of one curve and month before and after, in ``unit``, with the lots that take the change out again."""

    curve: str
    month: str  # as 2027-01
    unit: str
    before: float
    change: float
    lots: float
    lot: str
    hedge: str  # the hedge as a line that can be added to the what-if; empty when there is none
    residual: float
    mwh: float  # MWh of one unit; NaN where the unit is no energy
    lot_volume: float  # volume of one lot in that month; NaN where lots are not known

    @property
    def after(self) -> float:
        """The delta with the what-if."""
        return self.before + self.change


@dataclass(frozen=True, slots=True)
class LimitChange:
    """How much of a book's limit in a commodity its fullest month uses, before and after; fractions."""

    book: str
    commodity: str
    limit: float
    unit: str
    before: float
    after: float
    months: tuple[tuple[str, float, float], ...]  # month, net before and after, in ``unit``


def deal_params(answer: Answer) -> dict[str, str | int | float | None]:
    """Return the parameters that reproduce the figures of an answer."""
    return {"deals": answer.question.text, "book": answer.question.book}


def deal_table(answer: Answer) -> Table:
    """Return one row for each line: what it is, what is wrong with it, or its figures."""
    figures = answer.by_line
    columns = (
        Column("number", "#", "integer", decimals=0),
        Column("deal", "Deal"),
        Column("said", "What is wrong", hidden=not any(line.complaint for line in answer.lines)),
        Column("fair", "Fair price", "number", metric=metrics.LINE_FAIR.id, unit_from="unit"),
        Column("unit", "Unit"),
        Column("value", "Value", "number", "EUR", 0, metrics.LINE_VALUE.id, signed=True),
        Column("move", "1 % move", "number", "EUR", 0, metrics.LINE_MOVE.id, signed=True, coloured=False),
        Column("vega", "Vega", "number", "EUR", 0, metrics.LINE_VEGA.id, signed=True, coloured=False),
        Column("theta", "Theta", "number", "EUR", 0, metrics.LINE_THETA.id, signed=True, coloured=False),
    )
    rows = [
        (
            number + 1,
            line.text,
            line.complaint,
            line.fair,
            line.unit if line.fair is not None else "",
            *(_figure(figures[name][number], line.complaint) for name in ("value", "move", "vega", "theta")),
        )
        for number, line in enumerate(answer.lines)
    ]
    params = {number + 1: {**deal_params(answer), "line": number + 1} for number in range(len(rows))}
    return Table(columns, rows, extra={"params": params}, simulated=answer.base.simulated)


def _figure(value: float, complaint: str) -> float | None:
    return None if complaint or not np.isfinite(value) else float(value)


def cell_changes(answer: Answer) -> list[CellChange]:
    """Return the cells whose delta changes, by curve and month."""
    market = answer.market
    change: dict[_Cell, float] = {}
    for part in answer.parts:
        found = deltas(part.book, part.valuation, np.full(len(part.book), part.sign), market)
        for cell, volume in _cells(found.curve, found.month, found.volume, market).items():
            change[cell] = change.get(cell, 0.0) + volume
    change = {cell: volume for cell, volume in change.items() if abs(volume) > 1e-9}
    if not change:
        return []
    base = answer.base
    there = deltas(base.book, base.valuation, of_books(answer, touched(answer)), base.market)
    before = _cells(there.curve, there.month, there.volume, base.market)
    cells = sorted(change)
    lots = np.array([lot_at(market, cell)[0] for cell in cells])
    hedge = neutralise(np.array([change[cell] for cell in cells]), lots)
    return [
        _cell_change(
            market,
            cell,
            before.get(cell, 0.0),
            change[cell],
            float(hedge.lots[at]),
            float(hedge.residual[at]),
        )
        for at, cell in enumerate(cells)
    ]


def touched(answer: Answer) -> list[str]:
    """Return the codes of the book asked about and of the books whose trades would change."""
    ids = {number for part in answer.parts for number in part.book.portfolio.tolist()}
    return [node.code for node in answer.base.nodes if node.id in ids or node.code == answer.question.book]


def of_books(answer: Answer, codes: Collection[str]) -> FloatArray1D:
    """Return 1 for the trades of the books named, 0 for others, shape (n,)."""
    ids = [node.id for node in answer.base.nodes if node.code in codes]
    return np.isin(answer.base.book.portfolio, ids).astype(np.float64)


def _cells(curve: np.ndarray, month: np.ndarray, volume: FloatArray1D, market: Market) -> dict[_Cell, float]:
    """Return volumes by (curve id, month number), which mean the same in every market."""
    ids = market.curves.id[curve].tolist()
    months = market.marks.months[month].astype("datetime64[M]").astype(np.int64).tolist()
    return {(number, at): value for number, at, value in zip(ids, months, volume.tolist(), strict=True)}


def lot_at(market: Market, cell: _Cell) -> tuple[float, str]:
    """Return the volume of one lot in a month (NaN where lots are not known) and its name."""
    at = int(np.searchsorted(market.curves.id, cell[0]))
    curves = market.curves
    found = lot_of(CurveFacts(curves.code[at], curves.commodity[at], curves.unit[at], curves.currency[at]))
    if found is None:
        return float("nan"), ""
    size, unit = found
    if unit != CAPACITY_UNIT:
        return size, f"lots of {size:,.0f} {unit}"
    month = np.datetime64(cell[1], "M")
    first, end = month.astype("M8[D]").item(), (month + 1).astype("M8[D]").item()
    base, peak = interval_hours(calendar_of(curves.timezone[at], curves.commodity[at]), first, end)
    hours = peak if at in set(curves.peak.tolist()) else base
    return float(size * hours / (curves.mwh[at] or 1.0)), CAPACITY_UNIT


def _cell_change(
    market: Market, cell: _Cell, before: float, change: float, lots: float, residual: float
) -> CellChange:
    at = int(np.searchsorted(market.curves.id, cell[0]))
    code = market.curves.code[at]
    month = str(np.datetime64(cell[1], "M"))
    size, lot = lot_at(market, cell)
    word = CAPACITY_UNIT if lot == CAPACITY_UNIT else "lots"
    is_peak = code.endswith("_PEAK")
    curve = f"{code.removesuffix('_PEAK')} peak" if is_peak else code
    text = f"{'buy' if lots > 0 else 'sell'} {abs(lots):,.0f} {word} {curve} {month}" if lots else ""
    unit = market.curves.unit[at].partition("/")[2]
    return CellChange(
        code, month, unit, before, change, lots, lot, text, residual, float(market.curves.mwh[at]), size
    )


def position_table(answer: Answer, cells: list[CellChange]) -> Table:
    """Return the cells as rows."""
    columns = (
        Column("cell", "Cell", hidden=True),
        Column("curve", "Curve"),
        Column("month", "Delivery"),
        Column("unit", "Unit"),
        Column(
            "before",
            "Delta before",
            "number",
            "",
            0,
            metrics.CELL_BEFORE.id,
            signed=True,
            coloured=False,
        ),
        Column("change", "Change", "number", "", 0, metrics.CELL_CHANGE.id, signed=True, coloured=False),
        Column("after", "After", "number", "", 0, metrics.CELL_AFTER.id, signed=True, coloured=False),
        Column("hedge", "Deal that neutralises the change"),
        Column(
            "residual", "Left over", "number", "", 0, metrics.CELL_RESIDUAL.id, signed=True, coloured=False
        ),
    )
    rows, params = [], {}
    for cell in cells:
        key = f"{cell.curve} {cell.month}"
        rows.append(
            (
                key, cell.curve, product_label(cell.month), cell.unit, cell.before, cell.change, cell.after,
                cell.hedge or "less than half a lot" if cell.lot else "no contract size is known", cell.residual,
            )
        )  # fmt: skip
        params[key] = {**deal_params(answer), "curve": cell.curve, "month": cell.month}
    return Table(columns, rows, extra={"params": params}, simulated=answer.base.simulated)


def limit_changes(work: UnitOfWork, answer: Answer, clocks: Clocks) -> list[LimitChange]:
    """Return the limits of the book in the commodities that the what-if touches."""
    market, base = answer.market, answer.base
    book_id = next((node.id for node in base.nodes if node.code == answer.question.book), None)
    if book_id is None or not answer.parts:
        return []
    after: dict[_Cell, float] = {}
    for part in answer.parts:
        sign = part.sign * (part.book.portfolio == book_id)
        found = deltas(part.book, part.valuation, sign.astype(np.float64), market)
        for cell, volume in _cells(found.curve, found.month, found.firm, market).items():
            after[cell] = after.get(cell, 0.0) + volume
    there = deltas(base.book, base.valuation, of_books(answer, [answer.question.book]), base.market)
    before = _cells(there.curve, there.month, there.firm, base.market)
    rows = position_queries.limits(work.session, clocks=clocks, portfolios=[book_id])
    commodities = {market.curves.commodity[int(np.searchsorted(market.curves.id, cell[0]))] for cell in after}
    out = []
    for row in sorted(rows, key=lambda item: item.commodity):
        if row.commodity not in commodities:
            continue
        now = _by_month(before, market, row.commodity)
        more = _by_month(after, market, row.commodity)
        months = sorted({*now, *more})
        nets = [(now.get(at, 0.0), now.get(at, 0.0) + more.get(at, 0.0)) for at in months]
        most = np.abs(np.array(nets)).max(axis=0) if nets else np.zeros(2)
        use = limit_use(most, np.array([row.limit, row.limit]))
        unit = "t CO2" if row.commodity == "carbon" else "MWh"
        named = tuple((str(np.datetime64(at, "M")), *net) for at, net in zip(months, nets, strict=True))
        out.append(
            LimitChange(
                answer.question.book, row.commodity, row.limit, unit, float(use[0]), float(use[1]), named
            )
        )
    return out


def _by_month(cells: Mapping[_Cell, float], market: Market, commodity: str) -> dict[int, float]:
    """Return the net obligation in a commodity by month number, in MWh (carbon: tonnes)."""
    months: dict[int, float] = {}
    for (number, month), volume in cells.items():
        at = int(np.searchsorted(market.curves.id, number))
        if market.curves.commodity[at] != commodity:
            continue
        factor = market.curves.mwh[at] if np.isfinite(market.curves.mwh[at]) else 1.0
        months[month] = months.get(month, 0.0) + volume * factor
    return months


def limits(answer: Answer, clocks: Clocks) -> list[LimitChange]:
    """Return the same in a transaction of its own; the answer was read with the rights of who asks."""
    with UnitOfWork() as work:
        return limit_changes(work, answer, clocks)


def limit_table(answer: Answer, rows: list[LimitChange]) -> Table:
    """Return one row for each commodity in which the book has a limit."""
    columns = (
        Column("commodity", "Commodity"),
        Column("limit", "Limit a month", "number", "", 0, metrics.LIMIT.id),
        Column("unit", "Unit"),
        Column("before", "Used before", "percent", "", 0, metrics.LIMIT_BEFORE.id),
        Column("after", "Used after", "percent", "", 0, metrics.LIMIT_USE.id),
        Column("state", "State after", "badge"),
    )
    use = np.array([row.after for row in rows])
    states = [STATES[Headroom(int(state))] for state in headroom(use)]
    cells = [
        (row.commodity, row.limit, row.unit, row.before, row.after, state)
        for row, state in zip(rows, states, strict=True)
    ]
    params = {row.commodity: {**deal_params(answer), "commodity": row.commodity} for row in rows}
    return Table(columns, cells, extra={"params": params}, simulated=answer.base.simulated)
