"""Spread formulas: reading, unit checks with their sentences, evaluation, and the standard spreads by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.errors import DomainError
from portal.core.units import FxRateMissing, UnitMismatch, UnknownUnit
from portal.domain.market.errors import BadParameter, FormulaError, LengthMismatch
from portal.domain.market.spread_registry import STANDARD_SPREADS
from portal.domain.market.spreads import formula_instruments, parse_formula

UNITS = {
    "BRENT": "USD/bbl", "WTI": "USD/bbl", "RBOB": "USD/gal", "ULSD": "USD/gal", "GASOIL": "USD/t", "API2": "USD/t",
    "HENRY_HUB": "USD/MMBtu", "TTF": "EUR/MWh", "NBP": "GBp/therm", "POWER_DE": "EUR/MWh", "POWER_GB": "GBP/MWh",
    "EUA": "EUR/tCO2e", "UKA": "GBP/t", "EURUSD": "USD/EUR", "DE base": "EUR/MWh",
}  # fmt: skip
ONE = {code: np.array([1.0]) for code in UNITS}


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        pytest.param("BRENT - WTI", "USD/bbl", 80.0 - 75.0, id="location"),
        pytest.param("RBOB[USD/gal] * 42 - WTI", "USD/bbl", 2.5 * 42 - 75, id="crack-with-claimed-unit"),
        pytest.param("ULSD*42 - WTI", "USD/bbl", 2.4 * 42 - 75, id="crack"),
        pytest.param("42 gal/bbl * RBOB - WTI", "USD/bbl", 2.5 * 42 - 75, id="factor-with-unit"),
        pytest.param("42[gal/bbl] * RBOB - WTI", "USD/bbl", 2.5 * 42 - 75, id="factor-in-brackets"),
        pytest.param("(2*RBOB*42 + ULSD*42 - 3*WTI)/3", "USD/bbl", (105 * 2 + 100.8 - 225) / 3, id="321"),
        pytest.param("(2*RBOB*42 + ULSD*42)/3 - WTI", "USD/bbl", (210 + 100.8) / 3 - 75, id="321-nested"),
        pytest.param("POWER_DE - TTF/0.5 - 0.2*EUA", "EUR/MWh", 90 - 60 - 14, id="clean-spark"),
        pytest.param(
            "POWER_DE - TTF/0.5 - 0.2 tCO2e/MWh * EUA", "EUR/MWh", 90 - 60 - 14, id="clean-spark-units"
        ),
        pytest.param("GASOIL / 7.45 bbl/t - BRENT", "USD/bbl", 745 / 7.45 - 80, id="named-density"),
        pytest.param("GASOIL - BRENT*7.45", "USD/t", 745 - 80 * 7.45, id="bare-density"),
        pytest.param("TTF - HENRY_HUB*3.412142/EURUSD", "EUR/MWh", 30 - 3 * 3.412142 / 1.1, id="fx"),
        pytest.param("BRENT / WTI", "1", 80 / 75, id="ratio"),
        pytest.param("-(BRENT − WTI) × 2", "USD/bbl", -10.0, id="typographic-signs"),
        pytest.param('"DE base" - TTF', "EUR/MWh", 90.0 - 30.0, id="quoted-name"),
        pytest.param("BRENT - 5 USD/bbl", "USD/bbl", 75.0, id="number-with-unit"),
        pytest.param("POWER_GB - NBP*0.341214", "GBP/MWh", 70 - 80 * 0.341214, id="pence-a-therm"),
        pytest.param("(1 - 0.25) * BRENT", "USD/bbl", 60.0, id="constants-fold"),
        pytest.param("+BRENT - -WTI", "USD/bbl", 155.0, id="signs"),
        pytest.param("1e1 * BRENT", "USD/bbl", 800.0, id="exponent"),
    ],
)
def test_formula_by_hand(text, unit, value):
    prices = {
        "BRENT": [80.0], "WTI": [75.0], "RBOB": [2.5], "ULSD": [2.4], "GASOIL": [745.0], "HENRY_HUB": [3.0],
        "TTF": [30.0], "NBP": [80.0], "POWER_DE": [90.0], "POWER_GB": [70.0], "EUA": [70.0], "EURUSD": [1.1],
        "DE base": [90.0],
    }  # fmt: skip
    formula = parse_formula(text, UNITS)
    assert str(formula.unit) == unit
    assert formula.evaluate(prices)[0] == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "error", "sentence"),
    [
        pytest.param(
            "BRENT - RBOB",
            UnitMismatch,
            "BRENT is in USD/bbl, but RBOB is in USD/gal. Multiply RBOB by 42 gal/bbl: USD/bbl - USD/gal x 42.",
            id="gallon",
        ),
        pytest.param(
            "WTI - 3*RBOB",
            UnitMismatch,
            "WTI is in USD/bbl, but 3*RBOB is in USD/gal. Multiply 3*RBOB by 42 gal/bbl: USD/bbl - USD/gal x 42.",
            id="wrong-factor",
        ),
        pytest.param(
            "TTF - HENRY_HUB",
            FxRateMissing,
            "TTF is in EUR/MWh, but HENRY_HUB is in USD/MMBtu. Multiply HENRY_HUB by an FX rate in EUR/USD, an "
            "instrument or a number such as 1.1 EUR/USD, and by 3.41214 MMBtu/MWh.",
            id="currency",
        ),
        pytest.param(
            "BRENT - 5",
            UnitMismatch,
            "5 has no unit, but BRENT is in USD/bbl; write 5 USD/bbl.",
            id="bare-number",
        ),
        pytest.param(
            "RBOB[USD/bbl] - WTI",
            UnitMismatch,
            "RBOB is quoted in USD/gal, not in USD/bbl; write RBOB[USD/gal] or just RBOB.",
            id="false-claim",
        ),
        pytest.param(
            "POWER_DE - 3*EUA",
            UnitMismatch,
            "POWER_DE is in EUR/MWh, but 3*EUA is in EUR/tCO2e. The missing factor has the unit tCO2e/MWh; write "
            "it with its unit.",
            id="no-emission-factor",
        ),
        pytest.param(
            "BRENTT - WTI", FormulaError, "There is no instrument BRENTT. Did you mean BRENT?", id="typo"
        ),
        pytest.param("BRENT - WTI/(1 - 1)", FormulaError, "WTI/(1 - 1) divides by zero.", id="zero"),
        pytest.param(
            "BRENT -",
            FormulaError,
            "The formula needs an instrument or a number in column 8, but it ends there.",
            id="cut",
        ),
        pytest.param(
            "1 + 2",
            FormulaError,
            "The formula uses no instrument; write for instance BRENT - WTI.",
            id="none",
        ),
        pytest.param("", FormulaError, "The formula is empty; write for instance BRENT - WTI.", id="empty"),
    ],
)
def test_refusals_say_what_to_do(text, error, sentence):
    with pytest.raises(error) as caught:
        parse_formula(text, UNITS)
    assert str(caught.value) == sentence


def test_links_between_dimensions_are_named():
    with pytest.raises(
        UnitMismatch, match=r"GASOIL is in USD/t, but BRENT is in USD/bbl.*7.45 bbl/t \(gasoil_bbl_per_t\)"
    ):
        parse_formula("GASOIL - BRENT", UNITS)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('x')", "BRENT.__class__()", "lambda: BRENT", "BRENT if WTI else RBOB", "BRENT ** 9",
        "BRENT; WTI", "[BRENT for BRENT in WTI]", "BRENT(WTI)", "BRENT WTI", "42 BRENT", "(" * 40 + "BRENT" + ")" * 40,
        "-" * 400 + "BRENT", "BRENT - " * 80 + "WTI", "BRENT[USD/parsec]", "BRENT - WTI)", "\x00",
    ],
)  # fmt: skip
def test_nothing_but_the_grammar_is_read(text):
    with pytest.raises((FormulaError, UnknownUnit)):
        parse_formula(text, UNITS)


def test_readings_of_bare_numbers_are_reported():
    formula = parse_formula("POWER_DE - TTF/0.5 - 0.2*EUA", UNITS)
    assert formula.readings == ("0.2 is read as an emission factor of 0.2 tCO2e/MWh in 0.2*EUA",)
    assert parse_formula("BRENT - WTI", UNITS).readings == ()


def test_instruments_come_in_reading_order_and_once():
    assert formula_instruments("RBOB*42 - WTI + 0*RBOB") == ("RBOB", "WTI")


def test_missing_prices_stay_missing():
    formula = parse_formula("BRENT - WTI", UNITS)
    assert np.isnan(formula.evaluate({"BRENT": [1.0, np.nan], "WTI": [np.nan, 2.0]})).all()
    ratio = parse_formula("BRENT / WTI", UNITS)
    assert np.isnan(ratio.evaluate({"BRENT": [1.0, 0.0], "WTI": [0.0, 0.0]})).all()
    with pytest.raises(FormulaError, match="needs prices of WTI"):
        formula.evaluate({"BRENT": [1.0]})
    with pytest.raises(LengthMismatch, match="not on the same dates"):
        formula.evaluate({"BRENT": [1.0], "WTI": [1.0, 2.0]})


@given(st.text(alphabet="BRENTWI()[]+-*/.0123456789 \"'_ USDgal/", max_size=40))
def test_any_text_gives_a_formula_or_a_sentence(text):
    refusal = None
    try:
        parse_formula(text, UNITS).evaluate(ONE)
    except DomainError as error:
        refusal = str(error)
    assert refusal is None or refusal.endswith((".", "?"))


def _build(code, fx=None, **parameters):
    legs = {
        "crude": "WTI", "product": "RBOB", "gasoline": "RBOB", "distillate": "ULSD", "power": "POWER_DE", "gas": "TTF",
        "coal": "API2", "carbon": "EUA", "here": "BRENT", "there": "WTI", "near": "BRENT", "far": "WTI",
    }  # fmt: skip
    return STANDARD_SPREADS[code].build(legs, UNITS, fx=fx, **parameters)


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("crack", 2.5 * 42 - 75),
        ("crack_321", (2 * 2.5 * 42 + 2.4 * 42 - 3 * 75) / 3),
        ("spark", 90 - 30 / 0.5),
        ("clean_spark", 90 - 30 / 0.5 - 0.202 / 0.5 * 70),
        ("dark", 90 - 110 / 1.1 / 6.978 / 0.38),
        ("clean_dark", 90 - 110 / 1.1 / 6.978 / 0.38 - 0.341 / 0.38 * 70),
        ("location", 5.0),
        ("calendar", 5.0),
    ],
)
def test_standard_spreads_by_hand(code, value):
    prices = {
        "BRENT": [80.0], "WTI": [75.0], "RBOB": [2.5], "ULSD": [2.4], "TTF": [30.0], "POWER_DE": [90.0], "EUA": [70.0],
        "API2": [110.0], "EURUSD": [1.1],
    }  # fmt: skip
    formula = _build(code, fx={"USD/EUR": "EURUSD"})
    assert formula.evaluate(prices)[0] == pytest.approx(value, rel=1e-12)
    assert formula.readings == ()


def test_standard_spreads_convert_what_they_can():
    spread = STANDARD_SPREADS["clean_spark"]
    legs = {"power": "POWER_GB", "gas": "NBP", "carbon": "UKA"}
    formula = spread.build(legs, UNITS, efficiency=0.49)
    got = formula.evaluate({"POWER_GB": [70.0], "NBP": [80.0], "UKA": [40.0]})[0]
    assert got == pytest.approx(70 - 0.8 / 0.0293071070172 / 0.49 - 0.202 / 0.49 * 40)
    assert str(formula.unit) == "GBP/MWh"
    crack = STANDARD_SPREADS["crack"].build({"crude": "BRENT", "product": "GASOIL"}, UNITS)
    assert crack.evaluate({"BRENT": [80.0], "GASOIL": [745.0]})[0] == pytest.approx(20.0)


def test_standard_spreads_refuse():
    with pytest.raises(BadParameter, match=r"between 0.2 and 0.7 MWh/MWh, not 5"):
        _build("spark", efficiency=5.0)
    with pytest.raises(BadParameter, match="has no parameter heat"):
        _build("spark", heat=5.0)
    with pytest.raises(BadParameter, match="needs an instrument for gas"):
        STANDARD_SPREADS["spark"].build({"power": "POWER_DE"}, UNITS)
    with pytest.raises(FxRateMissing):
        _build("dark")
    with pytest.raises(FormulaError, match="There is no instrument NOPE"):
        STANDARD_SPREADS["location"].build({"here": "BRENT", "there": "NOPE"}, UNITS)


def test_every_standard_spread_explains_itself():
    for spread in STANDARD_SPREADS.values():
        assert spread.words.endswith(".")
        assert "=" in spread.symbols
        assert all(p.low <= p.default <= p.high for p in spread.parameters)
