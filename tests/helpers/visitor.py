"""A browser without a screen: keeps cookies, sends the CSRF token, asks Dash's callbacks by hand."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import dash
from dash import Dash, _callback, _pages
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.core.permissions import Role
from portal.services import access

CALLBACK = "/_dash-update-component"
PASSWORD = "four unrelated Words, here"


class Visitor:
    """Somebody with a browser of their own."""

    def __init__(self, app: Dash, *, https: bool = False) -> None:
        self.app = app
        self.client: FlaskClient = app.server.test_client()
        self.base_url = "https://localhost" if https else "http://localhost"

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, base_url=self.base_url, buffered=True, **options)

    def post(
        self, path: str, *, csrf: bool = True, headers: dict[str, str] | None = None, **options: Any
    ) -> TestResponse:
        sent = {"X-CSRFToken": self.csrf_token()} if csrf else {}
        if self.base_url.startswith("https"):
            sent["Referer"] = f"{self.base_url}/"
        headers = {**sent, **(headers or {})}
        return self.client.post(path, base_url=self.base_url, headers=headers, buffered=True, **options)

    def csrf_token(self) -> str:
        cookie = self.client.get_cookie("_csrf_token")
        if cookie is None:
            self.get("/login")
            cookie = self.client.get_cookie("_csrf_token")
        assert cookie is not None
        return cookie.value

    def sign_in(self, username: str, password: str = PASSWORD, **options: Any) -> TestResponse:
        return self.post("/login", data={"username": username, "password": password}, **options)

    def session_cookie(self) -> str | None:
        for name in ("enerscope_session", "__Host-enerscope_session"):
            cookie = self.client.get_cookie(name)
            if cookie is not None:
                return cookie.value
        return None

    def ask(
        self,
        output: str,
        *,
        values: dict[str, Any] | None = None,
        query: str = "",
        match: dict[str, str] | None = None,
        **options: Any,
    ) -> TestResponse:
        """Ask the callback ``output`` as Dash's renderer does; ``values`` by ``id.property``, None where missing."""
        return self.post(
            CALLBACK + query, json=request_body(self.app, output, values or {}, match or {}), **options
        )


def request_body(app: Dash, output: str, values: dict[str, Any], match: dict[str, str]) -> dict[str, Any]:
    """Return the body with which the renderer would ask the callback ``output``."""
    entry = app.callback_map[output]

    def filled(dependency: dict[str, Any]) -> Any:
        name, prop = dependency["id"], dependency["property"]
        value = values.get(f"{name}.{prop}")
        if not name.startswith("{"):
            return {"id": name, "property": prop, "value": value}
        parts = json.loads(name)
        concrete = {
            key: match.get(key, "x") if isinstance(part, list) else part for key, part in parts.items()
        }
        one = {"id": concrete, "property": prop, "value": value}
        return [one] if any(part in (["ALL"], ["ALLSMALLER"]) for part in parts.values()) else one

    def output_of(spec: Any) -> Any:
        if isinstance(spec, (list, tuple)):
            return [output_of(part) for part in spec]
        return filled({"id": spec.component_id_str(), "property": spec.component_property})

    inputs = [filled(dependency) for dependency in entry["inputs"]]
    first = next((i[0] if isinstance(i, list) else i for i in inputs), None)
    changed = []
    if first is not None:
        name = (
            first["id"]
            if isinstance(first["id"], str)
            else json.dumps(first["id"], sort_keys=True, separators=(",", ":"))
        )
        changed = [f"{name}.{first['property']}"]
    return {
        "output": output,
        "outputs": output_of(entry["output"]),
        "inputs": inputs,
        "changedPropIds": changed,
        "state": [filled(dependency) for dependency in entry["state"]],
    }


def server_callbacks(app: Dash) -> list[str]:
    """Return the outputs of all callbacks that the server answers."""
    return [output for output, entry in app.callback_map.items() if "callback" in entry]


def add_user(username: str, *roles: Role, **options: Any) -> None:
    """Make a user who signs in with :data:`PASSWORD`."""
    access.create_user(username, username.title(), PASSWORD, frozenset(roles), **options)


def form_token(html: str) -> str:
    """Return the CSRF token in the form of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', html)
    assert found
    return found[1]


@contextmanager
def private_dash() -> Iterator[None]:
    """Give the block registries of its own: Dash keeps pages and callbacks in the process, and the portal has it."""
    registries = (_callback.GLOBAL_CALLBACK_MAP, _callback.GLOBAL_API_PATHS, _pages.PAGE_REGISTRY)
    lists = (_callback.GLOBAL_CALLBACK_LIST, _callback.GLOBAL_INLINE_SCRIPTS)
    kept = [dict(registry) for registry in registries], [list(entries) for entries in lists]
    config, current = dict(_pages.CONFIG.__dict__), dash._get_app.APP
    for registry in (*registries, *lists):
        registry.clear()
    try:
        yield
    finally:
        for registry, old in zip(registries, kept[0], strict=True):
            registry.clear()
            registry.update(old)
        for entries, old_list in zip(lists, kept[1], strict=True):
            entries[:] = old_list
        _pages.CONFIG.__dict__.clear()
        _pages.CONFIG.__dict__.update(config)
        dash._get_app.APP = current
