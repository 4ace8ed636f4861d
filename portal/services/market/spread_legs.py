"""What spreads are made of: all instruments and curves there are, and the prices of the legs of one formula."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from data.queries import curves as curve_queries
from data.queries import fx as fx_queries
from data.queries import market as market_queries
from data.queries.curves import CurveRow
from data.session import UnitOfWork
from portal.core.arrays import DateArray1D, FloatArray1D
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.units import Unit, UnknownUnit, parse_unit
from portal.domain.market.curve_products import delivery_weights, parse_product, product_history
from portal.domain.market.instruments import InstrumentRow
from portal.domain.market.spread_legs import (
    RATE_CARRY_DAYS,
    Leg,
    LegKind,
    LegPrices,
    rate_units,
    read_leg,
)

Rates = Mapping[tuple[str, str], tuple[DateArray1D, FloatArray1D]]
HUB = "EUR"  # the currency in which central-bank rates are published; others meet there


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All instruments and curves by code."""

    instruments: Mapping[str, InstrumentRow]
    curves: Mapping[str, CurveRow]

    def units(self, codes: Sequence[str] = ()) -> dict[str, str]:
        """Return the unit of every name that a formula may use, those in ``codes`` among them."""
        rows = {row.unit for row in self.instruments.values()} | {row.unit for row in self.curves.values()}
        readable = {text: unit for text in rows if (unit := _unit(text)) is not None}
        currencies = {unit.currency for unit in readable.values() if unit.currency} | {HUB}
        out = {code: row.unit for code, row in self.instruments.items() if row.unit in readable}
        out |= rate_units(currencies)
        for leg in filter(None, (self.leg(code) for code in codes)):
            if leg.kind is LegKind.FORWARD:
                out[leg.code] = self.curves[leg.source].unit
            elif leg.kind is LegKind.RATE:
                out[leg.code] = f"{leg.part}/{leg.source}"
        return out

    def leg(self, code: str) -> Leg | None:
        """Return what ``code`` is; None when nothing has this name."""
        return read_leg(code, self.instruments, self.curves)

    def row(self, leg: Leg) -> InstrumentRow | CurveRow | None:
        """Return the instrument or the curve behind a leg; None for a rate."""
        if leg.kind is LegKind.INSTRUMENT:
            return self.instruments[leg.source]
        return self.curves[leg.source] if leg.kind is LegKind.FORWARD else None


def _unit(text: str) -> Unit | None:
    """Return a unit; None when it cannot be read: such an instrument cannot be in a formula."""
    try:
        return parse_unit(text)
    except UnknownUnit:
        return None


def catalogue(work: UnitOfWork) -> Catalogue:
    """Read all instruments and curves, two queries."""
    return Catalogue(
        {row.code: row for row in market_queries.instruments(work.session)},
        {row.code: row for row in curve_queries.curves(work.session)},
    )


def read_legs(
    work: UnitOfWork, legs: Sequence[Leg], known: Catalogue, clocks: Clocks, first: date | None
) -> list[LegPrices]:
    """Return the prices of all legs from ``first`` on: one query for instruments, one for each curve, one for rates."""
    return [
        *_instruments(work, [leg for leg in legs if leg.kind is LegKind.INSTRUMENT], known, clocks, first),
        *_forwards(work, [leg for leg in legs if leg.kind is LegKind.FORWARD], known, clocks, first),
        *_rates(work, [leg for leg in legs if leg.kind is LegKind.RATE], clocks, first),
    ]


def _instruments(
    work: UnitOfWork, legs: Sequence[Leg], known: Catalogue, clocks: Clocks, first: date | None
) -> list[LegPrices]:
    if not legs:
        return []
    rows = [known.instruments[leg.source] for leg in legs]
    found = market_queries.daily_settles(
        work.session, clocks=clocks, instrument_ids=[row.id for row in rows], first=first
    )
    out = []
    for leg, row in zip(legs, rows, strict=True):
        series = found.get(row.id)
        day = np.array(series.day if series else (), dtype="datetime64[D]")
        out.append(LegPrices(leg, row.unit, day, series.settle if series else np.zeros(0)))
    return out


def _forwards(
    work: UnitOfWork, legs: Sequence[Leg], known: Catalogue, clocks: Clocks, first: date | None
) -> list[LegPrices]:
    out = []
    for code in dict.fromkeys(leg.source for leg in legs):
        row = known.curves[code]
        products = {leg.code: parse_product(leg.part) for leg in legs if leg.source == code}
        months: list[date] = np.unique(
            np.array([month for product in products.values() for month in product.months], dtype="M8[M]")
        ).tolist()
        nodes = curve_queries.node_history(
            work.session,
            clocks=clocks,
            curve_id=row.id,
            months=months,
            tenors=[product.rank for product in products.values() if product.rank is not None],
            first=first,
        )
        weights = delivery_weights(np.array(months, dtype="datetime64[M]"), row.commodity, row.timezone)
        for leg in legs:
            if leg.source == code:
                day, price = product_history(
                    nodes.day, nodes.month, nodes.price, nodes.tenor, products[leg.code], weights
                )
                out.append(LegPrices(leg, row.unit, day, price))
    return out


def _rates(work: UnitOfWork, legs: Sequence[Leg], clocks: Clocks, first: date | None) -> list[LegPrices]:
    if not legs:
        return []
    currencies = {HUB, *(leg.source for leg in legs), *(leg.part for leg in legs)}
    start = None if first is None else first - timedelta(days=RATE_CARRY_DAYS)
    found = fx_queries.rate_series(work.session, clocks=clocks, currencies=currencies, first=start)
    return [rate_prices(leg, found) for leg in legs]


def rate_prices(leg: Leg, found: Rates) -> LegPrices:
    """Return the rate of a pair: as published, turned over, or crossed through the euro.

    Raises
    ------
    DomainError
        No rate of one of the currencies was recorded.
    """
    day, rate = _pair(leg.source, leg.part, found)
    if not day.size and HUB not in (leg.source, leg.part):
        near, far = _pair(HUB, leg.source, found), _pair(HUB, leg.part, found)
        day, at, to = np.intersect1d(near[0], far[0], assume_unique=True, return_indices=True)
        rate = far[1][to] / near[1][at]
    if not day.size:
        raise DomainError(
            f"There is no exchange rate from {leg.source} to {leg.part} for these clocks. Import it with "
            "'enerscope import fx FILE', or write the rate as a number with its unit.",
            pair=leg.code,
        )
    return LegPrices(leg, f"{leg.part}/{leg.source}", day, rate)


def _pair(base: str, quote: str, found: Rates) -> tuple[DateArray1D, FloatArray1D]:
    if (base, quote) in found:
        return found[base, quote]
    if (quote, base) in found:
        day, rate = found[quote, base]
        return day, 1.0 / rate
    return np.array([], dtype="datetime64[D]"), np.zeros(0)
