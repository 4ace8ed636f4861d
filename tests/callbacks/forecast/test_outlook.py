"""The page of Forecast: for what is served, for a fallback, for a target without a forecast, and without data."""

import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest

from callbacks.forecast import outlook
from callbacks.forecast.outlook import Ids
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound, NotPermitted
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.services import passports
from portal.services.forecast import outlook as service
from portal.services.forecast.jobs import FORECAST_SERVE
from portal.services.forecast.targets import target
from portal.web import job_forms
from portal.web.views import GRIDS
from tests.helpers.layout import components, text_of
from tests.helpers.zones import LAST, add_served, add_zone

POWER = {"target": "power.DE_LU"}
EVENING = datetime(2026, 10, 26, 20, tzinfo=UTC)


def clocks(day=LAST, known_at=EVENING):
    return Clocks(day, known_at, live=False)


@pytest.fixture(scope="module")
def zone(module_database):
    add_zone()
    for back in range(6, -1, -1):
        runs = add_served(LAST - timedelta(days=back))
    return runs


def graphs(tree):
    return [part.id["grid"] for part in components(tree) if type(part).__name__ == "Graph"]


def test_the_page_shows_what_is_served(zone):
    tree = outlook.draw(POWER, clocks(), SYSTEM)
    said = text_of(tree)
    for words in (
        "Next gate closure", "2026-10-27 12:00 CET", "11:00 UTC", "for 2026-10-28", "Base, 2026-10-27", "Peak, 08-20",
        "80 % interval, from", "Served by", "In the 80 % band so far", "Mean absolute error so far",
        "How this forecast came to be", "3 hours without a value", "What drives the forecast", "By hour",
        "Earlier forecasts and what happened", "Served before", "simulated",
    ):  # fmt: skip
        assert words in said, words
    assert "NaN" not in said
    assert "nan" not in said.split()
    assert graphs(tree) == [Ids.FAN, Ids.PAST, Ids.DRIVERS]


def test_every_grid_has_rows(zone):
    for name in (Ids.FAN, Ids.VALUES, Ids.PAST, Ids.RUNS, Ids.DRIVERS):
        assert GRIDS[name].load(GridQuery(limit=None), POWER, clocks(), SYSTEM).rows, name
    values = GRIDS[Ids.VALUES].load(GridQuery(limit=None), POWER, clocks(), SYSTEM)
    assert len(values.rows) == 24


def test_the_autumn_day_has_25_hours_told_apart(zone):
    rows = GRIDS[Ids.VALUES].load(GridQuery(limit=None), POWER, clocks(date(2026, 10, 24)), SYSTEM).rows
    assert len(rows) == 25
    assert [row[0] for row in rows][2:4] == ["2026-10-25 02:00 CEST", "2026-10-25 02:00 CET"]


def test_an_actual_appears_when_it_has_arrived(zone):
    found = service.outlook("power.DE_LU", clocks(date(2026, 10, 25)), SYSTEM)
    assert found.served.run.as_of == date(2026, 10, 25)
    assert not found.served.known
    past = found.past[-2]
    assert past.known
    assert found.coverage is not None
    assert found.error < found.naive_error or found.naive_error is not None


def test_every_passport_of_the_page_gives_its_number(zone):
    tree = outlook.draw(POWER, clocks(), SYSTEM)
    asked = {
        part.to_plotly_json()["props"]["data-passport"]
        for part in components(tree)
        if "data-passport" in part.to_plotly_json()["props"]
    }
    assert len(asked) > 150
    metrics = {json.loads(one)["metric"] for one in asked}
    assert metrics == {
        "forecast.block_mean", "forecast.block_quantile", "forecast.value", "forecast.quantile",
        "forecast.live_coverage", "forecast.live_error",
    }  # fmt: skip
    for one in sorted(asked)[::9]:
        about = json.loads(one)
        opened = passports.open_passport(about["metric"], about["params"], clocks(), SYSTEM)
        assert opened.evaluation.value is not None, about
        assert opened.evaluation.inputs.rows
        replay = passports.evaluation.evaluator(about["metric"]).replay
        again = replay(opened.evaluation.inputs.records(), opened.params, clocks())
        assert again.value == pytest.approx(opened.evaluation.value, rel=1e-9)


