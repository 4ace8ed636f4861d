"""The body of Portfolio > Valuation for every reader: all, one book, nothing, and what is missing."""

from datetime import UTC, date, datetime

import pytest

from callbacks import screens
from callbacks.overview.sign_off import grids  # noqa: F401  (the rows of adjustments)
from callbacks.portfolio import valuation
from callbacks.portfolio.valuation.ids import Ids
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.permissions import Role
from portal.core.table import GridQuery
from portal.domain.signoff.adjusting import Decision
from portal.services.packs.templates import TEMPLATES
from portal.services.portfolio import closing
from portal.services.signoff import adjustments
from portal.services.signoff.tables import BESIDE
from portal.web.views import GRIDS
from tests.helpers.layout import components, text_of
from tests.helpers.signed_desk import BOSS, RISK
from tests.helpers.valued_desk import BEFORE, DAY, add_valued_desk

CLOCKS = Clocks(DAY, datetime(2099, 1, 1, tzinfo=UTC), live=False)


@pytest.fixture(scope="module")
def desk(module_database):
    return add_valued_desk()


def graphs(tree):
    return [part.id["grid"] for part in components(tree) if type(part).__name__ == "Graph"]


def test_the_whole_desk_has_tiles_tree_gaps_and_split(desk):
    tree = valuation.draw({}, CLOCKS, SYSTEM)
    text = text_of(tree)
    for words in (
        "Value",
        "Year to date",
        "DESK",
        "2 trades without a value",
        "Marks that are missing or stale",
    ):
        assert words in text, words
    assert "No day has been closed yet" in text
    assert graphs(tree) == [Ids.SPLIT]


def test_a_book_shows_its_trades_and_leads_to_each(desk):
    tree = valuation.draw({"portfolio": "GAS_EU", "split": "kind"}, CLOCKS, SYSTEM)
    text = text_of(tree)
    assert "Trades of GAS_EU" in text
    assert "STORAGE" in text
    assert "POWEROPTION" not in text
    table = GRIDS[Ids.TRADES].load(GridQuery(), {"portfolio": "GAS_EU"}, CLOCKS, SYSTEM)
    assert f"/portfolio/trade?id={desk['FORWARD']}&as_of=2026-07-15" in str(table.column("address"))


def test_closed_days_are_drawn(desk):
    closing.close_days(BEFORE, DAY, SYSTEM)
    tree = valuation.draw({"portfolio": "all"}, CLOCKS, SYSTEM)
    assert graphs(tree) == [Ids.HISTORY, Ids.SPLIT]


@pytest.mark.parametrize("name", list(Ids)[1:])
def test_every_grid_answers_and_exports_all_rows(desk, name):
    for filters in ({}, {"portfolio": "POWER", "split": "kind"}):
        table = GRIDS[name].load(GridQuery(limit=None), filters, CLOCKS, SYSTEM)
        assert all(len(row) == len(table.columns) for row in table.rows)


def test_a_reader_sees_his_books_alone(desk):
    mara = Actor(7, "mara", "Mara", frozenset({Role.TRADER}), frozenset({"POWER", "POWER_DE"}))
    text = text_of(valuation.draw({}, CLOCKS, mara))
    assert "POWER_DE" in text
    assert "GAS_EU" not in text
    assert "No such portfolio" in text_of(valuation.draw({"portfolio": "GAS"}, CLOCKS, mara))
    nobody = Actor(8, "ada", "Ada", frozenset({Role.TRADER}))
    assert "No portfolio" in text_of(valuation.draw({}, CLOCKS, nobody))


def test_before_the_first_trade_it_says_what_to_do(desk):
    early = Clocks(date(2026, 1, 5), CLOCKS.known_at, live=False)
    assert "No trades yet" in text_of(valuation.draw({}, early, SYSTEM))


def test_adjustments_stand_beside_the_figures_of_their_portfolio_and_day(desk, monkeypatch):
    monkeypatch.setattr("portal.services.signoff.adjustments.clock_service.latest_day", lambda: DAY)
    picks = [pick.only for pick in TEMPLATES["board"].picks if pick.body == Ids.BODY]
    (before, *_) = found = screens.read(Ids.BODY, {"portfolio": "GAS"}, CLOCKS, SYSTEM, picks[0])
    assert "Adjustments" not in [section.title for section in found]
    number = adjustments.propose("GAS_EU", DAY, "portfolio.dtd", "-1,250.50", "A late fee.", RISK)
    adjustments.decide(number, Decision.APPROVED, "The invoice was seen.", BOSS)
    adjustments.propose("GAS_EU", DAY, "portfolio.dtd", "7", "Still asked.", RISK)
    for filters in ({}, {"portfolio": "GAS"}, {"portfolio": "GAS_EU"}):
        text = text_of(valuation.draw(filters, CLOCKS, SYSTEM))
        for words in ("Adjustments", "A late fee.", "approved", "Still asked.", "proposed", BESIDE):
            assert words in text, words
    assert "Adjustments" not in text_of(valuation.draw({"portfolio": "POWER"}, CLOCKS, SYSTEM))
    day_before = Clocks(BEFORE, CLOCKS.known_at, live=False)
    assert "Adjustments" not in text_of(valuation.draw({"portfolio": "GAS"}, day_before, SYSTEM))
    tiles, beside, *_ = screens.read(Ids.BODY, {"portfolio": "GAS"}, CLOCKS, SYSTEM, picks[0])
    assert tiles == before  # it is in no figure
    assert [(row["reason"], row["state"]) for row in beside.parts[0].table.records()] == [
        ("Still asked.", "proposed"),
        ("A late fee.", "approved"),
    ]
