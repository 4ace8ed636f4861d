"""Units: exact factors, what is refused, and the laws of the algebra."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.unit_symbols import SYMBOLS
from portal.core.units import (
    NAMED_CONVERSIONS,
    FxRateMissing,
    Unit,
    UnitMismatch,
    UnknownUnit,
    conversion_factor,
    convert,
    parse_unit,
)

UNITS = st.lists(
    st.tuples(st.sampled_from(sorted(SYMBOLS)), st.sampled_from([-2, -1, 1, 2])), max_size=4
).map(lambda parts: Unit(tuple(sorted(dict(parts).items()))))


@pytest.mark.parametrize(
    ("source", "target", "factor"),
    [
        pytest.param("USD/gal", "USD/bbl", 42, id="barrel-is-42-gallons"),
        pytest.param("USD/MMBtu", "USD/therm", Fraction(1, 10), id="mmbtu-is-ten-therms"),
        pytest.param("GBp/therm", "GBP/therm", Fraction(1, 100), id="pence"),
        pytest.param("GJ", "MWh", Fraction(10, 36), id="gigajoule"),
        pytest.param("MW*h", "MWh", 1, id="power-times-time"),
        pytest.param("EUR/MW/h", "EUR/MWh", 1, id="price-of-power-for-an-hour"),
        pytest.param("USD/lb", "USD/t", Fraction(1) / Fraction("0.00045359237"), id="pound"),
        pytest.param("USX/gal", "USD/bbl", Fraction(42, 100), id="cents-a-gallon"),
    ],
)
def test_exact_factors(source, target, factor):
    assert conversion_factor(source, target) == factor


def test_energy_of_an_mmbtu_is_the_published_figure():
    assert float(conversion_factor("MMBtu", "MWh")) == pytest.approx(0.29307107, abs=5e-9)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("USD/bbl", "USD/bbl"),
        (" usd / BBL ", "USD/bbl"),
        ("GBX/thm", "GBp/therm"),
        ("$ per gallon", "USD/gal"),
        ("€/MWh", "EUR/MWh"),
        ("EUR/tCO2", "EUR/tCO2e"),
        ("USD/MT", "USD/t"),
        ("index", "index"),
        ("", "1"),
        ("MWh/MWh", "1"),
    ],
)
def test_spellings(text, shown):
    assert str(parse_unit(text)) == shown


@pytest.mark.parametrize("text", ["USD/parsec", "ton", "USD//bbl", "bbl^x", "USD bbl"])
def test_unknown_units_are_refused(text):
    with pytest.raises(UnknownUnit, match="is not a known unit"):
        parse_unit(text)


def test_currencies_need_a_rate():
    with pytest.raises(FxRateMissing, match="give USD per EUR"):
        conversion_factor("EUR/MWh", "USD/MMBtu")
    both = [
        convert(30.0, "EUR/MWh", "USD/MWh", fx={"USD/EUR": 1.25}),
        convert(30.0, "EUR/MWh", "USD/MWh", fx={"EUR/USD": 0.8}),
    ]
    assert both == pytest.approx([37.5, 37.5])


def test_pence_convert_through_the_pound():
    assert convert(100.0, "GBp/therm", "EUR/MWh", fx={"EUR/GBP": 1.2}) == pytest.approx(1.2 / 0.0293071070172)


def test_dimensions_need_a_named_property():
    with pytest.raises(UnitMismatch, match="gasoil_bbl_per_t"):
        convert(745.0, "USD/t", "USD/bbl")
    assert convert(745.0, "USD/t", "USD/bbl", via="gasoil_bbl_per_t") == pytest.approx(100.0)
    assert convert(100.0, "USD/bbl", "USD/t", via="gasoil_bbl_per_t") == pytest.approx(745.0)
    assert convert(69.78, "USD/t", "EUR/MWh", via="api2_mwh_per_t", fx={"USD/EUR": 2.0}) == pytest.approx(5.0)


def test_a_property_that_does_not_fit_is_refused():
    with pytest.raises(UnitMismatch, match="does not lead from USD/t to USD/bbl"):
        convert(1.0, "USD/t", "USD/bbl", via="api2_mwh_per_t")
    with pytest.raises(UnitMismatch, match="There is no conversion named"):
        convert(1.0, "USD/t", "USD/bbl", via="tea")


def test_a_tonne_of_carbon_is_no_tonne_of_coal():
    with pytest.raises(UnitMismatch, match="measure different things"):
        conversion_factor("EUR/tCO2e", "EUR/t")


def test_every_named_conversion_says_what_it_is():
    assert all(c.meaning and c.factor > 0 and not c.unit.is_number for c in NAMED_CONVERSIONS.values())


@given(UNITS, UNITS)
def test_algebra(left, right):
    assert (left * right) / right == left
    assert (left * right).scale == left.scale * right.scale
    assert left * right == right * left


@given(UNITS)
def test_text_reads_back(unit):
    assert parse_unit(str(unit)) == unit


@given(UNITS, st.floats(-1e6, 1e6))
def test_conversion_to_itself_changes_nothing(unit, value):
    assert convert(value, unit, unit) == value
