"""The body of Risk > Overview for every reader: figures, days, the grade, and nothing when there is nothing."""

from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest

from callbacks.risk import overview
from callbacks.risk.overview.ids import Ids
from data.session import UnitOfWork
from data.writes import risk as writes
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.services import passports
from portal.services.evaluation import EVALUATORS
from portal.services.risk.limit_demo import seed_limits
from portal.web.views import GRIDS
from tests.helpers.layout import text_of
from tests.helpers.risk import DAY, add_run
from tests.helpers.trades import add_desk, ids

CLOCKS = Clocks(DAY, datetime(2099, 1, 1, tzinfo=UTC), live=False)
ALL_ROWS = GridQuery(limit=None)


@pytest.fixture(scope="module")
def desk(module_database):
    add_desk()
    add_run()
    add_run(method="parametric")
    days = np.busday_offset("2026-01-05", range(130), roll="forward").astype(object).tolist()
    pnl = np.random.default_rng(4).normal(0, 100, 130)
    pnl[[20, 77]] = -900.0
    with UnitOfWork(write=True) as work:
        writes.insert_days(
            work.session,
            [
                {
                    "portfolio_id": key, "day": day, "method": "historical", "level": 0.975, "value_at_risk": 260.0,
                    "expected_shortfall": 310.0, "hypothetical": float(gain), "actual": float(gain) + 1, "missing": 0,
                }
                for key in (ids("portfolios")["DESK"], ids("portfolios")["GAS"])
                for day, gain in zip(days, pnl, strict=True)
            ],
        )  # fmt: skip
    seed_limits(DAY)


def test_the_page_shows_figures_days_and_the_grade(desk):
    text = text_of(overview.draw({}, CLOCKS, SYSTEM))
    for words in (
        "Expected shortfall 97.5 %",
        "Spread of methods",
        "2 methods",
        "Grade",
        "GAS",
        "Exceptions",
    ):
        assert words in text, words
    assert "expected in 130 days" in text


def test_of_several_portfolios_it_says_whose_risk_it_is(desk):
    """Risks of portfolios beside each other do not add up, and none of them is that of all."""
    both = Actor(8, "bo", "Bo", frozenset({Role.RISK_OFFICER}), frozenset({"GAS", "POWER"}))
    assert "are of GAS alone" in text_of(overview.draw({}, CLOCKS, both))
    for one in (overview.draw({"portfolio": "GAS"}, CLOCKS, both), overview.draw({}, CLOCKS, SYSTEM)):
        assert "alone" not in text_of(one)


@pytest.mark.parametrize("name", list(Ids)[1:])
def test_every_figure_has_a_passport_that_says_the_same(desk, name):
    table = GRIDS[name].load(ALL_ROWS, {}, CLOCKS, SYSTEM)
    assert table.rows
    for row in table.records()[:3]:
        params = table.extra["params"][str(row[table.columns[0].key])]
        for column in table.columns:
            if column.metric is not None:
                found = passports.open_passport(column.metric, params, CLOCKS, SYSTEM)
                assert found.evaluation.value == pytest.approx(row[column.key], rel=1e-9), column.key
                replayed = EVALUATORS[column.metric].replay(
                    found.evaluation.inputs.records(), found.params, CLOCKS
                )
                assert replayed.value == pytest.approx(row[column.key], rel=1e-9), column.key


def test_exceptions_and_spread_open_to_their_days_and_methods(desk):
    params = {"portfolio": "DESK", "method": "historical", "level": 0.975, "measure": "var"}
    found = passports.open_passport("risk.exceptions", params, CLOCKS, SYSTEM).evaluation
    table = GRIDS[Ids.TREND].load(ALL_ROWS, {}, CLOCKS, SYSTEM)
    assert found.value == table.column("exception").count("exception") >= 2
    assert passports.open_passport("risk.method_spread", params, CLOCKS, SYSTEM).evaluation.value > 0


def test_a_reader_starts_at_his_topmost_portfolio(desk):
    gas = Actor(7, "gas", "Gas", frozenset({Role.TRADER}), frozenset({"GAS", "GAS_EU"}))
    text = text_of(overview.draw({}, CLOCKS, gas))
    assert "GAS_EU" in text
    assert "POWER" not in text
    assert "No such portfolio" in text_of(overview.draw({"portfolio": "POWER"}, CLOCKS, gas))


def test_without_a_run_it_says_what_to_do(desk):
    early = Clocks(date(2020, 1, 2), CLOCKS.known_at, live=False)
    assert "No run yet" in text_of(overview.draw({}, early, SYSTEM))


@pytest.mark.parametrize("name", [Ids.METHODS, Ids.BELOW])
def test_every_link_keeps_the_clocks(desk, name):
    for address in GRIDS[name].load(ALL_ROWS, {}, CLOCKS, SYSTEM).column("address"):
        given = parse_qs(urlsplit(address).query)
        assert given["as_of"] == ["2026-07-14"]
        assert given["known_at"] == ["2099-01-01T00:00:00Z"]
