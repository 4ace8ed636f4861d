"""Users, passwords, lock-out and sessions, over a real database with a clock that the test moves."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import count

import pytest
from sqlalchemy import text

from data.engine import engine
from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import SYSTEM, Actor
from portal.core.config import settings
from portal.core.errors import Conflict, DomainError, NotFound, NotPermitted
from portal.core.permissions import Permission, Role
from portal.services import access
from portal.services.access import passwords, sessions

GOOD = "four unrelated Words, here"
HERE = {"address": "192.0.2.1", "agent": "a browser"}
TRADER = frozenset({Role.TRADER})


@pytest.fixture
def moved(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Return a function that moves the program's clock forward by seconds; by itself it goes a millisecond a look."""
    begin, looks, ahead = clock.now(), count(), timedelta()

    def move(seconds: float) -> None:
        nonlocal ahead
        ahead += timedelta(seconds=seconds)

    monkeypatch.setattr(clock, "now", lambda: begin + ahead + timedelta(milliseconds=next(looks)))
    return move


@pytest.fixture
def short_sessions(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ENERSCOPE_SESSION_IDLE_MINUTES", "10")
    monkeypatch.setenv("ENERSCOPE_SESSION_HOURS", "1")
    monkeypatch.setenv("ENERSCOPE_SESSIONS_PER_USER", "2")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.fixture
def ann(database: str) -> str:
    access.create_user("Ann", "Ann Ost", GOOD, TRADER)
    return "ann"


def enter(username: str, password: str = GOOD, address: str = "192.0.2.1") -> str:
    return access.sign_in(username, password, address=address, agent="a browser")


def fail(username: str, times: int, address: str = "192.0.2.1") -> None:
    for _ in range(times):
        with pytest.raises(access.WrongPassword):
            enter(username, "not the right one", address)


class TestPasswords:
    def test_long_ones_of_any_characters_are_taken(self) -> None:
        passwords.check_password(
            "a long sentence with spaces, ünïcode ☂ and more: " + "xyz pqr " * 3, username="ann"
        )
        passwords.check_password("x" * 10 + "correct battery, staple " * 10, username="ann")

    @pytest.mark.parametrize(
        ("password", "why"),
        [
            pytest.param("short one", "at least 12", id="short"),
            pytest.param("long enough " * 30, "at most 256", id="long"),
            pytest.param("my-Enerscope-login", "enerscope", id="house-word"),
            pytest.param("3n3rsc0p3 rules ok", "enerscope", id="house-word-disguised"),
            pytest.param("enerscope-demo", "enerscope", id="demo-password"),
            pytest.param("i am annabel, hello", "own name", id="user-name"),
            pytest.param("Password123456!", "common", id="common-with-tail"),
            pytest.param("P@ssw0rd!!2026", "common", id="common-disguised"),
            pytest.param("correcthorsebatterystaple", "common", id="too-famous"),
            pytest.param("abababababab!", "few characters", id="few-characters"),
            pytest.param("fyx7!fyx7!fyx7!", "pattern", id="repeated"),
            pytest.param("qwertyuiop1234", "list of common|row", id="keyboard-row"),
            pytest.param("abcdefgh87654321", "row of keys", id="alphabet-and-digits"),
        ],
    )
    def test_guessable_ones_are_refused_with_the_reason(self, password: str, why: str) -> None:
        with pytest.raises(access.WeakPassword, match=why):
            passwords.check_password(password, username="annabel", name="Annabel Ost")

    def test_the_whole_password_counts_exactly_as_typed(self) -> None:
        stored = passwords.hash_password("a" * 72 + " first tail")
        assert passwords.matches(stored, "a" * 72 + " first tail")
        assert not passwords.matches(stored, "a" * 72 + " other tail")
        assert not passwords.matches(stored, "A" + "a" * 71 + " first tail")
        assert not passwords.matches(stored, "a" * 72 + " first tail ")

    def test_stored_as_argon2id_with_its_own_salt(self) -> None:
        one, two = passwords.hash_password(GOOD), passwords.hash_password(GOOD)
        assert one.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
        assert one != two

    def test_a_weaker_hash_is_raised_at_the_next_login(self, ann: str) -> None:
        weak = passwords.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(GOOD)
        with UnitOfWork(write=True) as work:
            work.session.execute(text("UPDATE users SET password_hash = :weak"), {"weak": weak})
        enter(ann)
        with UnitOfWork() as work:
            assert "m=65536,t=3" in work.session.scalar(text("SELECT password_hash FROM users"))
        enter(ann)


class TestUsers:
    def test_created_listed_disabled_enabled(self, ann: str) -> None:
        (row,) = access.list_users(SYSTEM)
        assert (row.username, row.name, row.roles) == ("ann", "Ann Ost", ("trader",))
        assert (row.is_active, row.is_demo, row.last_seen_at) == (True, False, None)
        token = enter(ann)
        access.disable_user("Ann", SYSTEM)
        assert access.actor_of(token) is None
        with pytest.raises(access.AccountDisabled):
            enter(ann)
        with pytest.raises(access.WrongPassword):
            enter(ann, "wrong password here")
        access.enable_user("ann", SYSTEM)
        assert access.actor_of(token) is None, "an old session must not come back to life"
        assert access.actor_of(enter(ann)) is not None

    def test_twice_the_same_name_is_refused(self, ann: str) -> None:
        with pytest.raises(Conflict, match="'ann'"):
            access.create_user(" ANN ", "Another", GOOD, TRADER)

    @pytest.mark.parametrize("name", ["", "a", "two words", "ann\x00", "-ann", "x" * 65])
    def test_odd_names_are_refused(self, database: str, name: str) -> None:
        if name == "ann\x00":
            access.create_user(name, "Ann", GOOD, TRADER)  # the unprintable part is dropped, not stored
            assert [row.username for row in access.list_users(SYSTEM)] == ["ann"]
        else:
            with pytest.raises(DomainError, match="user name"):
                access.create_user(name, "Ann", GOOD, TRADER)

    def test_only_those_with_the_right_may_manage(self, ann: str) -> None:
        actor = access.actor_of(enter(ann))
        assert actor is not None
        for act in (
            lambda: access.list_users(actor),
            lambda: access.disable_user("ann", actor),
            lambda: access.enable_user("ann", actor),
            lambda: access.set_roles("ann", frozenset(Role), actor),
            lambda: access.set_portfolios("ann", frozenset(), actor),
            lambda: access.create_user("bob", "Bob", GOOD, TRADER, actor=actor),
        ):
            with pytest.raises(NotPermitted, match=Permission.USERS_MANAGE.value):
                act()

    def test_unknown_users_and_portfolios_are_named(self, ann: str) -> None:
        with pytest.raises(NotFound, match="'bob'"):
            access.disable_user("bob", SYSTEM)
        with pytest.raises(NotFound, match="NOWHERE"):
            access.set_portfolios("ann", frozenset({"NOWHERE"}), SYSTEM)

    def test_the_last_administrator_stays(self, database: str) -> None:
        access.create_user("root-one", "Root", GOOD, frozenset({Role.ADMINISTRATOR}))
        with pytest.raises(Conflict, match="only active administrator"):
            access.disable_user("root-one", SYSTEM)
        with pytest.raises(Conflict, match="only active administrator"):
            access.set_roles("root-one", TRADER, SYSTEM)
        access.create_user("root-two", "Root", GOOD, frozenset({Role.ADMINISTRATOR}))
        access.disable_user("root-one", SYSTEM)

    def test_own_password_needs_the_present_one_and_ends_sessions(self, ann: str) -> None:
        token = enter(ann)
        actor = access.actor_of(token)
        assert actor is not None
        with pytest.raises(access.WrongPassword):
            access.change_password(actor, "something else", "another quite long one")
        with pytest.raises(access.WeakPassword):
            access.change_password(actor, GOOD, "short")
        access.change_password(actor, GOOD, "another quite long one")
        assert access.actor_of(token) is None
        enter(ann, "another quite long one")

    def test_demo_accounts_once_with_one_role_each(self, database: str) -> None:
        access.create_user("trader", "A real trader", GOOD, TRADER)
        assert access.ensure_demo_users() == len(access.DEMO_ACCOUNTS) - 1
        assert access.ensure_demo_users() == 0
        assert {role for _, role, _ in access.DEMO_ACCOUNTS} == set(Role)
        enter("risk", access.DEMO_PASSWORD)
        with pytest.raises(access.WrongPassword):
            enter("trader", access.DEMO_PASSWORD)
        assert access.remove_demo_users() == len(access.DEMO_ACCOUNTS) - 1
        assert [row.username for row in access.list_users(SYSTEM)] == ["trader"]
        assert not access.demo_is_loaded()


class TestSessions:
    def test_the_token_is_long_and_only_its_hash_is_stored(self, ann: str) -> None:
        token = enter(ann)
        assert len(token) >= 43
        with UnitOfWork() as work:
            stored = str(work.session.execute(text("SELECT * FROM sessions")).all())
        assert token not in stored
        assert "a browser" in stored

    def test_actor_carries_roles_of_this_moment(self, ann: str) -> None:
        token = enter(ann)
        assert access.actor_of(token) == Actor(
            user_id=access.actor_of(token).user_id, username="ann", name="Ann Ost", roles=TRADER
        )
        access.set_roles("ann", frozenset({Role.AUDITOR, Role.OPERATIONS}), SYSTEM)
        assert access.actor_of(token).roles == {Role.AUDITOR, Role.OPERATIONS}
        access.set_roles("ann", frozenset(), SYSTEM)
        assert access.actor_of(token).permissions == frozenset()

    def test_a_grant_covers_the_tree_below(self, ann: str) -> None:
        with UnitOfWork(write=True) as work:
            for code, above in (
                ("ALL", None),
                ("GAS", "ALL"),
                ("POWER", "ALL"),
                ("DE", "POWER"),
                ("FR", "POWER"),
                ("DE_SPOT", "DE"),
            ):
                work.session.execute(
                    text(
                        "INSERT INTO portfolios (code, name, parent_id) "
                        "VALUES (:code, 'a node', (SELECT id FROM portfolios WHERE code = CAST(:above AS text)))"
                    ),
                    {"code": code, "above": above},
                )
        token = enter(ann)
        assert access.actor_of(token).portfolio_codes == frozenset()
        access.set_portfolios("ann", frozenset({"POWER"}), SYSTEM)
        assert access.actor_of(token).portfolio_codes == {"POWER", "DE", "FR", "DE_SPOT"}
        access.set_portfolios("ann", frozenset({"DE_SPOT", "GAS"}), SYSTEM)
        assert access.actor_of(token).portfolio_codes == {"DE_SPOT", "GAS"}
        assert access.list_users(SYSTEM)[0].portfolios == ("DE_SPOT", "GAS")

    def test_a_loop_in_the_tree_does_not_hang(self, ann: str) -> None:
        with UnitOfWork(write=True) as work:
            work.session.execute(
                text("""
                INSERT INTO portfolios (code, name) VALUES ('A', 'a'), ('B', 'b');
                UPDATE portfolios SET parent_id = (SELECT id FROM portfolios x WHERE x.code <> portfolios.code)""")
            )
        access.set_portfolios("ann", frozenset({"A"}), SYSTEM)
        assert access.actor_of(enter(ann)).portfolio_codes == {"A", "B"}

    def test_unknown_tokens_are_nobody(self, ann: str) -> None:
        assert access.actor_of("") is None
        assert access.actor_of("x" * 43) is None
        access.sign_out("x" * 43)

    def test_sign_out_ends_one_session(self, ann: str) -> None:
        one, two = enter(ann), enter(ann)
        access.sign_out(one)
        assert access.actor_of(one) is None
        assert access.actor_of(two) is not None
        assert access.owner_of_ended_session(one) == "ann"

    @pytest.mark.usefixtures("short_sessions")
    def test_idle_sessions_end_and_use_keeps_them(self, ann: str, moved: Callable[[float], None]) -> None:
        token = enter(ann)
        for _ in range(3):
            moved(9 * 60)
            assert access.actor_of(token) is not None
        moved(10 * 60 + 1)
        assert access.actor_of(token) is None
        assert access.owner_of_ended_session(token) == "ann"

    @pytest.mark.usefixtures("short_sessions")
    def test_polling_does_not_keep_a_session(self, ann: str, moved: Callable[[float], None]) -> None:
        token = enter(ann)
        moved(6 * 60)
        assert access.actor_of(token, counts_as_activity=False) is not None
        moved(5 * 60)
        assert access.actor_of(token) is None

    @pytest.mark.usefixtures("short_sessions")
    def test_no_session_outlives_its_absolute_end(self, ann: str, moved: Callable[[float], None]) -> None:
        token = enter(ann)
        for _ in range(11):
            moved(5 * 60)
            assert access.actor_of(token) is not None
        moved(6 * 60)
        assert access.actor_of(token) is None

    @pytest.mark.usefixtures("short_sessions")
    def test_the_oldest_session_makes_room(self, ann: str, moved: Callable[[float], None]) -> None:
        tokens = []
        for _ in range(3):
            tokens.append(enter(ann))
            moved(1)
        assert [access.actor_of(token) is not None for token in tokens] == [False, True, True]

    def test_one_statement_a_request_and_one_write_a_minute(
        self, ann: str, moved: Callable[[float], None]
    ) -> None:
        from sqlalchemy import event

        token, seen = enter(ann), []
        event.listen(engine(), "before_cursor_execute", lambda *args: seen.append(args[2]))
        for _ in range(5):
            access.actor_of(token)
        assert len([s for s in seen if s.lstrip().startswith(("SELECT", "WITH"))]) == 5
        assert not [s for s in seen if s.startswith("UPDATE")]
        moved(61)
        for _ in range(5):
            access.actor_of(token)
        assert len([s for s in seen if s.startswith("UPDATE")]) == 1


class TestLockout:
    def test_delay_begins_after_five_failures_grows_and_ends(
        self, ann: str, moved: Callable[[float], None]
    ) -> None:
        fail(ann, 5)
        with pytest.raises(access.TooManyAttempts) as first:
            enter(ann)
        assert 13 <= first.value.seconds <= 15
        assert first.value.status == 429
        assert f"{first.value.seconds} seconds" in first.value.message
        moved(15)
        fail(ann, 1)
        with pytest.raises(access.TooManyAttempts) as second:
            enter(ann)
        assert 28 <= second.value.seconds <= 30
        moved(31)
        assert access.actor_of(enter(ann)) is not None

    def test_tries_during_the_delay_do_not_prolong_it(self, ann: str, moved: Callable[[float], None]) -> None:
        fail(ann, 5)
        for _ in range(20):
            with pytest.raises(access.TooManyAttempts) as refused:
                enter(ann)
        assert refused.value.seconds <= 15
        moved(16)
        enter(ann)

    def test_never_longer_than_a_quarter_of_an_hour(self, ann: str, moved: Callable[[float], None]) -> None:
        waits = []
        for _ in range(20):
            try:
                enter(ann, "not the right one")
            except access.TooManyAttempts as locked:
                waits.append(locked.seconds)
                moved(locked.seconds)
            except access.WrongPassword:
                pass
        assert max(waits) <= 900
        moved(900)
        enter(ann)

    @pytest.mark.usefixtures("moved")
    def test_unknown_users_are_answered_alike(self, ann: str) -> None:
        said = []
        for name, address in (("ann", "192.0.2.7"), ("nobody-here", "192.0.2.8")):
            words = []
            for _ in range(6):
                with pytest.raises((access.WrongPassword, access.TooManyAttempts)) as refused:
                    enter(name, "not the right one", address)
                words.append((type(refused.value), refused.value.message.replace("14", "15")))
            said.append(words)
        assert said[0] == said[1]

    def test_twenty_failures_from_one_address_over_many_names(self, ann: str) -> None:
        for number in range(20):
            fail(f"somebody-{number}", 1, "198.51.100.9")
        with pytest.raises(access.TooManyAttempts):
            enter(ann, address="198.51.100.9")
        enter(ann, address="192.0.2.1")

    def test_others_cannot_lock_the_owner_out(self, ann: str) -> None:
        enter(ann, address="192.0.2.1")
        fail(ann, 5, "203.0.113.66")
        with pytest.raises(access.TooManyAttempts):
            enter(ann, address="203.0.113.66")
        enter(ann, address="192.0.2.1")

    def test_success_forgives_the_owners_slips(self, ann: str) -> None:
        enter(ann)
        for _ in range(3):
            fail(ann, 4)
            enter(ann)

    def test_tries_are_recorded_without_the_password(self, ann: str) -> None:
        fail(ann, 1)
        enter(ann)
        with UnitOfWork() as work:
            rows = work.session.execute(
                text("SELECT username, address, succeeded FROM login_attempts ORDER BY at")
            )
            assert [tuple(row) for row in rows] == [("ann", "192.0.2.1", False), ("ann", "192.0.2.1", True)]

    def test_two_tries_at_once_are_not_both_taken(self, ann: str) -> None:
        from data.writes import access as writes

        with UnitOfWork(write=True) as work:
            assert writes.lock_account(work.session, username="ann")
            with pytest.raises(access.TooManyAttempts) as busy:
                enter(ann)
        assert busy.value.seconds == 1
        enter(ann)

    def test_odd_user_names_are_plain_failures(self, database: str) -> None:
        for name in ("\x00", "'; DROP TABLE users; --", "x" * 5000, "ann\n<script>"):
            with pytest.raises(access.WrongPassword):
                enter(name, "not the right one", address=f"addr {len(name)}")


def test_unknown_user_and_wrong_password_take_the_same_time(
    ann: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sessions.lockout, "seconds_left", lambda *_, **__: 0)
    taken: dict[str, list[float]] = {"ann": [], "nobody": []}
    for _ in range(15):
        for name, times in taken.items():
            begun = time.process_time()  # the machine is shared: processor time, not the wall clock
            with pytest.raises(access.WrongPassword):
                enter(name, "not the right one")
            times.append(time.process_time() - begun)
    known, unknown = (min(times) for times in taken.values())  # others can only add to it, through the memory
    assert 0.8 <= known / unknown <= 1.25
