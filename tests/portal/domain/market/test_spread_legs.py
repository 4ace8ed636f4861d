"""Names in spread formulas, alignment with carried rates, and repairs of unit errors."""

import numpy as np
import pytest

from portal.core.errors import DomainError
from portal.domain.market.spread_legs import Leg, LegKind, LegPrices, align, fixes, rate_units, read_leg
from portal.domain.market.spreads import parse_formula

UNITS = {
    "BRENT": "USD/bbl",
    "ULSD": "USD/gal",
    "GASOIL": "USD/t",
    "TTF": "EUR/MWh",
    "NBP": "GBp/therm",
    "JKM": "USD/MMBtu",
    **rate_units(["EUR", "USD", "GBP"]),
}


def prices(code: str, kind: LegKind, days: list[str], values: list[float]) -> LegPrices:
    return LegPrices(Leg(code, kind, code[:3]), "", np.array(days, dtype="M8[D]"), np.array(values))


def test_names_are_instruments_products_or_rates():
    assert read_leg("TTF", ["TTF"], ["TTF"]).kind is LegKind.INSTRUMENT
    assert read_leg("TTF.Cal-27", ["TTF"], ["TTF"]) == Leg("TTF.Cal-27", LegKind.FORWARD, "TTF", "Cal-27")
    assert read_leg("EURUSD", [], []) == Leg("EURUSD", LegKind.RATE, "EUR", "USD")
    assert read_leg("EURUSD", ["EURUSD"], []).kind is LegKind.INSTRUMENT
    assert [read_leg(code, ["TTF"], ["TTF"]) for code in ("TTFF", "NBP.M1", "EUREUR", "ABCDEF")] == [None] * 4


def test_days_are_those_of_all_prices_and_rates_are_carried_a_week():
    legs = [
        prices(
            "AAA", LegKind.INSTRUMENT, ["2026-01-02", "2026-01-05", "2026-01-09", "2026-01-13"], [1, 2, 3, 4]
        ),
        prices(
            "BBB", LegKind.FORWARD, ["2026-01-01", "2026-01-05", "2026-01-09", "2026-01-13"], [5, 6, 7, 8]
        ),
        prices("EURUSD", LegKind.RATE, ["2026-01-02", "2026-01-06"], [1.1, 1.2]),
    ]
    day, found = align(legs)
    assert day.astype(str).tolist() == ["2026-01-05", "2026-01-09", "2026-01-13"]
    assert found["AAA"].tolist() == [2, 3, 4]
    assert found["EURUSD"].tolist() == [1.1, 1.2, 1.2]
    legs[2] = prices("EURUSD", LegKind.RATE, ["2026-01-05"], [1.1])
    assert align(legs)[0].astype(str).tolist() == ["2026-01-05", "2026-01-09"]
    legs[2] = prices("EURUSD", LegKind.RATE, [], [])
    assert align(legs)[0].size == 0


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("ULSD - BRENT", "ULSD * 42[gal/bbl] - BRENT"),
        ("BRENT - ULSD", "BRENT - ULSD * 42[gal/bbl]"),
        ("TTF - NBP", "TTF - NBP * GBPEUR * 0.3412141633127942[GBP*therm/GBp/MWh]"),
        ("GASOIL - BRENT", "GASOIL - BRENT * 7.45[bbl/t]"),
        ("TTF - JKM", "TTF - JKM * USDEUR * 3.4121416331279417[MMBtu/MWh]"),
    ],
)
def test_repairs_agree_in_units(text, first):
    with pytest.raises(DomainError) as caught:
        parse_formula(text, UNITS)
    offered = fixes(text, caught.value, UNITS)
    assert offered[0] == first
    for formula in offered:
        parse_formula(formula, UNITS)


@pytest.mark.parametrize("text", ["BRENT -", "NOPE - BRENT", "BRENT - 3"])
def test_what_cannot_be_repaired_offers_nothing(text):
    with pytest.raises(DomainError) as caught:
        parse_formula(text, UNITS)
    assert fixes(text, caught.value, UNITS) == ()
