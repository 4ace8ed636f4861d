"""Boards as they are drawn: each card under the rights of its reader, refusals as cards, one drawing for each page."""

from datetime import UTC, date, datetime

import pytest
from dash import html

import callbacks.screens  # noqa: F401  (registers every body)
from callbacks.overview import board, cards, own_home, picking, pins, shared_board
from callbacks.overview import boards as listing
from components.chart import chart_id
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.pin import TILES, slug
from components.table import data_grid
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound, NotPermitted
from portal.core.metrics import Shown
from portal.core.permissions import Permission, Role
from portal.core.table import Column, Table
from portal.domain.market import metrics
from portal.services.boards import boards, homes
from portal.services.boards.pin import CARD, METRIC, Pin
from portal.web.views import BODIES, GRIDS, Body, find_grid
from tests.helpers.layout import components, text_of
from tests.helpers.valued_desk import add_valued_desk

CLOCKS = Clocks(date(2026, 7, 15), datetime(2099, 1, 1, tzinfo=UTC), live=False)
BOOKS = frozenset({"DESK", "GAS", "GAS_EU", "POWER", "POWER_DE"})
RANIA = Actor(1, "rania", "Rania", frozenset({Role.RISK_OFFICER}), BOOKS)
GUS = Actor(2, "gus", "Gus", frozenset({Role.TRADER}), frozenset({"GAS", "GAS_EU"}))
ADA = Actor(3, "ada", "Ada", frozenset({Role.ADMINISTRATOR}))
TREE = Pin(CARD, "portfolio-valuation/portfolio-valuation-tree", "Books & <b>more</b>")
HOSTILE = '<img src=x onerror="alert(1)">'
TABLE = Table((Column("name", "Name"),), (("a",), ("b",)))


@pytest.fixture(scope="module")
def desk(module_database):
    add_valued_desk()


@pytest.fixture
def small(monkeypatch):
    """A page of the test's own: a tile and a table; counts how often it is drawn."""
    drawn = []

    def draw(filters, clocks, _actor):
        drawn.append(dict(filters))
        if filters.get("mood") == "bad":
            raise RuntimeError("the table secret_prices is missing")
        if filters.get("mood") == "odd":
            raise DomainError("There is no such mood. Choose another.")
        tile = kpi_tile("Gas price", Shown(metrics.LAST, 31.5, "EUR/MWh", {"instrument": "TTF"}), detail="up")
        return [
            kpi_row([tile]),
            section("Names", [data_grid("small-names", TABLE, clocks=clocks.query())], width="half"),
        ]

    monkeypatch.setitem(BODIES, "small", Body("small", Permission.MARKET_READ, draw))
    return drawn


def own(key: str, title: str = "Mine", **params: str) -> Pin:
    return Pin(CARD, f"small/{key}", title, params)


