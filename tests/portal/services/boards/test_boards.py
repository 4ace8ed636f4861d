"""Boards of people: theirs alone, in their order, shared by a link that can be revoked, noted in the audit log."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from portal.core.actor import Actor
from portal.core.errors import DomainError, NotFound, NotPermitted
from portal.core.permissions import Role
from portal.services.boards import boards, homes
from portal.services.boards.pin import Pin
from tests.helpers import audit

RANIA = Actor(1, "rania", "Rania", frozenset({Role.RISK_OFFICER}))
TOM = Actor(2, "tom", "Tom", frozenset({Role.TRADER}))
ADA = Actor(3, "ada", "Ada", frozenset({Role.ADMINISTRATOR}))
NOBODY = Actor(4, "nobody", "Nobody", frozenset())
TREND = Pin("card", "risk-overview/risk-overview-trend", "Trend", {"portfolio": "GAS", "compare": ["A", "B"]})
TILE = Pin("card", "risk-overview/tiles/exceptions", "Exceptions")
PRICE = Pin("metric", "market.last", "TTF", {"instrument": "TTF"})
pytestmark = pytest.mark.usefixtures("database")


def titles(board: int, actor: Actor = RANIA) -> list[str]:
    return [pin.title for pin in boards.open_mine(board, actor).pins]


def test_a_board_holds_what_was_pinned_in_its_order():
    made = boards.make("  Morning \n look ", RANIA)
    for pin in (TREND, TILE, PRICE):
        boards.pin(made, pin, RANIA)
    found = boards.open_mine(made, RANIA)
    assert (found.title, found.owner, found.count, found.link) == ("Morning look", "rania", 3, None)
    assert [(pin.kind, pin.ref, pin.params) for pin in found.pins] == [
        ("card", TREND.ref, {"portfolio": "GAS", "compare": ["A", "B"]}),
        ("card", TILE.ref, {}),
        ("metric", "market.last", {"instrument": "TTF"}),
    ]
    first, second, third = (pin.id for pin in found.pins)
    boards.move(made, third, -1, RANIA)
    assert titles(made) == ["Trend", "TTF", "Exceptions"]
    boards.move(made, first, 99, RANIA)
    assert titles(made) == ["TTF", "Exceptions", "Trend"]
    boards.move(made, third, -1, RANIA)
    assert titles(made) == ["TTF", "Exceptions", "Trend"]
    boards.retitle(made, second, "Breaks", RANIA)
    boards.unpin(made, third, RANIA)
    assert titles(made) == ["Breaks", "Trend"]
    boards.rename(made, "Evening", RANIA)
    assert [(one.title, one.count) for one in boards.mine(RANIA)] == [("Evening", 2)]


def test_a_pin_holds_inputs_and_never_a_value_or_a_clock():
    clocked = Pin("card", TREND.ref, "Trend", {"portfolio": "GAS", "as_of": "2026-01-05", "known_at": "x"})
    metric = Pin("metric", "market.last", "TTF", {"instrument": "TTF", "value": 31.5, "other": "x"})
    made = boards.make("Mine", RANIA, (clocked, metric))
    assert [pin.params for pin in boards.open_mine(made, RANIA).pins] == [
        {"portfolio": "GAS"},
        {"instrument": "TTF"},
    ]


def test_what_is_there_already_is_not_pinned_twice():
    made = boards.make("Mine", RANIA, (TREND,))
    with pytest.raises(DomainError, match="already"):
        boards.pin(made, TREND, RANIA)
    boards.pin(made, Pin("card", TREND.ref, "Trend of power", {"portfolio": "POWER"}), RANIA)
    assert titles(made) == ["Trend", "Trend of power"]


@pytest.mark.parametrize(
    "pin",
    [
        Pin("card", "../../etc/passwd", "x"),
        Pin("card", "risk-overview", "x"),
        Pin("card", "risk-overview/a/b", "x"),
        Pin("card", "risk-overview/tiles/a/b", "x"),
        Pin("card", "Risk Overview/<script>", "x"),
        Pin("card", "a" * 200 + "/b", "x"),
        Pin("query", "risk-overview/tiles", "x"),
        Pin("card", TREND.ref, "x", {"portfolio": "G" * 9000}),
        Pin("card", TREND.ref, " \u200b\u202e\n "),
        Pin("card", TREND.ref, "t" * 121),
        Pin("metric", "no.such.metric", "x"),
        Pin("metric", "market.last", "x", {}),
        Pin("metric", "market.last", "x", {"instrument": ["TTF"]}),
        Pin("metric", "market.last", "x", {"instrument": "T" * 3000}),
    ],
)
def test_what_cannot_be_pinned_is_refused_with_a_sentence(pin):
    made = boards.make("Mine", RANIA)
    with pytest.raises((DomainError, NotFound)) as refused:
        boards.pin(made, pin, RANIA)
    assert refused.value.message.endswith(".")
    assert titles(made) == []


def test_a_metric_that_somebody_may_not_see_is_not_pinned():
    with pytest.raises(NotPermitted):
        boards.make(
            "Mine", ADA, (Pin("metric", "risk.var", "VaR", {"run": 1, "portfolio": "GAS", "level": 0.99}),)
        )
    assert boards.mine(ADA) == ()


def test_hostile_titles_lose_what_is_not_seen_and_keep_the_rest():
    made = boards.make("<b>Gas\u202e & \u0000power</b>", RANIA)
    assert boards.open_mine(made, RANIA).title == "<b>Gas & power</b>"


@pytest.mark.parametrize("title", [None, "", " \t", "x" * 121])
def test_a_board_needs_a_title(title):
    with pytest.raises(DomainError, match="title"):
        boards.make(title, RANIA)


def test_nobody_reaches_the_board_of_another():
    made = boards.make("Mine", RANIA, (TREND,))
    pinned = boards.open_mine(made, RANIA).pins[0].id
    theirs = boards.make("Theirs", TOM, (TILE,))
    for attempt in (
        lambda: boards.open_mine(made, TOM),
        lambda: boards.rename(made, "x", TOM),
        lambda: boards.delete(made, TOM),
        lambda: boards.share(made, TOM),
        lambda: boards.revoke(made, TOM),
        lambda: boards.choose_home(made, TOM),
        lambda: boards.pin(made, TILE, TOM),
        lambda: boards.unpin(made, pinned, TOM),
        lambda: boards.unpin(theirs, pinned, TOM),
        lambda: boards.move(theirs, pinned, 1, TOM),
        lambda: boards.retitle(theirs, pinned, "x", TOM),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert titles(made) == ["Trend"]
    assert [one.title for one in boards.mine(TOM)] == ["Theirs"]


def test_whoever_is_not_let_in_has_no_boards():
    made = boards.make("Mine", RANIA)
    link = boards.share(made, RANIA)
    for attempt in (
        lambda: boards.mine(NOBODY),
        lambda: boards.open_shared(link, NOBODY),
        lambda: boards.make("x", NOBODY),
        lambda: boards.own_home(NOBODY),
    ):
        with pytest.raises(NotPermitted):
            attempt()


def test_a_link_opens_the_board_until_it_is_revoked_and_a_later_one_is_another():
    made = boards.make("Mine", RANIA, (TREND,))
    link = boards.share(made, RANIA)
    assert boards.share(made, RANIA) == link
    assert len(link) == 32
    shared = boards.open_shared(link, TOM)
    assert (shared.title, shared.owner, [pin.title for pin in shared.pins]) == ("Mine", "rania", ["Trend"])
    boards.revoke(made, RANIA)
    boards.revoke(made, RANIA)
    with pytest.raises(NotFound, match="revoked"):
        boards.open_shared(link, TOM)
    assert boards.share(made, RANIA) != link


@pytest.mark.parametrize("link", ["", "x", "None", "ü", "%", "a" * 65, "a" * 10_000, "'; DROP TABLE boards"])
def test_a_forged_link_leads_nowhere(link):
    boards.make("Mine", RANIA)
    with pytest.raises(NotFound):
        boards.open_shared(link, TOM)


def test_a_deleted_board_ends_its_link():
    made = boards.make("Mine", RANIA, (TREND, PRICE))
    link = boards.share(made, RANIA)
    boards.delete(made, RANIA)
    with pytest.raises(NotFound):
        boards.open_shared(link, RANIA)
    assert boards.mine(RANIA) == ()


def test_what_happens_to_boards_is_noted_without_their_words():
    made = boards.make("Secret deal", RANIA, (TREND,))
    boards.share(made, RANIA)
    boards.share(made, RANIA)
    boards.revoke(made, RANIA)
    boards.delete(made, RANIA)
    entries = [row.entry for row in audit.rows()]
    assert [json.loads(entry)["action"] for entry in entries] == [
        "board.made",
        "board.shared",
        "board.revoked",
        "board.deleted",
    ]
    assert "Secret" not in str(entries)


def test_there_is_one_home_at_a_time():
    first, second = boards.make("One", RANIA, (TREND,)), boards.make("Two", RANIA, (TILE,))
    theirs = boards.make("Theirs", TOM)
    boards.choose_home(theirs, TOM)
    boards.choose_home(first, RANIA)
    boards.choose_home(second, RANIA)
    assert [one.is_home for one in boards.mine(RANIA)] == [False, True]
    assert boards.own_home(RANIA).title == "Two"
    boards.choose_home(None, RANIA)
    assert boards.own_home(RANIA) is None
    assert boards.own_home(TOM).title == "Theirs"


def test_boards_and_pins_are_bounded_also_when_two_windows_add_at_once(monkeypatch):
    monkeypatch.setattr(boards, "MOST_BOARDS", 3)
    monkeypatch.setattr(boards, "MOST_PINS", 4)

    def attempt(act):
        try:
            act()
        except DomainError as refused:
            return refused.message
        return ""

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(attempt, [lambda at=at: boards.make(f"Board {at}", RANIA) for at in range(8)]))
    assert said.count("") == 3
    board = boards.mine(RANIA)[0].id
    pins = [Pin("card", TREND.ref, f"Pin {at}", {"portfolio": f"P{at}"}) for at in range(9)]
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(attempt, [lambda pin=pin: boards.pin(board, pin, RANIA) for pin in pins]))
    assert said.count("") == 4
    assert len(set(titles(board))) == 4


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.EXECUTIVE}))
def test_each_role_has_a_home(role):
    actor = Actor(9, "one", "One", frozenset({role}))
    home = homes.home_of(actor)
    assert home.role is role
    assert homes.landing(actor) == "/home"
    made = boards.make("Mine", actor, home.pins)
    assert len(boards.open_mine(made, actor).pins) == len(home.pins)


def test_the_home_of_the_executive_is_the_overview_unless_they_chose_a_board():
    elena = Actor(9, "elena", "Elena", frozenset({Role.EXECUTIVE, Role.TRADER}))
    assert homes.landing(elena) == "/"
    boards.choose_home(boards.make("Mine", elena), elena)
    assert homes.landing(elena) == "/home"
    assert homes.landing(NOBODY) == "/"
