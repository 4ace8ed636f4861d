"""The page of what-ifs: its first state, what it draws, and what saving answers."""

from datetime import UTC, date, datetime

import pytest

from callbacks.portfolio import what_if
from callbacks.portfolio.what_if import Ids
from portal.core.actor import SYSTEM
from portal.core.clock import Clocks
from portal.core.table import GridQuery
from tests.helpers.layout import components, text_of
from tests.helpers.trades import add_desk, add_level

DAY = date(2026, 3, 10)
CLOCKS = Clocks(DAY, datetime(2099, 1, 1, tzinfo=UTC), live=False)


@pytest.fixture(scope="module")
def desk(module_database: str) -> None:
    add_desk()
    add_level("TTF", DAY, 33.0)


def test_an_empty_page_shows_how_to_type_a_deal(desk):
    text = text_of(what_if.draw({"deals": " ", "book": "GAS_EU"}, CLOCKS, SYSTEM))
    assert "Type or paste a deal" in text


def test_deals_are_drawn_with_hedge_and_save(desk):
    asked = {"deals": "buy 7 MW TTF Q3-26 @ 30\nbuy nothing", "book": "GAS_EU"}
    tree = what_if.draw(asked, CLOCKS, SYSTEM)
    text = text_of(tree)
    for words in (
        "Change of value",
        "sell 7 MW TTF 2026-07",
        "names no quantity",
        "Add the hedge",
        "Save and share",
    ):
        assert words in text
    assert [part.id["grid"] for part in components(tree) if type(part).__name__ == "Graph"] == [Ids.CELLS]
    rows = what_if.load_cells(GridQuery(), asked, CLOCKS, SYSTEM)
    assert rows.column("curve") == ["TTF"] * 3
    assert len(what_if.load_deals(GridQuery(), asked, CLOCKS, SYSTEM).rows) == 2


def test_what_cannot_be_valued_at_all_is_said(desk):
    text = text_of(what_if.draw({"deals": "hello", "book": "GAS_EU"}, CLOCKS, SYSTEM))
    assert "No line can be valued yet" in text
    assert "NaN" not in text
