"""The queries behind the markets of many days: the rows of :mod:`data.queries.mark_rows` over a stretch of time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from data.models.market import Instrument
from data.queries.clocked import PRICE_DAILY, latest
from data.queries.columnar import Packed, packed, unpack
from data.queries.mark_rows import FX, MARKS, POINTS, RATES, VOLS, FxRow, Nodes, RateRow, nodes_of, points
from portal.core.arrays import DateArray1D, FloatArray1D, IntArray1D
from portal.core.clock import Clocks


def nodes_between(session: Session, clocks: Clocks, curve_ids: Sequence[int], first: date) -> Nodes:
    """Return the nodes of the curves on all days from ``first`` on."""
    return nodes_of(session, points(clocks, POINTS.c.curve_id.in_(curve_ids), POINTS.c.trade_date >= first))


@dataclass(frozen=True)
class Fixing:
    """Daily prices of instruments in arrays of shape (n,), oldest day first."""

    instrument_id: IntArray1D
    day: DateArray1D
    settle: FloatArray1D


def fixings_between(session: Session, clocks: Clocks, instruments: Sequence[str], first: date) -> Fixing:
    """Return the daily prices of instruments (codes) from ``first`` on."""
    known = select(Instrument.id).where(Instrument.code.in_(instruments))
    where = (PRICE_DAILY.c.instrument_id.in_(known), PRICE_DAILY.c.day >= first)
    n = latest(PRICE_DAILY, clocks, key=("instrument_id", "day"), day="day", where=where).subquery().c
    columns = [
        Packed("instrument_id", n.instrument_id, "i8", nullable=False),
        Packed("day", n.day, "day", nullable=False),
        Packed("settle", n.settle, "f8", nullable=False),
    ]
    found = Fixing(**unpack(columns, session.scalar(select(packed(columns)))))
    order = np.lexsort((found.instrument_id, found.day))
    return Fixing(found.instrument_id[order], found.day[order], found.settle[order])


def instrument_ids(session: Session, codes: Sequence[str]) -> dict[str, int]:
    """Return the ids of instruments by code."""
    rows = session.execute(select(Instrument.code, Instrument.id).where(Instrument.code.in_(codes)))
    return {row.code: row.id for row in rows}


@dataclass(frozen=True)
class VolPoints:
    """Points of surfaces in arrays of shape (n,), ordered by day and curve."""

    curve_id: IntArray1D
    day: DateArray1D
    month: DateArray1D
    moneyness: FloatArray1D
    vol: FloatArray1D
    is_normal: NDArray[np.bool_]


def vol_points_between(session: Session, clocks: Clocks, curve_ids: Sequence[int], first: date) -> VolPoints:
    """Return the points of all surfaces of the curves from ``first`` on."""
    where = (VOLS.c.curve_id.in_(curve_ids), VOLS.c.trade_date >= first)
    key = ("curve_id", "trade_date", "delivery", "moneyness")
    n = latest(VOLS, clocks, key=key, day="trade_date", where=where).subquery().c
    columns = [
        Packed("curve_id", n.curve_id, "i8", nullable=False),
        Packed("day", n.trade_date, "day", nullable=False),
        Packed("month", n.delivery, "day", nullable=False),
        Packed("moneyness", n.moneyness, "f8", nullable=False),
        Packed("vol", n.vol, "f8", nullable=False),
        Packed("is_normal", n.model == "bachelier", "bool", nullable=False),
    ]
    arrays = unpack(columns, session.scalar(select(packed(columns))))
    order = np.lexsort((arrays["curve_id"], arrays["day"]))
    chosen = {name: array[order] for name, array in arrays.items()}
    return VolPoints(**{**chosen, "month": chosen["month"].astype("datetime64[M]")})


def rates_between(session: Session, clocks: Clocks, currencies: Sequence[str], first: date) -> list[RateRow]:
    """Return the points of all zero curves of the currencies from ``first`` on, by day, currency and tenor."""
    where = (RATES.c.currency.in_(currencies), RATES.c.day >= first)
    n = latest(RATES, clocks, key=("currency", "day", "tenor_months"), day="day", where=where).subquery().c
    statement = select(n.currency, n.tenor_months, n.rate, n.day).order_by(n.day, n.currency, n.tenor_months)
    return [RateRow(*row) for row in session.execute(statement)]


def correlations_between(session: Session, clocks: Clocks, first: date) -> list[tuple[date, int, int, float]]:
    """Return day, both curves and value of all correlation marks from ``first`` on, oldest first."""
    where = (MARKS.c.day >= first,)
    n = latest(MARKS, clocks, key=("curve_id", "curve2_id", "day"), day="day", where=where).subquery().c
    statement = select(n.day, n.curve_id, n.curve2_id, n.value).order_by(n.day)
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(statement)]


def fx_between(
    session: Session, clocks: Clocks, currencies: Sequence[str], reporting: str, first: date
) -> list[FxRow]:
    """Return all rates between the reporting currency and others from ``first`` on, oldest first."""
    pair = ((FX.c.base == reporting) & FX.c.quote.in_(currencies)) | (
        (FX.c.quote == reporting) & FX.c.base.in_(currencies)
    )
    where = (pair, FX.c.day >= first)
    n = latest(FX, clocks, key=("base", "quote", "day"), day="day", where=where).subquery().c
    return [FxRow(*row) for row in session.execute(select(n.base, n.quote, n.rate, n.day).order_by(n.day))]
