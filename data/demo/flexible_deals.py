"""Gas storage and swing contracts, one by one: the season before, the one that runs and the next, with nominations."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import numpy as np

from data.demo.board import Board
from data.demo.calendar import day_after
from data.demo.deal_history import Fate
from data.demo.deal_terms import Ids
from data.demo.factors import Floats
from portal.domain.portfolio.flexible.storage import storage_value
from portal.domain.portfolio.flexible.swing import swing_value
from portal.domain.portfolio.terms import Terms

PERIODS = 12
RATE = 0.028
FILLED = 0.85  # of the capacity, by the end of summer
NOMINATED_BEFORE = 3  # trading days before the month
WINTER = frozenset({10, 11, 12, 1, 2, 3})


@dataclass(frozen=True, slots=True)
class Facility:
    """A storage contract; ``season`` counts from the one that runs today, ``capacity`` is in the curve's volume."""

    book: str
    curve: str
    party: str
    trader: str
    season: int
    capacity: float
    side: int = 1


@dataclass(frozen=True, slots=True)
class Right:
    """A swing contract from the first month ``begins`` of the year; ``volume`` is that of one right."""

    book: str
    curve: str
    party: str
    trader: str
    begins: int
    season: int
    volume: float
    rights: int
    least: int
    side: int = 1


# fmt: off
STORAGE_TERMS: Mapping[str, dict[str, float]] = {
    "TTF": {"injection_cost": 0.35, "withdrawal_cost": 0.20, "injection_loss": 0.010, "kappa": 1.4, "sigma": 0.55},
    "HENRY_HUB": {"injection_cost": 0.03, "withdrawal_cost": 0.02, "injection_loss": 0.015, "kappa": 1.3, "sigma": 0.6},
}
SWING_TERMS: Mapping[str, dict[str, float]] = {
    "TTF": {"kappa": 1.4, "sigma": 0.55}, "THE": {"kappa": 1.4, "sigma": 0.55},
    "HENRY_HUB": {"kappa": 1.3, "sigma": 0.60},
}
STORAGES = (
    Facility("GAS_EU", "TTF", "ATLANTIS", "Ingrid Solheim", -1, 600_000),
    Facility("GAS_EU", "TTF", "MUSTERSTADT", "Tomas Berg", -1, 350_000, -1),
    Facility("GAS_EU", "TTF", "ATLANTIS", "Ingrid Solheim", 0, 900_000),
    Facility("GAS_EU", "TTF", "MUSTERSTADT", "Tomas Berg", 0, 500_000),
    Facility("GAS_EU", "TTF", "EXEMPLE", "Ingrid Solheim", 0, 300_000, -1),
    Facility("GAS_LNG", "HENRY_HUB", "NOWHERE", "Wei Lin Tan", 0, 4_000_000),
    Facility("GAS_EU", "TTF", "ATLANTIS", "Ingrid Solheim", 1, 1_000_000),
    Facility("GAS_EU", "TTF", "MUSTERSTADT", "Tomas Berg", 1, 400_000),
    Facility("GAS_EU", "TTF", "EXEMPLE", "Tomas Berg", 1, 450_000),
    Facility("GAS_LNG", "HENRY_HUB", "NOWHERE", "Wei Lin Tan", 1, 3_000_000),
)
SWINGS = (
    Right("GAS_EU", "TTF", "ATLANTIS", "Ingrid Solheim", 10, -1, 14_600, 7, 3),
    Right("GAS_EU", "THE", "UNICORN", "Tomas Berg", 10, -1, 7_300, 8, 4, -1),
    Right("GAS_EU", "TTF", "EXEMPLE", "Tomas Berg", 1, -1, 7_300, 6, 2),
    Right("GAS_LNG", "HENRY_HUB", "NOWHERE", "Wei Lin Tan", 1, -1, 100_000, 6, 2),
    Right("GAS_EU", "TTF", "ATLANTIS", "Ingrid Solheim", 10, 0, 21_900, 7, 3),
    Right("GAS_EU", "TTF", "DRAGON", "Tomas Berg", 10, 0, 7_300, 8, 4, -1),
    Right("GAS_EU", "THE", "UNICORN", "Tomas Berg", 10, 0, 10_950, 8, 4, -1),
    Right("GAS_EU", "THE", "MUSTERSTADT", "Ingrid Solheim", 10, 0, 14_600, 7, 2),
    Right("GAS_EU", "TTF", "EXEMPLE", "Tomas Berg", 1, 0, 7_300, 6, 2),
    Right("GAS_LNG", "HENRY_HUB", "NOWHERE", "Wei Lin Tan", 1, 0, 150_000, 6, 2),
    Right("GAS_EU", "TTF", "ATLANTIS", "Ingrid Solheim", 10, 1, 21_900, 7, 3),
    Right("GAS_EU", "THE", "UNICORN", "Tomas Berg", 10, 1, 10_950, 8, 4, -1),
    Right("GAS_EU", "TTF", "DRAGON", "Ingrid Solheim", 10, 1, 7_300, 8, 3, -1),
    Right("GAS_EU", "TTF", "EXEMPLE", "Tomas Berg", 1, 1, 10_950, 6, 2),
    Right("GAS_LNG", "HENRY_HUB", "NOWHERE", "Wei Lin Tan", 1, 1, 150_000, 6, 2),
    Right("GAS_EU", "TTF", "MUSTERSTADT", "Ingrid Solheim", 1, 1, 14_600, 7, 3),
)
# fmt: on


