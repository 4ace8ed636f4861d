"""The body of Risk > Distribution: bins hold all scenarios, a scenario opens to parts that add up to it."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from callbacks.risk import distribution
from callbacks.risk.distribution.ids import Ids
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.services import passports
from portal.services.evaluation import EVALUATORS
from portal.web.views import GRIDS
from tests.helpers.layout import text_of
from tests.helpers.risk import DAY, add_run
from tests.helpers.trades import add_desk

CLOCKS = Clocks(DAY, datetime(2099, 1, 1, tzinfo=UTC), live=False)
ALL_ROWS = GridQuery(limit=None)


@pytest.fixture(scope="module")
def desk(module_database):
    add_desk()
    add_run()


def rows(name, filters=None, actor=SYSTEM):
    return GRIDS[name].load(ALL_ROWS, filters or {}, CLOCKS, actor)


def test_the_page_opens_the_worst_scenario(desk):
    worst = rows(Ids.WORST).records()
    text = text_of(distribution.draw({}, CLOCKS, SYSTEM))
    assert f"What {worst[0]['scenario']} would do" in text
    assert [row["rank"] for row in worst] == list(range(1, 26))
    assert sum(rows(Ids.BINS).column("share")) == pytest.approx(1.0)
    assert sum(row["share"] for row in worst) == pytest.approx(1.0)


def test_parts_and_trades_of_a_scenario_add_up_to_it(desk):
    worst = rows(Ids.WORST).records()[3]
    filters = {"scenario": worst["scenario"], "portfolio": "DESK"}
    assert sum(rows(Ids.PARTS, filters).column("pnl")) == pytest.approx(worst["pnl"], rel=1e-9)
    assert sum(rows(Ids.TRADES, filters).column("pnl")) == pytest.approx(worst["pnl"], rel=1e-9)


@pytest.mark.parametrize("name", [Ids.LEVELS, Ids.WORST, Ids.TRADES])
def test_every_figure_has_a_passport_that_says_the_same(desk, name):
    table = rows(name)
    for row in table.records()[:3]:
        params = table.extra["params"][str(row[table.columns[0].key])]
        for column in table.columns:
            if column.metric is not None:
                found = passports.open_passport(column.metric, params, CLOCKS, SYSTEM)
                assert found.evaluation.value == pytest.approx(row[column.key], rel=1e-9), column.key
                replay = EVALUATORS[column.metric].replay
                again = replay(found.evaluation.inputs.records(), found.params, CLOCKS)
                assert again.value == pytest.approx(row[column.key], rel=1e-9), column.key


def test_scenarios_that_do_not_exist_and_books_of_others_are_refused(desk):
    assert "Not found" in text_of(distribution.draw({"scenario": "1999-01-01"}, CLOCKS, SYSTEM))
    gas = Actor(7, "gas", "Gas", frozenset({Role.TRADER}), frozenset({"GAS", "GAS_EU"}))
    assert rows(Ids.TRADES, None, gas).column("trade") == ["1"]
    assert "Not found" in text_of(distribution.draw({"portfolio": "POWER"}, CLOCKS, gas))
    assert "No run yet" in text_of(distribution.draw({"method": "monte_carlo_t"}, CLOCKS, SYSTEM))


@pytest.mark.parametrize("name", [Ids.WORST, Ids.TRADES])
def test_every_link_keeps_the_clocks(desk, name):
    for address in rows(name).column("address"):
        given = parse_qs(urlsplit(address).query)
        assert given["as_of"] == ["2026-07-14"]
        assert given["known_at"] == ["2099-01-01T00:00:00Z"]
