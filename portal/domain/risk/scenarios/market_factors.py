"""The factors that a market has today, with their levels.

API: ``market_factors(market, curve_ids, tenors) -> FactorSet``, ``forced_shocks(factors, forced) -> FactorSet``,
``tenor_of(months, as_of)``, ``MAX_TENORS``.

A price is a factor where its contract still trades: a month that is in delivery, or that has left its curve, moves as
the first month that is quoted does (see :meth:`FactorSet.price_positions`).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from portal.core.arrays import DateArray1D, IntArray1D
from portal.domain.market.errors import BadParameter
from portal.domain.portfolio.market import MISSING, ROLLED, Market
from portal.domain.risk.scenarios.factors import FactorKind, FactorSet, Shock

MAX_TENORS = 36
_ABSOLUTE_COMMODITIES = ("power",)  # prices go below zero routinely, whatever a window happens to show


@dataclass(frozen=True)
class _Row:
    """One factor while the set is put together."""

    kind: FactorKind
    curve: int
    tenor: int
    currency: str
    label: str
    unit: str
    level: float
    shock: Shock


def tenor_of(months: DateArray1D, as_of: date) -> IntArray1D:
    """Months ahead of the month of a day.

    Parameters
    ----------
    months : ndarray of shape (m,), datetime64[M]
        Delivery months.
    as_of : date
        The day.

    Returns
    -------
    ndarray of shape (m,), int64
        0 for the month of the day itself, negative for months before it.

    Examples
    --------
    >>> tenor_of(np.array(["2026-11", "2027-01"], "M8[M]"), date(2026, 11, 20)).tolist()
    [0, 2]
    """
    ahead: IntArray1D = (months - np.datetime64(as_of, "M")).astype(np.int64)
    return ahead


def market_factors(
    market: Market, *, curve_ids: Collection[int] | None = None, tenors: int = MAX_TENORS
) -> FactorSet:
    """List the factors of a market in their fixed order, each with today's level.

    Parameters
    ----------
    market : Market
        Marks, surfaces, exchange and zero rates of the day.
    curve_ids : collection of int, optional
        Curves that move; all by default.
    tenors : int, default 36
        Months ahead that are factors of their own; later months move as the last one.

    Returns
    -------
    FactorSet
        Prices by curve id and tenor, volatilities by curve id, exchange and zero rates by currency. Prices of power,
        prices at or below zero and zero rates have absolute shocks, the others relative ones;
        :func:`portal.domain.risk.scenarios.history.shocks_of_history` revises that once the history is known.

    Raises
    ------
    BadParameter
        ``tenors`` is below 1.
    """
    if tenors < 1:
        raise BadParameter(
            f"A curve needs at least 1 month ahead as a factor, not {tenors}.", name="tenors", value=tenors
        )
    curves = market.curves
    chosen = [
        at for at, key in enumerate(curves.id.tolist()) if curve_ids is None or key in frozenset(curve_ids)
    ]
    currencies = sorted({curves.currency[at] for at in chosen} | {market.reporting})
    found = _prices(market, chosen, tenors) + _vols(market, chosen)
    found += [
        _Row(FactorKind.FX, -1, 0, name, f"{market.reporting} per {name}", "relative", 1.0, Shock.RELATIVE)
        for name in currencies
        if name != market.reporting and name in market.fx
    ]
    for name in currencies:
        if name in market.rates:
            level = float(market.rates[name].rate.mean())
            label = f"{name} zero rate"
            found.append(_Row(FactorKind.RATE, -1, 0, name, label, "1/year", level, Shock.ABSOLUTE))
    return _as_set(found, market.as_of)


def _prices(market: Market, chosen: list[int], tenors: int) -> list[_Row]:
    curves, marks = market.curves, market.marks
    ahead = tenor_of(marks.months, market.as_of)
    live = (ahead >= 1) & (ahead <= tenors) & (marks.status != MISSING) & (marks.status != ROLLED)
    found = []
    for at in chosen:
        for column in np.flatnonzero(live[at]).tolist():
            level, n = float(marks.price[at, column]), int(ahead[column])
            absolute = curves.commodity[at] in _ABSOLUTE_COMMODITIES or not level > 0.0
            shock = Shock.ABSOLUTE if absolute else Shock.RELATIVE
            key, currency, label = int(curves.id[at]), curves.currency[at], f"{curves.code[at]} +{n}"
            found.append(_Row(FactorKind.PRICE, key, n, currency, label, curves.unit[at], level, shock))
    return found


def _vols(market: Market, chosen: list[int]) -> list[_Row]:
    curves = market.curves
    return [
        _Row(
            FactorKind.VOL, int(curves.id[at]), 0, curves.currency[at], f"{curves.code[at]} volatility",
            "relative", 1.0, Shock.RELATIVE,
        )
        for at in chosen
        if int(curves.id[at]) in market.vols
    ]  # fmt: skip


def _as_set(rows: list[_Row], as_of: date) -> FactorSet:
    return FactorSet(
        as_of=as_of,
        kind=np.array([row.kind for row in rows], dtype=np.int8),
        curve=np.array([row.curve for row in rows], dtype=np.int64),
        tenor=np.array([row.tenor for row in rows], dtype=np.int64),
        currency=tuple(row.currency for row in rows),
        label=tuple(row.label for row in rows),
        unit=tuple(row.unit for row in rows),
        level=np.array([row.level for row in rows], dtype=np.float64),
        shock=tuple(row.shock for row in rows),
        shift=np.zeros(len(rows)),
    )


def forced_shocks(factors: FactorSet, forced: Mapping[int, tuple[Shock, float]]) -> FactorSet:
    """Let a user choose how the prices of some curves are shocked.

    Parameters
    ----------
    factors : FactorSet
        Factors.
    forced : mapping of int to (Shock, float)
        By curve id: the type, and the shift (in the unit of the price) that a shifted one adds.

    Returns
    -------
    FactorSet
        The same with the types of these prices replaced.

    Raises
    ------
    BadParameter
        A relative or shifted shock of a price that, with its shift, is not above zero today.
    """
    shock, shift = list(factors.shock), factors.shift.copy()
    for at in factors.of_kind(FactorKind.PRICE).tolist():
        choice = forced.get(int(factors.curve[at]))
        if choice is not None:
            shock[at], shift[at] = choice[0], choice[1] if choice[0] is Shock.SHIFTED else 0.0
            if choice[0] is not Shock.ABSOLUTE and not factors.level[at] + shift[at] > 0.0:
                raise BadParameter(
                    f"{factors.label[at]} stands at {factors.level[at]:g} today; with a shift of {shift[at]:g} that is "
                    f"not above zero, so no {choice[0]} shock fits. Choose an absolute one or a larger shift.",
                    name="shock", value=factors.label[at],
                )  # fmt: skip
    return replace(factors, shock=tuple(shock), shift=shift)
