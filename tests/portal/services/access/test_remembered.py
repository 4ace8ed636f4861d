"""Who may read Health while the database is away."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.core.actor import SYSTEM
from portal.core.permissions import Permission, Role
from portal.services import access
from portal.services.access import remembered
from tests.helpers.job_kinds import somebody

NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)
WINDOW = timedelta(minutes=30)
PASSWORD = "a long walk by the river"
OPS, TRADER = somebody("ops", Role.OPERATIONS), somebody("tom", Role.TRADER)


@pytest.fixture(autouse=True)
def _anew():
    remembered._sessions.clear()
    yield
    remembered._sessions.clear()


def keep(name: str, actor=OPS, *, minutes: int = 600) -> None:
    remembered.keep(name, actor, NOON, ends_at=NOON + timedelta(minutes=minutes))


def found(name: str, after: timedelta = timedelta(0), window: timedelta = WINDOW):
    return remembered.find(name, NOON + after, window)


def test_nothing_but_reading_health_is_given():
    keep("a")
    actor = found("a")
    assert (actor.user_id, actor.name) == (OPS.user_id, OPS.name)
    assert actor.permissions == {Permission.SIGNED_IN, Permission.MONITORING_READ}
    assert actor.roles == actor.portfolio_codes == frozenset()


def test_who_may_not_read_monitoring_is_not_remembered():
    keep("a")
    keep("a", TRADER)
    assert found("a") is None


@pytest.mark.parametrize(
    ("after", "window", "is_let_in"),
    [
        (timedelta(minutes=29), WINDOW, True),
        (timedelta(minutes=30), WINDOW, False),
        (timedelta(seconds=-1), WINDOW, False),
        (timedelta(0), timedelta(0), False),
        (timedelta(minutes=41), timedelta(hours=9), False),
    ],
)
def test_it_lasts_for_the_window_and_never_beyond_the_session(after, window, is_let_in):
    keep("a", minutes=41)
    assert (found("a", after, window) is not None) is is_let_in


def test_what_ended_here_is_refused():
    for name in ("ab1", "ab2", "c"):
        keep(name)
    remembered.forget("c")
    assert found("c") is None
    remembered.forget_handle("ab1")
    assert found("ab1") is None
    assert found("ab2") is not None
    remembered.forget_user(OPS.user_id)
    assert found("ab2") is None


def test_no_more_are_remembered_than_fit():
    for number in range(remembered.MOST + 5):
        keep(str(number))
    assert found("4") is None
    assert found("5") is not None


def sign_in(username: str) -> str:
    return access.sign_in(username, PASSWORD, address="10.0.0.1", agent="test")


@pytest.fixture
def olga(database) -> str:
    access.create_user("olga", "Olga", PASSWORD, frozenset({Role.OPERATIONS}))
    return sign_in("olga")


def test_a_session_is_remembered_once_the_database_has_let_it_in(olga):
    assert access.health_reader_of(olga) is None
    assert access.actor_of(olga) is not None
    assert access.health_reader_of(olga).username == "olga"
    assert access.health_reader_of("made up") is None


def test_who_signed_out_was_switched_off_or_changed_is_refused_at_once(olga):
    access.create_user("ann", "Ann", PASSWORD, frozenset({Role.ADMINISTRATOR}))
    access.actor_of(olga)
    access.sign_out(olga)
    assert access.health_reader_of(olga) is None
    second = sign_in("olga")
    access.actor_of(second)
    access.set_roles("olga", frozenset({Role.TRADER}), SYSTEM)
    assert access.health_reader_of(second) is None
    access.set_roles("olga", frozenset({Role.OPERATIONS}), SYSTEM)
    access.actor_of(second)
    access.disable_user("olga", SYSTEM)
    assert access.health_reader_of(second) is None
