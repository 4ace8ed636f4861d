"""Storage and swing contracts of a book: one call of an engine for each, remembered by what went in.

API: ``fill_flexible(rows, parts, greeks=True)``, ``forget()``.

Months from the next one on are decided freely on the forward curve. What was nominated (storage) or exercised (swing)
in earlier months settles as a forward does: on the month's fixings, the rest at its mark.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from portal.core.arrays import FloatArray1D, IntArray1D
from portal.core.errors import DomainError
from portal.domain.portfolio.discounting import years_to
from portal.domain.portfolio.flexible.storage import storage_value
from portal.domain.portfolio.flexible.swing import swing_value
from portal.domain.portfolio.flexible.terms import FlexValue
from portal.domain.portfolio.trade import Kind
from portal.domain.portfolio.valued_rows import Lack, Parts, Rows

_A_DAY = 1.0 / 365.0
_STORAGE = (
    "capacity",
    "injection_rate",
    "withdrawal_rate",
    "injection_cost",
    "withdrawal_cost",
    "injection_loss",
)


def fill_flexible(rows: Rows, parts: Parts, *, greeks: bool = True) -> None:
    """Value the legs of storage and swing.

    Parameters
    ----------
    rows : Rows
        Legs and market.
    parts : Parts
        Filled in: the value of a contract stands at the leg of its first month, deltas at their months.
    greeks : bool, default True
        Whether to compute theta, which takes a second call; the other sensitivities come by themselves.
    """
    trades = np.flatnonzero((rows.book.kind == Kind.STORAGE) | (rows.book.kind == Kind.SWING))
    legs = np.flatnonzero((rows.kind == Kind.STORAGE) | (rows.kind == Kind.SWING))
    begin = np.searchsorted(rows.legs.trade[legs], trades)
    end = np.searchsorted(rows.legs.trade[legs], trades, side="right")
    for trade, first, last in zip(trades.tolist(), begin.tolist(), end.tolist(), strict=True):
        _Contract(rows, parts, trade, legs[first:last]).fill(greeks)


def forget() -> None:
    """Forget all results, so that a benchmark measures the engines."""
    _storage.cache_clear()
    _swing.cache_clear()


class _Contract:
    """One contract: its legs ``at``, one for each month."""

    def __init__(self, rows: Rows, parts: Parts, trade: int, at: IntArray1D) -> None:
        self.rows, self.parts, self.trade, self.at = rows, parts, trade, at
        book = rows.book
        self.details: Mapping[str, Any] = book.details.get(int(book.trade_id[trade]), {})
        self.is_storage = bool(book.kind[trade] == Kind.STORAGE)
        self.sign = float(book.side[trade])
        self.strike = 0.0 if self.is_storage else float(book.strike[trade])
        starts = rows.market.marks.months[rows.legs.month[at]].astype("datetime64[D]")
        self.free = starts > np.datetime64(rows.market.as_of, "D")
        self.names = rows.market.marks.months[rows.legs.month[at]].astype(str).tolist()

    @property
    def unit(self) -> float:
        """Volume of one right, or how many times the storage was bought."""
        quantity = float(self.rows.book.quantity[self.trade])
        volumes = np.abs(self.rows.legs.volume[self.at])
        return quantity if self.is_storage else float(volumes.mean())  # of MW: the mean month

    def fill(self, greeks: bool) -> None:
        """Value what was decided and what is still free, and book the premium."""
        try:
            decided = self._decided()
            self._premium()
            self._settle(decided)
            self._value_free(decided, greeks)
        except (DomainError, KeyError, TypeError, ValueError, AttributeError, ArithmeticError):
            # Terms or prices that no engine can take: the trade has no value, and the others keep theirs.
            self.parts.lack(self.at, Lack.TERMS, np.ones(len(self.at), dtype=np.bool_))
            self.parts.unrealised[self.at] = np.nan

    def _decided(self) -> FloatArray1D:
        """Volume nominated or exercised by month: withdrawn or received is positive; 0 where months are free."""
        key = "nominated" if self.is_storage else "exercised"
        stated = self.details.get(key) or {}
        found = np.array([float(stated.get(name, 0.0)) for name in self.names])
        if not self.is_storage:
            found *= 1.0 if self.rows.book.is_call[self.trade] else -1.0
        return np.where(self.free, 0.0, found)

    def _premium(self) -> None:
        rows, book = self.rows, self.rows.book
        if book.trade_date[self.trade] <= np.datetime64(rows.market.as_of, "D"):
            size = 1.0 if self.is_storage else float(self.details["rights"])
            self.parts.realised[self.at[0]] -= self.sign * self.unit * size * float(book.premium[self.trade])

    def _settle(self, decided: FloatArray1D) -> None:
        """Money of the months decided: volume times price less strike and costs."""
        at = self.at[decided != 0.0]
        if not len(at):
            return
        volume = self.sign * self.unit * decided[decided != 0.0]
        share, mean, rests = self.rows.fixed(at)
        rate, years, factor = self.rows.discount(at, self.rows.month_end(at))
        cost = self.strike * volume + self._costs(decided[decided != 0.0]) * self.sign * self.unit
        realised = factor * share * (volume * mean - cost)
        left = factor * (1.0 - share)
        unrealised = np.where(share < 1.0, left * (volume * self.rows.forward(at) - cost), 0.0)
        value = realised + unrealised
        self.parts.realised[at] += realised
        self.parts.unrealised[at] += unrealised
        self.parts.delta[at] += factor * volume * (1.0 - share)
        self.parts.theta[at] += np.where(years > 0.0, rate, 0.0) * value
        self.parts.rho[at] -= years * value
        self.parts.rest_on(self.rows, at[rests])

    def _costs(self, volume: FloatArray1D) -> FloatArray1D:
        """Money for moving gas, for one contract bought."""
        if not self.is_storage:
            return np.zeros(len(volume))
        out = float(self.details.get("withdrawal_cost", 0.0)) * np.maximum(volume, 0.0)
        inward: FloatArray1D = float(self.details.get("injection_cost", 0.0)) * np.maximum(-volume, 0.0)
        return out + inward

    def _value_free(self, decided: FloatArray1D, greeks: bool) -> None:
        at = self.at[self.free][self._blocked(decided) :]
        if not len(at):
            return
        self.parts.rest_on(self.rows, at)
        forward = self.rows.forward(at)
        if not np.isfinite(forward).all():
            self.parts.unrealised[at[0]] = np.nan
            return
        days = self.rows.market.marks.months[self.rows.legs.month[at]].astype("datetime64[D]")
        times = years_to(days, self.rows.market.as_of)
        rate, pay, factor = self.rows.discount(at, self.rows.month_end(at))
        found = self._engine(decided, forward, times, factor)
        size = self.sign * (self.unit if self.is_storage else 1.0)
        self.parts.unrealised[at[0]] += size * found.value
        self.parts.delta[at] += size * found.delta
        self.parts.vega[at[0]] += size * found.vega
        self.parts.rho[at] -= size * pay * (found.delta * forward - self.strike * factor * found.schedule)
        if greeks:
            later = self._engine(
                decided, forward, times - _A_DAY, np.exp(-rate * np.maximum(pay - _A_DAY, 0.0))
            )
            self.parts.theta[at[0]] += size * (later.value - found.value) / _A_DAY

    def _blocked(self, decided: FloatArray1D) -> int:
        """Free months that a swing may not use because a right was used shortly before."""
        used = np.flatnonzero(decided)
        if self.is_storage or not len(used):
            return 0
        since = int(np.count_nonzero(~self.free)) - 1 - int(used[-1])
        return max(int(self.details.get("cooldown", 0)) - since, 0)

    def _engine(
        self, decided: FloatArray1D, forward: FloatArray1D, times: FloatArray1D, factor: FloatArray1D
    ) -> FlexValue:
        prices = tuple(forward.tolist()), tuple(times.tolist()), tuple(factor.tolist())
        details = self.details
        model = (float(details["kappa"]), float(details["sigma"]))
        if self.is_storage:
            loss = float(details.get("injection_loss", 0.0))
            moved = np.maximum(decided, 0.0) - (1.0 - loss) * np.maximum(-decided, 0.0)
            inside = float(details["start_volume"]) - float(moved.sum())
            terms = tuple(float(details[name]) for name in _STORAGE)
            inside = min(max(inside, 0.0), terms[0])
            return _storage(prices, terms, inside, float(details["end_volume"]), model)
        used = round(float(np.abs(decided).sum()))
        rights = min(int(details["rights"]) - used, len(forward))
        least = max(int(details["min_rights"]) - used, 0)
        if rights <= 0:
            zero = np.zeros(len(forward))
            return FlexValue(0.0, 0.0, zero, 0.0, 0.0, 0.0, 0.0, zero)
        right = (self.strike, rights, self.unit, int(details["cooldown"]), least)
        return _swing(prices, right, bool(self.rows.book.is_call[self.trade]), model)


_Prices = tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]


@lru_cache(maxsize=8192)
def _storage(
    prices: _Prices, terms: tuple[float, ...], inside: float, end: float, model: tuple[float, float]
) -> FlexValue:
    capacity, injection_rate, withdrawal_rate, injection_cost, withdrawal_cost, loss = terms
    return storage_value(
        *prices, capacity=capacity, injection_rate=injection_rate, withdrawal_rate=withdrawal_rate,
        injection_cost=injection_cost, withdrawal_cost=withdrawal_cost, injection_loss=loss, start_volume=inside,
        end_volume=end, kappa=model[0], sigma=model[1],
    )  # fmt: skip


@lru_cache(maxsize=8192)
def _swing(
    prices: _Prices, right: tuple[float, int, float, int, int], is_call: bool, model: tuple[float, float]
) -> FlexValue:
    strike, rights, unit, cooldown, least = right
    return swing_value(
        *prices, strike=strike, rights=rights, unit_volume=unit, cooldown=cooldown, min_rights=least,
        is_call=is_call, kappa=model[0], sigma=model[1],
    )  # fmt: skip
