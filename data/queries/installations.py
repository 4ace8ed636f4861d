"""Installations of emissions trading by year, and what the book holds in allowances by December of delivery."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, bindparam, cast, select, text
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from data.models.compliance import InstallationYear
from portal.core.clock import Clocks


@dataclass(frozen=True, slots=True)
class InstallationRow:
    """One installation in one year as it was known; ``facts`` as recorded."""

    code: str
    year: int
    name: str
    scheme: str
    country: str
    activity: str
    facts: dict[str, Any]
    simulated: bool
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """Net allowances, in t, that the book is due in a month of an allowance curve."""

    curve: str
    month: date
    tonnes: float


_COLUMNS = tuple(getattr(InstallationYear, name) for name in InstallationRow.__dataclass_fields__)
_DELIVERIES = text(
    "SELECT c.code, p.month, sum(p.volume) FROM portfolio_positions p JOIN curves c ON c.id = p.curve_id "
    "WHERE c.code = ANY(:curves) AND p.effective_on <= :as_of AND p.recorded_at <= :known_at AND NOT p.is_optional "
    "AND p.month > :as_of GROUP BY 1, 2 HAVING abs(sum(p.volume)) > 1e-9 ORDER BY 1, 2"
)
_PRICE = text(
    "SELECT b.settle FROM price_bars b JOIN instruments i ON i.id = b.instrument_id "
    "WHERE i.code = :code AND b.day <= :as_of AND b.recorded_at <= :known_at ORDER BY b.day DESC, b.recorded_at DESC "
    "LIMIT 1"
).bindparams(bindparam("code"))


def installation_years(session: Session, *, clocks: Clocks) -> list[InstallationRow]:
    """Return every installation and year as it stood: its newest facts of the day or before, recorded by then."""
    stands_from = cast(InstallationYear.facts["as_of"].astext, Date)
    statement = (
        select(*_COLUMNS)
        .where(InstallationYear.recorded_at <= clocks.known_at, stands_from <= clocks.as_of)
        .ext(distinct_on(InstallationYear.code, InstallationYear.year))
        .order_by(
            InstallationYear.code,
            InstallationYear.year,
            stands_from.desc(),
            InstallationYear.recorded_at.desc(),
        )
    )
    return [InstallationRow(*row) for row in session.execute(statement)]


def allowance_deliveries(session: Session, *, clocks: Clocks, curves: tuple[str, ...]) -> list[DeliveryRow]:
    """Return what futures and forwards of all books bring after the day, by curve and month."""
    values = {"curves": list(curves), "as_of": clocks.as_of, "known_at": clocks.known_at}
    return [DeliveryRow(*row) for row in session.execute(_DELIVERIES, values)]


def newest_settle(session: Session, *, code: str, clocks: Clocks) -> float | None:
    """Return the newest settle of an instrument under the clocks; None when there is none."""
    values = {"code": code, "as_of": clocks.as_of, "known_at": clocks.known_at}
    found = session.execute(_PRICE, values).scalar()
    return None if found is None else float(found)
