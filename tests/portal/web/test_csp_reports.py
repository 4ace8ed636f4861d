"""Reports of browsers about the content security policy, over HTTP and without a token."""

import io
import json

import pytest
from dash import Dash
from sqlalchemy import text

from data.engine import engine
from portal.core.permissions import Role
from portal.web import csp_reports
from tests.helpers.visitor import Visitor, add_user

OLD = {
    "csp-report": {
        "document-uri": "http://x/risk",
        "violated-directive": "img-src 'self'",
        "blocked-uri": "data",
    }
}
NEW = [
    {"type": "csp-violation", "body": {"documentURL": "http://x/risk", "effectiveDirective": "font-src",
                                      "blockedURL": "https://evil.example/f.woff"}},
    {"type": "deprecation", "body": {"id": "websql"}},
]  # fmt: skip


def send(visitor: Visitor, body: object, kind: str = "application/csp-report"):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return visitor.client.post(csp_reports.PATH, data=content, headers={"Content-Type": kind})


def stored() -> list[str]:
    with engine().connect() as connection:
        return sorted(connection.scalars(text("SELECT facts->>'directive' FROM security_events")))


def test_both_forms_are_taken_from_anybody(portal_app: Dash, database: str):
    stranger = Visitor(portal_app)
    for body, kind in ((OLD, "application/csp-report"), (NEW, "application/reports+json")):
        answer = send(stranger, body, kind)
        assert (answer.status_code, answer.data) == (204, b"")
    assert stored() == ["font-src", "img-src"]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"7", b"[[[]]]", b"[" * 5000, b'{"csp-report": 3}', b"\xff\xfe", b"x" * 100_000],
)
def test_what_is_no_report_is_answered_alike_and_dropped(portal_app: Dash, database: str, body: bytes):
    assert send(Visitor(portal_app), body).status_code == 204
    assert stored() == []


def test_a_body_in_chunks_is_read_no_further_than_the_limit(portal_app: Dash, database: str):
    flood, report = io.BytesIO(b" " * 1_000_000), io.BytesIO(json.dumps(OLD).encode())
    for body in (flood, report):
        answer = Visitor(portal_app).client.post(
            csp_reports.PATH,
            input_stream=body,
            headers={"Content-Type": "application/csp-report", "Transfer-Encoding": "chunked"},
            environ_overrides={"wsgi.input_terminated": True},
        )
        assert (answer.status_code, answer.data) == (204, b"")
    assert flood.tell() <= csp_reports.MOST_BYTES + 1
    assert stored() == ["img-src"]


def test_one_request_brings_a_few_reports_only(portal_app: Dash, database: str):
    names = ("img", "font", "media", "frame", "child", "worker", "style")
    many = [
        {"type": "csp-violation", "body": {"effectiveDirective": f"{name}-src", "blockedURL": "x"}}
        for name in names
    ]
    send(Visitor(portal_app), many, "application/reports+json")
    assert len(stored()) == csp_reports.MOST_REPORTS


def test_the_route_is_the_only_one_that_takes_a_post_without_a_token(portal_app: Dash, database: str):
    add_user("ann", Role.TRADER)
    ann = Visitor(portal_app)
    ann.sign_in("ann")
    assert ann.post("/logout", csrf=False).status_code == 400
    assert send(ann, OLD).status_code == 204


def test_the_policy_names_the_route(portal_app: Dash, database: str):
    assert (
        f"report-uri {csp_reports.PATH}"
        in Visitor(portal_app).get("/login").headers["Content-Security-Policy"]
    )
