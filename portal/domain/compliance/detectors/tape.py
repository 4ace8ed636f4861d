"""The tape: events of orders, fills and quotes as arrays in the order of time, and what a detector says of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from portal.core.arrays import FloatArray1D

EVENTS = ("new", "amend", "cancel", "fill", "reject", "quote")
NEW, AMEND, CANCEL, FILL, REJECT, QUOTE = range(len(EVENTS))
SECOND = 1_000_000  # microseconds
MINUTE = 60 * SECOND
DAY = 86_400 * SECOND
_EPOCH = date(1970, 1, 1)
Ints = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Tape:
    """Events in the order of time; arrays of shape (n,).

    Attributes
    ----------
    id : array of int
        Numbers of the events.
    at : array of int
        Microseconds since 1970, UTC, ascending.
    event : array of int
        Positions in :data:`EVENTS`.
    order, trader, account, owner, party, contract : array of int
        Positions in ``names``; -1 where there is none. The party is the other side of a fill, where it is known.
    month : array of int
        First delivery month, days since 1970.
    side : array of int
        1 buy, -1 sell, 0 none.
    price, quantity, bid, offer, depth : array of float
        NaN where there is none; quantities in lots. The quantity of a quote is what the market has traded in the
        contract since the quote before.
    simulated : array of bool
        Made by the demo generator.
    names : mapping
        Names that the positions of ``order``, ``trader``, ``account``, ``owner``, ``party`` and ``contract`` mean.
    """

    id: Ints
    at: Ints
    event: Ints
    order: Ints
    trader: Ints
    account: Ints
    owner: Ints
    party: Ints
    contract: Ints
    month: Ints
    side: Ints
    price: FloatArray1D
    quantity: FloatArray1D
    bid: FloatArray1D
    offer: FloatArray1D
    depth: FloatArray1D
    simulated: Mask
    names: Mapping[str, tuple[str, ...]]

    @property
    def size(self) -> int:
        """Number of events."""
        return len(self.id)

    def rows(self, event: int) -> Ints:
        """Return the positions of the events of a kind."""
        return np.flatnonzero(self.event == event)

    @cached_property
    def market(self) -> Ints:
        """Number of the contract and month of each event."""
        pairs = np.stack([self.contract, self.month])
        return np.unique(pairs, axis=1, return_inverse=True)[1].reshape(-1).astype(np.int64)

    @cached_property
    def day(self) -> Ints:
        """UTC day of each event, days since 1970."""
        return self.at // DAY

    @cached_property
    def mid(self) -> FloatArray1D:
        """Middle of the last quote of the contract before each event; NaN before the first."""
        quotes = self.rows(QUOTE)
        last = Latest(self.market[quotes], quotes, self.size).before(self.market, np.arange(self.size))
        middle = (self.bid + self.offer) / 2
        return np.where(last >= 0, middle[np.maximum(last, 0)], np.nan)

    @cached_property
    def last_quote(self) -> Ints:
        """Position of the last quote of the contract before each event; -1 before the first."""
        quotes = self.rows(QUOTE)
        return Latest(self.market[quotes], quotes, self.size).before(self.market, np.arange(self.size))

    def name(self, of: str, row: int) -> str:
        """Return the name of the trader, account, owner, party, order or contract of an event."""
        position = int(getattr(self, of)[row])
        return self.names[of][position] if position >= 0 else ""

    def moment(self, row: int) -> datetime:
        """Return when an event happened."""
        return datetime.fromtimestamp(int(self.at[row]) // SECOND, UTC) + timedelta(
            microseconds=int(self.at[row]) % SECOND
        )

    def month_of(self, row: int) -> date:
        """Return the delivery month of an event."""
        return _EPOCH + timedelta(days=int(self.month[row]))

    def label(self, row: int) -> str:
        """Return contract and month as people write them."""
        return f"{self.name('contract', row)} {self.month_of(row):%Y-%m}"


class Latest:
    """Finds the last row of a key before a position of the tape, for many at once."""

    def __init__(self, key: Ints, row: Ints, size: int) -> None:
        self.size = size + 1
        self.sorted = np.sort(key * self.size + row)

    def before(self, key: Ints, row: Ints) -> Ints:
        """Return the last row of ``key`` that lies before ``row``; -1 where there is none."""
        wanted = key * self.size + row
        at = np.searchsorted(self.sorted, wanted) - 1
        if not len(self.sorted):
            return np.full(len(wanted), -1, dtype=np.int64)
        found = self.sorted[np.maximum(at, 0)]
        return np.where((at >= 0) & (found // self.size == key), found % self.size, -1).astype(np.int64)


@dataclass(frozen=True, slots=True)
class Hit:
    """A pattern that a detector saw.

    Attributes
    ----------
    detector : str
        Its code.
    subject : str
        Trader, or pair of parties.
    contract : str
        Contract and month.
    started_at, ended_at : datetime
        First and last event of the evidence, UTC.
    score : float
        Number of tests that are met.
    message : str
        What was seen, with figures.
    events : tuple of int
        Numbers of the events that show it.
    measured : mapping
        Name to value.
    tests : tuple of str
        The tests in words, all of them met.
    simulated : bool
        Whether the events were made by the demo generator.
    """

    detector: str
    subject: str
    contract: str
    started_at: datetime
    ended_at: datetime
    score: float
    message: str
    events: tuple[int, ...]
    measured: Mapping[str, float]
    tests: tuple[str, ...]
    simulated: bool
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def occasion(self) -> tuple[str, str, str, date]:
        """What makes it the same hit under other thresholds: detector, subject, contract and day."""
        return self.detector, self.subject, self.contract, self.started_at.date()


@dataclass(frozen=True, slots=True)
class InsideEntry:
    """Something that was inside information for its holders from ``known_from`` until it was published."""

    code: str
    asset: str
    zone: str
    delivery_from: datetime
    delivery_to: datetime
    known_from: datetime
    published_at: datetime | None
    holders: tuple[str, ...]


def hit_of(
    tape: Tape,
    detector: str,
    rows: Ints,
    *,
    subject: str,
    message: str,
    tests: tuple[str, ...],
    measured: Mapping[str, float],
) -> Hit:
    """Return the hit that ``rows`` of the tape show."""
    rows = np.unique(rows)
    first, last = int(rows[0]), int(rows[-1])
    return Hit(
        detector=detector,
        subject=subject,
        contract=tape.label(first),
        started_at=tape.moment(first),
        ended_at=tape.moment(last),
        score=float(len(tests)),
        message=message,
        events=tuple(int(number) for number in tape.id[rows]),
        measured={name: float(value) for name, value in measured.items()},
        tests=tests,
        simulated=bool(tape.simulated[rows].any()),
    )
