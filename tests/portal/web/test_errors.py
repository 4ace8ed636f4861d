"""How errors are turned into problems, documents, pages and toasts; nothing of the inside gets out."""

import logging

import pytest
from dash import Dash
from dash.exceptions import BackgroundCallbackError
from flask import Flask
from werkzeug.exceptions import BadRequest, Forbidden, NotFound

from portal.core import errors as core
from portal.services.access import TooManyAttempts
from portal.web import errors
from tests.helpers.visitor import Visitor

INSIDE = ("Traceback", "secret_prices", ".py", "RuntimeError", "SELECT")


def server_with(error: Exception) -> Flask:
    server = Flask("errors", static_folder=None, template_folder=None)
    server.jinja_loader = __import__("jinja2").PackageLoader("portal.web", "templates")
    server.jinja_env.globals["csrf_token"] = lambda: "x"
    errors.install(server)

    def fail() -> str:
        raise error

    for path in ("/_data", "/page"):
        server.add_url_rule(path, path, fail, methods=["GET", "POST"])
    return server


@pytest.mark.parametrize("kind", errors._descendants(core.EnerscopeError))
def test_every_error_of_the_portal_has_a_title_a_code_and_a_status(kind: type[core.EnerscopeError]) -> None:
    error = kind.__new__(kind)  # some have constructors of their own; what is judged here is common to all
    core.EnerscopeError.__init__(error, "The thing is wrong. Do it otherwise.")
    problem = errors.problem_of(error)
    assert 400 <= problem.status <= 599
    assert problem.code == kind.code
    assert problem.title
    assert bool(problem.incident) == (problem.status >= 500)


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (core.DomainError("The curve has no point for 2026-13. Choose a month."), 422),
        (core.NotPermitted("Not yours."), 403),
        (TooManyAttempts(12), 429),
        (NotFound(), 404),
        (Forbidden(), 403),
        (BadRequest("The request comes from another site."), 400),
        (RuntimeError("SELECT * FROM secret_prices failed"), 500),
        (core.UpstreamError("The database does not answer."), 502),
    ],
)
def test_programs_get_documents_and_people_pages(
    error: Exception, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    client = server_with(error).test_client()
    data, page = client.get("/_data"), client.get("/page")
    assert data.status_code == page.status_code == status
    assert data.mimetype == "application/problem+json"
    assert page.mimetype == "text/html"
    assert data.json["status"] == status
    assert client.get("/page", headers={"Accept": "application/json"}).mimetype == "application/problem+json"
    for inside in INSIDE:
        assert inside not in data.text + page.text
    if status >= 500:
        assert data.json["incident"] in caplog.text
        assert "incident" in page.text.lower()
    if isinstance(error, TooManyAttempts):
        assert data.headers["Retry-After"] == "12"


def test_messages_are_escaped_on_pages() -> None:
    client = server_with(
        core.DomainError("The name '<script>alert(1)</script>' cannot be taken.")
    ).test_client()
    assert "<script>alert" not in client.get("/page").text


def test_redirects_pass() -> None:
    server = server_with(RuntimeError())
    server.add_url_rule("/folder/", "folder", lambda: "x")
    assert server.test_client().get("/folder").status_code == 308


def test_an_error_of_a_worker_keeps_its_sentence() -> None:
    text = (
        "An error occurred inside a background callback: The file is empty.\nTraceback (most recent call last):\n"
        '  File "/srv/x.py", line 1, in f\nportal.core.errors.Conflict: The file is empty. Choose another.\n'
    )
    problem = errors.problem_of(BackgroundCallbackError(text))
    assert (problem.status, problem.code, problem.detail) == (
        409,
        "conflict",
        "The file is empty. Choose another.",
    )


def test_a_strange_error_of_a_worker_is_an_incident(caplog: pytest.LogCaptureFixture) -> None:
    text = "An error occurred inside a background callback: x\nTraceback\nKeyError: 'secret_prices'\n"
    with caplog.at_level(logging.ERROR):
        problem = errors.problem_of(BackgroundCallbackError(text))
    assert problem.status == 500
    assert "secret_prices" not in problem.detail
    assert problem.incident in caplog.text


def test_two_incidents_have_two_numbers() -> None:
    assert errors.problem_of(RuntimeError()).incident != errors.problem_of(RuntimeError()).incident


@pytest.mark.usefixtures("database")
def test_scripts_that_dash_does_not_serve_are_404(portal_app: Dash) -> None:
    from tests.helpers.visitor import Role, add_user

    add_user("ann", Role.TRADER)
    ann = Visitor(portal_app)
    ann.sign_in("ann")
    for path in ("/_dash-component-suites/dash/no-such.js", "/_dash-component-suites/os/path.js"):
        answer = ann.get(path)
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


@pytest.mark.usefixtures("database")
def test_without_a_database_people_see_a_page_and_probes_503(portal_app: Dash) -> None:
    from data import engine as engines
    from tests.helpers.visitor import Role, add_user

    add_user("ann", Role.TRADER)
    ann = Visitor(portal_app)
    ann.sign_in("ann")
    kept = engines._engine
    engines._engine = engines.create_engine(
        "postgresql+psycopg://nobody@127.0.0.1:1/none", connect_args={"connect_timeout": 1}
    )
    try:
        page, data = ann.get("/"), ann.get("/_dash-layout")
        probe = ann.get("/healthz/ready")
        assert ann.get("/healthz/live").status_code == 200
    finally:
        engines._engine.dispose()
        engines._engine = kept
    assert (page.status_code, page.mimetype) == (502, "text/html")
    assert "database does not answer" in page.text
    assert (data.status_code, data.json["code"]) == (502, "upstream")
    assert (probe.status_code, probe.json) == (503, {"status": "not ready"})
    assert ann.get("/healthz/ready").status_code == 200
