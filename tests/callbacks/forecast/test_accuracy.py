"""The page of accuracy: its cards, grey rows, choices, and what it says when there is nothing to rank."""

from datetime import date

import pytest

from callbacks.forecast import accuracy
from callbacks.forecast.accuracy import Ids
from components.table import grid_rows
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks, now
from portal.core.table import GridQuery
from portal.services.forecast import accuracy as service
from portal.services.forecast import accuracy_tables as tables
from portal.services.forecast.accuracy import AccuracyAsk
from portal.web.views import GRIDS
from tests.helpers.forecast_trials import DAY, add_hourly_trials
from tests.helpers.layout import components, text_of


@pytest.fixture(scope="module")
def trials(module_database):
    add_hourly_trials()
    return add_hourly_trials("load.DE_LU", lead=24)


def clocks(day=DAY):
    return Clocks(day, now(), live=True)


def test_the_page_shows_ranking_profiles_calibration_and_money(trials):
    tree = accuracy.draw({"target": "power.DE_LU"}, clocks(), SYSTEM)
    said = text_of(tree)
    for words in (
        "MAE, LEAR", "Gain over the naive", "Leaderboard", "significant gain", "no significant gain", "Holm's method",
        "Error by step", "Error by hour", "Error by month", "By horizon and regime", "Calibration, LEAR",
        "Value in money", "Tests between models", "1 further trial failed", "lie outside of the band",
    ):  # fmt: skip
        assert words in said, words
    assert "NaN" not in said
    assert "nan" not in said.split()
    graphs = [part.id["grid"] for part in components(tree) if type(part).__name__ == "Graph"]
    assert graphs == [Ids.STEPS, Ids.HOURS, Ids.MONTHS, Ids.CALIBRATION, Ids.PIT]


def test_rows_without_a_gain_are_grey(trials):
    found = service.accuracy(AccuracyAsk(target="power.DE_LU"), clocks(), SYSTEM)
    table = tables.leader_table(GridQuery(), found)
    drawn = grid_rows(Ids.LEADERS, table, clocks={}, params={}, query=GridQuery())
    assert str(drawn).count("es-muted") == len(table.extra["muted"]) > 0


def test_every_grid_has_rows(trials):
    for name in Ids:
        if name != Ids.BODY:
            assert GRIDS[name].load(GridQuery(), {"target": "load.DE_LU"}, clocks(), SYSTEM).rows, name


def test_another_score_cut_and_model_are_drawn(trials):
    asked = {
        "target": "load.DE_LU",
        "score": "winkler_80",
        "cells": "volatile",
        "model": "theta",
        "cost": "5",
    }
    said = text_of(accuracy.draw(asked, clocks(), SYSTEM))
    assert "Winkler score of 80 %, Theta" in said
    assert "not more than luck explains" in said
    assert "5 EUR/MWh" in said


def test_nothing_to_rank_is_said(trials):
    assert "No model has been evaluated yet" in text_of(accuracy.draw({}, clocks(date(2020, 1, 1)), SYSTEM))
    assert "not ranked by 'luck'" in text_of(accuracy.draw({"score": "luck"}, clocks(), SYSTEM))
    assert "No model of 'solar.X'" in text_of(accuracy.draw({"target": "solar.X"}, clocks(), SYSTEM))
    assert "no forecasts under 'winter'" in text_of(
        accuracy.draw({"target": "power.DE_LU", "cells": "winter"}, clocks(), SYSTEM)
    )
