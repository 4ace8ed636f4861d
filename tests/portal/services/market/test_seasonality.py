"""The season of an instrument, and that its passports say the same."""

import numpy as np
import pytest

from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound, NotPermitted
from portal.core.table import GridQuery
from portal.services import passports
from portal.services.market import seasonality
from tests.helpers.market import add_instrument, evening

DAYS = np.busday_offset("2018-01-01", range(1600), roll="forward").astype(object).tolist()
CLOCKS = Clocks(DAYS[-1], evening(DAYS[-1]), live=False)
WAVE = [np.cos(2 * np.pi * (day.month - 1) / 12) for day in DAYS]


@pytest.fixture(scope="module")
def desk(module_database: str) -> str:
    add_instrument(
        "TTF", [(d, 30.0 * (1 + 0.3 * w)) for d, w in zip(DAYS, WAVE, strict=True)], unit="EUR/MWh"
    )
    add_instrument("POWER", [(d, 2.0 + 20 * w) for d, w in zip(DAYS, WAVE, strict=True)], unit="EUR/MWh")
    add_instrument("YOUNG", [(d, 5.0) for d in DAYS[-90:]])
    return module_database


def season(code: str = "TTF", **options) -> seasonality.Season:
    return seasonality.season(code, CLOCKS, SYSTEM, **options)


def test_winter_is_dear(desk):
    found = season()
    assert found.relative
    assert int(np.argmax(found.profile.figure)) == 0
    assert found.effect(0) == pytest.approx(0.3, abs=0.02)
    assert found.profile.strength > 0.95


def test_prices_below_zero_give_differences_and_a_sentence(desk):
    found = season("POWER")
    assert not found.relative
    assert found.unit == "EUR/MWh"
    assert "differences in EUR/MWh" in found.remark
    assert found.effect(0) == pytest.approx(20.0, abs=1.0)


def test_young_series_shows_its_years_and_says_why_there_is_no_season(desk):
    found = season("YOUNG")
    assert found.profile is None
    assert "24" in found.no_profile
    assert found.effect(3) is None
    assert seasonality.month_table(GridQuery(), found, {}).rows == []
    assert seasonality.overlay_table(GridQuery(), found).rows


def test_period_is_whole_years(desk):
    assert seasonality.first_day(CLOCKS, "3").day == 1
    assert seasonality.first_day(CLOCKS, "max") is None
    assert season(years="3").first >= seasonality.first_day(CLOCKS, "3")


@pytest.mark.parametrize(
    ("options", "error"),
    [({"code": "NOPE"}, NotFound), ({"years": "7"}, DomainError), ({"method": "x13"}, DomainError)],
)
def test_refusals(desk, options, error):
    with pytest.raises(error):
        season(**options)


def test_reading_needs_the_right(desk):
    with pytest.raises(NotPermitted):
        seasonality.season("TTF", CLOCKS, Actor(9, "x", "X", frozenset()))


@pytest.mark.parametrize("code", ["TTF", "POWER"])
def test_passports_say_what_the_page_says(desk, code):
    found = season(code)
    params = {"instrument": code, "years": "10", "method": "classical"}
    table = seasonality.month_table(GridQuery(), found, params)
    metric = table.columns[1].metric
    for record in table.records():
        opened = passports.open_passport(metric, table.extra["params"][record["month"]], CLOCKS, SYSTEM)
        assert opened.evaluation.value == pytest.approx(record["effect"], rel=1e-12)
    opened = passports.open_passport("market.season_strength", params, CLOCKS, SYSTEM)
    assert opened.evaluation.value == found.profile.strength


def test_a_passport_of_no_month_is_refused(desk):
    with pytest.raises(DomainError, match="month '13'"):
        passports.open_passport("market.season_month", {"instrument": "TTF", "month": "13"}, CLOCKS, SYSTEM)


def test_tables_hold_the_rows_of_the_pictures(desk):
    found = season()
    assert seasonality.month_table(GridQuery(), found, {}).total == 12
    years = seasonality.overlay_table(GridQuery(limit=None), found)
    assert [column.key for column in years.columns[1:]] == [str(year) for year in found.overlay.years]
    parts = seasonality.part_table(GridQuery(limit=None), found)
    assert parts.total == len(found.profile.months)
    assert parts.rows[0][0].year == DAYS[-1].year
