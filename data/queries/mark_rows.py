"""The queries behind a market: quotes, settlements, fixings, volatilities, rates, each under both clocks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    Date,
    Integer,
    Select,
    Table,
    case,
    cast,
    extract,
    func,
    lateral,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from data.models.market import CurvePoint, FxRate, Instrument
from data.models.portfolio import CorrelationMark, RatePoint, VolPoint
from data.queries.clocked import PRICE_DAILY, latest
from data.queries.columnar import Packed, packed, unpack
from portal.core.arrays import DateArray1D, FloatArray1D, IntArray1D
from portal.core.clock import Clocks
from portal.domain.portfolio.marking import STATUS_WORDS

POINTS: Table = CurvePoint.__table__  # type: ignore[assignment]  # a mapped class has a Table here
VOLS: Table = VolPoint.__table__  # type: ignore[assignment]
RATES: Table = RatePoint.__table__  # type: ignore[assignment]
MARKS: Table = CorrelationMark.__table__  # type: ignore[assignment]
FX: Table = FxRate.__table__  # type: ignore[assignment]
LONGEST, AHEAD = (
    400,
    30,
)  # days back to look for the last quote of a month; and of one beyond the end of its curve


@dataclass(frozen=True)
class Nodes:
    """Curve points in arrays of shape (n,); ``status`` as in :mod:`portal.domain.portfolio.market`."""

    curve_id: IntArray1D
    month: DateArray1D
    day: DateArray1D
    price: FloatArray1D
    status: IntArray1D


@dataclass(frozen=True, slots=True)
class Fixed:
    """Fixings of one instrument in one month."""

    instrument: str
    month: date
    total: float
    count: int
    on_weekends: bool
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class VolRow:
    """One point of a surface."""

    curve_id: int
    delivery: date
    moneyness: float
    vol: float
    model: str
    day: date


@dataclass(frozen=True, slots=True)
class RateRow:
    """One point of a zero curve."""

    currency: str
    tenor_months: int
    rate: float
    day: date


@dataclass(frozen=True, slots=True)
class FxRow:
    """The newest rate of one pair: units of ``quote`` for one ``base``."""

    base: str
    quote: str
    rate: float
    day: date


def newest_days(session: Session, clocks: Clocks, curve_ids: Sequence[int]) -> dict[int, date]:
    """Return the newest day on which each curve was quoted; one index probe for each curve."""
    return dict(_newest(session, clocks, POINTS, "trade_date", curve_id=list(curve_ids)))


def nodes_of_days(session: Session, clocks: Clocks, days: Mapping[int, date]) -> Nodes:
    """Return the nodes of each curve on its day."""
    pairs = tuple_(POINTS.c.curve_id, POINTS.c.trade_date).in_(list(days.items()))
    return nodes_of(session, points(clocks, pairs))


def last_nodes(
    session: Session,
    clocks: Clocks,
    curve_ids: IntArray1D,
    months: DateArray1D,
    last: Mapping[int, np.datetime64],
) -> Nodes:
    """Return the last quote of each pair of curve and month that had one, up to the end of its month.

    ``last`` is the last month of each curve today: beyond it only the last weeks are searched.
    """
    as_of = np.datetime64(clocks.as_of, "D")
    upto = np.minimum(as_of, (months + 1).astype("datetime64[D]"))
    ahead = np.array(
        [month > last.get(key, month) for key, month in zip(curve_ids.tolist(), months, strict=True)],
        dtype=np.bool_,
    )
    return _probed(session, clocks, curve_ids, months, upto, upto - np.where(ahead, AHEAD, LONGEST))[0]


def settlements(
    session: Session, clocks: Clocks, expiries: NDArray[np.int64]
) -> dict[tuple[int, int, int], float]:
    """Return the newest quote on or before the expiry of each (curve id, month number, expiry day number)."""
    expiry = expiries[:, 2].astype("datetime64[D]")
    months = expiries[:, 1].astype("datetime64[M]")
    nodes, at = _probed(session, clocks, expiries[:, 0], months, expiry, expiry - LONGEST)
    keys = expiries[at].tolist()
    return {(k[0], k[1], k[2]): price for k, price in zip(keys, nodes.price.tolist(), strict=True)}


def fixings(session: Session, clocks: Clocks, instruments: Sequence[str], first: date) -> list[Fixed]:
    """Return sum and number of the daily prices of instruments (codes) by month, from ``first`` on."""
    known = select(Instrument.id).where(Instrument.code.in_(instruments))
    where = (PRICE_DAILY.c.instrument_id.in_(known), PRICE_DAILY.c.day >= first)
    newest = latest(PRICE_DAILY, clocks, key=("instrument_id", "day"), day="day", where=where).subquery()
    month = cast(func.date_trunc("month", newest.c.day), Date)
    weekend = func.bool_or(extract("isodow", newest.c.day) >= 6)
    day = newest.c.day
    statement: Any = (
        select(
            Instrument.code,
            month,
            func.sum(newest.c.settle),
            func.count(),
            weekend,
            func.min(day),
            func.max(day),
        )
        .join(Instrument, Instrument.id == newest.c.instrument_id)
        .group_by(Instrument.code, month)
        .order_by(Instrument.code, month)
    )
    return [Fixed(*row) for row in session.execute(statement)]


def vol_points(session: Session, clocks: Clocks, curve_ids: Sequence[int]) -> list[VolRow]:
    """Return the points of the newest surface of each curve."""
    days = _newest(session, clocks, VOLS, "trade_date", curve_id=list(curve_ids))
    pairs = tuple_(VOLS.c.curve_id, VOLS.c.trade_date).in_(days)
    return _vols(session, clocks, pairs)


def rate_points(session: Session, clocks: Clocks, currencies: Sequence[str]) -> list[RateRow]:
    """Return the points of the newest zero curve of each currency, by ascending tenor."""
    days = _newest(session, clocks, RATES, "day", currency=list(currencies))
    pairs = tuple_(RATES.c.currency, RATES.c.day).in_(days)
    n = latest(RATES, clocks, key=("currency", "day", "tenor_months"), day="day", where=(pairs,)).subquery().c
    statement = select(n.currency, n.tenor_months, n.rate, n.day).order_by(n.currency, n.tenor_months)
    return [RateRow(*row) for row in session.execute(statement)]


def correlations(session: Session, clocks: Clocks) -> dict[tuple[int, int], tuple[float, date]]:
    """Return the newest correlation of each pair of curves, the smaller id first, and its day."""
    n = latest(MARKS, clocks, key=("curve_id", "curve2_id", "day"), day="day").subquery().c
    statement = select(n.curve_id, n.curve2_id, n.value, n.day).order_by(n.day)
    return {
        (one, two): (value, day) for one, two, value, day in session.execute(statement)
    }  # newer days come later


def fx_rates(session: Session, clocks: Clocks, currencies: Sequence[str], reporting: str) -> list[FxRow]:
    """Return the newest rate between the reporting currency and each other, either way round."""
    others = [currency for currency in currencies if currency != reporting]
    base, quote = others + [reporting] * len(others), [reporting] * len(others) + others
    days = _newest(session, clocks, FX, "day", base=base, quote=quote)
    pairs = tuple_(FX.c.base, FX.c.quote, FX.c.day).in_(days)
    n = latest(FX, clocks, key=("base", "quote", "day"), day="day", where=(pairs,)).subquery().c
    statement = select(n.base, n.quote, n.rate, n.day).order_by(n.base, n.quote)
    return [FxRow(*row) for row in session.execute(statement)]


def _newest(
    session: Session, clocks: Clocks, table: Table, day: str, **keys: list[Any]
) -> list[tuple[Any, ...]]:
    """Return each key that has a row with the newest day of its rows; one index probe for each key."""
    wanted = _unnested(**{name: cast(values, ARRAY(table.c[name].type)) for name, values in keys.items()})
    probe = lateral(
        select(table.c[day].label("day"))
        .where(
            *(table.c[name] == wanted.c[name] for name in keys),
            table.c[day] <= clocks.as_of,
            table.c.recorded_at <= clocks.known_at,
        )
        .order_by(table.c[day].desc())
        .limit(1)
    )
    statement = select(*(wanted.c[name] for name in keys), probe.c.day).join(probe, true())
    return [tuple(row) for row in session.execute(statement)]


def _unnested(**arrays: Any) -> Any:
    """Return arrays of one length side by side as a table."""
    return func.unnest(*arrays.values()).table_valued(*arrays).render_derived()


def points(clocks: Clocks, *where: Any) -> Select[Any]:
    """Return a select of the newest versions of curve points."""
    key = ("curve_id", "trade_date", "delivery")
    return latest(POINTS, clocks, key=key, day="trade_date", where=where)


_STATUS = tuple(STATUS_WORDS.items())


def _columns(n: Any) -> list[Packed]:
    return [
        Packed("curve_id", n.curve_id, "i8", nullable=False),
        Packed("month", n.delivery, "day", nullable=False),
        Packed("day", n.trade_date, "day", nullable=False),
        Packed("price", n.value, "f8", nullable=False),
        Packed("status", case(*((n.status == word, at) for word, at in _STATUS)), "i2", nullable=False),
    ]


def nodes_of(session: Session, newest: Select[Any]) -> Nodes:
    """Return the rows of a select of curve points, ordered by day, curve and month."""
    columns = _columns(newest.subquery().c)
    arrays = unpack(columns, session.scalar(select(packed(columns))))
    found = Nodes(**{**arrays, "month": arrays["month"].astype("datetime64[M]")})
    order = np.lexsort((found.month, found.curve_id, found.day))
    return Nodes(*(getattr(found, name)[order] for name in ("curve_id", "month", "day", "price", "status")))


def _probed(
    session: Session,
    clocks: Clocks,
    curve_ids: IntArray1D,
    months: DateArray1D,
    upto: DateArray1D,
    since: DateArray1D,
) -> tuple[Nodes, IntArray1D]:
    """Return the newest quote of each pair within its days, with the positions of the pairs that have one."""
    wanted = _unnested(
        at=cast(list(range(len(curve_ids))), ARRAY(Integer)),
        curve=cast(curve_ids.tolist(), ARRAY(BigInteger)),
        month=cast(months.astype("datetime64[D]").tolist(), ARRAY(Date)),
        upto=cast(upto.astype("datetime64[D]").tolist(), ARRAY(Date)),
        since=cast(since.astype("datetime64[D]").tolist(), ARRAY(Date)),
    )
    columns = POINTS.c
    probe = lateral(
        select(POINTS)
        .where(
            columns.curve_id == wanted.c.curve,
            columns.delivery == wanted.c.month,
            columns.trade_date <= wanted.c.upto,
            columns.trade_date >= wanted.c.since,
            columns.trade_date <= clocks.as_of,
            columns.recorded_at <= clocks.known_at,
        )
        .order_by(columns.trade_date.desc(), columns.recorded_at.desc())
        .limit(1)
    )
    packing = [Packed("at", wanted.c.at, "i4", nullable=False), *_columns(probe.c)]
    found = unpack(packing, session.scalar(select(packed(packing)).select_from(wanted).join(probe, true())))
    at = found.pop("at")
    return Nodes(**{**found, "month": found["month"].astype("datetime64[M]")}), at


def _vols(session: Session, clocks: Clocks, *where: Any) -> list[VolRow]:
    key = ("curve_id", "trade_date", "delivery", "moneyness")
    n = latest(VOLS, clocks, key=key, day="trade_date", where=where).subquery().c
    statement = select(n.curve_id, n.delivery, n.moneyness, n.vol, n.model, n.trade_date)
    return [VolRow(*row) for row in session.execute(statement.order_by(n.curve_id, n.delivery, n.moneyness))]
