"""Positions in core referenced contracts: what limits and large-trader reports look at, by contract and month.

API: ``Held``, ``held(work, clocks, days)``, ``Held.case``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from data.queries import contract_positions as queries
from data.session import UnitOfWork
from portal.core.clock import Clocks
from portal.domain.compliance.contracts import SPOT_DAYS, days_before, last_trading_day
from portal.domain.compliance.places import PLACES
from portal.domain.compliance.working_days import WorkingDays

CLASSES = {False: "FUTURE", True: "OPTION"}
ENTITY = "SELF"
CONTRACTS = {place.reference_contract: code for code, place in PLACES.items() if place.reference_contract}
"""Curve of each core referenced contract."""


@dataclass(frozen=True, slots=True)
class Account:
    """What one book holds: lots long and short, of which one is 0."""

    book: str
    long: float
    short: float


@dataclass(frozen=True, slots=True)
class Held:
    """All books in one contract, month and class; lots of futures, and of options by their notional (not by delta)."""

    as_of: date
    contract: str
    month: date
    instrument_class: str
    accounts: tuple[Account, ...]
    all_months_net: float
    last_trading_day: date
    days_left: int
    market: str
    lot: float
    simulated: bool

    @property
    def gross_long(self) -> float:
        """Lots of the books that are long."""
        return sum(account.long for account in self.accounts)

    @property
    def gross_short(self) -> float:
        """Lots of the books that are short."""
        return sum(account.short for account in self.accounts)

    @property
    def net(self) -> float:
        """Long less short."""
        return self.gross_long - self.gross_short

    @property
    def is_spot(self) -> bool:
        """Whether it is in its spot month."""
        return 0 <= self.days_left <= SPOT_DAYS

    @property
    def ref(self) -> str:
        """Name of the position, such as ``CL 2026-12 FUTURE``."""
        return f"{self.contract} {self.month:%Y-%m} {self.instrument_class}"

    @property
    def case(self) -> dict[str, Any]:
        """What the rules are asked at the close."""
        return {
            "kind": "position",
            "contract": self.contract,
            "month": f"{self.month:%Y-%m}",
            "spot_month": self.is_spot,
            "settlement_type": "physical",
            "close_business_days_before_ltd": self.days_left,
            "at_close": True,
            "instrument_class": self.instrument_class,
            "market": self.market,
            "all_months_net": self.all_months_net,
            "positions": [],  # cash-settled ones, of which the book knows none: its listed contracts deliver
            "accounts": [
                {"id": item.book, "entity": ENTITY, "long": item.long, "short": item.short, "hedge": 0}
                for item in self.accounts
            ],
        }


def held(work: UnitOfWork, clocks: Clocks, days: WorkingDays) -> list[Held]:
    """Return the positions under the clocks, by contract, month and class; ``days`` are those of the exchange."""
    rows = queries.held(work.session, clocks=clocks, curves=CONTRACTS.values())
    found: list[Held] = []
    for curve, of_curve in groupby(rows, key=lambda row: row.curve):
        lines = list(of_curve)
        place = PLACES[curve]
        net = {
            flag: sum(row.volume for row in lines if row.is_option is flag) / place.lot for flag in CLASSES
        }
        for (month, is_option), some in groupby(lines, key=lambda row: (row.month, row.is_option)):
            part = list(some)
            found.append(
                Held(
                    as_of=clocks.as_of,
                    contract=place.reference_contract,
                    month=month,
                    instrument_class=CLASSES[is_option],
                    accounts=_accounts(part, place.lot),
                    all_months_net=round(net[is_option], 6),
                    last_trading_day=last_trading_day(place.reference_contract, month, days),
                    days_left=days_before(place.reference_contract, month, clocks.as_of, days),
                    market=place.mic,
                    lot=place.lot,
                    simulated=any(row.simulated for row in part),
                )
            )
    return found


def _accounts(rows: Sequence[queries.HeldRow], lot: float) -> tuple[Account, ...]:
    return tuple(
        Account(row.book, round(max(row.volume, 0.0) / lot, 6), round(max(-row.volume, 0.0) / lot, 6))
        for row in rows
    )
