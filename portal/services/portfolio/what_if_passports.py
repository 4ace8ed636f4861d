"""How each figure of a what-if is computed again: the same deals, read and valued anew under the same clocks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import fsum
from typing import Any

import numpy as np

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.metrics import Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Cell, Column, Table
from portal.domain.portfolio import what_if_metrics as metrics
from portal.domain.portfolio.hedge import neutralise
from portal.domain.portfolio.position_limits import limit_use
from portal.domain.portfolio.trade import Kind
from portal.services.evaluation import Replay, evaluates
from portal.services.portfolio import what_if_tables as tables
from portal.services.portfolio.valuation_legs import LEG_COLUMNS, legs_of
from portal.services.portfolio.what_if import Answer, Line, Question, evaluate_in

SUM_ROUNDING = 1e-9  # relative; the page adds the same figures in another order
NO_FAIR = "Only forwards, futures and swaps with all of their marks have a fair price."
NO_VALUE = "A line cannot be valued; the page says which and why."
Records = Sequence[Mapping[str, Any]]
_CellRule = Callable[[float, float, float], float]
DEALS, BOOK = Parameter("deals", "Deals, one a line"), Parameter("book", "Book")
LINE = Parameter("line", "Line", kind="integer", low=1, high=100)
CURVE, MONTH = Parameter("curve", "Curve"), Parameter("month", "Delivery month")
COMMODITY = Parameter("commodity", "Commodity")
FIGURES = {
    "value": metrics.VALUE,
    "move": metrics.MOVE,
    "gamma": metrics.GAMMA,
    "vega": metrics.VEGA,
    "theta": metrics.THETA,
    "rho": metrics.RHO,
}
LINE_FIGURES = {
    "value": metrics.LINE_VALUE,
    "move": metrics.LINE_MOVE,
    "vega": metrics.LINE_VEGA,
    "theta": metrics.LINE_THETA,
}
CELL_FIGURES = {
    "before": metrics.CELL_BEFORE,
    "change": metrics.CELL_CHANGE,
    "after": metrics.CELL_AFTER,
    "residual": metrics.CELL_RESIDUAL,
}
_DEALS = (
    Column("line", "Line", "integer"),
    Column("sign", "Comes or goes", "integer", signed=True),
    Column("trade", "Trade", "integer"),
    Column("kind", "Kind"),
    Column("quantity", "Quantity", "number", decimals=4),
    Column("amount", "Of one trade", "number", "EUR", 2, signed=True),
)
_LEGS = (
    Column("whose", "Whose"),
    Column("sign", "Counts", "integer", signed=True),
    Column("trade", "Trade", "integer"),
    Column("delta", "Delta", "number", decimals=4, signed=True, coloured=False),
    Column("mark", "Mark", "number", decimals=4),
    Column("unit", "Unit"),
    Column("lot", "Volume of a lot", "number", decimals=4),
)
_MONTHS = (
    Column("month", "Delivery"),
    Column("before", "Net before", "number", decimals=4, signed=True, coloured=False),
    Column("after", "Net after", "number", decimals=4, signed=True, coloured=False),
    Column("limit", "Limit", "number", decimals=0),
)
BOOK_ROW = "book"


def _answer(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Answer:
    return evaluate_in(work, Question.of(str(params["deals"]), str(params["book"])), clocks, actor)


def _deal_rows(answer: Answer, name: str, line: int | None = None) -> Table:
    """The trades that come and go, with one figure of each."""
    rows = []
    for part in answer.parts:
        amounts = getattr(part.effect, name)
        for at in range(len(part.book)):
            if line is None or part.line[at] == line:
                kind = Kind(int(part.book.kind[at])).label
                rows.append(
                    (
                        int(part.line[at]) + 1, int(part.sign), int(part.book.trade_id[at]), kind,
                        float(part.book.quantity[at]), _known(amounts[at]),
                    )
                )  # fmt: skip
    rows.sort(key=lambda row: row[:3])
    return Table(_DEALS, rows, simulated=answer.base.simulated)


def _replay_amount(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    """Add what comes and take off what goes; there is no sum when one trade has no figure."""
    amounts = [record["amount"] for record in records]
    if not records or any(amount is None for amount in amounts):
        return Outcome(None, "EUR", note=NO_VALUE)
    return Outcome(fsum(int(record["sign"]) * float(record["amount"]) for record in records), "EUR")


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _leg_rows(answer: Answer, cell: tables.CellChange) -> Table:
    """The legs in one curve and month: those of the book, and those that come and go."""
    rows = []
    mine = tables.of_books(answer, tables.touched(answer))
    parts = [(BOOK_ROW, 1.0, answer.base.book, answer.base.valuation, answer.base.market, mine)]
    parts += [
        ("what-if", part.sign, part.book, part.valuation, answer.market, np.ones(len(part.book)))
        for part in answer.parts
    ]
    for whose, sign, book, valuation, market, counts in parts:
        legs = valuation.legs
        curve = market.curves.code.index(cell.curve)
        month = np.datetime64(cell.month, "M")
        there = (
            (legs.curve == curve) & (market.marks.months[legs.month] == month) & (counts[legs.trade] != 0.0)
        )
        mark = market.marks.price[legs.curve, legs.month]
        for at in np.flatnonzero(there & np.isfinite(legs.delta) & (legs.delta != 0.0)).tolist():
            number = int(book.trade_id[legs.trade[at]])
            lot = _known(cell.lot_volume)
            rows.append((whose, int(sign), number, float(legs.delta[at]), _known(mark[at]), cell.unit, lot))
    rows.sort(key=lambda row: (row[0], row[1], row[2], row[3]))
    return Table(_LEGS, rows, simulated=answer.base.simulated)


def _replay_cell(read: _CellRule) -> Replay:
    """Return what computes a figure of a cell from its legs: the book's delta, its change, and what a hedge leaves."""

    def replay(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        if not records:
            return Outcome(None, "", note=NO_VALUE)

        def total(whose: str) -> float:
            return fsum(
                int(r["sign"]) * float(r["delta"])
                for r in records
                if (r["whose"] == BOOK_ROW) == (whose == BOOK_ROW)
            )

        before, change = total(BOOK_ROW), total("what-if")
        lot = records[0]["lot"]
        hedge = neutralise(np.array([change]), np.array([np.nan if lot is None else float(lot)]))
        return Outcome(read(before, change, float(hedge.residual[0])), str(records[0]["unit"]))

    return replay


def _month_rows(answer: Answer, found: tables.LimitChange) -> Table:
    rows = [(month, before, after, found.limit) for month, before, after in found.months]
    return Table(_MONTHS, rows, simulated=answer.base.simulated)


def _replay_limit(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    """Return the fullest month's share of the limit."""
    if not records:
        return Outcome(None, "fraction", note=NO_VALUE)
    most = max(abs(float(record["after"])) for record in records)
    return Outcome(float(limit_use(np.array([most]), np.array([float(records[0]["limit"])]))[0]), "fraction")


def _evaluation(
    answer: Answer, subject: str, value: float | None, unit: str, rows: Table, steps: tuple[Step, ...]
) -> Evaluation:
    note = "" if value is not None else NO_VALUE
    return Evaluation(subject, value, unit, rows, steps, newest=answer.market.as_of, note=note)


def _register_total(name: str) -> None:
    @evaluates(
        FIGURES[name].id, permission=Permission.PORTFOLIO_READ, parameters=(DEALS, BOOK), replay=_replay_amount,
        tolerance=SUM_ROUNDING,
    )  # fmt: skip
    def total(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        answer = _answer(work, params, clocks, actor)
        lines = tuple(
            Step(f"Line {at + 1}", _known(value), "EUR")
            for at, value in enumerate(answer.by_line[name].tolist())
        )
        subject = f"What-if beside {params['book']}"
        return _evaluation(answer, subject, answer.change(name), "EUR", _deal_rows(answer, name), lines)


def _line(answer: Answer, params: Params) -> tuple[int, Line]:
    """Return the place of the line that is asked for, and the line."""
    at = int(params["line"] or 0) - 1
    if at >= len(answer.lines):
        raise NotFound(f"The what-if has no line {at + 1}. Open the figure again from the page.", line=at + 1)
    return at, answer.lines[at]


def _register_line(name: str) -> None:
    @evaluates(
        LINE_FIGURES[name].id, permission=Permission.PORTFOLIO_READ, parameters=(DEALS, BOOK, LINE),
        replay=_replay_amount, tolerance=SUM_ROUNDING,
    )  # fmt: skip
    def line(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        answer = _answer(work, params, clocks, actor)
        at, found = _line(answer, params)
        value = None if found.complaint else _known(answer.by_line[name][at])
        fair = (Step("Fair price", found.fair, found.unit),) if found.fair is not None else ()
        return _evaluation(answer, found.text, value, "EUR", _deal_rows(answer, name, at), fair)


_FAIR = (
    *(
        column
        for column in LEG_COLUMNS
        if column.key in ("curve", "month", "volume", "volume_unit", "mark", "unit")
    ),
    *(
        column
        for column in LEG_COLUMNS
        if column.key in ("status", "quoted", "fixed", "fixing", "rate", "years")
    ),
    Column("agreed", "Price dealt at", "number", decimals=4),
    Column("worth", "Value at this price", "number", decimals=4, signed=True),
    Column("raised", "Value at a price higher by 1", "number", decimals=4, signed=True),
    Column("currency", "Money in"),
)


def _fair_rows(answer: Answer, at: int) -> Table:
    """The delivery months of a candidate, valued at its price and at one higher by 1; none for what has no price."""
    rows: list[tuple[Cell, ...]] = []
    for part in answer.parts:
        mine = np.flatnonzero((part.line == at) & (part.book.trade_id < 0) & np.isfinite(part.book.price))
        for place in mine.tolist():
            book = part.book.take(np.array([place]))
            fx = float(part.valuation.to_eur[place])
            raised = replace(book, price=book.price + 1.0)
            both = (Table(LEG_COLUMNS, legs_of(one, answer.market, fx)).records() for one in (book, raised))
            for now, then in zip(*both, strict=True):
                figures = {**now, "worth": _worth(now), "raised": _worth(then)}
                rows.append(tuple(figures[column.key] for column in _FAIR))
    return Table(_FAIR, rows, simulated=answer.base.simulated)


def _worth(leg: Mapping[str, Any]) -> float | None:
    parts = (leg["unrealised"], leg["realised"])
    return None if None in parts else fsum(float(one) for one in parts)


def _replay_fair(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
    """Return the price at which the months together are worth nothing: their value is linear in it."""
    if not records or any(record["worth"] is None or record["raised"] is None for record in records):
        return Outcome(None, "", note=NO_FAIR)
    worth = fsum(float(record["worth"]) for record in records)
    lost = fsum(float(record["worth"]) - float(record["raised"]) for record in records)
    unit = str(records[0]["unit"])
    return (
        Outcome(float(records[0]["agreed"]) + worth / lost, unit)
        if lost
        else Outcome(None, unit, note=NO_FAIR)
    )


@evaluates(
    metrics.LINE_FAIR.id,
    permission=Permission.PORTFOLIO_READ,
    parameters=(DEALS, BOOK, LINE),
    replay=_replay_fair,
    tolerance=SUM_ROUNDING,
)
def fair_price_of_line(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """Fair price of a candidate, with the delivery months that it is the mean of."""
    answer = _answer(work, params, clocks, actor)
    at, found = _line(answer, params)
    unit = found.unit if found.fair is not None else ""
    note = "" if found.fair is not None else NO_FAIR
    return Evaluation(
        found.text, found.fair, unit, _fair_rows(answer, at), newest=answer.market.as_of, note=note
    )


def _register_cell(name: str, of_page: Callable[[tables.CellChange], float], of_rows: _CellRule) -> None:
    @evaluates(
        CELL_FIGURES[name].id, permission=Permission.PORTFOLIO_READ, parameters=(DEALS, BOOK, CURVE, MONTH),
        replay=_replay_cell(of_rows), tolerance=SUM_ROUNDING,
    )  # fmt: skip
    def cell(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        answer = _answer(work, params, clocks, actor)
        wanted = (params["curve"], params["month"])
        found = next(
            (item for item in tables.cell_changes(answer) if (item.curve, item.month) == wanted), None
        )
        if found is None:
            raise NotFound(f"The what-if changes nothing in {wanted[0]} for {wanted[1]}.", curve=wanted[0])
        steps = (
            Step("Before", found.before, found.unit),
            Step("Change", found.change, found.unit),
            Step("Hedge", found.hedge or "none", ""),
        )
        subject = f"{found.curve} {found.month}"
        return _evaluation(answer, subject, of_page(found), found.unit, _leg_rows(answer, found), steps)


for _name in FIGURES:
    _register_total(_name)
for _name in LINE_FIGURES:
    _register_line(_name)
_register_cell("before", lambda item: item.before, lambda before, _change, _left: before)
_register_cell("change", lambda item: item.change, lambda _before, change, _left: change)
_register_cell("after", lambda item: item.after, lambda before, change, _left: before + change)
_register_cell("residual", lambda item: item.residual, lambda _before, _change, left: left)


@evaluates(
    metrics.LIMIT_USE.id,
    permission=Permission.PORTFOLIO_READ,
    parameters=(DEALS, BOOK, COMMODITY),
    replay=_replay_limit,
    tolerance=SUM_ROUNDING,
)
def limit_change(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
    """Limit use of the book in a commodity with the what-if."""
    answer = _answer(work, params, clocks, actor)
    found = next(
        (
            item
            for item in tables.limit_changes(work, answer, clocks)
            if item.commodity == params["commodity"]
        ),
        None,
    )
    if found is None:
        raise DomainError(f"{params['book']} has no limit in {params['commodity']}. Set one first.")
    steps = (Step("Limit", found.limit, found.unit), Step("Use before", found.before, "fraction"))
    subject = f"{found.book} {found.commodity}"
    return _evaluation(answer, subject, found.after, "fraction", _month_rows(answer, found), steps)
