"""A small desk with trades of every kind and all the marks that they need, plus some that lack theirs."""

from datetime import date

from sqlalchemy import text

from data.session import UnitOfWork
from portal.domain.portfolio.terms import TradeVersion
from portal.services.portfolio import ledger
from tests.helpers.market import add_instrument, add_rates
from tests.helpers.trades import add_desk, add_level, ids, terms

DAY, BEFORE, ENTERED = date(2026, 7, 15), date(2026, 7, 14), date(2026, 3, 2)
AUGUST = {
    "delivery_start": date(2026, 8, 1),
    "delivery_end": date(2026, 9, 1),
    "quantity_unit": "MWh",
    "quantity": 100.0,
}
OPTION = {
    "kind": "option", "price": None, "strike": 31.0, "premium": 1.5, "is_call": True, "vol_model": "black76",
    "expiry": date(2026, 7, 28), "pay_days": 5,
}  # fmt: skip
STORAGE = {
    "capacity": 1000.0, "injection_rate": 400.0, "withdrawal_rate": 400.0, "injection_cost": 0.2,
    "withdrawal_cost": 0.2, "injection_loss": 0.01, "start_volume": 500.0, "end_volume": 0.0, "kappa": 2.0,
    "sigma": 0.6, "nominated": {"2026-07": -100.0},
}  # fmt: skip
SWING = {"rights": 2, "min_rights": 0, "cooldown": 0, "kappa": 2.0, "sigma": 0.6}


def run(statement: str, **values: object) -> None:
    """Execute one statement."""
    with UnitOfWork(write=True) as work:
        work.session.execute(text(statement), values)


def add_valued_desk() -> dict[str, int]:
    """Add the desk, its marks and its trades; return the trade numbers by external id."""
    add_desk()
    months = [date(2026 + (month > 12), (month - 1) % 12 + 1, 1) for month in range(8, 18)]
    for day, step in ((BEFORE, 0.0), (DAY, 1.0)):
        add_level("TTF", day, 30.0 + step, months)
        add_level("BRENT", day, 70.0 + step, months)
        add_level("POWER_DE", day, 80.0 + step, months)
        add_level("POWER_DE_PEAK", day, 95.0 + step, months)
    add_level("TTF", date(2026, 6, 29), 29.5, [date(2026, 7, 1), *months])  # July left the curve since
    add_level("NBP", date(2026, 7, 8), 75.0, months)
    add_instrument("TTF", [(date(2026, 7, at), 29.0 + at / 10) for at in range(1, 16)], unit="EUR/MWh")
    run("UPDATE curves SET instrument_code = 'TTF' WHERE code = 'TTF'")
    for code, model, vol in (("TTF", "black76", 0.5), ("POWER_DE", "bachelier", 30.0)):
        run(
            "INSERT INTO vol_points SELECT id, :day, :month, node, :day, :vol * (1 + node / 20), :model, 0 "
            "FROM curves, unnest(ARRAY[-1.0, 0.0, 1.0]) AS node WHERE code = :code",
            day=BEFORE, month=date(2026, 8, 1), vol=vol, model=model, code=code,
        )  # fmt: skip
    for currency in ("EUR", "USD", "GBP"):
        run(
            "INSERT INTO rate_points VALUES (:currency, :day, 12, :day, 0.03, 0)",
            currency=currency,
            day=BEFORE,
        )
    run(
        "INSERT INTO correlation_marks SELECT least(a.id, b.id), greatest(a.id, b.id), :day, :day, 0.6, 0 "
        "FROM curves a, curves b WHERE a.code = 'TTF' AND b.code = 'POWER_DE'",
        day=BEFORE,
    )
    add_rates("EUR", "USD", {BEFORE: 1.25})
    add_rates("EUR", "GBP", {BEFORE: 0.8})
    return _enter()


def _enter() -> dict[str, int]:
    books, curves = ids("portfolios"), ids("curves")
    power = {"curve_id": curves["POWER_DE"], "portfolio_id": books["POWER_DE"]}
    deals: dict[str, dict[str, object]] = {
        "FORWARD": {"price": 29.0, "pay_days": 20},
        "DELIVERING": {"price": 29.0, "delivery_start": date(2026, 7, 1), "delivery_end": date(2026, 9, 1)},
        "OFFPEAK": {**power, "price": 75.0, "quantity_unit": "MW", "quantity": 2.0, "profile": "offpeak", "side": -1},
        "FUTURE": {"kind": "future", "price": 65.0, "curve_id": curves["BRENT"], "portfolio_id": books["OIL"],
                   "expiry": date(2026, 7, 31)},
        "OPTION": {**OPTION},
        "POWEROPTION": {**OPTION, **power, "strike": 85.0, "vol_model": "bachelier", "side": -1},
        "ASIAN": {**OPTION, "kind": "asian", "expiry": None},
        "SPREAD": {**OPTION, **power, "kind": "spread_option", "curve2_id": curves["TTF"], "ratio2": 2.0,
                   "strike": 15.0},
        "STORAGE": {"kind": "storage", "price": None, "premium": 900.0, "quantity": 1.0, "details": STORAGE,
                    "delivery_start": date(2026, 7, 1), "delivery_end": date(2026, 12, 1)},
        "SWING": {"kind": "swing", "price": None, "strike": 30.0, "premium": 0.4, "is_call": True, "details": SWING,
                  "delivery_end": date(2026, 11, 1)},
        "STALE": {"price": 70.0, "curve_id": curves["NBP"]},
        "FAR": {"price": 29.0, "delivery_start": date(2029, 1, 1), "delivery_end": date(2029, 2, 1)},
        "NOVOL": {**OPTION, "curve_id": curves["BRENT"], "portfolio_id": books["OIL"], "strike": 70.0},
    }  # fmt: skip
    versions = [
        TradeVersion(
            terms=terms(**{**AUGUST, **deal, "external_id": name}), effective_on=ENTERED, recorded_by="m"
        )
        for name, deal in deals.items()
    ]
    with UnitOfWork(write=True) as work:
        stored = ledger.record(work, versions)
        gone = TradeVersion(
            terms=terms(**{**AUGUST, "external_id": "GONE", "price": 10.0}),
            effective_on=ENTERED,
            recorded_by="m",
        )
        (gone,) = ledger.record(work, [gone])
        off = TradeVersion(
            terms=gone.terms,
            effective_on=DAY,
            recorded_by="m",
            event="cancelled",
            version=2,
            trade_id=gone.trade_id,
        )
        ledger.record(work, [off])
    return {version.terms.external_id: version.trade_id or 0 for version in (*stored, gone)}