def _start(last: date, begins: int, season: int) -> np.datetime64:
    """Return the first month of the season that ran on ``last``, or of one before or after it."""
    month = np.datetime64(last, "M")
    back = (int(month.astype(np.int64)) - (begins - 1)) % 12
    found: np.datetime64 = month - back + 12 * season
    return found


class _Dealer:
    """Prices contracts on the curve of the day on which they were struck."""

    def __init__(self, board: Board, ids: Ids, rng: np.random.Generator) -> None:
        self._board, self._ids, self._rng = board, ids, rng
        self.days: list[date] = board.days.astype(object).tolist()

    def row(self, start: np.datetime64) -> int:
        """Return a trading day some weeks before ``start``, and always within the history."""
        before = int(np.searchsorted(self._board.days, start.astype("datetime64[D]"))) - 1
        wanted = min(before, len(self.days) - 2) - int(self._rng.integers(15, 75))
        return max(min(wanted, before), 0)

    def strip(self, curve: str, row: int, start: np.datetime64) -> tuple[Floats, Floats, Floats]:
        """Return forwards, years to the middle of each month and discount factors."""
        months = np.arange(start, start + PERIODS)
        forward = self._board.one(curve, row, months)
        listed = np.flatnonzero(
            np.isfinite(forward)
        )  # what has just left the curve is priced as the next month
        forward = forward[np.maximum(np.arange(PERIODS), listed[0])]
        middle = months.astype("datetime64[D]") + 14
        years = (middle - self._board.days[row]).astype(np.float64) / 365.0
        return forward, years, np.exp(-RATE * (years + 35.0 / 365.0))

    def storage(self, spec: Facility) -> Fate:
        """Return one storage deal with the nominations so far."""
        start = _start(self.days[-1], 4, spec.season)
        row = self.row(start)
        details: dict[str, Any] = {
            "capacity": spec.capacity,
            "injection_rate": round(spec.capacity / 5.0),
            "withdrawal_rate": round(spec.capacity / 4.0),
            "start_volume": round(0.1 * spec.capacity),
            "end_volume": round(0.1 * spec.capacity),
            **STORAGE_TERMS[spec.curve],
        }
        forward, years, discount = self.strip(spec.curve, row, start)
        value = storage_value(forward, years, discount, **details).value
        premium = value * (1.0 - 0.06 * spec.side)  # for the whole contract
        terms = self._terms(spec, "storage", start, row, quantity=1.0, premium=premium, details=details)
        filled = FILLED * spec.capacity
        plan = dict.fromkeys(range(4, 10), -filled / 6.0) | dict.fromkeys((11, 12, 1, 2, 3), filled / 5.0)
        return self._fate(terms, row, "nominated", {month: round(size) for month, size in plan.items()})

    def swing(self, spec: Right) -> Fate:
        """Return one swing deal with the rights used so far."""
        start = _start(self.days[-1], spec.begins, spec.season)
        row = self.row(start)
        forward, years, discount = self.strip(spec.curve, row, start)
        numbers = SWING_TERMS[spec.curve]
        strike = round(float(forward.mean()), 2)
        value = swing_value(
            forward, years, discount, strike=strike, rights=spec.rights, unit_volume=spec.volume,
            min_rights=spec.least, is_call=True, kappa=numbers["kappa"], sigma=numbers["sigma"],
        ).value  # fmt: skip
        premium = max(value * (1.0 - 0.08 * spec.side) / (spec.volume * spec.rights), 0.01)
        details = {"rights": spec.rights, "min_rights": spec.least, "cooldown": 0, **numbers}
        terms = self._terms(
            spec, "swing", start, row, quantity=spec.volume, premium=premium, details=details, strike=strike
        )
        return self._fate(terms, row, "exercised", dict.fromkeys(sorted(WINTER), 1))

    def _terms(
        self,
        spec: Facility | Right,
        kind: str,
        start: np.datetime64,
        row: int,
        *,
        quantity: float,
        premium: float,
        details: dict[str, Any],
        strike: float | None = None,
    ) -> Terms:
        unit = "MMBtu" if spec.curve == "HENRY_HUB" else "MWh"
        return Terms(
            external_id="",
            kind=kind,
            portfolio_id=self._ids.books[spec.book],
            counterparty_id=self._ids.parties[spec.party],
            curve_id=self._ids.curves[spec.curve],
            side=spec.side,
            quantity=quantity,
            quantity_unit=unit,
            premium=round(premium, 3 if kind == "swing" else 0),
            strike=strike,
            is_call=True if kind == "swing" else None,
            trade_date=self.days[row],
            delivery_start=start.astype("datetime64[D]").astype(object),
            delivery_end=(start + PERIODS).astype("datetime64[D]").astype(object),
            pay_days=20,
            details=details,
            trader=spec.trader,
        )

    def _fate(self, terms: Terms, row: int, key: str, plan: Mapping[int, float]) -> Fate:
        """Return the fate of a deal whose months are decided a few days before each of them begins."""
        start = np.datetime64(terms.delivery_start, "M")
        made: list[tuple[date, Mapping[str, Any]]] = []
        so_far: dict[str, float] = {}
        left = float(terms.details.get("rights", np.inf))
        for month in np.arange(start, start + PERIODS):
            day = day_after(month.astype("datetime64[D]").astype(object), -NOMINATED_BEFORE)
            size = plan.get(int(month.astype(np.int64)) % 12 + 1, 0.0)
            if day > self.days[-1]:
                break
            if key == "exercised":
                size = min(size, left)
                left -= size
            so_far = so_far | {str(month): size}
            made.append((max(day, self.days[row]), {**terms.details, key: so_far}))
        ends = day_after(terms.delivery_end, 1)
        second = int(self._rng.integers(28_800, 57_600))
        struck = datetime.combine(self.days[row], time(), UTC) + timedelta(seconds=second)
        return Fate(terms, struck, row, ends, nominations=tuple(made))


def flexible_deals(board: Board, ids: Ids, rng: np.random.Generator) -> list[Fate]:
    """Return the storage and swing deals of the desk; their external ids are given when all deals are numbered."""
    dealer = _Dealer(board, ids, rng)
    return [*(dealer.storage(spec) for spec in STORAGES), *(dealer.swing(spec) for spec in SWINGS)]
