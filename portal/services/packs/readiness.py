"""Whether the numbers of a day have come in, and what a pack made without them lacks.

The end-of-day chain of Monitoring says what has come. How much a gap could matter is taken from the largest move of the
same figure within the last year, for the books that the reader sees; where nothing says it, the gap says so.
"""

from datetime import date, datetime, timedelta

import numpy as np

from data.queries import book_values
from data.queries import risk as risk_queries
from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.document import Gap
from portal.core.permissions import Permission
from portal.domain.market.business_days import is_business_day
from portal.domain.market.holidays import desk_holidays
from portal.domain.monitoring.gap_bounds import Move, largest_move
from portal.services.monitoring import feeds
from portal.services.monitoring.chain import Chain, chain_of
from portal.services.monitoring.chain_days import ChainRow, newest_day, read_chain
from portal.services.monitoring.chain_steps import BY_CODE, MARKET, PACK
from portal.services.packs import late
from portal.services.portfolio.books import visible_nodes

WINDOW = 250  # moves that a bound looks back on
_SPAN = timedelta(days=370)
UNKNOWN = "No bound is known."
_METHOD, _LEVEL = "historical", 0.95
_MONEY = {*MARKET, "feed.trades"}


def newest(moment: datetime) -> date:
    """Return the newest day whose numbers can be expected at a moment; of a demo desk, its last day."""
    with UnitOfWork() as work:
        return newest_day(feeds.feeds_in(work, moment), moment)


def is_working_day(day: date) -> bool:
    """Tell whether the desk works on a day, so that it has numbers of its own."""
    return is_business_day(day, desk_holidays(day, day))


def chain_at(day: date, moment: datetime) -> Chain:
    """Return the end-of-day chain of a day as known at a moment."""
    with UnitOfWork() as work:
        chosen, rows = read_chain(work, day, moment)
    return chain_of(chosen, moment, rows)


def is_ready(day: date, moment: datetime) -> bool:
    """Tell whether all numbers of a day were in at a moment, so that a pack need not wait."""
    if not is_working_day(day):
        return True
    found = chain_at(day, moment)
    lacking = late.missing(found)
    return not lacking or {row.step for row in lacking} <= late.came_since(found, moment).keys()


def gaps(clocks: Clocks, reader: Actor) -> tuple[Gap, ...]:
    """Return what had not come in for the day of a pack, why, and how much it could matter to its reader."""
    day = clocks.as_of
    if not is_working_day(day):
        return ()
    found = chain_at(day, clocks.known_at)
    waited = [row for row in found.rows if row.step in found.room and row.step != PACK]
    came = late.came_since(found, clocks.known_at)
    lacking = [row for row in late.missing(found) if row.step not in came]
    left = [row for row in waited if row.note.startswith("Not waited for")]
    if not lacking and not left:
        return ()
    money, risk = _bounds(clocks, reader)
    return (
        *(
            Gap(f"{BY_CODE[row.step].title} of {day}", _why(row, found), _bound(row, money, risk))
            for row in lacking
        ),
        *(
            Gap(f"{BY_CODE[row.step].title} of {day}, in part", row.note, _bound(row, money, risk))
            for row in left
        ),
    )


def _why(row: ChainRow, found: Chain) -> str:
    """Say what had become of a step by then."""
    seen = f"{found.moment:%Y-%m-%d %H:%M} UTC"
    due = "" if row.release is None else f", due {found.at(row.release):%Y-%m-%d %H:%M} UTC"
    state = found.outlook[row.step].state
    if row.note:
        return f"{row.note} Nothing newer by {seen}{due}."
    if BY_CODE[row.step].kind == "feed":
        return f"Had not come by {seen}{due}."
    if state == "outdated":
        return f"Was made before its inputs had come{due}."
    if state == "running":
        return f"Still ran at {seen}{due}."
    waits = [BY_CODE[code].title for code in row.after if found.outlook[code].state != "done"]
    return f"Had not begun by {seen}{due}" + (f"; it waits for {', '.join(waits)}." if waits else ".")


def _bound(row: ChainRow, money: str, risk: str) -> str:
    if row.step in _MONEY:
        return money
    return risk if row.step == "risk.nightly" else UNKNOWN


def _bounds(clocks: Clocks, reader: Actor) -> tuple[str, str]:
    """Return the bounds of what moves the value of the reader's books, and of what moves their value at risk."""
    money = risk = UNKNOWN
    with UnitOfWork() as work:
        nodes = visible_nodes(work, reader)
        if nodes and reader.can(Permission.PORTFOLIO_READ):
            money = _said(
                _value_move(work, clocks, [one.id for one in nodes if one.is_book]), "value of your books"
            )
        tops = [one.id for one in nodes if one.parent_id not in {other.id for other in nodes}]
        if tops and reader.can(Permission.RISK_READ):
            risk = _said(_risk_move(work, clocks, tops), "value at risk (95 %, historical) of your books")
    return money, risk


def _value_move(work: UnitOfWork, clocks: Clocks, books: list[int]) -> Move | None:
    by_day: dict[date, list[float]] = {}
    for row in book_values.history(work.session, clocks=clocks, portfolios=books, first=clocks.as_of - _SPAN):
        by_day.setdefault(row.as_of, []).append(row.unrealised + row.realised)
    whole = (
        len(by_day[max(by_day)]) if by_day else 0
    )  # a book that is missing on a day is no move of its value
    return _newest_moves({day: sum(found) for day, found in by_day.items() if len(found) == whole})


def _risk_move(work: UnitOfWork, clocks: Clocks, nodes: list[int]) -> Move | None:
    found = risk_queries.days_between(
        work.session,
        clocks=clocks,
        portfolios=nodes,
        first=clocks.as_of - _SPAN,
        method=_METHOD,
        level=_LEVEL,
    )
    by_day: dict[date, float] = {}
    for day, value in zip(found["day"].tolist(), found["value_at_risk"].tolist(), strict=True):
        by_day[day] = by_day.get(day, 0.0) + value
    return _newest_moves(by_day)


def _newest_moves(by_day: dict[date, float]) -> Move | None:
    days = sorted(by_day)[-WINDOW - 1 :]
    return largest_move(days, np.array([by_day[day] for day in days]))


def _said(move: Move | None, what: str) -> str:
    if move is None:
        return UNKNOWN
    return (
        f"At most {move.size:,.0f} EUR, if the day is no larger than the largest of the last {move.moves} "
        f"({move.day}): the {what} was {move.last:,.0f} EUR on {move.last_day}."
    )
