"""The whole portal while its database is away: Health for whom it has let in lately, nothing else, for nobody else."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from dash import Dash

from data import engine
from portal.core.permissions import Role
from portal.services.access import remembered
from portal.services.monitoring import health
from tests.helpers.visitor import Visitor, add_user, server_callbacks

HEALTH, POLL = "/monitoring/health", "monitoring-health-seen.data"
AWAY = 502


@pytest.fixture
def olga(database: str, portal_app: Dash) -> Iterator[Visitor]:
    health.forget()
    remembered._sessions.clear()
    add_user("olga", Role.OPERATIONS)
    visitor = Visitor(portal_app)
    assert visitor.sign_in("olga").status_code == 303
    assert visitor.get(HEALTH).status_code == 200
    yield visitor
    health.forget()


@contextmanager
def outage() -> Iterator[None]:
    url = engine.engine().url.render_as_string(hide_password=False)
    engine.connect("postgresql://portal@127.0.0.1:1/nowhere")
    health.probes.forget()
    try:
        yield
    finally:
        engine.connect(url)
        health.probes.forget()


def router(app: Dash) -> str:
    return next(output for output in server_callbacks(app) if "_pages_content.children" in output)


def route(visitor: Visitor, path: str):
    return visitor.ask(
        router(visitor.app), values={"_pages_location.pathname": path, "_pages_location.search": ""}
    )


def test_health_is_read_without_a_database(olga: Visitor):
    with outage():
        assert olga.get(HEALTH).status_code == 200
        frame = olga.get("/_dash-layout")
        assert frame.status_code == 200
        assert "only Health, until the database is back" in frame.text
        assert frame.text.count("es-nav-link") == 1
        shown = route(olga, HEALTH)
        assert shown.status_code == 200
        assert "Database does not work." in shown.text
        again = olga.ask(POLL, values={"page-clocks.data": {}})
        assert again.status_code == 200
        assert "The record of changes is in the database" in again.text
    back = olga.ask(POLL, values={"page-clocks.data": {}})
    assert back.status_code == 200
    assert "Database does not work." not in back.text


def test_nothing_else_is_open(olga: Visitor):
    with outage():
        for path in (
            "/",
            "/risk",
            "/monitoring/alerts",
            "/export/monitoring-health-changes.csv",
            "/_reload-hash",
        ):
            assert olga.get(path).status_code == AWAY, path
        for output in server_callbacks(olga.app):
            if output not in (POLL, router(olga.app)):
                assert olga.ask(output).status_code == AWAY, output
        for path in ("/", "/monitoring/alerts", "risk", ""):
            assert route(olga, path).status_code == AWAY, path
        assert olga.post(HEALTH).status_code in (405, AWAY)


def test_two_addresses_in_one_question_open_nothing(olga: Visitor):
    from tests.helpers.visitor import CALLBACK, request_body

    body = request_body(olga.app, router(olga.app), {"_pages_location.pathname": HEALTH}, {})
    other = {"id": "_pages_location", "property": "pathname", "value": "/monitoring/alerts"}
    body["inputs"].append(other)
    with outage():
        assert olga.post(CALLBACK, json=body).status_code == AWAY


def test_nobody_else_is_let_in(olga: Visitor, portal_app: Dash):
    add_user("tom", Role.TRADER)
    tom, stranger = Visitor(portal_app), Visitor(portal_app)
    tom.sign_in("tom")
    tom.get("/")
    with outage():
        assert stranger.get(HEALTH).status_code == 302
        assert tom.get(HEALTH).status_code == AWAY
        assert tom.ask(POLL).status_code == AWAY
        remembered._sessions.clear()  # as in a process that never checked it
        assert olga.get(HEALTH).status_code == AWAY


def test_who_leaves_during_the_outage_is_out(olga: Visitor):
    with outage():
        assert olga.get(HEALTH).status_code == 200
        olga.post("/logout")
        assert olga.get(HEALTH).status_code in (302, AWAY)


def test_it_can_be_switched_off(olga: Visitor, monkeypatch: pytest.MonkeyPatch):
    from portal.core.config import settings

    monkeypatch.setitem(settings().__dict__, "health_minutes", 0)
    with outage():
        assert olga.get(HEALTH).status_code == AWAY
