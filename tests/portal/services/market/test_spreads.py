"""Spreads on rows that the test knows: standard formulas, rates, forwards, statistics, legs, and their passports."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotPermitted
from portal.core.table import GridQuery
from portal.domain.market import spread_metrics as own
from portal.services import evaluation, passports
from portal.services.market import spread_tables as tables
from portal.services.market import spreads
from tests.helpers.market import add_curve, add_instrument, add_rates, evening

DAYS = np.busday_offset("2026-03-02", np.arange(90)).astype(object).tolist()
LAST = DAYS[-1]
CLOCKS = Clocks(LAST, datetime(2099, 1, 1, tzinfo=UTC), live=False)
EARLIER = Clocks(DAYS[60], evening(DAYS[60]), live=False)
ALL = GridQuery(limit=None)
WALK = np.random.default_rng(11).normal(0, 1, (6, 90)).cumsum(axis=1)


def series(level: float, at: int, scale: float = 1.0) -> list[tuple[date, float]]:
    return [(day, round(level + scale * float(step), 4)) for day, step in zip(DAYS, WALK[at], strict=True)]


@pytest.fixture(scope="module")
def desk(module_database: str) -> str:
    """Oil, gas, coal, power and carbon in four units and three currencies; two curves; rates with a hole."""
    add_instrument("WTI", series(70, 0))
    add_instrument("BRENT", series(74, 0))
    add_instrument("RBOB", series(2.1, 1, 0.02), unit="USD/gal", commodity="products")
    add_instrument("ULSD", series(2.4, 2, 0.02), unit="USD/gal", commodity="products")
    add_instrument("GASOIL", series(700, 3, 5), unit="USD/t", commodity="products")
    add_instrument("TTF", series(30, 3)[:-1], unit="EUR/MWh", commodity="gas", simulated=True)
    add_instrument("NBP", series(80, 4), unit="GBp/therm", commodity="gas")
    add_instrument("API2", series(96, 5), unit="USD/t", commodity="coal")
    add_instrument("EUA", series(75, 1), unit="EUR/t", commodity="carbon")
    add_instrument("POWER_DE_LU", series(90, 2, 5), unit="EUR/MWh", commodity="power")
    for code, commodity, at in (("TTF", "gas", 3), ("POWER_DE_LU", "power", 2)):
        start = np.datetime64("2026-08", "M")
        nodes = {
            day: [(str(start + rank), 40.0 + WALK[at, n] + rank / 7) for rank in range(20)]
            for n, day in enumerate(DAYS)
        }
        add_curve(code, nodes, commodity=commodity, timezone="Europe/Berlin")
    add_rates("EUR", "USD", {day: 1.08 + n / 1000 for n, day in enumerate(DAYS) if n % 3})
    add_rates("EUR", "GBP", dict.fromkeys(DAYS, 0.86))
    return module_database


def known() -> spreads.Catalogue:
    return spreads.all_legs(SYSTEM)


def last(code: str, day: date = LAST) -> float:
    level = {
        "WTI": 70,
        "RBOB": 2.1,
        "ULSD": 2.4,
        "API2": 96,
        "EUA": 75,
        "POWER_DE_LU": 90,
        "NBP": 80,
        "TTF": 30,
    }
    at = {"WTI": 0, "RBOB": 1, "ULSD": 2, "API2": 5, "EUA": 1, "POWER_DE_LU": 2, "NBP": 4, "TTF": 3}
    scale = {"RBOB": 0.02, "ULSD": 0.02, "POWER_DE_LU": 5}
    return round(level[code] + scale.get(code, 1.0) * float(WALK[at[code], DAYS.index(day)]), 4)


def test_three_two_one_crack_by_hand(desk):
    legs = {"crude": "WTI", "gasoline": "RBOB", "distillate": "ULSD"}
    text = spreads.standard_formula("crack_321", legs, {}, known())
    found = spreads.spread(text, CLOCKS, SYSTEM)
    expected = (2 * last("RBOB") * 42 + last("ULSD") * 42 - 3 * last("WTI")) / 3
    assert found.study.value[-1] == pytest.approx(expected)
    assert (found.study.unit, found.simulated) == ("USD/bbl", False)


def test_clean_dark_spread_converts_by_the_rate_of_the_day(desk):
    legs = {"power": "POWER_DE_LU", "coal": "API2", "carbon": "EUA"}
    text = spreads.standard_formula("clean_dark", legs, {"efficiency": 0.4}, known())
    found = spreads.spread(text, CLOCKS, SYSTEM)
    rate = 1.08 + 89 / 1000
    coal = last("API2") / rate / 6.978 / 0.4
    assert found.study.value[-1] == pytest.approx(last("POWER_DE_LU") - coal - 0.341 / 0.4 * last("EUA"))
    assert found.study.rates == ("EURUSD",)
    assert len(found.study.day) == 89  # the first day has no rate; later holes are carried over


def test_location_spread_in_pence_a_therm_ends_where_a_leg_ends(desk):
    text = spreads.standard_formula("location", {"here": "TTF", "there": "NBP"}, {}, known())
    found = spreads.spread(text, CLOCKS, SYSTEM)
    nbp = last("NBP", DAYS[-2]) / 100 / 0.86 * 3.4121416331279417 * 10
    assert found.study.newest == DAYS[-2]
    assert found.study.value[-1] == pytest.approx(last("TTF", DAYS[-2]) - nbp)
    assert found.simulated
    assert (
        "TTF has no price after"
        in spreads.spread(text, Clocks(LAST + timedelta(days=5), CLOCKS.known_at, live=False), SYSTEM).late
    )


def test_forward_spark_is_that_of_the_curves(desk):
    legs = {"power": "POWER_DE_LU", "gas": "TTF"}
    text = spreads.standard_formula("spark", legs, {}, known(), delivery="2026-Q4")
    assert text.startswith('"POWER_DE_LU.2026-Q4" - "TTF.2026-Q4" / 0.5')
    found = spreads.spread(text, CLOCKS, SYSTEM)
    hours = np.array([745, 720, 744]) @ np.array([2, 3, 4]) / (745 + 720 + 744) / 7
    days = np.array([31, 30, 31]) @ np.array([2, 3, 4]) / 92 / 7
    expected = 40 + WALK[2, -1] + hours - 2 * (40 + WALK[3, -1] + days)
    assert found.study.value[-1] == pytest.approx(expected)
    with pytest.raises(DomainError, match="EUA has no forward curve"):
        spreads.standard_formula("clean_spark", legs | {"carbon": "EUA"}, {}, known(), delivery="M1")


def test_check_says_the_unit_or_offers_repairs(desk):
    good = spreads.check_formula("ULSD*42 - BRENT", known())
    assert good.accepted
    assert good.sentence == "The result is in USD/bbl. 42 is read as 42 gal/bbl in ULSD*42."
    bad = spreads.check_formula("ULSD - BRENT", known())
    assert (bad.accepted, bad.fixes[0]) == (False, "ULSD * 42[gal/bbl] - BRENT")
    assert "Multiply BRENT by" in bad.sentence
    assert spreads.check_formula('"TTF.M1" - "TTF.M2"', known()).accepted
    assert not spreads.check_formula("", known()).accepted


def test_wrong_questions_are_refused(desk):
    with pytest.raises(DomainError, match="no instrument NOPE"):
        spreads.spread("NOPE - WTI", CLOCKS, SYSTEM)
    with pytest.raises(DomainError, match="no exchange rate"):
        spreads.spread("TTF * EURJPY[JPY/EUR]", CLOCKS, SYSTEM)
    with pytest.raises(DomainError, match=r"between 0.2 and 0.7"):
        spreads.standard_formula(
            "spark", {"power": "POWER_DE_LU", "gas": "TTF"}, {"efficiency": 5.0}, known()
        )
    with pytest.raises(NotPermitted):
        spreads.spread("WTI", CLOCKS, Actor(9, "x", "X", frozenset()))


def test_legs_add_up_and_their_changes_too(desk):
    found = spreads.spread("(RBOB*42[gal/bbl] - WTI) * 0.5 + WTI", CLOCKS, SYSTEM)
    *legs, total = tables.leg_table(found, ALL).records()
    assert [row["leg"] for row in legs] == ["RBOB", "WTI", "WTI (2)"]
    assert sum(row["value"] for row in legs) == pytest.approx(total["value"])
    assert sum(row["change"] for row in legs) == pytest.approx(total["change"])
    assert legs[0]["how"] == "× 42 gal/bbl × 0.5"
    ratio = spreads.spread("WTI / (BRENT + WTI)", CLOCKS, SYSTEM)
    assert "divides by a sum" in ratio.study.problem
    assert tables.leg_table(ratio, ALL).rows == []


def test_history_rows_hold_the_legs(desk):
    found = spreads.spread("BRENT - WTI", CLOCKS, SYSTEM, window=20)
    row = tables.history_table(found, ALL).records()[0]
    assert (row["day"], row["value"]) == (LAST, pytest.approx(row["BRENT"] - row["WTI"]))
    years = tables.overlay_table(found, ALL)
    assert [column.key for column in years.columns] == ["place", "2026"]


FORMULAS = (
    "RBOB*42 - WTI",
    "POWER_DE_LU - API2 / EURUSD / 6.978[MWh/t] / 0.38 - 0.8974 * EUA",
    "TTF - NBP * GBPEUR * 0.3412141633127942[GBP*therm/GBp/MWh]",
    '"POWER_DE_LU.2026-Q4" - "TTF.M1" / 0.5',
    "WTI / (BRENT + WTI)",
)


def replayed(metric_id: str, clocks: Clocks, **params: object) -> evaluation.Evaluation:
    """The passport's evaluation, once it was shown to follow from its rows alone."""
    found = passports.open_passport(metric_id, params, clocks, SYSTEM)
    records = [
        {k: v.isoformat() if isinstance(v, (date, datetime)) else v for k, v in record.items()}
        for record in found.evaluation.inputs.records()
    ]
    outcome = evaluation.EVALUATORS[metric_id].replay(records, found.params, clocks)
    assert (outcome.value, outcome.unit) == (found.evaluation.value, found.evaluation.unit)
    return found.evaluation


