"""Patterns planted in the demo desk's orders for surveillance to find, and look-alikes that it must not find."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from data.demo.orders import CLIENT, OWNER, Book, mid_at

Key = tuple[str, date, str]  # contract, day, tag of the book
Books = Mapping[Key, Book]
Plant = Callable[[Book], None]
SECOND = timedelta(seconds=1)
FIRST, SECOND_MONTH = "", "T"


def plant(books: Books, days: Sequence[date]) -> list[dict[str, Any]]:
    """Add patterns and look-alikes to the books and return rows of inside information.

    ``days`` are the trading days, ascending; patterns lie at fixed distances from the last.
    """
    for plan, contract, back, tag in PLANS:
        if len(days) >= back and (book := books.get((contract, days[-back], tag))):
            plan(book)
    return [row for number, back in enumerate((3, 12)) if len(days) > back + 1
            for row in _insider(books, days[-back], number)]  # fmt: skip


def _wash(gap_s: float, ticks: float, owner: str = OWNER, other: str = OWNER) -> Plant:
    def add(book: Book) -> None:
        at = book.at("10:31:02")
        mid, (one, two) = mid_at(book, at), book.line.traders
        lots = 2.0 * book.line.lots
        name = book.order(at, one, 1, lots, mid, 800, account="H-71", beneficial_owner=owner)
        book.fill(at + SECOND, one, name, 1, lots, mid, account="H-71", beneficial_owner=owner)
        late, price = at + SECOND * (1 + gap_s), mid + ticks * book.line.tick
        name = book.order(late, two, -1, lots, price, 800, account="H-72", beneficial_owner=other)
        book.fill(late, two, name, -1, lots, price, account="H-72", beneficial_owner=other)

    return add


def _round_turn(minutes: float, ticks: float, back: float = 1.0) -> Plant:
    def add(book: Book) -> None:
        at = book.at("11:13:20")
        mid, who, lots = mid_at(book, at), book.line.traders[0], 4.0 * book.line.lots
        party = {"counterparty_code": "MAKEBELIEVE"}
        name = book.order(at, who, -1, lots, mid, 800)
        book.fill(at, who, name, -1, lots, mid, **party)
        late, price = at + timedelta(minutes=minutes), mid + ticks * book.line.tick
        name = book.order(late, who, 1, round(lots * back), price, 800)
        book.fill(late, who, name, 1, round(lots * back), price, **party)

    return add


def _spoof(times: int, cancel_s: float = 0.5, multiple: float = 12, moved: bool = True) -> Plant:
    def add(book: Book) -> None:
        who = book.line.traders[0]
        for number in range(times):
            at = book.at(f"{9 + number:02d}:47:00")
            mid, lots, tick = mid_at(book, at), multiple * book.line.lots, book.line.tick
            name = book.order(at, who, 1, lots, mid - tick, 1.4 * lots)
            book.quote(at + 0.4 * SECOND, mid + (tick if moved else 0), 5.0)
            small = book.order(at + 0.5 * SECOND, who, -1, book.line.lots, mid + 2 * tick, 400)
            book.fill(at + 0.8 * SECOND, who, small, -1, book.line.lots, mid + 2 * tick)
            book.cancel(at + (0.8 + cancel_s) * SECOND, who, name, 1, lots, mid - tick)
            book.quote(at + 9 * SECOND, mid, 5.0)

    return add


def _layer(prices: int, cancel_s: float = 1.0) -> Plant:
    def add(book: Book) -> None:
        at, who = book.at("14:21:00"), book.line.traders[1]
        mid, lots, tick = mid_at(book, at), 2.0 * book.line.lots, book.line.tick
        names = [
            (book.order(at + level * 0.2 * SECOND, who, -1, lots, mid + (3 + level) * tick, 900), level)
            for level in range(prices)
        ]
        done = at + 4 * SECOND
        small = book.order(at + 3 * SECOND, who, 1, book.line.lots, mid - tick, 400)
        book.fill(done, who, small, 1, book.line.lots, mid - tick)
        for name, level in names:
            late = done + SECOND * cancel_s * (level + 1) / prices
            book.cancel(late, who, name, -1, lots, mid + (3 + level) * tick)

    return add


def _close(share: float, holds: int = 1) -> Plant:
    def add(book: Book) -> None:
        who, tick = book.line.traders[1], book.line.tick
        held = book.order(
            book.at("09:05:50"), who, holds, 30 * book.line.lots, mid_at(book, book.at("09:05:50")), 900
        )
        book.fill(
            book.at("09:06:00"), who, held, holds, 30 * book.line.lots, mid_at(book, book.at("09:06:00"))
        )
        close = next(row for row in reversed(book.rows) if row["event"] == "quote")
        mid, market = mid_at(book, book.at("16:20:00")), 40.0 * book.line.lots
        close["quantity"], bought = market, share * market
        for number in range(4):
            at = book.at(f"16:2{6 + number // 2}:{20 + 15 * (number % 2)}")
            price = mid + (1 + number) * tick
            name = book.order(at, who, 1, bought / 4, price, 500)
            book.fill(at + SECOND, who, name, 1, bought / 4, price)
        close["best_bid"] = round(mid + 4 * tick, book.line.decimals)
        close["best_offer"] = round(mid + 6 * tick, book.line.decimals)

    return add


def _off_market(away: float) -> Plant:
    def add(book: Book) -> None:
        at, who = book.at("13:41:10"), book.line.traders[0]
        price = (mid_at(book, at) + book.line.tick) * (1 + away)
        name = book.order(at, who, 1, 2 * book.line.lots, price, 300)
        book.fill(at, who, name, 1, 2 * book.line.lots, price, counterparty_code="NOWHERE")

    return add


def _concentrate(lots: float) -> Plant:
    def add(book: Book) -> None:
        who = book.line.traders[0]
        for number in range(6):
            at = book.at(f"{10 + number // 2}:{15 + 30 * (number % 2)}:07")
            mid = mid_at(book, at)
            name = book.order(at, who, 1, lots / 6, mid, 200)
            book.fill(at + SECOND, who, name, 1, lots / 6, mid)

    return add


PLANS: tuple[tuple[Plant, str, int, str], ...] = (
    (_wash(4, 0), "TTF", 2, FIRST),
    (_wash(31, 1), "EUA", 8, FIRST),
    (_wash(12, 0), "NBP", 17, FIRST),
    (_wash(5, 1), "HENRY_HUB", 24, FIRST),
    (_wash(5, 3), "BRENT", 6, FIRST),  # three ticks apart
    (_wash(75, 0), "HENRY_HUB", 5, FIRST),  # too far apart in time
    (_wash(4, 0, other=CLIENT), "TTF", 15, FIRST),  # two owners
    (_round_turn(6, 60), "BRENT", 4, FIRST),
    (_round_turn(11, 40), "NBP", 13, FIRST),
    (_round_turn(22, 25), "TTF", 22, FIRST),
    (_round_turn(45, 60), "EUA", 5, FIRST),  # too far apart in time
    (_round_turn(6, 60, back=0.6), "TTF", 9, FIRST),  # much less comes back
    (_spoof(4), "BRENT", 3, FIRST),
    (_spoof(3, cancel_s=2.5), "EUA", 14, FIRST),
    (_spoof(5), "HENRY_HUB", 21, FIRST),
    (_spoof(2), "TTF", 6, FIRST),  # twice only
    (_spoof(4, cancel_s=8.0), "BRENT", 10, FIRST),  # cancelled late
    (_spoof(4, moved=False), "HENRY_HUB", 12, FIRST),  # the price did not move
    (_layer(4), "TTF", 4, FIRST),
    (_layer(3, cancel_s=1.6), "NBP", 19, FIRST),
    (_layer(2), "BRENT", 8, FIRST),  # two levels
    (_layer(4, cancel_s=6.0), "EUA", 11, FIRST),  # too slow
    (_close(0.45), "HENRY_HUB", 2, FIRST),
    (_close(0.38), "BRENT", 16, FIRST),
    (_close(0.20), "EUA", 7, FIRST),  # a small share
    (_close(0.45, holds=-1), "NBP", 9, FIRST),  # the position lost
    (_off_market(0.045), "EUA", 3, FIRST),
    (_off_market(0.031), "TTF", 18, FIRST),
    (_off_market(0.060), "BRENT", 25, FIRST),
    (_off_market(0.012), "NBP", 4, FIRST),  # near the market
    (_concentrate(780), "POWER_DE_LU", 5, SECOND_MONTH),
    (_concentrate(690), "POWER_DE_LU", 20, SECOND_MONTH),
    (_concentrate(250), "POWER_DE_LU", 10, SECOND_MONTH),  # a fifth of the volume
)
"""Pattern, contract, trading days before the end, and book."""


def _insider(books: Books, day: date, number: int) -> list[dict[str, Any]]:
    """Plant one who knew and traded, one who knew and waited, and one who knew nothing."""
    known, told = (datetime.combine(day, at, UTC) for at in (time(9, 10), time(9, 40)))
    book = books.get(("POWER_DE_LU", day, FIRST))
    if book is not None:
        knows, other = book.line.traders
        for who, at in ((knows, "09:25:30"), (other, "09:26:30"), (knows, "09:41:30")):
            mid = mid_at(book, book.at(at))
            name = book.order(book.at(at), who, 1, book.line.lots, mid, 300)
            book.fill(book.at(at) + 2 * SECOND, who, name, 1, book.line.lots, mid)
    holders = [book.line.traders[0]] if book else []
    month = _next_month(book.month) if book else day
    return [
        {
            "code": f"OUT-{day:%y%m%d}-{number}", "asset": "Fabelkraft unit 2 (fictitious)", "zone": "DE-LU",
            "delivery_from": known, "delivery_to": datetime.combine(month, time(), UTC), "known_from": known,
            "published_at": told, "channel": "IIP", "delay_reason": None, "notified_at": None, "mw": 800.0,
            "planned": False, "lost_mwh": None, "message": "Unplanned outage of 800 MW, boiler tube leak.",
            "holders": {"usernames": holders}, "simulated": True,
        }
    ]  # fmt: skip


def _next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
