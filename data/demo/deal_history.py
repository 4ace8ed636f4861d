"""What became of the deals: entered late, amended, moved, cancelled, run out; and what waits for a second person.

Both clocks of a trade only go forward. A correction of an error counts from the day of the trade and is known later; a
change that was agreed counts from the day on which it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np

from data.demo.deal_terms import Ids
from data.demo.parties import APPROVED_BY, ENTERED_BY, MATURED_BY, PARTIES
from portal.domain.portfolio.terms import Terms, TradeVersion
from portal.domain.portfolio.trade import Event

LATE, AMENDED, TWICE = 0.02, 0.055, 0.12
MATURED_AT, LATE_AT, NOMINATED_AT = time(18, 50), time(7, 10), time(10, 30)
# What is amended: kind of change, its odds, and between how many trading days after the trade.
CHANGES = (("price", 0.34, 1, 5), ("quantity", 0.28, 2, 60), ("party", 0.14, 5, 120), ("book", 0.24, 2, 90))
BACKDATED = frozenset({"price"})
REASONS = {
    "price": ("Price keyed wrong, confirmed by the broker", "Price corrected after reconciliation"),
    "quantity": ("Volume changed by agreement", "Part of the deal closed out", "Volume scaled up on request"),
    "party": ("Novation to another counterparty", "Booked on the wrong name"),
    "book": ("Moved to the book that carries the risk", "Internal transfer at month end"),
    "cancelled": ("Booked twice", "Broken off before confirmation", "Entered in error"),
}
MOVES = {
    "OIL_CRUDE": "OIL_PRODUCTS",
    "OIL_PRODUCTS": "OIL_CRUDE",
    "GAS_EU": "POWER_SPREADS",
    "GAS_LNG": "GAS_EU",
    "POWER_DE": "POWER_SPREADS",
    "POWER_FR": "POWER_SPREADS",
    "POWER_SPREADS": "POWER_DE",
    "CARBON_EUA": "POWER_SPREADS",
    "CARBON_COAL": "CARBON_EUA",
}
BACKDATED_CANCELLATIONS = 0.6


@dataclass(frozen=True, slots=True)
class Fate:
    """What is known of one deal beside its terms: when it was struck, when it runs out, whether it is cancelled.

    ``nominations`` are the details of storage and swing as they grow, with the trading day on which each was made.
    """

    terms: Terms
    struck: datetime
    row: int
    ends: date
    is_cancelled: bool = False
    nominations: tuple[tuple[date, Mapping[str, Any]], ...] = ()


class Historian:
    """Writes the lives of deals; ``days`` are the trading days, the last one is today."""

    def __init__(self, days: Sequence[date], ids: Ids, rng: np.random.Generator) -> None:
        self._days = list(days)
        self._ids = ids
        self._rng = rng
        self._names = {number: code for code, number in ids.books.items()}

    def life(self, fate: Fate, number: int) -> list[TradeVersion]:
        """Return the versions of one deal under the trade number ``number``, oldest first."""
        chance = self._rng.random(4)
        first = TradeVersion(
            terms=fate.terms,
            effective_on=fate.terms.trade_date,
            recorded_by=ENTERED_BY,
            trade_id=number,
            recorded_at=self._entered(fate, late=bool(chance[0] < LATE)),
            batch_id=self._ids.batch,
        )
        versions = [first]
        if fate.is_cancelled:
            self._cancel(versions, fate)
            return versions
        for day, details in fate.nominations:
            self._nominate(versions, day, details)
        if chance[1] < AMENDED and not fate.nominations:
            self._amend(versions, fate)
            if chance[2] < TWICE:
                self._amend(versions, fate)
        if fate.ends <= self._days[-1]:
            self._mature(versions, fate)
        return versions

    def _entered(self, fate: Fate, *, late: bool) -> datetime:
        if late and fate.row + 1 < len(self._days):
            return datetime.combine(self._days[fate.row + 1], LATE_AT, UTC)
        return fate.struck

    def _later(self, versions: list[TradeVersion], fate: Fate, low: int, high: int) -> datetime | None:
        """Return a moment between ``low`` and ``high`` trading days after the trade, None when there is none left."""
        row = fate.row + int(self._rng.integers(low, high + 1))
        if row >= len(self._days):
            return None
        second = int(self._rng.integers(28_800, 59_400))  # 08:00 to 16:30
        moment = datetime.combine(self._days[row], time(), UTC) + timedelta(seconds=second)
        last = versions[-1]
        if last.recorded_at is None or moment <= last.recorded_at or self._days[row] < last.effective_on:
            return None
        return moment if self._days[row] < fate.ends else None

    def _next(
        self, versions: list[TradeVersion], event: Event, moment: datetime, effective: date, **said: Any
    ) -> None:
        before = versions[-1]
        versions.append(
            replace(
                before,
                event=event.value,
                version=before.version + 1,
                effective_on=max(effective, before.effective_on),
                recorded_at=moment,
                **said,
            )
        )

    def _cancel(self, versions: list[TradeVersion], fate: Fate) -> None:
        moment = self._later(versions, fate, 1, 3) or self._later(versions, fate, 1, 1)
        if moment is None:
            moment = (versions[-1].recorded_at or fate.struck) + timedelta(minutes=9)
        backdated = self._rng.random() < BACKDATED_CANCELLATIONS
        self._next(
            versions,
            Event.CANCELLED,
            moment,
            fate.terms.trade_date if backdated else moment.date(),
            approved_by=APPROVED_BY,
            reason=self._reason("cancelled"),
        )

    def _amend(self, versions: list[TradeVersion], fate: Fate) -> None:
        odds = [share for _, share, _, _ in CHANGES]
        kind, _, low, high = CHANGES[int(self._rng.choice(len(CHANGES), p=odds))]
        moment = self._later(versions, fate, low, high)
        changed = self._changed(versions[-1].terms, kind)
        if moment is None or changed == versions[-1].terms:
            return
        self._next(
            versions,
            Event.AMENDED,
            moment,
            fate.terms.trade_date if kind in BACKDATED else moment.date(),
            terms=changed,
            approved_by=APPROVED_BY,
            reason=self._reason(kind),
        )

    def _nominate(self, versions: list[TradeVersion], day: date, details: Mapping[str, Any]) -> None:
        moment = datetime.combine(day, NOMINATED_AT, UTC)
        if moment > (versions[-1].recorded_at or moment) and day <= self._days[-1]:
            terms = replace(versions[-1].terms, details=details)
            self._next(
                versions,
                Event.AMENDED,
                moment,
                day,
                terms=terms,
                approved_by=APPROVED_BY,
                reason="Nomination",
            )

    def _changed(self, terms: Terms, kind: str) -> Terms:
        if kind == "price":
            name = "premium" if terms.price is None else "price"
            value = getattr(terms, name) * (
                1.0 + self._rng.choice((-1.0, 1.0)) * self._rng.uniform(0.002, 0.03)
            )
            digits = 4 if abs(value) < 5.0 else 2
            return replace(terms, **{name: max(round(value, digits), 10.0**-digits)})
        if kind == "quantity":
            scaled = terms.quantity * float(self._rng.choice((0.5, 0.75, 0.8, 1.2, 1.25, 1.5)))
            step = 1.0 if terms.quantity < 1000.0 else 1000.0
            return replace(terms, quantity=max(round(scaled / step) * step, step))
        if kind == "party" and terms.kind != "future":
            others = [
                self._ids.parties[party.code]
                for party in PARTIES
                if party.kind != "exchange" and self._ids.parties[party.code] != terms.counterparty_id
            ]
            return replace(terms, counterparty_id=int(self._rng.choice(others)))
        target = MOVES[self._names[terms.portfolio_id]]
        return replace(terms, portfolio_id=self._ids.books[target])

    def _mature(self, versions: list[TradeVersion], fate: Fate) -> None:
        self._next(
            versions,
            Event.MATURED,
            datetime.combine(fate.ends, MATURED_AT, UTC),
            fate.ends,
            recorded_by=MATURED_BY,
            approved_by=None,
            reason="Expired" if fate.terms.expiry else "Delivery is over",
        )

    def _reason(self, kind: str) -> str:
        return str(self._rng.choice(REASONS[kind]))
