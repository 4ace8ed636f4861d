"""The rows that a valuation fills in: one for each leg of each trade, with what it needs of the market.

API: ``Rows`` (legs with prices beside them), ``Parts`` (what each leg is worth and how it moves), ``Lack`` (what a
valuation had to do without).
"""

from dataclasses import dataclass, field
from enum import IntFlag
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from portal.core.arrays import DateArray1D, FloatArray1D, IntArray1D
from portal.domain.portfolio.book import Book, SmallArray1D
from portal.domain.portfolio.discounting import years_to, zero_rates
from portal.domain.portfolio.legs import Legs
from portal.domain.portfolio.market import MISSING, Market


class Lack(IntFlag):
    """What a trade's valuation had to do without; the upper four leave it without a value."""

    NOTHING = 0
    MARK = 1
    VOLATILITY = 2
    TERMS = 4
    FX = 8
    RATE = 16
    CORRELATION = 32
    FRESH_VOLATILITY = 64
    FRESH_MARK = 128
    FRESH_FX = 256
    FRESH_RATE = 512
    FRESH_CORRELATION = 1024


WITHOUT_VALUE = Lack.MARK | Lack.VOLATILITY | Lack.TERMS | Lack.FX | Lack.CORRELATION


@dataclass(frozen=True)
class Rows:
    """Legs of a book in a market; all arrays of shape (k,)."""

    book: Book
    market: Market
    legs: Legs

    @cached_property
    def kind(self) -> SmallArray1D:
        """Kind of the trade of each leg."""
        return self.book.kind[self.legs.trade]

    def forward(self, at: IntArray1D) -> FloatArray1D:
        """Mark of the rows ``at``."""
        price: FloatArray1D = self.market.marks.price[self.legs.curve[at], self.legs.month[at]]
        return price

    def status(self, at: IntArray1D) -> SmallArray1D:
        """Status of the mark of the rows ``at``."""
        found: SmallArray1D = self.market.marks.status[self.legs.curve[at], self.legs.month[at]]
        return found

    def term(self, name: str, at: IntArray1D) -> NDArray[np.float64]:
        """A term of the trades of the rows ``at``."""
        value: NDArray[np.float64] = getattr(self.book, name)[self.legs.trade[at]]
        return value

    def month_end(self, at: IntArray1D) -> DateArray1D:
        """Last day of the delivery month of the rows ``at``."""
        months = self.market.marks.months[self.legs.month[at]]
        return (months + 1).astype("datetime64[D]") - 1

    def is_over(self, at: IntArray1D) -> NDArray[np.bool_]:
        """Whether the delivery month of the rows ``at`` has ended."""
        return self.month_end(at) <= np.datetime64(self.market.as_of, "D")

    def discount(self, at: IntArray1D, event: DateArray1D) -> tuple[FloatArray1D, FloatArray1D, FloatArray1D]:
        """Rate, years and discount factor to the payment, ``pay_days`` after ``event``; 1 for what is paid."""
        days = self.book.pay_days[self.legs.trade[at]].astype("timedelta64[D]")
        years = np.maximum(years_to(event + days, self.market.as_of), 0.0)
        rate = zero_rates(self.market, self.legs.curve[at], years)
        return rate, years, np.exp(-rate * years)

    def fixed(self, at: IntArray1D) -> tuple[FloatArray1D, FloatArray1D, NDArray[np.bool_]]:
        """Share of the month that is fixed, the mean of its fixings, and whether its mark matters, of the rows ``at``.

        A month that is over is fixed in full: without any fixing it settles at its last mark.
        """
        cell = self.legs.curve[at], self.legs.month[at]
        count, expected = self.market.fixings.count[cell], self.market.fixings.expected[cell]
        over = self.is_over(at)
        share = np.where(over, 1.0, np.minimum(count / np.maximum(expected, 1.0), 1.0))
        mean = self.market.fixings.total[cell] / np.maximum(count, 1.0)
        mean = np.where(count > 0.0, mean, np.where(over, self.forward(at), 0.0))
        return share, mean, (share < 1.0) | (count == 0.0)

    @cached_property
    def _finals(self) -> tuple[IntArray1D, FloatArray1D]:
        final = self.market.fixings.final
        keys = np.array(list(final), dtype=np.int64).reshape(-1, 3)
        packed = _key(keys[:, 0], keys[:, 1], keys[:, 2])
        order = np.argsort(packed, kind="stable")
        return packed[order], np.fromiter(final.values(), np.float64, len(final))[order]

    def final(self, at: IntArray1D) -> FloatArray1D:
        """Final settlement of the rows ``at``; where none was found, their last mark."""
        packed, price = self._finals
        if not len(packed):
            return self.forward(at)
        month = self.market.marks.months[self.legs.month[at]].astype(np.int64)
        day = self.book.expiry[self.legs.trade[at]].astype("datetime64[D]").astype(np.int64)
        key = _key(self.market.curves.id[self.legs.curve[at]], month, day)
        place = np.minimum(np.searchsorted(packed, key), len(packed) - 1)
        return np.where(packed[place] == key, price[place], self.forward(at))

    def expired(self, at: IntArray1D) -> NDArray[np.bool_]:
        """Whether the contracts of the rows ``at`` have expired; the day of expiry counts."""
        expired: NDArray[np.bool_] = self.book.expiry[self.legs.trade[at]] <= np.datetime64(
            self.market.as_of, "D"
        )
        return expired


def _key(curve: IntArray1D, month: IntArray1D, day: IntArray1D) -> IntArray1D:
    return (curve * 2**14 + month) * 2**18 + day


@dataclass
class Parts:
    """What each leg is worth, in the price unit times volume of its curve: arrays of shape (k,) that are filled in.

    ``delta`` and ``gamma`` are with respect to the leg's own mark; ``cross`` is that of a spread's two marks.
    ``rests`` is the status of the mark that the leg rests on (0 where it rests on none), ``lacks`` what was lacking.
    """

    size: int
    unrealised: FloatArray1D = field(init=False)
    realised: FloatArray1D = field(init=False)
    delta: FloatArray1D = field(init=False)
    gamma: FloatArray1D = field(init=False)
    vega: FloatArray1D = field(init=False)
    theta: FloatArray1D = field(init=False)
    rho: FloatArray1D = field(init=False)
    cross: FloatArray1D = field(init=False)
    rests: NDArray[np.int8] = field(init=False)
    lacks: NDArray[np.int16] = field(init=False)

    def __post_init__(self) -> None:
        for name in ("unrealised", "realised", "delta", "gamma", "vega", "theta", "rho", "cross"):
            setattr(self, name, np.zeros(self.size))
        self.rests = np.zeros(self.size, dtype=np.int8)
        self.lacks = np.zeros(self.size, dtype=np.int16)

    def rest_on(self, rows: Rows, at: IntArray1D) -> None:
        """Say that the rows ``at`` rest on their marks."""
        self.rests[at] = rows.status(at)
        self.lacks[at] |= np.where(self.rests[at] == MISSING, np.int16(Lack.MARK), np.int16(0))

    def lack(self, at: IntArray1D, what: Lack, where: NDArray[np.bool_]) -> None:
        """Say that the rows ``at`` lack something where ``where`` holds."""
        self.lacks[at] |= np.where(where, np.int16(what), np.int16(0))
