"""What the outermost layer sees of requests: id, kind, real outcome, time, and whose it was."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from dash import Dash

from portal.core import meters, trail
from portal.core.permissions import Role
from portal.web import measuring
from tests.helpers.small_app import small_app
from tests.helpers.visitor import Visitor, add_user

KINDS = {
    "/": "page",
    "/market/prices": "page",
    "/login": "page",
    "/_dash-update-component": "callback",
    "/_dash-layout": "api",
    "/_dash-dependencies": "api",
    "/api/v1/prices": "api",
    "/export/table.csv": "export",
    "/assets/layout.css": "",
    "/_dash-component-suites/dash/dcc.js": "",
    "/healthz/ready": "",
    "/metrics": "",
}


class Seen:
    """Stands where the meters do."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.requests: list[tuple[str, str]] = []
        self.seconds: list[float] = []
        self.level = 0.0
        patch.setattr(meters.REQUESTS, "add", lambda *labels: self.requests.append(labels))
        patch.setattr(meters.REQUEST_SECONDS, "took", lambda seconds, *_: self.seconds.append(seconds))
        patch.setattr(meters.IN_FLIGHT, "change", self._change)
        patch.setattr(meters, "serving", lambda: None)

    def _change(self, by: float) -> None:
        self.level += by

    def take(self) -> list[tuple[str, str]]:
        found, self.requests = self.requests, []
        return found


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, module_database: str) -> Iterator[Dash]:
    add_user("ann", Role.TRADER)
    with small_app(tmp_path_factory.mktemp("measured"), config={"log_level": "info"}) as made:
        measuring.install(made.server)
        yield made


@pytest.fixture
def ann(app: Dash) -> Visitor:
    visitor = Visitor(app)
    visitor.sign_in("ann")
    return visitor


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> Seen:
    return Seen(monkeypatch)


@pytest.mark.parametrize(("path", "kind"), KINDS.items())
def test_kinds(path: str, kind: str) -> None:
    assert measuring.kind_of(path) == kind


def test_pages_and_callbacks_count_with_their_outcome(ann: Visitor, seen: Seen) -> None:
    assert ann.get("/").status_code == 200
    assert ann.ask("read.children").status_code == 200
    assert ann.get("/no-such-page").status_code == 404
    assert ann.get("/repair").status_code == 403
    assert seen.take() == [("page", "ok"), ("callback", "ok"), ("page", "client"), ("page", "client")]
    assert seen.level == 0
    assert all(0 < seconds < 60 for seconds in seen.seconds)


def test_an_error_that_became_a_toast_is_no_success(ann: Visitor, seen: Seen) -> None:
    """Dash answers 2xx to a callback whose error the portal shows as a toast."""
    known = ann.ask("failed.children", values={"fail.n_clicks": "known"})
    unknown = ann.ask("failed.children", values={"fail.n_clicks": "other"})
    assert (known.status_code, unknown.status_code) == (200, 200)
    assert seen.take() == [("callback", "client"), ("callback", "server")]


def test_files_and_probes_are_not_counted(ann: Visitor, seen: Seen) -> None:
    ann.get("/healthz/live")
    ann.get("/assets/none.css")
    assert seen.take() == []


def test_every_answer_has_an_id(ann: Visitor, app: Dash) -> None:
    before = trail.user_id.get()  # tests that ask the gate itself leave theirs behind
    given = ann.get("/", headers={"X-Request-ID": "from-the-gateway-1"})
    assert given.headers.getlist("X-Request-ID") == ["from-the-gateway-1"]
    forged = ann.get("/", headers={"X-Request-ID": "a b"})
    assert forged.headers["X-Request-ID"] != "a b"
    refused = Visitor(app).get("/_dash-layout")
    assert refused.status_code == 401
    assert refused.headers["X-Request-ID"] != forged.headers["X-Request-ID"]
    assert trail.request_id.get() == ""
    assert trail.user_id.get() == before


def test_a_line_for_each_request_names_no_query(ann: Visitor, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="enerscope.requests"):
        ann.get("/?book=secret-book")
    (line,) = [record for record in caplog.records if record.name == "enerscope.requests"]
    assert "GET '/' 200" in line.getMessage()
    assert "secret-book" not in line.getMessage()
    assert (line.kind, line.status) == ("page", 200)


def test_an_error_inside_is_logged_with_request_and_user(
    ann: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    found: list[tuple[str, int | None]] = []

    class Reader(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append((trail.request_id.get(), trail.user_id.get()))

    handler = Reader()
    logging.getLogger("enerscope.incidents").addHandler(handler)
    try:
        ann.ask("failed.children", values={"fail.n_clicks": "x"}, headers={"X-Request-ID": "incident-0001"})
    finally:
        logging.getLogger("enerscope.incidents").removeHandler(handler)
    assert found[0][0] == "incident-0001"
    assert isinstance(found[0][1], int)


def test_time_in_the_queue_belongs_to_the_request(ann: Visitor, seen: Seen) -> None:
    mark = trail.waited.set(3.0)
    try:
        ann.get("/")
    finally:
        trail.waited.reset(mark)
    assert 3.0 < seen.seconds[0] < 60.0


def test_the_folder_of_the_meters_is_under_the_home(tmp_path: Path) -> None:
    assert meters.FOLDER == "metrics"
    assert meters.families(tmp_path / meters.FOLDER) == []