@pytest.mark.parametrize("clocks", [CLOCKS, EARLIER], ids=["newest", "an earlier day"])
@pytest.mark.parametrize("text", FORMULAS)
def test_passports_equal_every_figure_of_the_page(desk, text, clocks):
    found = spreads.spread(text, clocks, SYSTEM, span="1y", window=20)
    at, params = found.study.standing, {"formula": text, "range": "1y", "window": 20}
    for metric_id, value in (
        ("market.spread", at.latest),
        (own.SPREAD_CHANGE.id, at.change),
        (own.SPREAD_MEAN.id, at.mean),
        (own.SPREAD_ZSCORE.id, at.zscore),
        (own.SPREAD_PERCENTILE.id, at.percentile),
    ):
        assert replayed(metric_id, clocks, **params).value == value, metric_id
    table = tables.leg_table(found, ALL)
    for record in table.records():
        params = table.extra["params"][record["leg"]]
        passport = replayed(own.SPREAD_CONTRIBUTION.id, clocks, **params)
        assert (passport.value, passport.unit) == (record["value"], found.study.unit)


def test_passport_rows_are_those_that_decide(desk):
    found = replayed("market.spread", CLOCKS, formula="POWER_DE_LU - API2 / EURUSD / 6.978[MWh/t]")
    rows = found.inputs.records()
    assert {row["day"] for row in rows if row["kind"] == "instrument"} == {LAST}
    assert {row["instrument"] for row in rows} == {"POWER_DE_LU", "API2", "EUR/USD"}
    nothing = replayed("market.spread", Clocks(date(2020, 1, 1), CLOCKS.known_at, live=False), formula="WTI")
    assert (nothing.value, bool(nothing.note)) == (None, True)
