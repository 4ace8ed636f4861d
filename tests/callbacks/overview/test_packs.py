"""Overview > Packs: what each role sees of it, and what its form of a schedule says."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest

from callbacks.overview.packs import actions, draw
from callbacks.overview.packs.actions import read_terms
from callbacks.overview.packs.page import ask
from components.packs import FIELDS
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.config import settings
from portal.core.errors import Conflict, DomainError, NotPermitted
from portal.core.permissions import Role
from portal.services.packs import schedules
from portal.services.packs.schedules import Terms
from tests.helpers.layout import text_of
from tests.helpers.packs import add_books, person, store

DAY = date(2026, 11, 20)
CLOCKS = Clocks(DAY, datetime(2030, 1, 1, tzinfo=UTC))
FORM = {
    "code": "board", "title": "Board", "template": "board", "portfolio": "all", "day": "before", "formats": ["pdf"],
    "recipients": ["eva"], "cron": "0 7 * * mon", "timezone": "Europe/Berlin", "calendar": "DE", "wait_minutes": 5,
    "folder": "", "enabled": True,
}  # fmt: skip


def shown(actor: Actor, **filters: str) -> str:
    return " ".join(
        str(part.to_plotly_json()) for part in draw({"template": "board", **filters}, CLOCKS, actor)
    )


def test_the_form_holds_what_it_is_read_with():
    assert tuple(FORM) == FIELDS


@pytest.mark.usefixtures("database")
def test_each_role_sees_its_part():
    olga, tom = person("olga", Role.OPERATIONS), person("tom", Role.TRADER)
    assert "Add a schedule" in shown(olga)
    assert "A new schedule" in shown(olga, schedule="new")
    assert "Schedules" not in shown(tom)
    assert "There is no pack 7 of yours" in shown(tom, pack="7")
    with pytest.raises(NotPermitted):
        shown(person("root", Role.ADMINISTRATOR))


@pytest.mark.usefixtures("database")
def test_a_schedule_is_written_in_versions_and_shown_to_its_recipient():
    olga, eva = person("olga", Role.OPERATIONS), person("eva", Role.EXECUTIVE)
    assert schedules.write(read_terms(FORM, 0), olga) == 1
    assert "Board" in shown(eva, schedule="board")
    assert schedules.write(read_terms(FORM | {"wait_minutes": "20"}, 1), olga) == 2
    assert [one.wait_minutes for one in schedules.versions("board", olga)] == [20, 5]
    with pytest.raises(Conflict, match="Somebody else"):
        schedules.write(read_terms(FORM, 1), olga)
    with pytest.raises(NotPermitted):
        schedules.write(read_terms(FORM, 2), eva)


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"recipients": ["tom"], "template": "compliance"}, "Tom may not see this pack"),
        ({"recipients": ["nobody"]}, "no active account 'nobody'"),
        ({"recipients": []}, "Choose 1 to 50 recipients"),
        ({"folder": "../etc"}, "is not a folder below"),
        ({"folder": "/etc"}, "is not a folder below"),
        ({"cron": "every day"}, "is not a cron line"),
        ({"cron": "*/10 * * * *"}, "is due every 10 min"),
        ({"cron": "0 7,12 * * *", "wait_minutes": "300"}, "due again after 300 min"),
        ({"timezone": "Mars/North"}, "is not the name of a time zone"),
        ({"calendar": "XX"}, "There is no calendar 'XX'"),
        ({"formats": ["doc"]}, "Choose at least one format"),
        ({"code": "a b"}, "is no short name"),
        ({"title": " "}, "Give the schedule a title"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(given, said):
    olga = person("olga", Role.OPERATIONS)
    person("eva", Role.EXECUTIVE)
    person("tom", Role.TRADER)
    with pytest.raises(DomainError, match=said):
        schedules.write(read_terms(FORM | given, 0), olga)
    assert schedules.listed(olga) == []


@pytest.mark.usefixtures("database")
def test_a_folder_is_chosen_by_who_may_see_what_lands_there(tmp_path, monkeypatch):
    """Whoever reads the folder would else see what the portal keeps from them."""
    monkeypatch.setenv("ENERSCOPE_PACK_FOLDER", str(tmp_path))
    settings.cache_clear()
    add_books("GAS")
    person("eva", Role.EXECUTIVE, "GAS")
    otto, olga = person("otto", Role.OPERATIONS), person("olga", Role.OPERATIONS, "GAS")
    given = read_terms(FORM | {"folder": "board"}, 0)
    with pytest.raises(DomainError, match="holds more than you may see"):
        schedules.write(given, otto)
    assert schedules.write(given, olga) == 1
    settings.cache_clear()


@pytest.mark.usefixtures("database")
def test_saving_says_which_pack_will_not_be_made(monkeypatch):
    olga, said = person("olga", Role.OPERATIONS), {}
    person("eva", Role.EXECUTIVE)
    monkeypatch.setattr(actions, "current_actor", lambda: olga)
    monkeypatch.setattr(actions, "ctx", SimpleNamespace(triggered_id={"schedule": "board"}))
    monkeypatch.setattr(actions, "set_props", lambda where, props: said.update({where["type"]: props}))
    hourly = Terms("board", "Board", "board", ("eva",), cron="0 * * * *", calendar="", wait_minutes=0)
    store(hourly, clock.now() - timedelta(hours=2))
    actions.save(1, 1, *FORM.values())
    words = text_of(said["pack-schedule-note"]["children"])
    assert "Version 2 counts from now on" in words
    assert "will not be made. Whoever needs it makes it by hand." in words
    actions.save(1, 2, *FORM.values())
    assert "will not be made" not in text_of(said["pack-schedule-note"]["children"])


def test_a_pack_is_asked_for_the_one_who_asks_under_pinned_clocks():
    tom = Actor(5, "tom", "Tom", frozenset({Role.TRADER}))
    pinned = Clocks(DAY, datetime(2026, 11, 20, 22, tzinfo=UTC), live=False)
    given = ask({"template": "board", "portfolio": "GAS", "formats": ["xlsx", "pdf"]}, pinned, tom)
    assert given["reader"] == "tom"
    assert (given["as_of"], given["known_at"]) == (DAY, pinned.known_at)
    assert (given["params"], given["formats"]) == ({"portfolio": "GAS"}, ("pdf", "xlsx"))


def test_terms_say_when_in_words():
    said = Terms("x", "X", "board", ("eva",)).words()
    assert said.startswith("Monday to Friday at 06:45 (Europe/Berlin), Working days of the desk (TARGET); ")
    assert said.endswith("waits up to 10 min for the numbers")
