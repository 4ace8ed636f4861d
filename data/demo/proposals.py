"""Changes that were proposed: every amendment and cancellation, some that were turned down, a few that wait."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import numpy as np

from data.demo.deal_history import MOVES, REASONS
from data.demo.deal_terms import Ids
from data.demo.parties import APPROVED_BY, ENTERED_BY
from portal.domain.portfolio.terms import Terms, TradeVersion, changed_fields
from portal.domain.portfolio.trade import Event

WAITING = ("price", "quantity", "book", "cancelled", "price", "quantity", "cancelled", "price")
"""What the open proposals want to change; the first three are the demo trader's own."""
OWN, TRADER_ACCOUNT, TRADER_NAME = 3, "trader", "Tomas Berg"
TURNED_DOWN = (("rejected", 11), ("withdrawn", 4))
NOTES = {
    "rejected": (
        "Confirmation of the counterparty is missing",
        "Price is as confirmed",
        "Outside the mandate",
    ),
    "withdrawn": ("Proposed for the wrong trade",),
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal with its decision, ``decision`` None while it waits; ``terms`` are the changed fields alone."""

    trade_id: int
    base_version: int
    event: str
    effective_on: date
    terms: Mapping[str, Any]
    reason: str
    proposed_by: str
    proposed_at: datetime
    decision: str | None = None
    decided_by: str = ""
    note: str = ""
    decided_at: datetime | None = None


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def approved(lives: Sequence[Sequence[TradeVersion]], rng: np.random.Generator) -> list[Proposal]:
    """Return the proposal behind every amendment and cancellation of ``lives``."""
    found = []
    for life in lives:
        for before, after in pairwise(life):
            if after.approved_by is None or before.recorded_at is None or after.recorded_at is None:
                continue
            waited = (after.recorded_at - before.recorded_at).total_seconds()
            asked = after.recorded_at - timedelta(
                seconds=min(int(waited * 0.5), int(rng.integers(300, 10_800)))
            )
            changes = changed_fields(before.terms, after.terms)
            found.append(
                Proposal(
                    trade_id=after.trade_id or 0,
                    base_version=before.version,
                    event=after.event,
                    effective_on=after.effective_on,
                    terms={name: _plain(new) for name, (_, new) in changes.items()},
                    reason=after.reason or "",
                    proposed_by=ENTERED_BY,
                    proposed_at=asked,
                    decision="approved",
                    decided_by=APPROVED_BY,
                    decided_at=after.recorded_at,
                )
            )
    return found


class Clerk:
    """Writes proposals about trades that stand as they are, for the last of the trading days ``days``."""

    def __init__(self, days: Sequence[date], ids: Ids, rng: np.random.Generator) -> None:
        self._days, self._ids, self._rng = list(days), ids, rng
        self._names = {number: code for code, number in ids.books.items()}

    def waiting(self, newest: Sequence[TradeVersion]) -> list[Proposal]:
        """Return the proposals that wait, about some of ``newest``: live trades that are a few days old."""
        settled = [v for v in newest if v.effective_on < self._days[-8] and v.terms.kind.startswith("f")]
        own = [v for v in settled if v.terms.trader == TRADER_NAME]
        chosen = [own[int(at)] for at in self._rng.choice(len(own), OWN, replace=False)]
        rest = [v for v in settled if v not in chosen]
        chosen += [rest[int(at)] for at in self._rng.choice(len(rest), len(WAITING) - OWN, replace=False)]
        found = []
        for number, (version, kind) in enumerate(zip(chosen, WAITING, strict=True)):
            day = self._days[-1 - number % 2]
            by = TRADER_ACCOUNT if number < OWN else ENTERED_BY
            found.append(self._proposal(version, kind, day, by))
        return found

    def turned_down(self, newest: Sequence[TradeVersion]) -> list[Proposal]:
        """Return proposals that were rejected or withdrawn, about other trades than those that wait."""
        found = []
        linear = [v for v in newest if v.terms.kind.startswith("f") and v.effective_on < self._days[-20]]
        for decision, count in TURNED_DOWN:
            for at in self._rng.choice(len(linear), count, replace=False):
                version = linear[int(at)]
                after = next(row for row, day in enumerate(self._days) if day > version.effective_on)
                day = self._days[int(self._rng.integers(after, len(self._days) - 1))]
                asked = self._proposal(version, ("price", "quantity", "book")[int(at) % 3], day, ENTERED_BY)
                found.append(self._decided(asked, decision))
        return found

    def _decided(self, asked: Proposal, decision: str) -> Proposal:
        by = ENTERED_BY if decision == "withdrawn" else APPROVED_BY
        moment = asked.proposed_at + timedelta(minutes=int(self._rng.integers(12, 150)))
        kept = {name: getattr(asked, name) for name in ("trade_id", "base_version", "event", "effective_on")}
        return Proposal(
            **kept, terms=asked.terms, reason=asked.reason, proposed_by=asked.proposed_by,
            proposed_at=asked.proposed_at, decision=decision, decided_by=by,
            note=str(self._rng.choice(NOTES[decision])), decided_at=moment,
        )  # fmt: skip

    def _proposal(self, version: TradeVersion, kind: str, day: date, by: str) -> Proposal:
        second = int(self._rng.integers(30_000, 52_000))
        return Proposal(
            trade_id=version.trade_id or 0,
            base_version=version.version,
            event=(Event.CANCELLED if kind == "cancelled" else Event.AMENDED).value,
            effective_on=day,
            terms=self._change(version.terms, kind),
            reason=str(self._rng.choice(REASONS[kind])),
            proposed_by=by,
            proposed_at=datetime.combine(day, time(), UTC) + timedelta(seconds=second),
        )

    def _change(self, terms: Terms, kind: str) -> dict[str, Any]:
        if kind == "price":
            value = float(terms.price or 0.0) * (1.0 + float(self._rng.choice((-0.01, 0.008, 0.012))))
            return {"price": round(value, 4 if value < 5.0 else 2)}
        if kind == "quantity":
            return {"quantity": terms.quantity * 2.0}
        if kind == "book":
            return {"portfolio_id": self._ids.books[MOVES[self._names[terms.portfolio_id]]]}
        return {}
