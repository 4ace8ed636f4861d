"""How the fair price of a line of a what-if is computed again, from its delivery months."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import fsum
from typing import Any

import numpy as np

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.metrics import Params
from portal.core.passport import Evaluation, Outcome
from portal.core.permissions import Permission
from portal.core.table import Cell, Column, Table
from portal.domain.portfolio import what_if_metrics as metrics
from portal.services.evaluation import evaluates
from portal.services.portfolio.valuation_legs import LEG_COLUMNS, legs_of
from portal.services.portfolio.what_if import Answer
from portal.services.portfolio.what_if_passports import BOOK, DEALS, LINE, SUM_ROUNDING, answer_of, line_of

Records = Sequence[Mapping[str, Any]]
NO_FAIR = "Only forwards, futures and swaps with all of their marks have a fair price."
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
    answer = answer_of(work, params, clocks, actor)
    at, found = line_of(answer, params)
    unit = found.unit if found.fair is not None else ""
    note = "" if found.fair is not None else NO_FAIR
    return Evaluation(
        found.text, found.fair, unit, _fair_rows(answer, at), newest=answer.market.as_of, note=note
    )
