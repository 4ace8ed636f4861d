"""What an address shows: the page's own layout names its body and inputs, in words too."""

import pytest
from dash import html

from components import controls
from components.page import page_frame
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound, NotPermitted
from portal.core.permissions import Permission, Role
from portal.services import clocks as clock_service
from portal.web import screen_of as module
from portal.web.screen_of import screen_of

WIDE = "\u2003"


def _layout(code: str = "", **query: str) -> html.Div:
    portfolio = query.get("portfolio", "all")
    return page_frame(
        f"Page of {code}",
        body="shown",
        lead="What it is.",
        clocks=clock_service.resolve(query),
        controls=[
            controls.select("shown", "portfolio", "Portfolio", [("all", "All"), ("GAS", f"{WIDE}Gas")], portfolio),
            controls.choice("shown", "level", "Level", [("0.975", "97.5 %"), ("0.99", "99 %")], "0.975"),
            controls.multi_select("shown", "with", "Compare with", [("A", "Alpha"), ("B", "Beta")], ["A", "B"]),
            controls.text("shown", "words", "Words", ""),
        ],
        content=[html.P("Body")],
    )  # fmt: skip


@pytest.fixture
def page(module_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One page with a variable in its path."""
    known = {"layout": _layout, "permission": Permission.MARKET_READ, "name": "Page"}
    monkeypatch.setattr(
        module, "_path_to_page", lambda path: (known, {"code": "TTF"}) if path == "page/TTF" else ({}, None)
    )


def test_the_inputs_of_the_screen_are_found_with_their_usual_values(page: None) -> None:
    """Only the portfolio is in the address; clocks are pinned at now."""
    found = screen_of("/page/TTF?portfolio=GAS&as_of=2026-01-30&day=2026-01-05", SYSTEM)

    assert (found.title, found.lead, found.path, found.body) == (
        "Page of TTF",
        "What it is.",
        "/page/TTF",
        "shown",
    )
    assert found.filters == {
        "portfolio": "GAS", "day": "2026-01-05", "code": "TTF", "level": "0.975", "with": ["A", "B"], "words": "",
    }  # fmt: skip
    assert found.words == (("Portfolio", "Gas"), ("Level", "97.5 %"), ("Compare with", "Alpha, Beta"))
    assert found.clocks.as_of.isoformat() == "2026-01-30"
    assert not found.clocks.live


def test_pinned_clocks_stay_as_they_are(page: None) -> None:
    """To the microsecond."""
    found = screen_of("/page/TTF?as_of=2026-01-30&known_at=2026-02-01T10:00:00.123456Z", SYSTEM)
    asked = {"as_of": "2026-01-30", "known_at": "2026-02-01T10:00:00.123456Z"}
    assert found.clocks == Clocks(found.clocks.as_of, clock_service.resolve(asked).known_at, live=False)
    assert found.params()["words"][0] == ["Portfolio", "All"]


def test_a_page_is_shown_to_who_may_see_it(page: None) -> None:
    """Its own right is asked before its layout."""
    with pytest.raises(NotPermitted):
        screen_of("/page/TTF", Actor(1, "nobody", "Nobody", frozenset[Role]()))


def test_no_page_and_a_page_without_a_body_are_refused(page: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A layout that failed is a card without a body."""
    with pytest.raises(NotFound, match="no such page"):
        screen_of("/nowhere", SYSTEM)
    known = {"layout": html.Section("Broken"), "permission": Permission.MARKET_READ, "name": "Page"}
    monkeypatch.setattr(module, "_path_to_page", lambda _path: (known, None))
    with pytest.raises(NotFound, match="nothing to export"):
        screen_of("/page", SYSTEM)
