"""Orders of the demo desk: quotes of six contracts, ordinary orders, and planted patterns with look-alikes.

Everything is simulated. Ordinary flow is made so that no detector sees anything in it: fills come in even minutes and
cancels in odd ones, sizes stay below five times the usual, and nobody deals in the last minutes. The planted patterns
break exactly that; each look-alike fails one test of the detector that it resembles.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np

OPENS, CLOSES = time(8), time(16, 30)
QUOTE_MINUTES = 10
OWNER = "SELF"
CLIENT = "CLIENT-A"
BILATERAL = ("JANE_DOE", "ANYBANK", "MAKEBELIEVE", "NOWHERE", "ATLANTIS")


@dataclass(frozen=True, slots=True)
class Line:
    """A contract that is dealt in: venue, tick, usual lots, decimals, lots of the market in ten minutes."""

    contract: str
    venue: str
    tick: float
    lots: int
    decimals: int
    volume: int
    traders: tuple[str, str]


LINES = (
    Line("TTF", "NDEX", 0.005, 20, 3, 420, ("Tomas Berg", "Ingrid Solheim")),
    Line("POWER_DE_LU", "XEEE", 0.01, 12, 2, 240, ("Katrin Vogel", "Tomas Berg")),
    Line("BRENT", "IFEU", 0.01, 25, 2, 900, ("Henrik Aalto", "Farah Nasser")),
    Line("HENRY_HUB", "XNYM", 0.001, 20, 3, 700, ("Wei Lin Tan", "Tomas Berg")),
    Line("EUA", "XEEE", 0.01, 15, 2, 350, ("Piotr Zielinski", "Henrik Aalto")),
    Line("NBP", "IFEU", 0.01, 10, 2, 180, ("Ingrid Solheim", "Tomas Berg")),
)
THIN = ("POWER_DE_LU", 6)
"""Contract and months ahead of one that hardly trades."""


@dataclass(slots=True)
class Book:
    """Events of one contract, month and day, with its quotes."""

    line: Line
    curve_id: int
    month: date
    day: date
    rows: list[dict[str, Any]] = field(default_factory=list)
    number: int = 0
    tag: str = ""

    def at(self, text: str) -> datetime:
        """Return a moment of the day, ``text`` such as 09:10:02.5."""
        return datetime.combine(self.day, time.fromisoformat(text), UTC)

    def add(self, at: datetime, event: str, **more: Any) -> None:
        """Add an event."""
        self.rows.append(
            {
                "at": at, "event": event, "order_ref": None, "trader": None, "account": None,
                "beneficial_owner": None, "counterparty_code": None, "trade_id": None, "curve_id": self.curve_id,
                "contract": self.line.contract, "month": self.month, "side": None, "price": None,
                "quantity": None, "best_bid": None, "best_offer": None, "depth": None, "venue": self.line.venue,
                "is_algo": False, "simulated": True,
            }
            | more
        )  # fmt: skip

    def quote(self, at: datetime, mid: float, lots: float) -> None:
        """Add what the market showed, and what it had traded since the quote before."""
        half, digits = self.line.tick, self.line.decimals
        self.add(
            at, "quote", best_bid=round(mid - half, digits), best_offer=round(mid + half, digits), quantity=lots
        )  # fmt: skip

    def order(
        self, at: datetime, trader: str, side: int, lots: float, price: float, depth: float, **more: Any
    ) -> str:
        """Add a new order and return its reference."""
        self.number += 1
        name = f"{self.line.contract}-{self.day:%y%m%d}-{self.tag}{self.number:03d}"
        self._own(at, "new", trader, name, side, lots, price, {"depth": depth, **more})
        return name

    def fill(
        self, at: datetime, trader: str, name: str, side: int, lots: float, price: float, **more: Any
    ) -> None:
        """Add a fill of an order."""
        self._own(at, "fill", trader, name, side, lots, price, more)

    def cancel(self, at: datetime, trader: str, name: str, side: int, lots: float, price: float) -> None:
        """Add a cancel of what is left of an order."""
        self._own(at, "cancel", trader, name, side, lots, price, {})

    def _own(
        self, at: datetime, event: str, trader: str, name: str, side: int, lots: float, price: float,
        more: Mapping[str, Any],
    ) -> None:  # fmt: skip
        own = {
            "order_ref": name, "trader": trader, "account": f"H-{sum(map(ord, trader)) % 90 + 10}",
            "beneficial_owner": OWNER, "side": side, "quantity": float(lots),
            "price": round(price, self.line.decimals),
        }  # fmt: skip
        self.add(at, event, **{**own, **more})


def books(
    days: Sequence[date], curves: Mapping[str, int], prices: Mapping[tuple[str, date], float], seed: int
) -> Iterator[Book]:
    """Yield the books of every day with their ordinary flow.

    Parameters
    ----------
    days : sequence of date
        Trading days, ascending.
    curves : mapping
        Id of each curve by code.
    prices : mapping
        Settle of the second month of each contract and day.
    seed : int
        Of the generator.
    """
    for line in LINES:
        if line.contract not in curves:
            continue
        before: float | None = None
        for number, day in enumerate(days):
            settle = prices.get((line.contract, day), before)
            if settle is None:
                continue
            rng = np.random.default_rng([seed, number, sum(map(ord, line.contract))])
            book = Book(line, curves[line.contract], _month(day, 2), day)
            mids = _path(rng, settle if before is None else before, settle, line.tick)
            _quotes(book, rng, mids, line.volume)
            _flow(book, rng, mids)
            yield book
            if line.contract == THIN[0]:
                thin = Book(line, curves[line.contract], _month(day, THIN[1]), day, tag="T")
                _quotes(thin, rng, mids * 1.04, 20)
                yield thin
            before = settle


def mid_at(book: Book, at: datetime) -> float:
    """Return the middle of the last quote of a book before a moment."""
    known = (row for row in book.rows if row["event"] == "quote" and row["at"] <= at)
    last = max(known, key=lambda row: row["at"])
    return float(last["best_bid"] + last["best_offer"]) / 2


def _month(day: date, ahead: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + ahead, 12)
    return date(year, month + 1, 1)


def _path(rng: np.random.Generator, first: float, last: float, tick: float) -> np.ndarray[Any, Any]:
    """Return mids from one settle to the next in ticks, shape (quotes,)."""
    count = 1 + ((CLOSES.hour - OPENS.hour) * 60 + CLOSES.minute - OPENS.minute) // QUOTE_MINUTES
    share = np.linspace(0, 1, count)
    noise = rng.normal(0, 0.0012 * abs(last) + tick, count).cumsum()
    bridge = noise - noise[0] - share * (noise[-1] - noise[0])
    mids: np.ndarray[Any, Any] = np.round((first + share * (last - first) + bridge) / tick) * tick
    return mids


def _quotes(book: Book, rng: np.random.Generator, mids: np.ndarray[Any, Any], volume: int) -> None:
    begin = datetime.combine(book.day, OPENS, UTC)
    for step, mid in enumerate(mids):
        lots = float(max(1, round(rng.gamma(4, volume / 4))))
        book.quote(begin + timedelta(minutes=QUOTE_MINUTES * step), float(mid), lots)


def _flow(book: Book, rng: np.random.Generator, mids: np.ndarray[Any, Any]) -> None:
    """Add orders of both traders: half are filled, the rest cancelled, none near the other's or the close."""
    slots = rng.permutation(np.arange(2, 232))[:14]  # of two minutes, from 08:04 to 15:44
    begin = datetime.combine(book.day, OPENS, UTC)
    bilateral = list(rng.permutation(BILATERAL)[:2])
    for number, slot in enumerate(slots):
        trader = book.line.traders[int(rng.integers(2))]
        placed = begin + timedelta(minutes=2 * int(slot), seconds=float(rng.uniform(1, 40)))
        mid = float(mids[int((placed - begin) / timedelta(minutes=QUOTE_MINUTES))])
        side = 1 if rng.random() < 0.5 else -1
        lots = float(np.clip(round(book.line.lots * rng.lognormal(0, 0.35)), 1, 3 * book.line.lots))
        depth = float(round(book.line.volume * rng.uniform(0.8, 1.6)))
        price = mid - side * book.line.tick
        name = book.order(placed, trader, side, lots, price, depth)
        if number % 2 == 0:
            party = {"counterparty_code": bilateral.pop()} if bilateral and number in (2, 8) else {}
            book.fill(placed + timedelta(seconds=15), trader, name, side, lots, price, **party)
        else:
            waits = timedelta(minutes=1 + 2 * int(rng.integers(5, 30)), seconds=-(placed.second % 60) + 5)
            book.cancel(placed + waits, trader, name, side, lots, price)
