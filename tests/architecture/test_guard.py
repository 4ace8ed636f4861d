"""The guard over the portal itself: every page, callback and route, asked by everybody, over HTTP.

A canary is planted: an instrument whose name and price occur nowhere else and are never part of a request. Whoever
may read the market must see it (so that the test can see), and nobody else ever may.
"""

import ast
import io
import json
import secrets
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dash
import pytest
from dash import Dash
from sqlalchemy import text
from werkzeug.routing import IntegerConverter
from werkzeug.test import TestResponse

from data.session import UnitOfWork
from portal.core.actor import SYSTEM
from portal.core.permissions import ROLE_PERMISSIONS, Permission, Role
from portal.services import access
from portal.services.packs.rights import READS
from portal.services.packs.templates import TEMPLATES
from portal.web.policy import Policy
from portal.web.views import BODIES, GRIDS
from tests.helpers.market import add_instrument
from tests.helpers.visitor import CALLBACK, Visitor, add_user, request_body, server_callbacks

ROOT = Path(__file__).parents[2]
CODE = "CANARY_1"
NAME = f"Canary {secrets.token_hex(6)}"
PRICE = 73.0 + secrets.randbelow(10**6) / 10**6 + 1e-7
DAYS = [date(2026, 1, 5) + timedelta(days=7 * (k // 5) + k % 5) for k in range(60)]
OUTSIDERS = ("stranger", "expired", "disabled", "nobody", "bare")


@dataclass(frozen=True)
class Person:
    """Somebody at the door; ``rights`` None means that no session of theirs is alive."""

    name: str
    visitor: Visitor
    rights: frozenset[Permission] | None

    def status(self, needed: Permission, *, otherwise: int) -> int:
        """The status that a program gets: 401 without a session, 403 without the right."""
        if self.rights is None:
            return 401
        return otherwise if needed in self.rights else 403


@dataclass(frozen=True)
class Question:
    """One request and the right that its answer needs."""

    label: str
    needed: Permission
    body: dict[str, Any] | None = None
    path: str = CALLBACK
    query: str = ""


@pytest.fixture(scope="module")
def everybody(portal_app: Dash, module_database: str) -> Iterator[list[Person]]:
    """One person of each role, and everybody who must stay outside: with no, an ended or a worthless session."""
    add_instrument(CODE, [(day, PRICE + number / 100) for number, day in enumerate(DAYS)], name=NAME)
    for name in ("expired", "disabled"):
        add_user(name, *Role)
    add_user("nobody")
    with pytest.MonkeyPatch.context() as patch:
        # No role of today may use the frame without reading the market; one of tomorrow may.
        patch.setitem(ROLE_PERMISSIONS, Role.AUDITOR, frozenset({Permission.SIGNED_IN}))
        add_user("bare", Role.AUDITOR)
        people = [Person("stranger", Visitor(portal_app), None)]
        for name in ("expired", "disabled", "nobody", "bare"):
            rights = {"nobody": frozenset(), "bare": ROLE_PERMISSIONS[Role.AUDITOR]}.get(name)
            people.append(Person(name, signed_in(portal_app, name), rights))
        for role in set(Role) - {Role.AUDITOR}:
            add_user(role.value, role)
            people.append(Person(role.value, signed_in(portal_app, role.value), ROLE_PERMISSIONS[role]))
        with UnitOfWork(write=True) as work:
            work.session.execute(
                text(
                    "UPDATE sessions SET last_seen_at = now() - interval '1 day' WHERE user_id = "
                    "(SELECT id FROM users WHERE username = 'expired')"
                )
            )
        access.disable_user("disabled", SYSTEM)
        yield people


def signed_in(app: Dash, name: str) -> Visitor:
    visitor = Visitor(app)
    assert visitor.sign_in(name).status_code == 303
    return visitor


def contents(answer: TestResponse) -> str:
    """Return all text of an answer, that inside a workbook included."""
    if not answer.data.startswith(b"PK"):
        return answer.data.decode("utf-8", "replace")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as workbook:
        return "".join(workbook.read(name).decode("utf-8", "replace") for name in workbook.namelist())


def shows_canary(answer: TestResponse) -> bool:
    found = contents(answer)
    return NAME in found or f"{PRICE:.6f}"[:9] in found


def policy_of(app: Dash) -> Policy:
    return app.server.extensions["enerscope_policy"]


def path_of(page: dict[str, Any]) -> str:
    template = page["path_template"]
    if not template:
        return str(page["path"])
    return "/".join(CODE if part.startswith("<") else part for part in template.split("/"))


def router_of(app: Dash) -> str:
    (output,) = (output for output in app.callback_map if "_pages_content.children" in output)
    return output


def questions_to_callbacks(app: Dash) -> list[Question]:
    """Every server callback asked plainly, as a background poll and as a cancel."""
    needs = policy_of(app).callbacks
    asked = []
    for output in server_callbacks(app):
        body = request_body(app, output, {}, {})
        for query in ("", "?cacheKey=forged&job=forged&endId=forged", "?cancelJob=forged&oldJob=forged"):
            asked += [Question(f"{output}{query}", needs[output], body, query=query)]
    return asked


def questions_to_parts(app: Dash) -> list[Question]:
    """Every registered body and grid, through the generic callbacks and the export route, and every passport."""
    clocks = {"as_of": DAYS[-1].isoformat()}
    asked = []
    for name, body in BODIES.items():
        values = {'{"body":["MATCH"],"name":["ALL"],"type":"filter"}.value': CODE}
        sent = request_body(
            app, '{"body":["MATCH"],"type":"body"}.children', values, {"body": name, "name": "code"}
        )
        sent["state"] = [
            [
                {
                    "id": {"body": name, "name": "code", "type": "filter"},
                    "property": "id",
                    "value": {"body": name, "name": "code", "type": "filter"},
                }
            ],
            *sent["state"][1:],
        ]
        asked.append(Question(f"body {name}", body.permission, sent))
    for name, grid in GRIDS.items():
        state = {
            "query": {},
            "params": {"code": CODE, "instrument": CODE},
            "clocks": clocks,
            "caption": "x",
            "title": "x",
        }
        values = {
            '{"grid":["MATCH"],"type":"grid-search"}.value': NAME[:6],
            '{"grid":["MATCH"],"type":"grid-state"}.data': {**state, "query": {"text": ""}},
            '{"grid":["MATCH"],"type":"chart-source"}.data': state,
            '{"grid":["MATCH"],"type":"chart-toggle"}.n_clicks': 1,
        }
        for output in server_callbacks(app):
            if '"grid":["MATCH"]' in output:
                sent = request_body(app, output, values, {"grid": name})
                if "grid-rows" in output:
                    sent["changedPropIds"] = [f'{{"grid":"{name}","type":"grid-search"}}.value']
                asked.append(Question(f"grid {name} by {output}", grid.permission, sent))
        for kind in ("csv", "xlsx"):
            q = json.dumps({"params": state["params"]})
            path = f"/export/{name}.{kind}?q={q}&as_of={clocks['as_of']}"
            asked.append(Question(path, Permission.EXPORT, path=path))
    return asked


def questions_to_pages(app: Dash) -> list[tuple[str, Permission, dict[str, Any]]]:
    asked = []
    for page in dash.page_registry.values():
        values = {"_pages_location.pathname": path_of(page), "_pages_location.search": f"?as_of={DAYS[-1]}"}
        asked.append((path_of(page), page["permission"], request_body(app, router_of(app), values, {})))
    return asked


def put(person: Person, question: Question) -> TestResponse:
    if question.body is None:
        return person.visitor.get(question.path)
    return person.visitor.post(question.path + question.query, json=question.body)


class TestEverybodyAsksEverything:
    def test_callbacks(self, everybody: list[Person], portal_app: Dash) -> None:
        questions = questions_to_callbacks(portal_app)
        assert questions
        for person in everybody:
            for question in questions:
                answer = put(person, question)
                expected = person.status(question.needed, otherwise=200)
                case = (person.name, question.label, answer.status_code)
                assert answer.status_code == expected or {answer.status_code, expected} == {200, 204}, case
                assert person.name not in OUTSIDERS or not shows_canary(answer), case

    def test_bodies_grids_and_downloads(self, everybody: list[Person], portal_app: Dash) -> None:
        questions = questions_to_parts(portal_app)
        seen = set()
        for person in everybody:
            for question in questions:
                answer = put(person, question)
                if person.name in OUTSIDERS:
                    case = (person.name, question.label)
                    assert not shows_canary(answer), case
                    if person.name != "bare":
                        assert answer.status_code == person.status(Permission.SIGNED_IN, otherwise=200), case
                elif shows_canary(answer):
                    seen.add((person.name, question.label))
        for role, rights in ROLE_PERMISSIONS.items():
            if Permission.MARKET_READ in rights:
                assert [label for name, label in seen if name == role.value and label.startswith("body")], (
                    role
                )
                assert [label for name, label in seen if name == role.value and label.startswith("grid")], (
                    role
                )
            if {Permission.MARKET_READ, Permission.EXPORT} <= rights:
                for kind in ("csv", "xlsx"):
                    assert [1 for name, label in seen if name == role.value and f".{kind}?" in label], (
                        role,
                        kind,
                    )

    def test_pages(self, everybody: list[Person], portal_app: Dash) -> None:
        seen = set()
        for person in everybody:
            for path, needed, body in questions_to_pages(portal_app):
                shown, moved = person.visitor.get(path), person.visitor.post(CALLBACK, json=body)
                case = (person.name, path, shown.status_code, moved.status_code)
                if person.rights is None:
                    assert (shown.status_code, moved.status_code) == (302, 401), case
                    assert shown.location.startswith("/login"), case
                elif Permission.SIGNED_IN not in person.rights:
                    assert (shown.status_code, moved.status_code) == (403, 403), case
                else:
                    assert shown.status_code == (200 if needed in person.rights else 403), case
                    assert moved.status_code == 200, case
                    assert ("Not for your role" in moved.text) == (needed not in person.rights), case
                if person.name in OUTSIDERS:
                    assert not shows_canary(shown), case
                    assert not shows_canary(moved), case
                elif shows_canary(moved):
                    seen.add((person.name, path))
        readers = [
            role.value for role, rights in ROLE_PERMISSIONS.items() if Permission.MARKET_READ in rights
        ]
        for role in readers:
            assert (role, "/market/prices") in seen

    def test_passports(self, everybody: list[Person], portal_app: Dash) -> None:
        from portal.core.metrics import METRICS

        assert METRICS
        for metric in METRICS:
            asked = {
                "metric": metric,
                "params": {"instrument": CODE, "code": CODE},
                "clocks": {"as_of": DAYS[-1].isoformat()},
            }
            body = request_body(
                portal_app, "shell-passport-body.children", {"shell-passport-ask.data": asked}, {}
            )
            for person in everybody:
                if person.name in OUTSIDERS:
                    assert not shows_canary(person.visitor.post(CALLBACK, json=body)), (person.name, metric)

    def test_routes(self, everybody: list[Person], portal_app: Dash) -> None:
        rules = [rule for rule in portal_app.server.url_map.iter_rules() if "GET" in (rule.methods or ())]
        open_routes = {
            endpoint for endpoint, needed in policy_of(portal_app).routes.items() if needed is None
        }
        addresses = portal_app.server.url_map.bind("localhost")
        for person in everybody:
            for rule in rules:
                numbers = {
                    name for name in rule.arguments if isinstance(rule._converters[name], IntegerConverter)
                }
                given = {name: 1 if name in numbers else "x" for name in rule.arguments}
                path = addresses.build(rule.endpoint, given)
                answer = person.visitor.get(path)
                case = (person.name, rule.rule, answer.status_code)
                if person.name in OUTSIDERS:
                    assert not shows_canary(answer), case
                    if rule.endpoint not in open_routes:
                        assert answer.status_code in {302, 401, 403, 404} or person.name == "bare", case
                assert answer.status_code < 500, case

    def test_forged_requests_of_people_with_rights(self, everybody: list[Person], portal_app: Dash) -> None:
        trader = next(person for person in everybody if person.name == "trader").visitor
        for question in questions_to_callbacks(portal_app) + questions_to_parts(portal_app):
            if question.body is None:
                continue
            for wrong in ({"csrf": False}, {"headers": {"Origin": "https://evil.example"}}):
                answer = trader.post(question.path + question.query, json=question.body, **wrong)
                assert answer.status_code == 400, question.label
                assert not shows_canary(answer)
            answer = trader.post(CALLBACK, json={**question.body, "output": f"x{question.body['output']}"})
            assert answer.status_code == 404, question.label


class TestNothingIsForgotten:
    def test_dashs_list_of_callbacks_is_the_guards_table(
        self, everybody: list[Person], portal_app: Dash
    ) -> None:
        trader = next(person for person in everybody if person.name == "trader").visitor
        listed = trader.get("/_dash-dependencies").json
        on_server = {entry["output"] for entry in listed if entry["clientside_function"] is None}
        assert on_server == set(policy_of(portal_app).callbacks)

    def test_every_page_part_and_route_names_a_permission(self, portal_app: Dash) -> None:
        for page in dash.page_registry.values():
            assert isinstance(page["permission"], Permission), page["module"]
            assert page["layout"].is_locked, page["module"]
        for part in (*BODIES.values(), *GRIDS.values()):
            assert isinstance(part.permission, Permission), part.name
        endpoints = {rule.endpoint for rule in portal_app.server.url_map.iter_rules()}
        assert endpoints == set(policy_of(portal_app).routes)

    def test_what_a_pack_may_hold_is_under_a_right_that_decides_who_may_open_it(self) -> None:
        picked = {pick.body for template in TEMPLATES.values() for pick in template.picks}
        assert {BODIES[body].permission for body in picked} - READS <= {Permission.SIGNED_IN}

    def test_what_is_public_is_listed_here(self, portal_app: Dash) -> None:
        public = {endpoint for endpoint, needed in policy_of(portal_app).routes.items() if needed is None}
        assert public == {
            "login.show",
            "login.enter",
            "login.leave",
            "health.live",
            "health.ready",
            "metrics.show",
            "csp_reports.receive",
        }

    def test_no_side_doors(self, portal_app: Dash) -> None:
        assert not portal_app._enable_mcp
        assert not portal_app.callback_api_paths
        assert portal_app.config.suppress_callback_exceptions, (
            "else the layouts of all pages are in the index"
        )
        assert portal_app.validation_layout is None
        rules = {rule.rule for rule in portal_app.server.url_map.iter_rules()}
        assert not [rule for rule in rules if "mcp" in rule or "api" in rule]

    def test_pages_and_callbacks_register_through_the_guard_only(self) -> None:
        for path in [
            *ROOT.glob("pages/**/*.py"),
            *ROOT.glob("callbacks/**/*.py"),
            *ROOT.glob("components/**/*.py"),
        ]:
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
                assert name not in {"callback", "clientside_callback"}, f"{path.name}: use portal.web.guard"
                if isinstance(node, ast.keyword):
                    assert node.arg not in {"api_endpoint", "mcp_enabled", "websocket"}, path.name

    def test_every_permission_is_granted_to_a_role(self) -> None:
        for permission in Permission:
            assert any(permission in rights for rights in ROLE_PERMISSIONS.values()), permission
        assert list(Permission) == sorted(Permission, key=lambda one: one.name)