class TestDrawing:
    def test_a_page_is_drawn_once_for_each_of_its_inputs(self, small):
        found = [own("tiles/gas-price"), own("small-names"), own("tiles"), own("small-names", "B", show="b")]
        text = text_of(cards.draw(found, CLOCKS, RANIA))
        assert small == [{}, {"show": "b"}]
        assert text.count("31.5") == 2

    def test_titles_of_the_board_stand_on_its_cards_and_are_only_text(self, small):
        drawn = cards.draw([own("tiles/gas-price", HOSTILE), own("small-names", HOSTILE)], CLOCKS, RANIA)
        assert HOSTILE in text_of(drawn[0])
        assert "<img src=x" not in drawn[0].html
        assert HOSTILE in text_of(drawn[1])
        refused = cards.draw([own("tiles/gas-price", HOSTILE, mood="bad")], CLOCKS, RANIA)
        assert "<img src=x" not in refused[0].html

    def test_the_same_table_stands_twice_and_each_asks_for_itself(self, small, monkeypatch):
        drawn = cards.draw([own("small-names"), own("small-names", "B", show="b")], CLOCKS, RANIA)
        ids = [str(one.id) for one in components(drawn) if getattr(one, "id", None)]
        assert len(ids) == len(set(ids)) > 4
        monkeypatch.setitem(GRIDS, "small-names", GRIDS["portfolio-valuation-tree"])
        assert find_grid("small-names~1", RANIA) is GRIDS["small-names"]
        with pytest.raises(NotFound):
            find_grid("none~small-names", RANIA)

    def test_inputs_of_the_page_stay_there(self):
        page = [
            html.Section(
                [
                    html.H2("One"),
                    html.Label([html.Span("Show"), html.Div()], className="es-control"),
                    html.Button("Act", id={"type": "act", "at": 1}),
                    html.Div(id=chart_id("table", "one")),
                    data_grid("one", TABLE, clocks={}),
                    html.Div("kept", id="only-there"),
                ],
                className="es-section",
            )
        ]
        found = picking.card(page, "one", "7", {}, "Mine")
        assert "Act" not in text_of(found)
        assert "Show" not in text_of(found)
        assert "kept" in text_of(found)
        assert {one.id["grid"] for one in components(found) if getattr(one, "id", None)} == {"one~7"}

    @pytest.mark.parametrize(
        ("pin", "said"),
        [
            (own("tiles/gas-price", mood="odd"), "There is no such mood."),
            (own("small-names", mood="odd"), "There is no such mood."),
            (own("small-names", mood="bad"), "Incident"),
            (own("tiles/gas-price", mood="bad"), "Incident"),
            (own("tiles/power-price"), "Nothing to show now"),
            (own("no-such-grid"), "Nothing to show now"),
            (Pin(CARD, "gone/tiles", "Gone"), "There is no page part 'gone'"),
            (Pin(METRIC, "market.last", "Price", {"instrument": "NONE"}), "Price"),
            (Pin(METRIC, "no.such", "Metric"), "There is no metric"),
        ],
    )
    def test_a_card_that_cannot_be_drawn_says_so_and_the_others_stand(self, small, desk, pin, said):
        text = text_of(cards.draw([pin, own("small-names", "The other")], CLOCKS, RANIA))
        assert said in text
        assert "The other" in text
        assert "secret_prices" not in text

    def test_slow_pages_follow_each_with_one_question(self, small):
        found = [own("small-names"), own("tiles/gas-price", show="b"), own("small-names", "B", show="b")]
        parts = cards.first([*found, own("small-names", "C", show="c")], CLOCKS, RANIA, patience=0)
        assert small == []
        later = [one for one in components(parts) if getattr(one, "id", {}).get("type") == "board-later"]
        assert [sorted(one.data) for one in later] == [["0"], ["1", "2"], ["3"]]
        assert text_of(parts).count("Being drawn") == 4
        whole = cards.first(found, CLOCKS, RANIA, patience=60)
        assert text_of(whole) == text_of(cards.draw(found, CLOCKS, RANIA))


class TestRights:
    def test_two_readers_of_a_shared_board_see_their_own_rows(self, desk):
        link = boards.share(boards.make("Books", RANIA, (TREE,)), RANIA)
        seen = {who.username: text_of(shared_board.draw({"link": link}, CLOCKS, who)) for who in (RANIA, GUS)}
        assert "POWER_DE" in seen["rania"]
        assert "GAS" in seen["gus"]
        assert "POWER_DE" not in seen["gus"]
        assert "of rania" in seen["gus"]
        assert "yours" in seen["rania"]

    def test_a_card_that_a_reader_may_not_see_says_so(self, desk, small):
        value = Pin(METRIC, "portfolio.value", "Value", {"portfolio": "DESK"})
        link = boards.share(boards.make("Mixed", RANIA, (TREE, value, own("small-names"))), RANIA)
        text = text_of(shared_board.draw({"link": link}, CLOCKS, ADA))
        assert text.count(cards.NOT_YOURS) == 2
        assert "Mine" in text
        assert "GAS" not in text

    def test_cards_of_cases_are_noted_as_their_page_is(self, desk, monkeypatch):
        noted = []
        monkeypatch.setattr(
            cards.audit, "note_now", lambda actor, *said: noted.append((actor.username, *said))
        )
        pin = Pin(CARD, "compliance-cases/compliance-cases-queue", "Cases")
        cora = Actor(4, "cora", "Cora", frozenset({Role.COMPLIANCE_OFFICER}))
        for who in (cora, GUS):
            cards.first([pin, pin, TREE], CLOCKS, who, patience=0)
        assert noted == [("cora", "page.viewed", "card", "compliance-cases")]

    def test_a_board_of_somebody_else_is_not_there(self, desk):
        made = boards.make("Mine", RANIA, (TREE,))
        for given in (str(made), "0", "-1", "x", "", "9" * 30, "1;2"):
            with pytest.raises((NotFound, DomainError)):
                board.draw({"board": given}, CLOCKS, GUS)
        assert "Mine" not in text_of(listing.draw({}, CLOCKS, GUS))

    def test_arranging_lists_the_pins_without_drawing_a_page(self, desk, small):
        made = boards.make(
            "Mine", RANIA, (own("small-names", "First"), own("tiles/gas-price", "Second", show="b"))
        )
        drawn = board.draw({"board": str(made), "show": "arrange"}, CLOCKS, RANIA)
        assert "show b" in text_of(drawn)
        assert small == []
        assert "Nothing is pinned" in text_of(
            board.draw({"board": str(boards.make("Empty", RANIA))}, CLOCKS, RANIA)
        )


