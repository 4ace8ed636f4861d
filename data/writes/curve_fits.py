"""Fits of smooth curves to quoted products: appended under a moment of their own, never updated."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Table, insert, text
from sqlalchemy.orm import Session

from data.models.portfolio import CurveFit
from data.queries.product_quotes import FitRow

_FITS: Table = CurveFit.__table__  # type: ignore[assignment]  # a mapped class has a Table here


def lock(session: Session, curve_id: int) -> None:
    """Wait until nobody else stores a fit of the curve, to the end of the transaction."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(hashtext('enerscope curve fit'), CAST(:curve AS integer))"),
        {"curve": curve_id},
    )


def store_fits(session: Session, curve_id: int, rows: Sequence[FitRow]) -> int:
    """Append ``rows`` and return how many there are; each carries the moment it is recorded at."""
    if rows:
        session.execute(insert(_FITS), [{"curve_id": curve_id, **asdict(row)} for row in rows])
    return len(rows)
