"""Curves and kinds of trades in the words of the rules."""

import pytest

from portal.domain.compliance.identifiers import is_eic
from portal.domain.compliance.places import MIC_GROUPS, PLACES, place_of, product_of
from portal.domain.portfolio.trade import Kind


def test_a_peak_load_curve_is_where_its_base_load_curve_is() -> None:
    assert place_of("POWER_FR_PEAK") is PLACES["POWER_FR"]
    assert place_of("HOUSE_CURVE") is None


@pytest.mark.parametrize("code", PLACES)
def test_every_place_has_a_known_venue_and_right_identifiers(code: str) -> None:
    place = PLACES[code]
    assert place.mic in frozenset().union(*MIC_GROUPS.values())
    assert not place.delivery_point or is_eic(place.delivery_point)
    assert place.country or place.instrument


def test_gas_for_a_steel_works_is_supply_and_a_cleared_forward_is_a_future() -> None:
    assert product_of(Kind.FORWARD_PHYSICAL, "gas", "industrial").type == "supply"
    assert product_of(Kind.FORWARD_PHYSICAL, "crude", "industrial").type == "forward"
    assert product_of(Kind.FORWARD_PHYSICAL, "emission", "utility").type == "allowance"
    assert product_of(Kind.FORWARD_FINANCIAL, "power", "exchange").type == "future"
    swing = product_of(Kind.SWING, "gas", "producer")
    assert not swing.volume_known
    assert not swing.is_derivative
    assert swing.settlement == "physical"
