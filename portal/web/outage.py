"""What goes on while the database is away: the page Health, and nothing else.

A page says so with ``dash.register_page(..., without_database=True)``, a callback with
``guarded_callback(..., without_database=True)``; the frame and the files that they need come along. Who may see them
then is decided in :mod:`portal.web.session`.
"""

from collections.abc import Mapping
from typing import Any

from dash import Dash
from dash._pages import _path_to_page
from flask import request

from portal.web.policy import CALLBACK_PATH, Policy, is_router

_FRAME = ("/_dash-layout", "/_dash-dependencies")
_FILES = ("/_dash-component-suites/", "/assets/")


def is_survivor(page: Mapping[str, Any]) -> bool:
    """Tell whether ``page`` can be read without the database."""
    return bool(page.get("without_database", False))


def survives(app: Dash, policy: Policy) -> bool:
    """Tell whether the present request is for what goes on while the database is away."""
    if request.method == "POST":
        return request.path == CALLBACK_PATH and _is_surviving_callback(app, policy)
    if request.path in _FRAME or request.path.startswith(_FILES):
        return True
    return request.endpoint in policy.pages and _is_surviving_page(app, request.path)


def _is_surviving_page(app: Dash, path: str) -> bool:
    page, _ = _path_to_page((app.strip_relative_path(path) or "").strip("/"))
    return bool(page) and is_survivor(page)


def _is_surviving_callback(app: Dash, policy: Policy) -> bool:
    body = request.get_json(silent=True)
    output = body.get("output") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(output, str):
        return False
    if not is_router(output):
        return output in policy.survivors
    path = _asked_path(body)
    return path is not None and _is_surviving_page(app, path)


def _asked_path(body: Mapping[str, Any]) -> str | None:
    """Return the address that the page router is asked for; None when that is not said, or said twice."""
    inputs = body.get("inputs")
    found = [
        one.get("value")
        for one in (inputs if isinstance(inputs, list) else [])
        if isinstance(one, dict) and (one.get("id"), one.get("property")) == ("_pages_location", "pathname")
    ]
    path = found[0] if len(found) == 1 else None
    return path if isinstance(path, str) and path.startswith("/") else None
