"""The page of backtests: its cards, what it says, the form of a comment, and what it refuses."""

from datetime import date

import pytest

from callbacks.risk import backtests
from callbacks.risk.backtests import Ids, exceptions, grids
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks, now
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.services.risk import backtests as service
from portal.services.risk.backtests import BacktestAsk
from portal.web.views import GRIDS
from tests.helpers.backtests import LAST, add_days
from tests.helpers.layout import components, text_of
from tests.helpers.trades import add_desk


@pytest.fixture(scope="module")
def days(module_database: str) -> list[date]:
    add_desk()
    return add_days()


def clocks(*, live=True):
    return Clocks(LAST, now(), live=live)


def person(role):
    return Actor(7, "mara", "Mara", frozenset({role}), frozenset({"DESK", "GAS", "GAS_EU"}))


def test_the_page_shows_tests_pictures_and_exceptions(days):
    tree = backtests.draw({}, clocks(), SYSTEM)
    said = text_of(tree)
    for words in (
        "Kupiec p value", "green zone", "What this says", "4 exceptions in 250 days", "P&L explain",
        f"Exception of {days[290]}", "Nobody has said anything", "Conditional coverage", "Du-Escanciano",
        "Age-weighted historical", "Portfolios and methods",
    ):  # fmt: skip
        assert words in said, words
    assert "NaN" not in said
    graphs = [part.id["grid"] for part in components(tree) if type(part).__name__ == "Graph"]
    assert graphs == [Ids.HISTORY, Ids.CUMULATIVE]


def test_every_grid_has_rows(days):
    for name in (Ids.HISTORY, Ids.CUMULATIVE, Ids.TESTS, Ids.METHODS, Ids.NODES, Ids.EXCEPTIONS):
        assert GRIDS[name].load(GridQuery(), {}, clocks(), SYSTEM).rows, name
    nobody = Actor(9, "n", "N", frozenset({Role.TRADER}), frozenset())
    with pytest.raises(NotFound):
        grids.day_rows(GridQuery(), {}, clocks(), nobody)


def test_the_exception_of_the_address_is_opened_else_the_newest(days):
    assert f"Exception of {days[200]}" in text_of(
        backtests.draw({"day": days[200].isoformat()}, clocks(), SYSTEM)
    )
    for given in (days[199].isoformat(), "soon"):
        assert f"Exception of {days[290]}" in text_of(backtests.draw({"day": given}, clocks(), SYSTEM))


def test_only_those_who_may_have_the_form_and_only_in_the_present(days):
    def form(role, **more):
        return "Add comment" in text_of(backtests.draw({}, clocks(**more), person(role)))

    assert form(Role.RISK_OFFICER)
    assert form(Role.TRADER)
    assert not form(Role.AUDITOR)
    assert not form(Role.RISK_OFFICER, live=False)


def test_a_form_that_was_changed_on_its_way_is_refused(days):
    with pytest.raises(DomainError, match="which day"):
        exceptions.read_about({"day": "soon"})
    day, ask = exceptions.read_about({"day": "2026-07-14", "asked": {"portfolio": "GAS", "level": "0.99"}})
    assert (day, ask) == (LAST, BacktestAsk("GAS", level=0.99))


def test_nothing_to_show_is_said(days):
    assert "No backtested day yet" in text_of(backtests.draw({"portfolio": "POWER_DE"}, clocks(), SYSTEM))
    assert "Too few days" in text_of(backtests.draw({"first": days[-3].isoformat()}, clocks(), SYSTEM))
    assert "no portfolio 'MOON'" in text_of(backtests.draw({"portfolio": "MOON"}, clocks(), SYSTEM))
    assert "is no day" in text_of(backtests.draw({"first": "soon"}, clocks(), SYSTEM))
    assert "No exception" in text_of(backtests.draw({"method": "parametric"}, clocks(), SYSTEM))
    assert service.LEAST_DAYS > 1
