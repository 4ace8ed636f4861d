"""One set of security headers on every kind of answer."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from dash import Dash

from portal.core.permissions import Role
from tests.helpers.small_app import small_app
from tests.helpers.visitor import CALLBACK, Visitor, add_user

EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "Enerscope",
}


@pytest.fixture(scope="module")
def answers(portal_app: Dash, module_database: str) -> dict[str, object]:
    """One answer of each kind: pages, errors, data, downloads, files."""
    add_user("ann", Role.TRADER)
    add_user("nobody")
    stranger, ann, nobody = Visitor(portal_app), Visitor(portal_app), Visitor(portal_app)
    for visitor, name in ((ann, "ann"), (nobody, "nobody")):
        visitor.sign_in(name)
    grid = "market-watchlist"
    return {
        "login": stranger.get("/login"),
        "failed login": stranger.sign_in("ann", "not the right one"),
        "to login": stranger.get("/"),
        "401": stranger.get("/_dash-layout"),
        "page": ann.get("/"),
        "403": nobody.get("/"),
        "404": ann.get("/no/such/page"),
        "400": ann.post(CALLBACK, csrf=False, json={}),
        "layout": ann.get("/_dash-layout"),
        "callbacks": ann.get("/_dash-dependencies"),
        "download": ann.get(f"/export/{grid}.csv"),
        "workbook": ann.get(f"/export/{grid}.xlsx"),
        "file": ann.get("/assets/session.js"),
        "public file": stranger.get("/assets/public/door.css"),
        "script": ann.get(re.search(r'src="(/_dash-component-suites/[^"]+)"', ann.get("/").text)[1]),
        "probe": stranger.get("/healthz/ready"),
        "logout": ann.post("/logout"),
    }


def test_all_answers_carry_the_same_set(answers: dict[str, object]) -> None:
    for kind, answer in answers.items():
        for name, value in EXPECTED.items():
            assert answer.headers.getlist(name) == [value], (kind, name)
        assert "camera=()" in answer.headers["Permissions-Policy"], kind
        assert (
            answer.headers["Content-Security-Policy"] == answers["login"].headers["Content-Security-Policy"]
        ), kind
        assert "X-Powered-By" not in answer.headers
        assert "Strict-Transport-Security" not in answer.headers, "only behind TLS"
        assert "Werkzeug" not in str(answer.headers)


def test_statuses_are_what_the_kinds_say(answers: dict[str, object]) -> None:
    for kind, status in {
        "login": 200,
        "failed login": 401,
        "to login": 302,
        "401": 401,
        "page": 200,
        "403": 403,
        "404": 404,
        "400": 400,
        "layout": 200,
        "download": 200,
        "workbook": 200,
        "script": 200,
    }.items():
        assert answers[kind].status_code == status, kind


def test_only_files_may_be_kept_by_the_browser(answers: dict[str, object]) -> None:
    for kind, answer in answers.items():
        kept = answer.headers.get("Cache-Control", "")
        if kind in {"file", "public file", "script"}:
            assert "no-store" not in kept, kind
        else:
            assert kept == "no-store", kind


def test_the_policy_allows_no_inline_script_and_no_eval(answers: dict[str, object]) -> None:
    directives = dict(
        part.strip().split(" ", 1) for part in answers["page"].headers["Content-Security-Policy"].split(";")
    )
    assert directives["default-src"] == "'none'"
    assert directives["frame-ancestors"] == directives["object-src"] == directives["base-uri"] == "'none'"
    assert directives["form-action"] == directives["connect-src"] == "'self'"
    assert all(
        source == "'self'" or source.startswith("'sha256-") for source in directives["script-src"].split()
    )
    assert "http" not in answers["page"].headers["Content-Security-Policy"]


def test_every_inline_script_of_the_page_has_its_hash(answers: dict[str, object]) -> None:
    import base64
    import hashlib

    policy = answers["page"].headers["Content-Security-Policy"]
    tags = re.findall(r"<script([^>]*)>(.*?)</script>", answers["page"].text, flags=re.DOTALL)
    inline = [
        body for attributes, body in tags if "src=" not in attributes and "application/json" not in attributes
    ]
    assert inline
    for body in inline:
        digest = base64.b64encode(hashlib.sha256(body.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy, body[:80]


class TestBehindTls:
    @pytest.fixture
    def secure(self, tmp_path: Path, database: str) -> Iterator[Visitor]:
        with small_app(tmp_path, config={"cookie_secure": True}) as app:
            add_user("ann", Role.TRADER)
            yield Visitor(app, https=True)

    def test_cookies_and_transport_are_locked(self, secure: Visitor) -> None:
        answer = secure.sign_in("ann")
        assert answer.status_code == 303
        (session,) = (line for line in answer.headers.getlist("Set-Cookie") if "session" in line)
        assert session.startswith("__Host-enerscope_session=")
        for attribute in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
            assert attribute in session
        assert "Domain" not in session
        page = secure.get("/")
        assert page.status_code == 200
        assert page.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
        (csrf,) = (line for line in page.headers.getlist("Set-Cookie") if line.startswith("_csrf_token"))
        assert "Secure" in csrf

    def test_callbacks_work_and_a_foreign_referrer_does_not(self, secure: Visitor) -> None:
        secure.sign_in("ann")
        assert secure.ask("read.children").status_code == 200
        assert secure.ask("read.children", headers={"Referer": "https://evil.example/"}).status_code == 400
