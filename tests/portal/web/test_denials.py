"""What comes in, is refused, or is looked at is noted once, with digests of session and address and no names."""

import json
from collections.abc import Iterator
from pathlib import Path

import dash
import pytest
from dash import Dash, html

from portal.core.permissions import Permission, Role
from portal.services.access import sessions
from tests.helpers.audit import rows
from tests.helpers.small_app import small_app
from tests.helpers.visitor import Visitor, add_user


@pytest.fixture(scope="module")
def app(short_folder: Path) -> Iterator[Dash]:
    def more(_app: Dash) -> None:
        dash.register_page(
            "page_cases",
            path="/compliance/cases",
            layout=lambda **_: html.Div("cases"),
            permission=Permission.MARKET_READ,
            area="compliance",
        )

    folder = short_folder / "denials"
    folder.mkdir()
    with small_app(folder, extra=more) as made:
        yield made


@pytest.fixture
def reader(app: Dash, database: str) -> Visitor:
    sessions._blocked.clear()
    add_user("reader", Role.TRADER)
    found = Visitor(app)
    assert found.sign_in("reader").status_code == 303
    return found


def noted() -> list[tuple[str, str, str, str]]:
    return [row.copies[2:] for row in rows() if not row.copies[2].startswith("user.")]


def goes_to(visitor: Visitor, path: str) -> None:
    (router,) = (output for output in visitor.app.callback_map if "_pages_content.children" in output)
    values = {"_pages_location.pathname": path, "_pages_location.search": ""}
    assert visitor.ask(router, values=values).status_code == 200


def test_sign_in_and_out(reader):
    reader.post("/logout")
    ref = noted()[0][2]
    assert ref.startswith("p-")
    assert noted() == [("login.succeeded", "user", ref, "done"), ("logout", "user", ref, "done")]
    first = json.loads(rows()[1].entry)
    assert len(first["source"]) == 16
    assert "reader" not in rows()[1].entry
    assert "127.0.0.1" not in rows()[1].entry


def test_wrong_password_and_unknown_name(app, reader):
    Visitor(app).sign_in("reader", "wrong")
    Visitor(app).sign_in("my password typed into the wrong box", "wrong")
    (known, unknown) = noted()[1:]
    assert (known[0], known[3]) == ("login.refused", "refused")
    assert known[2].startswith("p-")
    assert unknown == ("login.refused", "user", "unknown", "refused")
    assert not any("wrong box" in row.entry for row in rows())


def test_lock_out_is_noted_once_a_minute(app, reader):
    for _ in range(9):
        Visitor(app).sign_in("reader", "wrong")
    assert [entry[0] for entry in noted()].count("login.refused") == 5
    assert [entry[0] for entry in noted()].count("login.blocked") == 1


def test_refused_page_and_callback_are_noted_once_each(reader):
    before = len(noted())
    assert reader.get("/repair").status_code == 403
    goes_to(reader, "/repair")
    assert [entry[:2] for entry in noted()[before:]] == [("access.denied", "page"), ("access.denied", "page")]
    before = len(noted())
    refused = [output for output in ("repair.children",) if output in reader.app.callback_map]
    for output in refused:
        assert reader.ask(output).status_code == 403
        assert noted()[before:] == [("access.denied", "callback", output, "refused")]


def test_sensitive_page_is_noted_once_a_load_and_others_never(reader):
    before = len(noted())
    goes_to(reader, "/")
    goes_to(reader, "/compliance/cases")
    assert noted()[before:] == [("page.viewed", "page", "/compliance/cases", "done")]
