"""How each figure of a what-if is computed again: the same deals, read and valued anew under the same clocks."""

from collections.abc import Callable

import numpy as np

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.metrics import Params
from portal.core.passport import Evaluation, Parameter, Step
from portal.core.permissions import Permission
from portal.core.table import Column, Table
from portal.domain.portfolio import what_if_metrics as metrics
from portal.services.evaluation import evaluates
from portal.services.portfolio import what_if_tables as tables
from portal.services.portfolio.what_if import Answer, Question, evaluate_in

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
_COLUMNS = (
    Column("line", "Line", "integer", decimals=0),
    Column("sign", "Comes or goes", "integer", decimals=0, signed=True),
    Column("trade", "Trade", "integer", decimals=0),
    Column("curve", "Curve"),
    Column("month", "Delivery"),
    Column("volume", "Volume", "number", decimals=4, signed=True, coloured=False),
    Column("delta", "Delta", "number", decimals=4, signed=True, coloured=False),
    Column("mark", "Mark", "number", decimals=4),
    Column("unit", "Unit"),
    Column("trade_value", "Value of the trade", "number", "EUR", 2, signed=True),
)


def _answer(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Answer:
    return evaluate_in(work, Question.of(str(params["deals"]), str(params["book"])), clocks, actor)


def _inputs(answer: Answer) -> Table:
    """Return the legs that come and go, with their marks."""
    rows = []
    market = answer.market
    for part in answer.parts:
        legs = part.valuation.legs
        price = market.marks.price[legs.curve, legs.month]
        for at in range(len(legs.trade)):
            trade, curve = int(legs.trade[at]), int(legs.curve[at])
            rows.append(
                (
                    int(part.line[trade]) + 1, int(part.sign), int(part.book.trade_id[trade]),
                    market.curves.code[curve], str(market.marks.months[legs.month[at]]),
                    _known(legs.volume[at]), _known(legs.delta[at]), _known(price[at]), market.curves.unit[curve],
                    _known(part.effect.value[trade]),
                )
            )  # fmt: skip
    rows.sort(key=lambda row: (row[0], row[1], row[2], row[3], row[4]))
    return Table(_COLUMNS, rows, simulated=answer.base.simulated)


def _known(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _evaluation(
    answer: Answer, subject: str, value: float | None, unit: str, steps: tuple[Step, ...]
) -> Evaluation:
    note = "" if value is not None else "A line cannot be valued; the page says which and why."
    return Evaluation(subject, value, unit, _inputs(answer), steps, note=note)


def _register_total(name: str) -> None:
    @evaluates(FIGURES[name].id, permission=Permission.PORTFOLIO_READ, parameters=(DEALS, BOOK))
    def total(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        answer = _answer(work, params, clocks, actor)
        lines = tuple(
            Step(f"Line {at + 1}", _known(value), "EUR")
            for at, value in enumerate(answer.by_line[name].tolist())
        )
        return _evaluation(answer, f"What-if beside {params['book']}", answer.change(name), "EUR", lines)


def _register_line(name: str) -> None:
    @evaluates(LINE_FIGURES[name].id, permission=Permission.PORTFOLIO_READ, parameters=(DEALS, BOOK, LINE))
    def line(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
        answer, at = _answer(work, params, clocks, actor), int(params["line"] or 0) - 1
        if at >= len(answer.lines):
            raise NotFound(
                f"The what-if has no line {at + 1}. Open the figure again from the page.", line=at + 1
            )
        found = answer.lines[at]
        value = None if found.complaint else _known(answer.by_line[name][at])
        fair = (Step("Fair price", found.fair, found.unit),) if found.fair is not None else ()
        return _evaluation(answer, found.text, value, "EUR", fair)


def _register_cell(name: str, read: Callable[[tables.CellChange], float]) -> None:
    @evaluates(
        CELL_FIGURES[name].id, permission=Permission.PORTFOLIO_READ, parameters=(DEALS, BOOK, CURVE, MONTH)
    )
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
        return _evaluation(answer, f"{found.curve} {found.month}", read(found), found.unit, steps)


for _name in FIGURES:
    _register_total(_name)
for _name in LINE_FIGURES:
    _register_line(_name)
_register_cell("before", lambda item: item.before)
_register_cell("change", lambda item: item.change)
_register_cell("after", lambda item: item.after)
_register_cell("residual", lambda item: item.residual)


@evaluates(metrics.LIMIT_USE.id, permission=Permission.PORTFOLIO_READ, parameters=(DEALS, BOOK, COMMODITY))
def limit_use(work: UnitOfWork, params: Params, clocks: Clocks, actor: Actor) -> Evaluation:
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
    steps = (
        Step("Limit", found.limit, found.unit),
        Step("Use before", found.before, "fraction"),
    )
    return _evaluation(answer, f"{found.book} {found.commodity}", found.after, "fraction", steps)