def test_the_interval_of_a_day_is_that_of_its_paths(zone):
    run, _ = zone
    low, high = (
        passports.open_passport(
            "forecast.block_quantile", {"run": run, "block": "base", "level": level}, clocks(), SYSTEM
        ).evaluation
        for level in ("0.1", "0.9")
    )
    assert low.value < 70.0 < high.value
    assert len(low.inputs.rows) == 200
    step = passports.open_passport(
        "forecast.block_quantile", {"run": run, "block": "first", "level": "0.9"}, clocks(), SYSTEM
    ).evaluation
    assert step.inputs.records()[0]["item"] == "quantile"
    driver = passports.open_passport("forecast.driver", {"run": run, "name": "gas"}, clocks(), SYSTEM)
    assert driver.evaluation.value == -0.1


def test_actual_values_have_passports(zone):
    run = service.outlook("power.DE_LU", clocks(), SYSTEM).past[-2].run.id
    found = passports.open_passport("forecast.actual", {"run": run, "step": 3}, clocks(), SYSTEM)
    assert found.evaluation.value is not None
    newest, _ = zone
    none = passports.open_passport("forecast.actual", {"run": newest, "step": 3}, clocks(), SYSTEM).evaluation
    assert none.value is None
    assert "Nothing has arrived" in none.note


def test_a_forecast_is_not_known_before_it_was_served(zone):
    run, _ = zone
    early = clocks(known_at=datetime(2026, 10, 26, 9, tzinfo=UTC))
    with pytest.raises(NotFound, match="There is no forecast"):
        passports.open_passport("forecast.value", {"run": run, "step": 1}, early, SYSTEM)
    assert service.outlook("power.DE_LU", early, SYSTEM).served.run.as_of == date(2026, 10, 25)


def test_the_gate_follows_the_clock_on_the_wall(zone):
    power = target("power.DE_LU")
    summer, winter = datetime(2026, 10, 24, 9, 59, tzinfo=UTC), datetime(2026, 10, 25, 10, 30, tzinfo=UTC)
    assert service.next_gate(power, summer) == datetime(2026, 10, 24, 10, tzinfo=UTC)
    assert service.next_gate(power, winter) == datetime(2026, 10, 25, 11, tzinfo=UTC)


def test_a_filter_that_is_no_choice_opens_another(zone):
    assert "No such target" in text_of(outlook.draw({"target": "power.XX"}, clocks(), SYSTEM))


def test_who_may_not_read_forecasts_is_refused(zone):
    nobody = Actor(9, "ada", "Ada", frozenset({Role.ADMINISTRATOR}))
    with pytest.raises(NotPermitted):
        service.outlook("power.DE_LU", clocks(), nobody)


def test_a_fallback_is_named(database):
    add_zone()
    add_served(
        LAST, reason="lear v1 could not be used: no wind forecast. Served is the seasonal naive.", paths=False
    )
    said = text_of(outlook.draw(POWER, clocks(), SYSTEM))
    assert "Fallback: lear v1 could not be used: no wind forecast." in said
    assert re.search(r"80 % interval, from\s+no data", said)


def test_a_target_that_is_not_served_shows_the_naive(database):
    add_zone()
    tree = outlook.draw(POWER, clocks(), SYSTEM)
    said = text_of(tree)
    assert "No forecast is served for this target yet" in said
    assert "Nothing is served. The seasonal naive is drawn in its place." in said
    assert graphs(tree) == [Ids.FAN]
    assert GRIDS[Ids.FAN].load(GridQuery(limit=None), POWER, clocks(), SYSTEM).rows


def test_those_who_may_serve_the_target_anew(zone):
    form = job_forms.find_form(Ids.BODY)
    assert form.kind == "forecast.serve"
    asked = form.read(POWER, clocks(), SYSTEM)
    assert asked == {"targets": ("power.DE_LU",), "as_of": LAST, "known_at": EVENING}
    assert FORECAST_SERVE.params_model(**asked).targets == ("power.DE_LU",)


def test_an_empty_database_says_what_to_do(database):
    assert "Nothing to forecast yet" in text_of(outlook.draw({"target": ""}, clocks(), SYSTEM))
