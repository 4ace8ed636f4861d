"""Reads of quoted delivery products and of the curves that were fitted to them, under both clocks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

from data.models.ingest import ImportBatch
from data.models.market import Curve, DataSource
from data.models.portfolio import CurveFit, ProductQuote
from data.queries.clocked import latest
from data.queries.curves import CurveRow, curves
from portal.core.clock import Clocks

QUOTES: Table = ProductQuote.__table__  # type: ignore[assignment]  # a mapped class has a Table here
FITS: Table = CurveFit.__table__  # type: ignore[assignment]  # likewise
KEY = ("curve_id", "trade_date", "product")


@dataclass(frozen=True, slots=True)
class QuoteRow:
    """One quoted product with its provenance; ``batch_id`` is 0 and ``file_name`` empty where no import is known."""

    trade_date: date
    product: str
    value: float
    recorded_at: datetime
    source_code: str
    source: str
    licence: str
    batch_id: int
    file_name: str


@dataclass(frozen=True, slots=True)
class FitRow:
    """What a stored curve says of one quoted product; prices in the unit of the curve, ``gap`` 0 without parts."""

    trade_date: date
    product: str
    recorded_at: datetime
    quoted: float
    fitted: float
    residual: float
    gap: float
    quotes_known_at: datetime


@dataclass(frozen=True, slots=True)
class FitDay:
    """The stored curve of one trade day in two figures: largest size of a residual and of a gap."""

    day: date
    residual: float
    gap: float
    products: int


def quoted_curves(session: Session) -> list[CurveRow]:
    """Return the curves of which products are quoted, ordered by commodity and code."""
    # one look into the index for each curve: of a distinct over all quotes every row would be read
    found = select(Curve.code).where(select(QUOTES.c.product).where(QUOTES.c.curve_id == Curve.id).exists())
    return curves(session, codes=session.scalars(found).all())


def newest_quote_day(session: Session, *, clocks: Clocks, curve_id: int) -> date | None:
    """Return the newest day on which products of a curve are quoted; None when there is none."""
    columns = QUOTES.c
    newest: date | None = session.scalar(
        select(func.max(columns.trade_date)).where(
            columns.curve_id == curve_id,
            columns.trade_date <= clocks.as_of,
            columns.recorded_at <= clocks.known_at,
        )
    )
    return newest


def product_quotes(
    session: Session, *, clocks: Clocks, curve_id: int, days: Collection[date] | None = None
) -> list[QuoteRow]:
    """Return the quotes of a curve, by day and product; those of all days without ``days``."""
    where: list[Any] = [QUOTES.c.curve_id == curve_id]
    if days is not None:
        where.append(QUOTES.c.trade_date.in_(days))
    q = latest(QUOTES, clocks, key=KEY, day="trade_date", where=where).subquery().c
    query = (
        select(
            q.trade_date,
            q.product,
            q.value,
            q.recorded_at,
            DataSource.code,
            DataSource.name,
            DataSource.licence,
            func.coalesce(q.batch_id, 0),
            func.coalesce(ImportBatch.file_name, ""),
        )
        .join(Curve, Curve.id == q.curve_id)
        .outerjoin(ImportBatch, ImportBatch.id == q.batch_id)
        .join(DataSource, DataSource.code == func.coalesce(ImportBatch.source_code, Curve.source_code))
        .order_by(q.trade_date, q.product)
    )
    return [QuoteRow(*row) for row in session.execute(query)]


def fit_rows(
    session: Session, *, clocks: Clocks, curve_id: int, days: Collection[date] | None = None
) -> list[FitRow]:
    """Return the newest stored fit of each product, by day and product; those of all days without ``days``."""
    where: list[Any] = [FITS.c.curve_id == curve_id]
    if days is not None:
        where.append(FITS.c.trade_date.in_(days))
    f = latest(FITS, clocks, key=KEY, day="trade_date", where=where).subquery().c
    query = select(
        f.trade_date,
        f.product,
        f.recorded_at,
        f.quoted,
        f.fitted,
        f.residual,
        f.gap,
        f.quotes_known_at,
    ).order_by(f.trade_date, f.product)
    return [FitRow(*row) for row in session.execute(query)]


def fit_history(session: Session, *, clocks: Clocks, curve_id: int, first: date) -> list[FitDay]:
    """Return the largest residual and gap of the stored fits of each day from ``first`` on, oldest first."""
    where = [FITS.c.curve_id == curve_id, FITS.c.trade_date >= first]
    f = latest(FITS, clocks, key=KEY, day="trade_date", where=where).subquery().c
    query = (
        select(
            f.trade_date,
            func.max(func.abs(f.residual)),
            func.max(func.abs(f.gap)),
            func.count(),
        )
        .group_by(f.trade_date)
        .order_by(f.trade_date)
    )
    return [FitDay(*row) for row in session.execute(query)]
