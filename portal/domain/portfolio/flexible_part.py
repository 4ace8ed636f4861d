"""Storage and swing contracts of a book: what is decided settles, what is free goes through an engine.

API: ``fill_flexible(rows, parts, greeks=True)``, ``contracts_of(rows, parts)``.

Months from the next one on are decided freely on the forward curve. What was nominated (storage) or exercised (swing)
in earlier months settles as a forward does: on the month's fixings, the rest at its mark.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from portal.core.arrays import FloatArray1D, IntArray1D
from portal.core.errors import DomainError
from portal.domain.portfolio.discounting import years_to
from portal.domain.portfolio.flexible_contracts import StorageTerms, SwingTerms
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

# What terms or prices bring about that no engine can take.
REFUSALS = (DomainError, KeyError, TypeError, ValueError, AttributeError, ArithmeticError)


def fill_flexible(rows: Rows, parts: Parts, *, greeks: bool = True) -> None:
    """Value the legs of storage and swing.

    Parameters
    ----------
    rows : Rows
        Legs and market.
    parts : Parts
        Filled in: the value of a contract stands at the leg of its first month, deltas at their months.
    greeks : bool, default True
        Whether to compute sensitivities; without them an engine takes less than half the time.
    """
    for contract in contracts_of(rows, parts):
        contract.fill(greeks)


def contracts_of(rows: Rows, parts: Parts) -> Iterator["FlexibleContract"]:
    """The storage and swing trades of a book, one by one.

    Parameters
    ----------
    rows : Rows
        Legs and market.
    parts : Parts
        Where each puts what it is worth.

    Yields
    ------
    FlexibleContract
        In the order of the book.
    """
    trades = np.flatnonzero((rows.book.kind == Kind.STORAGE) | (rows.book.kind == Kind.SWING))
    legs = np.flatnonzero((rows.kind == Kind.STORAGE) | (rows.kind == Kind.SWING))
    begin = np.searchsorted(rows.legs.trade[legs], trades)
    end = np.searchsorted(rows.legs.trade[legs], trades, side="right")
    for trade, first, last in zip(trades.tolist(), begin.tolist(), end.tolist(), strict=True):
        yield FlexibleContract(rows, parts, trade, legs[first:last])


class Free(NamedTuple):
    """The months of a contract that are still free, and what its engine needs to value them.

    Attributes
    ----------
    at : ndarray of shape (m,)
        Their legs.
    terms : StorageTerms or SwingTerms
        The contract that is left.
    times, rate, pay, factor : ndarray of shape (m,)
        Years to the decision, zero rate, years to the payment and discount factor.
    size : float
        Contracts held, signed.
    """

    at: IntArray1D
    terms: StorageTerms | SwingTerms
    times: FloatArray1D
    rate: FloatArray1D
    pay: FloatArray1D
    factor: FloatArray1D
    size: float


class FlexibleContract:
    """One contract of a book.

    Parameters
    ----------
    rows : Rows
        Legs and market.
    parts : Parts
        Where it puts what it is worth.
    trade : int
        Position in the book.
    at : ndarray of shape (k,)
        Its legs, one for each month.
    """

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

    @cached_property
    def unit(self) -> float:
        """Volume of one right, or how many times the storage was bought."""
        quantity = float(self.rows.book.quantity[self.trade])
        volumes = np.abs(self.rows.legs.volume[self.at])
        return quantity if self.is_storage else float(volumes.mean())  # of MW: the mean month

    def fill(self, greeks: bool) -> None:
        """Value what was decided and what is still free, and book the premium.

        Parameters
        ----------
        greeks : bool
            Whether to compute sensitivities.
        """
        if not self.settle():
            return
        try:
            self._value_free(greeks)
        except REFUSALS:
            self._refuse()

    def settle(self) -> bool:
        """Value what was decided, and book the premium.

        Returns
        -------
        bool
            Whether the terms made that possible.
        """
        try:
            decided = self._decided
            self._premium()
            self._settle(decided)
        except REFUSALS:
            self._refuse()
            return False
        return True

    def _refuse(self) -> None:
        """Say that the trade has no value; the others keep theirs."""
        self.parts.lack(self.at, Lack.TERMS, np.ones(len(self.at), dtype=np.bool_))
        self.parts.unrealised[self.at] = np.nan

    @cached_property
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

    @cached_property
    def free_months(self) -> Free | None:
        """What is left to decide; None when nothing is."""
        at = self.at[self.free][self._blocked(self._decided) :]
        if not len(at):
            return None
        days = self.rows.market.marks.months[self.rows.legs.month[at]].astype("datetime64[D]")
        rate, pay, factor = self.rows.discount(at, self.rows.month_end(at))
        size = self.sign * (self.unit if self.is_storage else 1.0)
        times = years_to(days, self.rows.market.as_of)
        return Free(at, self._terms(len(at)), times, rate, pay, factor, size)

    def _value_free(self, greeks: bool) -> None:
        free = self.free_months
        if free is None:
            return
        at, size = free.at, free.size
        self.parts.rest_on(self.rows, at)
        forward = self.rows.forward(at)
        if not np.isfinite(forward).all():
            self.parts.unrealised[at[0]] = np.nan
            return
        if not greeks:
            self.parts.unrealised[at[0]] += size * free.terms.worth(forward, free.times, free.factor)
            return
        found = free.terms.whole(forward, free.times, free.factor)
        self.parts.unrealised[at[0]] += size * found.value
        self.parts.delta[at] += size * found.delta
        self.parts.vega[at[0]] += size * found.vega
        cash = found.delta * forward - self.strike * free.factor * found.schedule
        self.parts.rho[at] -= size * free.pay * cash
        tomorrow = np.exp(-free.rate * np.maximum(free.pay - _A_DAY, 0.0))
        later = free.terms.worth(forward, free.times - _A_DAY, tomorrow)
        self.parts.theta[at[0]] += size * (later - found.value) / _A_DAY

    def _blocked(self, decided: FloatArray1D) -> int:
        """Free months that a swing may not use because a right was used shortly before."""
        used = np.flatnonzero(decided)
        if self.is_storage or not len(used):
            return 0
        since = int(np.count_nonzero(~self.free)) - 1 - int(used[-1])
        return max(int(self.details.get("cooldown", 0)) - since, 0)

    def _terms(self, months: int) -> StorageTerms | SwingTerms:
        """The contract over the free months, after what was decided."""
        details, decided = self.details, self._decided
        kappa, sigma = float(details["kappa"]), float(details["sigma"])
        if self.is_storage:
            terms = {name: float(details[name]) for name in _STORAGE}
            loss = float(details.get("injection_loss", 0.0))
            moved = np.maximum(decided, 0.0) - (1.0 - loss) * np.maximum(-decided, 0.0)
            inside = float(details["start_volume"]) - float(moved.sum())
            inside = min(max(inside, 0.0), terms["capacity"])
            return StorageTerms(
                **terms,
                start_volume=inside,
                end_volume=float(details["end_volume"]),
                kappa=kappa,
                sigma=sigma,
            )
        used = round(float(np.abs(decided).sum()))
        return SwingTerms(
            strike=self.strike,
            rights=min(int(details["rights"]) - used, months),
            unit_volume=self.unit,
            cooldown=int(details["cooldown"]),
            min_rights=max(int(details["min_rights"]) - used, 0),
            is_call=bool(self.rows.book.is_call[self.trade]),
            kappa=kappa,
            sigma=sigma,
        )
