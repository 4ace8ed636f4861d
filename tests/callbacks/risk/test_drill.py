"""The body of Risk > Drill-down: every cut adds up on screen, rights hold, and nothing is left to chance."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from callbacks.risk import drill
from callbacks.risk.drill.ids import Ids
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.services.risk.ask import RiskAsk, figure
from portal.web.views import GRIDS
from tests.helpers.layout import components, text_of
from tests.helpers.risk import DAY, add_run
from tests.helpers.trades import add_desk

CLOCKS = Clocks(DAY, datetime(2099, 1, 1, tzinfo=UTC), live=False)
ALL_ROWS = GridQuery(limit=None)


@pytest.fixture(scope="module")
def desk(module_database):
    add_desk()
    add_run()
    add_run(method="parametric")


def rows(name, filters, actor=SYSTEM, query=ALL_ROWS):
    return GRIDS[name].load(query, filters, CLOCKS, actor)


@pytest.mark.parametrize("method", ["historical", "parametric"])
@pytest.mark.parametrize("measure", ["var", "expected_shortfall"])
@pytest.mark.parametrize("by", ["curve", "tenor", "kind", "factor"])
def test_the_components_of_every_table_add_up(desk, method, measure, by):
    filters = {"method": method, "measure": measure, "by": by, "portfolio": "DESK"}
    value = figure(RiskAsk.of(filters), CLOCKS, SYSTEM).value
    for name in (Ids.NODES, Ids.GROUPS, Ids.HEAT, Ids.TRADES):
        assert sum(rows(name, filters).column("component")) == pytest.approx(value, rel=1e-9), name


def test_figures_of_trades_worked_out_at_once_equal_those_of_each(desk):
    for method in ("historical", "parametric"):
        filters = {"method": method, "measure": "var", "level": "0.95"}
        found = figure(RiskAsk.of(filters), CLOCKS, SYSTEM)
        table = rows(Ids.TRADES, filters)
        for row in table.records():
            at = [str(n) for n in found.run.outcome.trade_id].index(row["trade"])
            pnl = found.run.outcome.trade_pnl([at])[:, 0]
            assert row["alone"] == pytest.approx(found.alone(pnl), rel=1e-9)
            assert row["removed"] == pytest.approx(found.without(pnl), rel=1e-9, abs=1e-9)


def test_the_page_names_the_run_and_what_is_left_out(desk):
    text = text_of(drill.draw({"without": "GAS, 2"}, CLOCKS, SYSTEM))
    for words in (
        "Expected shortfall 97.5 %",
        "Without what is left out",
        "200 scenarios",
        "Diversification",
        "By trade",
    ):
        assert words in text, words
    assert "Not found" in text_of(drill.draw({"without": "NOWHERE"}, CLOCKS, SYSTEM))
    with pytest.raises(DomainError, match="20 are the most"):
        drill.draw({"without": ",".join(str(n) for n in range(21))}, CLOCKS, SYSTEM)


def test_a_book_shows_its_trades_and_no_portfolios(desk):
    tree = drill.draw({"portfolio": "POWER_DE"}, CLOCKS, SYSTEM)
    assert "By portfolio" not in text_of(tree)
    assert rows(Ids.TRADES, {"portfolio": "POWER_DE"}).column("trade") == ["2"]
    assert [part.id["grid"] for part in components(tree) if type(part).__name__ == "Graph"] == [
        Ids.HEAT,
        Ids.BARS,
    ]


def test_trades_are_searched_sorted_and_paged(desk):
    assert rows(Ids.TRADES, {}, query=GridQuery(text="oil")).column("trade") == ["3"]
    assert rows(Ids.TRADES, {}, query=GridQuery(text="brent")).total == 3
    assert rows(Ids.TRADES, {}, query=GridQuery(sort="trade", descending=True, limit=1)).column("trade") == [
        "3"
    ]
    with pytest.raises(DomainError, match="sorted by number"):
        rows(Ids.TRADES, {}, query=GridQuery(sort="alone"))


def test_a_reader_sees_his_books_alone(desk):
    gas = Actor(7, "gas", "Gas", frozenset({Role.TRADER}), frozenset({"GAS", "GAS_EU"}))
    assert rows(Ids.TRADES, {}, gas).column("trade") == ["1"]
    text = text_of(drill.draw({}, CLOCKS, gas))
    assert "POWER" not in text
    assert "Not found" in text_of(drill.draw({"without": "2"}, CLOCKS, gas))


def test_without_a_run_it_says_what_to_do(desk):
    assert "No run yet" in text_of(drill.draw({"method": "monte_carlo_t"}, CLOCKS, SYSTEM))
    with pytest.raises(NotFound):
        rows(Ids.NODES, {"method": "monte_carlo_t"})


@pytest.mark.parametrize("name", [Ids.NODES, Ids.TRADES])
def test_every_link_keeps_the_clocks(desk, name):
    for address in rows(name, {}).column("address"):
        given = parse_qs(urlsplit(address).query)
        assert given["as_of"] == ["2026-07-14"]
        assert given["known_at"] == ["2099-01-01T00:00:00Z"]
