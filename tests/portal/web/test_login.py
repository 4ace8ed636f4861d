"""The login page, the session cookie, logout, and everything that ends a session, over HTTP."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from dash import Dash
from sqlalchemy import text

from data.session import UnitOfWork
from portal.core import clock
from portal.core.actor import SYSTEM
from portal.core.permissions import Role
from portal.services import access
from portal.web.login import local_path
from tests.helpers.visitor import PASSWORD, Visitor, add_user, form_token

ROUTER = "..._pages_content.children..._pages_store.data..."


@pytest.fixture
def ann(portal_app: Dash, database: str) -> Visitor:
    """Somebody whose account is a trader's, not yet signed in."""
    add_user("ann", Role.TRADER)
    return Visitor(portal_app)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    def move(by: timedelta) -> None:
        monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + by)

    return move


def router_of(app: Dash) -> str:
    (output,) = (output for output in app.callback_map if "_pages_content.children" in output)
    return output


def asks_router(visitor: Visitor, path: str = "/", **options: object) -> object:
    values = {"_pages_location.pathname": path, "_pages_location.search": ""}
    return visitor.ask(router_of(visitor.app), values=values, **options)


class TestForm:
    def test_strangers_are_sent_there_and_back(self, ann: Visitor) -> None:
        sent = ann.get("/market/prices?as_of=2026-01-05")
        assert sent.status_code == 302
        assert sent.location == "/login?next=/market/prices%3Fas_of%3D2026-01-05"
        page = ann.get(sent.location)
        action = re.search(r'action="([^"]+)"', page.text)[1]
        entered = ann.post(
            action,
            csrf=False,
            data={"username": "ann", "password": PASSWORD, "csrf_token": form_token(page.text)},
        )
        assert entered.status_code == 303
        assert entered.location == "/market/prices?as_of=2026-01-05"
        assert ann.get("/login?next=/market/prices").location == "/market/prices"

    @pytest.mark.parametrize(
        "target",
        [
            "//evil.example",
            "https://evil.example/x",
            "/\\evil.example",
            "\\\\evil.example",
            "javascript:alert(1)",
            "evil.example",
            "/ok\r\nSet-Cookie: x=1",
            "/\t/evil.example",
            "/_dash-layout",
            "/logout",
            "/login",
            "/export/x.csv",
            "///evil.example",
            "/" + "x" * 3000,
            "",
            "http:evil.example",
            "/%0d%0a\n",
            "////evil.example/..",
        ],
    )
    def test_only_pages_of_this_site_are_gone_to(self, target: str) -> None:
        assert local_path(target) == "/"

    def test_login_goes_nowhere_else_either(self, ann: Visitor) -> None:
        for target in ("//evil.example", "https://evil.example/x", "/\\evil.example"):
            assert ann.sign_in("ann", query_string={"next": target}).location == "/home"
            assert ann.get("/login", query_string={"next": target}).location == "/home"
            assert "evil.example" not in Visitor(ann.app).get("/login", query_string={"next": target}).text

    def test_paths_with_a_query_are_kept(self) -> None:
        assert local_path("/market/prices?q=http://x&y=%2F") == "/market/prices?q=http://x&y=%2F"
        assert local_path(None) == "/"

    def test_people_land_at_their_home_unless_they_asked_for_a_page(self, ann: Visitor) -> None:
        add_user("eve", Role.EXECUTIVE)
        eve = Visitor(ann.app)
        assert eve.sign_in("eve").location == "/"
        assert ann.sign_in("ann").location == "/home"
        assert ann.get("/login").location == "/home"
        assert ann.get("/login?next=/").location == "/"
        assert ann.sign_in("ann", query_string={"next": "/"}).location == "/"
        assert ann.get("/").status_code == 200

    def test_the_form_keeps_the_overview_when_it_was_asked_for(self, ann: Visitor) -> None:
        assert 'action="/login?next=/"' in ann.get("/login?next=/").text
        assert 'action="/login"' in ann.get("/login").text

    def test_nothing_of_the_app_and_no_inline_script_is_on_it(self, ann: Visitor) -> None:
        page = ann.get("/login").text
        assert "_dash" not in page
        assert "dash-component-suites" not in page
        assert not re.findall(r"<script(?![^>]*src=)", page)
        assert not re.findall(r"\son\w+=|style=", page)
        for address in re.findall(r'(?:src|href)="(/assets[^"]+)"', page):
            assert ann.get(address).status_code == 200, address

    def test_wrong_password(self, ann: Visitor) -> None:
        answer = ann.sign_in("ann", "not the right one")
        assert answer.status_code == 401
        assert 'data-code="wrong-password"' in answer.text
        assert 'value="ann"' in answer.text
        assert "not the right one" not in answer.text
        assert asks_router(ann).status_code == 401

    def test_unknown_user_gets_the_same_page(self, ann: Visitor) -> None:
        def page(name: str) -> str:
            text = ann.sign_in(name, "not the right one").text.replace(f'value="{name}"', "")
            return re.sub(r'name="csrf_token" value="[^"]+"', "", text)

        assert page("ann") == page("nobody")

    def test_locked_says_for_how_long(self, ann: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        now = clock.now()
        monkeypatch.setattr(clock, "now", lambda: now)
        for _ in range(5):
            ann.sign_in("ann", "not the right one")
        answer = ann.sign_in("ann")
        assert answer.status_code == 429
        seconds = int(answer.headers["Retry-After"])
        assert seconds == 15
        assert f'data-seconds="{seconds}"' in answer.text
        assert f"{seconds} seconds" in answer.text

    def test_disabled_is_said_to_the_owner_only(self, ann: Visitor) -> None:
        access.disable_user("ann", SYSTEM)
        assert 'data-code="account-disabled"' in ann.sign_in("ann").text
        assert 'data-code="wrong-password"' in ann.sign_in("ann", "not the right one").text

    def test_names_are_escaped(self, ann: Visitor) -> None:
        answer = ann.sign_in('"><script>alert(1)</script>', "x" * 20)
        assert "<script>alert" not in answer.text

    def test_a_stale_form_is_shown_anew(self, ann: Visitor) -> None:
        answer = ann.post("/login", csrf=False, data={"username": "ann", "password": PASSWORD})
        assert answer.status_code == 400
        assert 'data-code="stale-form"' in answer.text
        token = form_token(answer.text)
        again = ann.post(
            "/login", csrf=False, data={"username": "ann", "password": PASSWORD, "csrf_token": token}
        )
        assert again.status_code == 303

    def test_from_another_site_is_refused(self, ann: Visitor) -> None:
        for headers in (
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
            {"Origin": "http://localhost.evil.example"},
        ):
            assert ann.sign_in("ann", headers=headers).status_code == 400, headers
        assert (
            ann.sign_in(
                "ann", headers={"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
            ).status_code
            == 303
        )

    def test_demo_accounts_are_offered_only_with_the_demo_desk(self, ann: Visitor) -> None:
        assert access.DEMO_PASSWORD not in ann.get("/login").text
        with UnitOfWork(write=True) as work:
            work.session.execute(
                text("INSERT INTO settings (key, value) VALUES ('demo_loaded_at', '2026-11-20')")
            )
        page = ann.get("/login").text
        for username, role, _ in access.DEMO_ACCOUNTS:
            assert f'data-username="{username}"' in page
            assert role.label in page


class TestSession:
    def test_the_cookie_is_signed_and_kept_from_scripts(self, ann: Visitor) -> None:
        lines = ann.sign_in("ann").headers.getlist("Set-Cookie")
        (session,) = (line for line in lines if line.startswith("enerscope_session="))
        assert "HttpOnly" in session
        assert "SameSite=Lax" in session
        assert "Path=/" in session
        assert "Domain" not in session
        assert "Secure" not in session
        (csrf,) = (
            line
            for line in ann.get("/login?x", follow_redirects=True).headers.getlist("Set-Cookie")
            if line.startswith("_csrf_token=")
        )
        assert "HttpOnly" not in csrf
        assert "SameSite=Strict" in csrf

    def test_login_begins_a_new_session_and_ends_the_old(self, ann: Visitor) -> None:
        ann.sign_in("ann")
        old, old_csrf = ann.session_cookie(), ann.csrf_token()
        ann.sign_in("ann")
        assert ann.session_cookie() != old
        assert ann.csrf_token() != old_csrf
        thief = Visitor(ann.app)
        thief.client.set_cookie("enerscope_session", old, domain="localhost")
        assert thief.get("/_dash-layout").status_code == 401
        assert ann.get("/_dash-layout").status_code == 200

    def test_a_session_planted_before_login_is_worth_nothing(self, ann: Visitor) -> None:
        attacker = Visitor(ann.app)
        attacker.get("/login")
        planted = attacker.session_cookie()
        ann.client.set_cookie("enerscope_session", planted, domain="localhost")
        ann.get("/login")
        ann.sign_in("ann")
        assert ann.get("/_dash-layout").status_code == 200
        assert attacker.get("/_dash-layout").status_code == 401

    def test_a_forged_cookie_is_nobody(self, ann: Visitor) -> None:
        ann.sign_in("ann")
        good = ann.session_cookie()
        content, _, signature = good.rpartition(".")
        other = "B" if signature[0] == "A" else "A"
        for cookie in (
            f"{content}.{other}{signature[1:]}",
            "eyJfdXNlcl9pZCI6IjEifQ.x.y",
            "",
            good.split(".", 1)[1],
        ):
            forger = Visitor(ann.app)
            forger.client.set_cookie("enerscope_session", cookie, domain="localhost")
            assert forger.get("/_dash-layout").status_code == 401

    def test_logout_ends_it_everywhere(self, ann: Visitor) -> None:
        ann.sign_in("ann")
        kept = ann.session_cookie()
        page = ann.get("/")
        assert page.status_code == 200
        assert ann.get("/logout").status_code in {404, 405}
        assert ann.post("/logout", csrf=False).status_code == 400
        answer = ann.post("/logout")
        assert answer.location == "/login?out=1"
        assert answer.headers["Clear-Site-Data"] == '"storage"'
        assert "You are signed out" in ann.get(answer.location).text
        replay = Visitor(ann.app)
        replay.client.set_cookie("enerscope_session", kept, domain="localhost")
        assert replay.get("/_dash-layout").status_code == 401

    def test_idle_ends_it_and_says_so(self, ann: Visitor, later: Callable[[timedelta], None]) -> None:
        ann.sign_in("ann")
        later(timedelta(minutes=31))
        answer = asks_router(ann)
        assert answer.status_code == 401
        assert answer.mimetype == "application/problem+json"
        assert answer.json["code"] == "not-signed-in"
        assert answer.json["username"] == "ann"
        sent = ann.get("/")
        assert sent.status_code == 302
        assert 'data-code="session-expired"' in ann.get(sent.location).text

    def test_the_dialog_signs_in_again_and_goes_on(
        self, ann: Visitor, later: Callable[[timedelta], None]
    ) -> None:
        ann.sign_in("ann")
        later(timedelta(minutes=31))
        assert asks_router(ann).status_code == 401
        headers = {"Accept": "application/json"}
        wrong = ann.sign_in("ann", "not the right one", headers=headers)
        assert (wrong.status_code, wrong.json["code"]) == (401, "wrong-password")
        old_csrf = ann.csrf_token()
        right = ann.sign_in("ann", headers=headers)
        assert (right.status_code, right.json["username"]) == (200, "ann")
        assert ann.csrf_token() != old_csrf
        assert asks_router(ann).status_code == 200

    def test_a_timer_does_not_keep_it_but_a_person_does(
        self, ann: Visitor, later: Callable[[timedelta], None]
    ) -> None:
        ann.sign_in("ann")
        later(timedelta(minutes=20))
        assert asks_router(ann, query="?cacheKey=x&job=y").status_code == 200
        later(timedelta(minutes=31))
        assert asks_router(ann).status_code == 401

        ann.sign_in("ann")
        later(timedelta(minutes=51))
        assert asks_router(ann).status_code == 200
        later(timedelta(minutes=80))
        assert asks_router(ann).status_code == 200

    def test_disabling_a_user_ends_it_at_once(self, ann: Visitor) -> None:
        ann.sign_in("ann")
        access.disable_user("ann", SYSTEM)
        answer = asks_router(ann)
        assert answer.status_code == 401
        assert "username" not in answer.json, "the dialog must not invite somebody who cannot enter"
        access.enable_user("ann", SYSTEM)
        assert asks_router(ann).status_code == 401

    def test_a_role_taken_away_counts_at_once(self, ann: Visitor) -> None:
        ann.sign_in("ann")
        assert ann.get("/market/prices").status_code == 200
        access.set_roles("ann", frozenset(), SYSTEM)
        assert ann.get("/market/prices").status_code == 403
        assert asks_router(ann, "/market/prices").status_code == 403
        access.set_roles("ann", frozenset({Role.AUDITOR}), SYSTEM)
        assert ann.get("/market/prices").status_code == 200

    def test_tries_over_http_are_recorded_with_the_address(self, ann: Visitor) -> None:
        ann.sign_in("ann", "not the right one", environ_overrides={"REMOTE_ADDR": "198.51.100.7"})
        with UnitOfWork() as work:
            row = work.session.execute(text("SELECT username, address, succeeded FROM login_attempts")).one()
        assert tuple(row) == ("ann", "198.51.100.7", False)
