"""Zones and countries."""

import pytest

from portal.domain.compliance.areas import country_of_zone, in_great_britain, is_union


@pytest.mark.parametrize(
    ("zone", "country"),
    [
        ("DE-LU", "DE"),
        ("no2", "NO"),
        ("IT-NORTH", "IT"),
        ("TTF", "NL"),
        ("SEM", "IE"),
        ("PJM", ""),
        ("SP15", ""),
        ("", ""),
    ],
)
def test_country_of_zone(zone: str, country: str) -> None:
    assert country_of_zone(zone) == country


def test_northern_ireland_is_not_great_britain() -> None:
    assert in_great_britain("GB", "NBP")
    assert not in_great_britain("GB", "NI")
    assert not in_great_britain(None)
    assert is_union("de")
    assert not is_union("CH")
