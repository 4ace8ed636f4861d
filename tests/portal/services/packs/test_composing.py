"""A template read into a document: rights, gaps, the portfolio asked for, and nothing of the moment of making."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.document import Gap, Section, Tile, Tiles, Words
from portal.core.errors import DomainError, NotFound, NotPermitted, UpstreamError
from portal.core.permissions import Permission, Role
from portal.services.packs import composing, screens
from portal.services.packs.templates import PORTFOLIO, Pick, Template
from portal.services.portfolio.portfolios import create_portfolio

CLOCKS = Clocks(date(2026, 1, 30), datetime(2026, 2, 1, tzinfo=UTC), live=True)
TEMPLATE = Template(
    "two", "Two chapters", "7", "What it is.", Permission.EXPORT,
    (
        Pick("Value", "value", {"portfolio": PORTFOLIO, "period": "dtd"}, ("tiles",), "/value"),
        Pick("Feeds", "feeds", {}, (), "/feeds"),
    ),
)  # fmt: skip
SHOWN = (Section("", (Tiles((Tile("Value", "+1", "EUR", 1.0),)),), simulated=True),)

Asked = list[tuple[str, dict[str, Any], Clocks, str, tuple[str, ...]]]
Reader = Callable[..., Asked]


class _Screens:
    """Screens that are given, or raise what is given."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self.said, self.asked = said, Asked()

    def read(self, body: str, filters: Any, clocks: Clocks, actor: Actor, only: Any = ()) -> Any:
        self.asked.append((body, dict(filters), clocks, actor.username, tuple(only)))
        found = self.said.get(body, SHOWN)
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture
def reading(module_database: str, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """Set what the screens say; returns what they were asked."""

    def set_screens(**said: Any) -> Asked:
        made = _Screens(said)
        monkeypatch.setattr(screens, "reader", lambda: made)
        return made.asked

    return set_screens


def test_the_portfolio_is_filled_in_and_the_clocks_are_pinned(reading: Reader) -> None:
    """The head of the chapter says in words what it was asked."""
    create_portfolio("GAS", "Gas books", None, SYSTEM)
    asked = reading()
    made = composing.compose(TEMPLATE, {"portfolio": "GAS"}, CLOCKS, SYSTEM)

    pinned = replace(CLOCKS, live=False)
    assert asked[0] == ("value", {"portfolio": "GAS", "period": "dtd"}, pinned, "system", ("tiles",))
    first = made.chapters[0]
    assert first.filters == (("Portfolio", "Gas books (GAS)"), ("Period", "Day to date"))
    assert (
        first.address == "/value?portfolio=GAS&period=dtd&as_of=2026-01-30&known_at=2026-02-01T00%3A00%3A00Z"
    )
    assert [section.origin for section in first.sections] == ["/value"]
    assert (made.clocks, made.reader, made.template, made.version) == (
        pinned,
        "Enerscope (system)",
        "two",
        "7",
    )
    assert (made.rights, made.simulated, made.is_complete) == ("Rows of Gas books.", True, True)
    assert made.params == {"portfolio": "GAS"}
    assert composing.compose(TEMPLATE, {"portfolio": "GAS"}, CLOCKS, SYSTEM) == made


def test_what_the_reader_may_not_see_is_left_out_and_said(reading: Reader) -> None:
    """It is no gap: nothing is missing that they had a right to."""
    reading(feeds=NotPermitted("No.", permission="x"))
    made = composing.compose(TEMPLATE, {}, CLOCKS, SYSTEM)

    assert [chapter.title for chapter in made.chapters] == ["Value"]
    assert made.rights.endswith(" Left out, since the reader may not see it: Feeds.")
    assert made.is_complete
    assert made.chapters[0].filters[0] == ("Portfolio", "All that the reader may see")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (DomainError("There are no feeds."), "There are no feeds."),
        (NotFound("There is no such feed."), "There is no such feed."),
        (ZeroDivisionError("secret"), "The page that it is read from failed. The fault is in the log of the portal."),
        ((Section("", (Words("No run yet. Start one.", "notice"),)),), "No run yet. Start one."),
        ((), "The page had none of this to show under these clocks."),
    ],
)  # fmt: skip
def test_what_fails_or_is_empty_is_a_gap(reading: Reader, said: Any, why: str) -> None:
    """The pack goes out without it and says so; gaps that are known before stand first."""
    reading(feeds=said)
    known = Gap("TTF", "Its prices are late.", "at most 3 EUR")
    made = composing.compose(TEMPLATE, {}, CLOCKS, SYSTEM, known_gaps=[known])

    assert made.gaps == (known, Gap("Feeds", why, composing.UNBOUNDED))
    assert made.chapters[0].title == "Value"


def test_a_part_that_is_away_for_a_moment_costs_no_chapter(reading: Reader) -> None:
    """The job tries again; a pack that was stored would stay partial for good."""
    reading(feeds=UpstreamError("The database does not answer. Try again in a minute."))
    with pytest.raises(UpstreamError):
        composing.compose(TEMPLATE, {}, CLOCKS, SYSTEM)


def test_what_shows_one_portfolio_is_a_chapter_for_each_of_several(reading: Reader) -> None:
    """Two portfolios beside each other have no risk in common, and none of them is passed over."""
    for code, name in (("OIL", "Oil books"), ("METAL", "Metal books")):
        create_portfolio(code, name, None, SYSTEM)
    reader = Actor(7, "ann", "Ann", frozenset({Role.RISK_OFFICER}), frozenset({"OIL", "METAL"}))
    asked = reading()
    template = replace(
        TEMPLATE, picks=(Pick("Risk", "risk-overview", {"portfolio": PORTFOLIO}), TEMPLATE.picks[0])
    )
    made = composing.compose(template, {}, CLOCKS, reader)

    assert [chapter.title for chapter in made.chapters] == ["Risk: Metal books", "Risk: Oil books", "Value"]
    assert [filters["portfolio"] for _, filters, *_ in asked] == ["METAL", "OIL", ""]
    assert made.chapters[1].filters == (("Portfolio", "Oil books (OIL)"),)
    one = composing.compose(template, {"portfolio": "OIL"}, CLOCKS, reader)
    assert [chapter.title for chapter in one.chapters] == ["Risk", "Value"]


def test_one_page_says_what_its_frame_says(reading: Reader) -> None:
    """A refusal is raised, since nothing else would be left."""
    asked = reading()
    params = {
        "filters": {"portfolio": "POWER"}, "title": "Risk overview", "lead": "What could be lost.", "address": "/risk",
        "words": [["Portfolio", "Power"]],
    }  # fmt: skip
    made = composing.compose("page:risk-overview", params, CLOCKS, SYSTEM)

    assert asked[0][:2] == ("risk-overview", {"portfolio": "POWER"})
    assert (made.title, made.template) == ("Risk overview", "page:risk-overview")
    (chapter,) = made.chapters
    assert (chapter.title, chapter.lead) == ("Risk overview", "What could be lost.")
    assert chapter.filters == (("Portfolio", "Power"),)
    assert chapter.address.startswith("/risk?portfolio=POWER&as_of=2026-01-30&known_at=")

    reading(gone=NotPermitted("No.", permission="x"))
    with pytest.raises(NotPermitted):
        composing.compose("page:gone", {}, CLOCKS, SYSTEM)


def test_a_pack_asks_for_its_right(reading: Reader) -> None:
    """Administrators export nothing."""
    reading()
    with pytest.raises(NotPermitted):
        composing.compose(TEMPLATE, {}, CLOCKS, Actor(1, "a", "A", frozenset({Role.ADMINISTRATOR})))
