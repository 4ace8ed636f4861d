"""A spread taken apart by leg adds up again, whatever the formula's shape."""

import pytest

from portal.domain.market.errors import FormulaError
from portal.domain.market.spread_terms import contributions
from portal.domain.market.spreads import parse_formula

UNITS = {"RBOB": "USD/gal", "ULSD": "USD/gal", "WTI": "USD/bbl", "TTF": "EUR/MWh", "EURUSD": "USD/EUR"}
PRICES = {"RBOB": 2.1, "ULSD": 2.4, "WTI": 70.0, "TTF": 30.0, "EURUSD": 1.1}


def split(text: str):
    formula = parse_formula(text, UNITS)
    parts = contributions(formula, PRICES, ["EURUSD"])
    whole = formula.evaluate({code: [PRICES[code]] for code in formula.instruments})[0]
    assert sum(part.value for part in parts) == pytest.approx(whole, rel=1e-12)
    return parts


def test_three_two_one_crack():
    parts = split("(2*RBOB*42[gal/bbl] + ULSD*42[gal/bbl] - 3*WTI) / 3")
    assert [(part.leg, round(part.factor, 9), round(part.value, 9)) for part in parts] == [
        ("RBOB", 28.0, 58.8),
        ("ULSD", 14.0, 33.6),
        ("WTI", -1.0, -70.0),
    ]
    assert parts[0].steps == ("× 2", "× 42[gal/bbl]", "÷ 3")


def test_rates_belong_into_the_factor_whichever_comes_first():
    (part,) = split("EURUSD * TTF / 0.5")
    assert (part.leg, part.price) == ("TTF", 30.0)
    assert part.factor == pytest.approx(2.2)
    assert part.steps == ("÷ 0.5", "× EURUSD 1.1")
    (part,) = split("WTI / EURUSD")
    assert part.steps == ("÷ EURUSD 1.1",)


def test_products_and_negatives_are_expanded():
    assert [part.leg for part in split("-(RBOB - ULSD) * (2 - 0.5)")] == ["RBOB", "RBOB", "ULSD", "ULSD"]


def test_a_ratio_of_sums_is_no_sum_of_legs():
    formula = parse_formula("WTI / (RBOB + ULSD)", UNITS)
    with pytest.raises(FormulaError, match="divides by a sum"):
        contributions(formula, PRICES)