class TestPinning:
    def test_the_inputs_of_the_page_are_pinned_and_its_clocks_are_not(self, desk):
        asked = {
            "kind": CARD, "ref": "portfolio-valuation/portfolio-valuation-tree", "title": "Books", "params": {},
            "of": "portfolio-valuation", "path": "/portfolio/valuation", "search": "?portfolio=GAS&as_of=2026-07-01",
        }  # fmt: skip
        ids = [
            {"type": "filter", "body": "portfolio-valuation", "name": "split"},
            {"type": "filter", "body": "other", "name": "secret"},
        ]
        form = pins.form(asked, ["commodity", "x"], ids, RANIA)
        (held,) = (one.data for one in components(form) if type(one).__name__ == "Store")
        assert held["params"] == {"portfolio": "GAS", "split": "commodity"}
        made = boards.make("Mine", RANIA)
        assert "Books" in pins.pin_to({**held, "title": "Books"}, str(made), "", RANIA)
        assert boards.open_mine(made, RANIA).pins[0].params == held["params"]
        assert "new board 'Other'" in pins.pin_to({**held, "title": "Books"}, "new", "Other", RANIA)

    @pytest.mark.parametrize(
        "what",
        [
            {"kind": CARD, "ref": "board/tiles", "params": {}},
            {"kind": CARD, "ref": "no-such-body/tiles", "params": {}},
            {"kind": CARD, "ref": "portfolio-valuation/tiles", "params": ["x"]},
            {"kind": CARD, "ref": "portfolio-valuation/tiles", "params": {"x": {"y": {"z": {"deep": {}}}}}},
            {"kind": METRIC, "ref": "market.last", "params": {}},
            {"kind": "sql", "ref": "select 1", "params": {}},
            {},
        ],
    )
    def test_forged_pins_are_refused_with_a_sentence(self, desk, what):
        made = boards.make("Mine", RANIA)
        with pytest.raises((DomainError, NotFound)):
            pins.pin_to({"title": "x", **what}, str(made), "", RANIA)
        with pytest.raises(NotFound):
            pins.pin_to({"title": "x", **pins._plain(TREE)}, "1 OR 1=1", "", RANIA)

    def test_a_page_that_somebody_may_not_see_is_not_pinned(self, desk):
        with pytest.raises(NotPermitted):
            pins.pin_to({"title": "x", **pins._plain(TREE)}, "new", "Mine", ADA)
        assert "cannot be pinned" in text_of(pins.form({**pins._plain(TREE), "title": "x"}, [], [], ADA))


def test_every_pin_of_every_page_leads_to_its_card(desk):
    missed = []
    for name, body in BODIES.items():
        try:
            page = body.draw({}, CLOCKS, SYSTEM)
        except (DomainError, NotFound, KeyError):
            continue  # it needs an input
        known = picking.keys(page)
        for one in components(page):
            key = one.to_plotly_json()["props"].get("data-pin")
            if key and key.startswith(f"{TILES}/"):
                if picking.tile(page, key.split("/")[1], {}, "x") is None:
                    missed.append((name, key))
            elif key and key not in known:
                missed.append((name, key))
    assert missed == []


@pytest.mark.parametrize("role", sorted(Role))
def test_each_role_sees_its_home_also_on_an_empty_desk(database, role):
    actor = Actor(9, "one", "One", frozenset({role}), frozenset({"DESK"}))
    text = text_of(own_home.draw({}, CLOCKS, actor))
    assert "Incident" not in text
    assert cards.NOT_YOURS not in text
    assert ("Overview" in text) == (homes.home_of(actor) is None)


def test_slugs_are_keys():
    assert slug("P&L of each day, in EUR") == "p-l-of-each-day-in-eur"
    assert slug("ß") == "untitled"
