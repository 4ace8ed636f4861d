"""The guard over a small app with callbacks of every kind: who gets what, and what refuses to start."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dash
import pytest
from dash import Dash, Input, Output, html

from portal.core.errors import ConfigurationError
from portal.core.permissions import Permission, Role
from portal.web import guard
from portal.web.policy import Need, declare, needs, open_to_all
from tests.helpers.small_app import (
    SECRET_PAGE,
    config_in,
    register_callbacks,
    register_pages,
    small_app,
    unlocked,
)
from tests.helpers.visitor import CALLBACK, Visitor, add_user, private_dash, request_body, server_callbacks


@pytest.fixture(scope="module")
def app(short_folder: Path) -> Iterator[Dash]:
    folder = short_folder / "small"
    (folder / "assets" / "public").mkdir(parents=True)
    (folder / "assets" / "inside.css").write_text(".inside {}")
    (folder / "assets" / "public" / "outside.css").write_text(".outside {}")
    (folder / "assets" / "public.css").write_text(".inside {}")
    with small_app(folder) as made:
        yield made


@pytest.fixture(scope="module")
def people(app: Dash, module_database: str) -> dict[str, Visitor]:
    """A stranger, a trader (may read), a risk officer (may read and repair), and somebody without any role."""
    add_user("reader", Role.TRADER)
    add_user("repairer", Role.RISK_OFFICER)
    add_user("nobody")
    visitors = {name: Visitor(app) for name in ("stranger", "reader", "repairer", "nobody")}
    for name in ("reader", "repairer", "nobody"):
        assert visitors[name].sign_in(name).status_code == 303
    return visitors


def router(app: Dash) -> str:
    (found,) = (output for output in app.callback_map if "_pages_content.children" in output)
    return found


def goes_to(visitor: Visitor, path: str) -> Any:
    values = {"_pages_location.pathname": path, "_pages_location.search": ""}
    return visitor.ask(router(visitor.app), values=values)


class TestCallbacks:
    @pytest.mark.parametrize(
        ("output", "allowed"),
        [
            ("read.children", {"reader", "repairer"}),
            ("repaired.children", {"repairer"}),
            ('{"part":["MATCH"]}.children', {"repairer"}),
            ("clock.children", {"reader", "repairer"}),
            ("stop.id", {"repairer"}),
            ("failed.children", {"reader", "repairer"}),
        ],
    )
    def test_each_is_for_its_right(self, people: dict[str, Visitor], output: str, allowed: set[str]) -> None:
        for name, visitor in people.items():
            answer = visitor.ask(output)
            if name in allowed:
                assert answer.status_code in {200, 204}, (name, answer.text)
            else:
                assert answer.status_code == (401 if name == "stranger" else 403), name
                assert SECRET_PAGE not in answer.text

    def test_a_background_job_is_started_and_followed_only_with_the_right(
        self, people: dict[str, Visitor]
    ) -> None:
        started = people["repairer"].ask("result.children")
        assert started.status_code == 200, started.text
        handles = started.json
        follow = f"?cacheKey={handles['cacheKey']}&job={handles['job']}"
        until = time.monotonic() + 180  # its process imports what jobs need, on a machine that may be busy
        while SECRET_PAGE not in (answer := people["repairer"].ask("result.children", query=follow)).text:
            assert answer.status_code == 200
            assert time.monotonic() < until, "the job gave no result"
            time.sleep(0.1)
        again = people["repairer"].ask("result.children")
        follow = f"?cacheKey={again.json['cacheKey']}&job={again.json['job']}"
        for name, status in (("stranger", 401), ("reader", 403), ("nobody", 403)):
            for query in ("", follow, f"{follow}&cancelJob={again.json['job']}"):
                answer = people[name].ask("result.children", query=query)
                assert answer.status_code == status
                assert SECRET_PAGE not in answer.text
            assert people[name].ask("stop.id", query=f"?cancelJob={again.json['job']}").status_code == status
        assert people["repairer"].ask("stop.id", query=f"?cancelJob={again.json['job']}").status_code in {
            200,
            204,
        }

    def test_unknown_and_browser_side_outputs_are_404(self, people: dict[str, Visitor]) -> None:
        body = request_body(people["repairer"].app, "read.children", {}, {})
        for output in ("mirror.children", "x.y", "", "read.children ", '{"part":"a"}.children'):
            answer = people["repairer"].post(CALLBACK, json={**body, "output": output})
            assert answer.status_code == 404, output

    @pytest.mark.parametrize(
        "sent", [b"", b"{", b"[]", b'"x"', b'{"output": 1}', b'{"output": ["read.children"]}', b"null"]
    )
    def test_unreadable_bodies_are_400(self, people: dict[str, Visitor], sent: bytes) -> None:
        answer = people["repairer"].post(CALLBACK, data=sent, content_type="application/json")
        assert answer.status_code == 400

    def test_forms_are_not_callbacks(self, people: dict[str, Visitor]) -> None:
        answer = people["repairer"].post(CALLBACK, data={"output": "read.children"})
        assert answer.status_code == 400

    def test_forgery_is_refused(self, people: dict[str, Visitor]) -> None:
        reader = people["reader"]
        assert reader.ask("read.children", csrf=False).status_code == 400
        assert reader.ask("read.children", csrf=False, headers={"X-CSRFToken": "x"}).status_code == 400
        other = people["repairer"].csrf_token()
        assert reader.ask("read.children", csrf=False, headers={"X-CSRFToken": other}).status_code == 400
        assert reader.ask("read.children", headers={"Origin": "https://evil.example"}).status_code == 400
        assert reader.ask("read.children", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 400
        assert reader.ask("read.children", headers={"Origin": "http://localhost"}).status_code == 200

    def test_strangers_hear_401_before_anything_else(self, people: dict[str, Visitor]) -> None:
        stranger = people["stranger"]
        assert stranger.post(CALLBACK, csrf=False, data=b"{").status_code == 401
        assert stranger.post(CALLBACK, csrf=False, json={"output": "no.such"}).status_code == 401
        answer = stranger.ask("read.children", csrf=False, headers={"Origin": "https://evil.example"})
        assert answer.status_code == 401

    def test_the_second_check_holds_without_the_gate(self, people: dict[str, Visitor]) -> None:
        server = people["reader"].app.server
        gate = server.before_request_funcs[None].pop(0)
        try:
            assert people["reader"].ask("read.children").status_code == 200
            assert people["reader"].ask("repaired.children").status_code == 403
            assert people["reader"].ask("result.children").status_code == 403
            assert people["stranger"].ask("read.children").status_code == 403
        finally:
            server.before_request_funcs[None].insert(0, gate)

    def test_the_actor_reaches_the_callback(self, people: dict[str, Visitor]) -> None:
        assert f"{SECRET_PAGE} for reader" in people["reader"].ask("read.children").text
        assert f"{SECRET_PAGE} for repairer" in people["repairer"].ask("read.children").text


class TestPages:
    @pytest.mark.parametrize(
        ("path", "allowed"),
        [
            ("/", {"reader", "repairer"}),
            ("/repair", {"repairer"}),
            ("/item/gold", {"repairer"}),
            ("/repair/", {"repairer"}),
        ],
    )
    def test_each_is_for_its_right(self, people: dict[str, Visitor], path: str, allowed: set[str]) -> None:
        for name, visitor in people.items():
            shown, moved = visitor.get(path), goes_to(visitor, path)
            if name in allowed:
                assert shown.status_code == moved.status_code == 200
                assert SECRET_PAGE in moved.text
                continue
            assert SECRET_PAGE not in shown.text + moved.text
            if name == "stranger":
                assert (shown.status_code, moved.status_code) == (302, 401)
            elif name == "nobody":  # may not even use the frame
                assert (shown.status_code, moved.status_code) == (403, 403)
            else:
                assert (shown.status_code, moved.status_code) == (403, 200)
                assert "Not for your role" in moved.text

    def test_the_refusal_names_who_can_help(self, people: dict[str, Visitor]) -> None:
        add_user("helper", Role.ADMINISTRATOR)
        for answer in (people["reader"].get("/repair"), goes_to(people["reader"], "/repair")):
            assert "Helper" in answer.text
            assert "Risk officer" in answer.text
            assert "data:repair" in answer.text

    def test_unknown_paths_are_404_for_people_and_programs(self, people: dict[str, Visitor]) -> None:
        reader = people["reader"]
        page = reader.get("/no/such/page")
        assert (page.status_code, page.mimetype) == (404, "text/html")
        assert "There is nothing here" in page.text
        data = reader.get("/_dash-no-such")
        assert (data.status_code, data.mimetype) == (404, "application/problem+json")
        assert people["stranger"].get("/no/such/page").status_code == 302
        assert people["stranger"].get("/_dash-no-such").status_code == 401

    def test_a_failing_page_shows_a_card_and_keeps_its_secrets(
        self, people: dict[str, Visitor], caplog: Any
    ) -> None:
        answer = goes_to(people["reader"], "/broken")
        assert answer.status_code == 200
        assert "Incident" in answer.text
        assert "secret_prices" not in answer.text
        assert "secret_prices" in caplog.text

    def test_titles_of_single_items_need_the_right_too(self, people: dict[str, Visitor]) -> None:
        page = dash.page_registry["page_item"]
        with people["reader"].app.server.test_request_context("/item/gold"):
            assert page["title"](name="gold") == "One item"
            assert page["description"](name="gold") == "One item"


class TestRoutes:
    @pytest.mark.parametrize(
        "path",
        [
            "/_dash-layout",
            "/_dash-dependencies",
            "/_reload-hash",
            "/_favicon.ico",
            "/assets/inside.css",
            "/_dash-component-suites/dash/deps/react@18.v18_3_1m0.min.js",
        ],
    )
    def test_dashs_own_need_a_session(self, people: dict[str, Visitor], path: str) -> None:
        assert people["stranger"].get(path).status_code == 401
        assert people["nobody"].get(path).status_code == 403
        assert people["reader"].get(path).status_code in {200, 404}

    def test_every_dash_route_of_the_map_refuses_strangers(self, people: dict[str, Visitor]) -> None:
        rules = [
            rule.rule
            for rule in people["stranger"].app.server.url_map.iter_rules()
            if rule.rule.startswith("/_")
        ]
        assert len(rules) >= 6
        for rule in rules:
            path = rule.replace("<string:package_name>", "dash").replace("<path:fingerprinted_path>", "x.js")
            assert people["stranger"].get(path).status_code == 401, rule

    def test_only_the_public_folder_is_public(self, people: dict[str, Visitor]) -> None:
        stranger = people["stranger"]
        assert stranger.get("/assets/public/outside.css").status_code == 200
        for path in (
            "/assets/inside.css",
            "/assets/public/../inside.css",
            "/assets/public/%2e%2e/inside.css",
            "/assets/public/..%2finside.css",
            "/assets//inside.css",
            "/assets/public.css",
            "/assets/public/../public.css",
            "/assets/./public/../inside.css",
        ):
            answer = stranger.get(path)
            assert answer.status_code in {308, 401, 302, 404}, path
            assert ".inside" not in answer.text, path

    def test_probes_are_public(self, people: dict[str, Visitor]) -> None:
        assert people["stranger"].get("/healthz/live").json == {"status": "live"}
        assert people["stranger"].get("/healthz/ready").json == {"status": "ready"}


class TestStart:
    """What must not start says so in a sentence that names it."""

    def refused(self, folder: Path, add: Callable[[Dash], None], *, match: str, **options: Any) -> None:
        with pytest.raises(ConfigurationError, match=match), small_app(folder, extra=add, **options):
            pass

    def test_a_page_without_a_permission(self, tmp_path: Path) -> None:
        self.refused(
            tmp_path,
            lambda _: dash.register_page("page_bare", path="/bare", layout=html.Div()),
            match="page 'page_bare' has no permission",
        )

    def test_a_page_with_something_else_than_a_permission(self, tmp_path: Path) -> None:
        self.refused(
            tmp_path,
            lambda _: dash.register_page("page_odd", path="/odd", layout=html.Div(), permission="all"),
            match="page 'page_odd' has no permission",
        )

    def test_a_bare_callback(self, tmp_path: Path) -> None:
        def add(_app: Dash) -> None:
            @dash.callback(Output("bare", "children"), Input("go", "n_clicks"))
            def forgotten(_clicks: int) -> str:
                return "x"

        self.refused(tmp_path, add, match=r"forgotten' \(output 'bare.children'\) has no permission")

    def test_a_bare_callback_of_the_app(self, tmp_path: Path) -> None:
        def add(app: Dash) -> None:
            app.callback(Output("bare", "children"), Input("go", "n_clicks"))(lambda _: "x")

        self.refused(tmp_path, add, match="bare.children")

    def test_a_bare_background_callback(self, tmp_path: Path) -> None:
        def add(_app: Dash) -> None:
            @dash.callback(
                Output("bare", "children"),
                Input("go", "n_clicks"),
                background=True,
                cancel=[Input("bare-stop", "n_clicks")],
            )
            def forgotten(_clicks: int) -> str:
                return "x"

        self.refused(tmp_path, add, match="forgotten")

    def test_a_bare_route(self, tmp_path: Path) -> None:
        self.refused(
            tmp_path, lambda app: app.server.add_url_rule("/leak", "leak", lambda: "x"), match="route '/leak'"
        )

    def test_the_mcp_server(self, tmp_path: Path) -> None:
        def add(app: Dash) -> None:
            app._enable_mcp = True

        self.refused(tmp_path, add, match="MCP")

    @pytest.mark.parametrize("door", ["api_endpoint", "mcp_enabled", "websocket"])
    def test_side_doors_of_a_guarded_callback(self, door: str) -> None:
        with pytest.raises(ConfigurationError, match=door):
            guard.guarded_callback(
                Output("a", "b"), Input("c", "d"), permission=Permission.SIGNED_IN, **{door: "/x"}
            )

    @pytest.mark.parametrize("routed", [True, False])
    def test_an_api_endpoint_that_came_another_way(self, tmp_path: Path, *, routed: bool) -> None:
        with private_dash():
            register_pages()
            register_callbacks()

            def open_door(_clicks: int) -> str:
                return "x"

            declare(open_door, Need(Permission.SIGNED_IN))
            dash.callback(Output("bare", "children"), Input("go", "n_clicks"), api_endpoint="/raw")(open_door)
            app = unlocked(tmp_path, config_in(tmp_path))
            if routed:
                app.setup_startup_routes()
            with pytest.raises(ConfigurationError, match="past the guard"):
                guard.lock(app)

    def test_two_different_permissions_for_one_function(self) -> None:
        def view() -> str:
            return "x"

        declare(view, Need(Permission.EXPORT))
        needs(Permission.EXPORT)(view)
        with pytest.raises(ConfigurationError, match="two different permissions"):
            open_to_all(view)

    def test_all_callbacks_are_known_when_it_starts(self, app: Dash) -> None:
        assert server_callbacks(app)
        assert app._got_first_request == {"pages": True, "setup_server": True}

    def test_what_is_added_later_is_unknown(self, people: dict[str, Visitor]) -> None:
        app = people["repairer"].app
        app.callback(Output("late", "children"), Input("go", "n_clicks"))(lambda _: "x")
        try:
            assert people["repairer"].ask("late.children").status_code == 404
        finally:
            del app.callback_map["late.children"]


class TestErrorsInCallbacks:
    def test_the_portals_own_words_are_shown(self, people: dict[str, Visitor]) -> None:
        answer = people["reader"].ask("failed.children", values={"fail.n_clicks": "known"})
        (toast,) = (item["data"] for item in answer.json["sideUpdate"].values())
        assert toast["kind"] == "warn"
        assert toast["message"] == "The spread BRENT - WTI has no common day. Choose another pair."
        assert "failed" not in answer.json.get("response", {})

    def test_anything_else_is_an_incident(self, people: dict[str, Visitor], caplog: Any) -> None:
        answer = people["reader"].ask("failed.children", values={"fail.n_clicks": "unknown"})
        (toast,) = (item["data"] for item in answer.json["sideUpdate"].values())
        assert toast["kind"] == "error"
        assert toast["incident"] in caplog.text
        assert "secret_prices" in caplog.text
        for inside in ("secret_prices", "Traceback", "RuntimeError", ".py"):
            assert inside not in json.dumps(answer.json)
