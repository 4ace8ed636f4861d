"""How each figure of a what-if is computed again: the same deals, read and valued anew under the same clocks."""

from collections.abc import Callable, Mapping, Sequence
from math import fsum
from typing import Any

import numpy as np

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.metrics import Metric, Params
from portal.core.passport import Evaluation, Outcome, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.portfolio import what_if_metrics as metrics
from portal.domain.portfolio.hedge import neutralise
from portal.domain.portfolio.position_limits import limit_use
from portal.domain.portfolio.trade import Kind
from portal.services.evaluation import Replay, evaluates
from portal.services.portfolio import what_if_tables as tables
from portal.services.portfolio.what_if import Answer, Line, Question, evaluate_in

SUM_ROUNDING = 1e-9  # relative; the page adds the same figures in another order
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
    Column("unit", "Unit"),
)
BOOK_ROW = "book"


def answer_of(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Answer:
    """Return the answer that the parameters of a figure mean."""
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
    rows = [(month, before, after, found.limit, found.unit) for month, before, after in found.months]
    return Table(_MONTHS, rows, simulated=answer.base.simulated)


def _replay_limit(key: str) -> Replay:
    """Return what computes the fullest month's share of the limit, before or after, or the limit itself."""

    def replay(records: Records, params: Params, clocks: Clocks) -> Outcome:  # noqa: ARG001
        if not records:
            return Outcome(None, "fraction", note=NO_VALUE)
        limit = float(records[0]["limit"])
        if key == "limit":
            return Outcome(limit, str(records[0]["unit"]))
        most = max(abs(float(record[key])) for record in records)
        return Outcome(float(limit_use(np.array([most]), np.array([limit]))[0]), "fraction")

    return replay


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
        answer = answer_of(work, params, clocks, actor)
        lines = tuple(
            Step(f"Line {at + 1}", _known(value), "EUR")
            for at, value in enumerate(answer.by_line[name].tolist())
        )
        subject = f"What-if beside {params['book']}"
        return _evaluation(answer, subject, answer.change(name), "EUR", _deal_rows(answer, name), lines)


def line_of(answer: Answer, params: Params) -> tuple[int, Line]:
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
        answer = answer_of(work, params, clocks, actor)
        at, found = line_of(answer, params)
        value = None if found.complaint else _known(answer.by_line[name][at])
        fair = (Step("Fair price", found.fair, found.unit),) if found.fair is not None else ()
        return _evaluation(answer, found.text, value, "EUR", _deal_rows(answer, name, at), fair)


def _register_cell(name: str, of_page: Callable[[tables.CellChange], float], of_rows: _CellRule) -> None:
    @evaluates(
        CELL_FIGURES[name].id, permission=Permission.PORTFOLIO_READ, parameters=(DEALS, BOOK, CURVE, MONTH),
        replay=_replay_cell(of_rows), tolerance=SUM_ROUNDING,
    )  # fmt: skip
    def cell(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        answer = answer_of(work, params, clocks, actor)
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


def _register_limit(metric: Metric, key: str) -> None:
    @evaluates(
        metric.id, permission=Permission.PORTFOLIO_READ, parameters=(DEALS, BOOK, COMMODITY),
        replay=_replay_limit(key), tolerance=SUM_ROUNDING,
    )  # fmt: skip
    def limit(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        answer = answer_of(work, params, clocks, actor)
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
        unit = found.unit if key == "limit" else "fraction"
        value = {"limit": found.limit, "before": found.before, "after": found.after}[key]
        subject = f"{found.book} {found.commodity}"
        return _evaluation(answer, subject, value, unit, _month_rows(answer, found), steps)


_register_limit(metrics.LIMIT_USE, "after")
_register_limit(metrics.LIMIT_BEFORE, "before")
_register_limit(metrics.LIMIT, "limit")
