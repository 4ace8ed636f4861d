"""The factors of a market: order, levels, types of shock."""

import numpy as np
import pytest

from portal.domain.market.errors import BadParameter
from portal.domain.risk.scenarios.factors import FactorKind, Shock
from portal.domain.risk.scenarios.market_factors import forced_shocks, market_factors
from tests.portal.domain.risk.scenarios.scenario_cases import GAS, OIL, POWER, small_market


def test_factors_are_ordered_by_kind_then_curve_and_tenor():
    found = market_factors(small_market())
    assert found.label == (
        "TTF +1", "TTF +2", "TTF +3", "TTF +4", "POWER_DE +1", "POWER_DE +2", "POWER_DE +3", "POWER_DE +4",
        "BRENT +2", "BRENT +3", "TTF volatility", "EUR per USD", "EUR zero rate", "USD zero rate",
    )  # fmt: skip
    assert np.array_equal(found.kind, np.sort(found.kind))
    np.testing.assert_allclose(
        found.level[[0, 3, 8, 10, 11, 12, 13]], [22.0, 25.0, 63.0, 1.0, 1.0, 0.025, 0.04]
    )
    assert found.unit[8] == "USD/bbl"
    assert found.currency[8] == "USD"


def test_power_and_prices_at_or_below_zero_have_absolute_shocks():
    found = market_factors(small_market({0: [20.0, 21.0, -1.0, 23.0, 24.0, 25.0]}))
    types = dict(zip(found.label, found.shock, strict=True))
    assert types["TTF +1"] is types["POWER_DE +1"] is types["EUR zero rate"] is Shock.ABSOLUTE
    assert types["TTF +2"] is types["TTF volatility"] is types["EUR per USD"] is Shock.RELATIVE


def test_months_that_have_left_a_curve_move_as_its_first_live_one():
    found = market_factors(small_market())
    at = found.price_positions(np.array([OIL, OIL, OIL, GAS, 77]), np.array([0, 1, 9, 0, 1]))
    assert [found.label[place] if place >= 0 else None for place in at] == [
        "BRENT +2", "BRENT +2", "BRENT +3", "TTF +1", None,
    ]  # fmt: skip


def test_chosen_curves_and_tenors_alone_are_factors():
    found = market_factors(small_market(), curve_ids=[GAS], tenors=2)
    assert found.label == ("TTF +1", "TTF +2", "TTF volatility", "EUR zero rate")
    with pytest.raises(BadParameter, match="at least 1 month"):
        market_factors(small_market(), tenors=0)


def test_a_forced_type_is_taken_unless_the_price_forbids_it():
    market = small_market({0: [20.0, 21.0, -1.0, 23.0, 24.0, 25.0]})
    found = market_factors(market)
    forced = forced_shocks(found, {POWER: (Shock.SHIFTED, 100.0), OIL: (Shock.ABSOLUTE, 7.0)})
    types = dict(zip(forced.label, zip(forced.shock, forced.shift.tolist(), strict=True), strict=True))
    assert types["POWER_DE +2"] == (Shock.SHIFTED, 100.0)
    assert types["BRENT +2"] == (Shock.ABSOLUTE, 0.0)
    with pytest.raises(BadParameter, match=r"TTF \+1 stands at -1 today"):
        forced_shocks(found, {GAS: (Shock.RELATIVE, 0.0)})
    assert forced.kind[0] == FactorKind.PRICE
