"""A book of trades whose positions a test knows: new, amended and cancelled ones, over all kinds of volume."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import text

from data.session import UnitOfWork
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Role
from portal.domain.portfolio.terms import TradeVersion
from portal.services.portfolio import ledger
from tests.helpers import trades as desk

DAY = date(2026, 11, 20)
DEALT = datetime(2026, 11, 2, 9, tzinfo=UTC)
NOW = Clocks(DAY, datetime(2026, 11, 21, tzinfo=UTC), live=False)
BEFORE = Clocks(date(2026, 11, 9), NOW.known_at, live=False)
ALL = frozenset(code for code, _ in desk.BOOKS)
RISK = Actor(1, "risk", "Rania Risk", frozenset({Role.RISK_OFFICER}), ALL)
TRADER = Actor(2, "mara", "Mara Trader", frozenset({Role.TRADER}), frozenset({"GAS", "GAS_EU"}))
NOBODY = Actor(3, "adam", "Adam Admin", frozenset({Role.ADMINISTRATOR}))
_OPTION: dict[str, Any] = {
    "kind": "option",
    "strike": 40.0,
    "premium": 2.0,
    "is_call": True,
    "vol_model": "black76",
    "price": None,
}


def store(versions: Sequence[TradeVersion]) -> list[TradeVersion]:
    """Record versions with what they change in the ledger."""
    with UnitOfWork(write=True) as work:
        return ledger.record(work, versions)


def new(external_id: str, **changes: Any) -> TradeVersion:
    """Return a new trade of 2 November."""
    return TradeVersion(
        terms=desk.terms(external_id, **changes),
        effective_on=DEALT.date(),
        recorded_by="mara",
        recorded_at=DEALT,
    )


def later(version: TradeVersion, event: str, **changes: Any) -> TradeVersion:
    """Return the next version of a trade, of 10 November."""
    return replace(
        version,
        terms=replace(version.terms, **changes),
        event=event,
        version=version.version + 1,
        effective_on=date(2026, 11, 10),
        recorded_at=DEALT + timedelta(days=8),
    )


def add_book() -> dict[str, int]:
    """Add the desk with eight trades and two limits; return the numbers of the trades by external id.

    Under the newest clocks GAS_EU holds 10 MW of TTF from October 2026 to March 2027 (bought), 4 MW of it in the first
    quarter of 2027 (sold; 6 MW before it was amended) and 100,000 therms of NBP in January (bought). POWER_DE holds
    20 MW of base in the first quarter and 5 MW of peak in March. OIL holds 1,000 bbl of Brent for January (sold), and
    GAS_EU 500 t of EUA for December and an option on 3 MW of TTF for January. A sale of 50 MW was cancelled.
    """
    desk.add_desk()
    books, curves = desk.ids("portfolios"), desk.ids("curves")
    quarter = {"delivery_start": date(2027, 1, 1), "delivery_end": date(2027, 4, 1)}
    january = {"delivery_start": date(2027, 1, 1), "delivery_end": date(2027, 2, 1)}
    power = {"portfolio_id": books["POWER_DE"], "curve_id": curves["POWER_DE"]}
    first = store(
        [
            new("TTF-1", delivery_start=date(2026, 10, 1), delivery_end=date(2027, 4, 1)),
            new("TTF-2", side=-1, quantity=6.0, **quarter),
            new("NBP-1", curve_id=curves["NBP"], quantity=1e5, quantity_unit="therm", **january),
            new("DE-1", quantity=20.0, **power, **quarter),
            new(
                "DE-2",
                quantity=5.0,
                profile="peak",
                delivery_start=date(2027, 3, 1),
                delivery_end=date(2027, 4, 1),
                **power,
            ),
            new(
                "OIL-1",
                side=-1,
                portfolio_id=books["OIL"],
                curve_id=curves["BRENT"],
                quantity=1000.0,
                quantity_unit="bbl",
                counterparty_id=desk.ids("counterparties")["ICE"],
                **january,
            ),
            new(
                "EUA-1",
                curve_id=curves["EUA"],
                quantity=500.0,
                quantity_unit="t",
                delivery_start=date(2026, 12, 1),
                delivery_end=date(2027, 1, 1),
            ),
            new("OPT-1", quantity=3.0, expiry=date(2026, 12, 28), **_OPTION, **january),
            new("GONE-1", side=-1, quantity=50.0, **quarter),
        ]
    )
    by_name = {version.terms.external_id: version for version in first}
    store([later(by_name["TTF-2"], "amended", quantity=4.0), later(by_name["GONE-1"], "cancelled")])
    add_limit("GAS_EU", "gas", 10_000.0)
    add_limit("POWER_DE", "power", 14_000.0)
    return {name: int(version.trade_id or 0) for name, version in by_name.items()}


def add_limit(book: str, commodity: str, limit: float, at: datetime = DEALT) -> None:
    """Set the limit of a book in a commodity."""
    with UnitOfWork(write=True) as work:
        work.session.execute(
            text(
                "INSERT INTO position_limits (portfolio_id, commodity, recorded_at, limit_mwh, set_by) "
                "VALUES (:book, :commodity, :at, :limit, 'risk')"
            ),
            {"book": desk.ids("portfolios")[book], "commodity": commodity, "at": at, "limit": limit},
        )
