"""Two years of dealing: all trades of the demo desk with what became of them, for one world and one set of ids."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from data.demo.board import Board
from data.demo.deal_history import Fate, Historian
from data.demo.deal_prices import strike_deals
from data.demo.deal_terms import Ids, draw_parties, terms_of
from data.demo.deals import choose_cancelled, draw_deals
from data.demo.flexible_deals import flexible_deals
from data.demo.odd_deals import odd_deals
from data.demo.parties import PARTIES
from data.demo.proposals import Clerk, Proposal, approved
from data.demo.world import World, stream
from portal.domain.portfolio.terms import TradeVersion
from portal.domain.portfolio.trade import Event

LIVE_EVENTS = frozenset({Event.NEW.value, Event.AMENDED.value})
CLEARED = frozenset(party.code for party in PARTIES if party.kind == "exchange")


@dataclass(frozen=True, slots=True)
class Trading:
    """``versions`` of all trades, of each in order; ``proposals`` decided and waiting; ``live`` trades at the end."""

    versions: list[TradeVersion]
    proposals: list[Proposal]
    trades: int
    live: int


def _fates(world: World, board: Board, ids: Ids) -> list[Fate]:
    """Return all deals with their fates, in the order in which they were struck, named by number."""

    def draw(name: str) -> np.random.Generator:
        return stream(world.seed, name)

    days: list[date] = board.days.astype(object).tolist()
    deals = draw_deals(board.days, board.listed, draw)
    struck = strike_deals(deals, board, draw("deal prices"))
    parties = draw_parties(deals, draw("deal parties"))
    gone = choose_cancelled(deals, board.days[-1], len(days) - 1).tolist()
    ends, rows, seconds = deals.ends.astype(object).tolist(), deals.row.tolist(), deals.second.tolist()
    found = [
        Fate(terms, datetime.combine(days[row], time(), UTC) + timedelta(seconds=second), row, end, cancelled)
        for terms, row, second, end, cancelled in zip(
            terms_of(deals, struck, days, parties, ids), rows, seconds, ends, gone, strict=True
        )
    ]
    found += flexible_deals(board, ids, draw("flexible deals"))
    found += odd_deals(board, ids)
    found.sort(key=lambda fate: fate.struck)
    cleared = {ids.parties[code] for code in CLEARED}
    return [
        replace(fate, terms=replace(fate.terms, external_id=_name(fate, number, cleared)))
        for number, fate in enumerate(found, start=1)
    ]


def _name(fate: Fate, number: int, cleared: set[int]) -> str:
    """Return the external id: X for what is cleared, O for the rest, and a number in the order of dealing."""
    return f"SIM-{'X' if fate.terms.counterparty_id in cleared else 'O'}-{number:06d}"


def trading(world: World, ids: Ids, numbers: Callable[[int], Sequence[int]]) -> Trading:
    """Return all versions of all trades; ``numbers`` gives as many new trade numbers as asked."""
    since = int(np.searchsorted(world.days, world.marks.days[0]))
    board = Board(world.curves, world.marks, since)
    days: list[date] = board.days.astype(object).tolist()
    fates = _fates(world, board, ids)
    historian = Historian(days, ids, stream(world.seed, "deal history"))
    lives = [historian.life(fate, number) for fate, number in zip(fates, numbers(len(fates)), strict=True)]
    newest = [life[-1] for life in lives if life[-1].event in LIVE_EVENTS]
    rng = stream(world.seed, "proposals")
    clerk = Clerk(days, ids, rng)
    waiting = clerk.waiting(newest)
    waited = {proposal.trade_id for proposal in waiting}
    others = [version for version in newest if version.trade_id not in waited]
    proposals = [*approved(lives, rng), *clerk.turned_down(others), *waiting]
    return Trading([version for life in lives for version in life], proposals, len(lives), len(newest))
