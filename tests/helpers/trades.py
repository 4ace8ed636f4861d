"""A small desk for tests: curves, a tree of books, counterparties, and terms that pass every rule."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import text

from data.session import UnitOfWork
from portal.domain.portfolio.terms import Terms
from tests.helpers.market import add_source

CURVES: Mapping[str, tuple[str, str, str, str]] = {
    "BRENT": ("crude", "USD/bbl", "USD", "Europe/London"),
    "RBOB": ("products", "USD/gal", "USD", "America/New_York"),
    "TTF": ("gas", "EUR/MWh", "EUR", "Europe/Amsterdam"),
    "NBP": ("gas", "GBp/therm", "GBP", "Europe/London"),
    "POWER_DE": ("power", "EUR/MWh", "EUR", "Europe/Berlin"),
    "POWER_DE_PEAK": ("power", "EUR/MWh", "EUR", "Europe/Berlin"),
    "EUA": ("carbon", "EUR/t", "EUR", "Europe/Berlin"),
}
BOOKS = (
    ("DESK", None),
    ("GAS", "DESK"),
    ("GAS_EU", "GAS"),
    ("POWER", "DESK"),
    ("POWER_DE", "POWER"),
    ("OIL", "DESK"),
)
COUNTERPARTIES = (("ICE", "exchange"), ("NORDWIND", "utility"), ("ALPENBANK", "bank"))


def add_desk() -> None:
    """Add the curves, the books and the counterparties."""
    add_source()
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text(
                "INSERT INTO curves (code, name, commodity, unit, currency, timezone, source_code, simulated) "
                "VALUES (:code, :name, :commodity, :unit, :currency, :timezone, 'test', false)"
            ),
            [
                {
                    "code": code,
                    "name": code,
                    "commodity": row[0],
                    "unit": row[1],
                    "currency": row[2],
                    "timezone": row[3],
                }
                for code, row in CURVES.items()
            ],
        )
        for code, parent in BOOKS:
            work.session.execute(
                text(
                    "INSERT INTO portfolios (code, name, parent_id) "
                    "VALUES (:code, :name, (SELECT id FROM portfolios WHERE code = :parent))"
                ),
                {"code": code, "name": code, "parent": parent},
            )
        work.session.execute(
            text(
                "INSERT INTO counterparties (code, name, kind, country, simulated) "
                "VALUES (:code, :name, :kind, 'DE', false)"
            ),
            [{"code": code, "name": code, "kind": kind} for code, kind in COUNTERPARTIES],
        )


def ids(table: str) -> dict[str, int]:
    """Return the ids of ``curves``, ``portfolios`` or ``counterparties`` by code."""
    with UnitOfWork() as work:
        rows = work.session.execute(text(f"SELECT code, id FROM {table}"))  # noqa: S608  (one of three names)
        return {str(row[0]): int(row[1]) for row in rows}


def add_level(code: str, day: date, price: float, months: Sequence[date] = ()) -> None:
    """Add a curve of one price on ``day``, for the months given (else the next twelve)."""
    first = day.year * 12 + day.month
    spread = [date((first + i) // 12, (first + i) % 12 + 1, 1) for i in range(12)]
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text(
                "INSERT INTO curve_points (curve_id, trade_date, delivery, recorded_at, tenor, value, batch_id) "
                "VALUES ((SELECT id FROM curves WHERE code = :code), :day, :month, :day, :tenor, :price, 0)"
            ),
            [
                {"code": code, "day": day, "month": month, "tenor": place, "price": price}
                for place, month in enumerate(months or spread, start=1)
            ],
        )


def terms(external_id: str = "T-1", **changes: Any) -> Terms:
    """Return a forward of TTF gas in the book GAS_EU, with ``changes``; the desk must be there."""
    base = Terms(
        external_id=external_id,
        kind="forward_financial",
        portfolio_id=ids("portfolios")["GAS_EU"],
        counterparty_id=ids("counterparties")["NORDWIND"],
        curve_id=ids("curves")["TTF"],
        side=1,
        quantity=10.0,
        quantity_unit="MW",
        trade_date=date(2026, 3, 2),
        delivery_start=date(2026, 7, 1),
        delivery_end=date(2026, 10, 1),
        trader="mara",
        price=31.5,
    )
    return replace(base, **changes)
