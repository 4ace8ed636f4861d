"""Deny by default: three checks in front of everything that Dash and Flask answer.

1. The gate before each request (:mod:`portal.web.gate`).
2. Every page's layout is wrapped, since Dash's router runs it inside one callback that everybody signed in may call.
3. A ``custom_data`` hook runs right before each server callback, whatever route it came by, and checks once more.

:func:`lock` refuses to start an app in which a page, callback or route says nothing about who may use it.
"""

from collections.abc import Callable
from typing import Any, TypeVar

import dash
from dash import Dash, hooks, html
from flask import current_app
from werkzeug.exceptions import Forbidden

from portal.core.errors import ConfigurationError
from portal.core.permissions import Permission
from portal.web import errors, gate, policy
from portal.web.policy import Need
from portal.web.session import held_actor

Function = TypeVar("Function", bound=Callable[..., Any])

_KEY = "enerscope_policy"
_BYPASSES = ("api_endpoint", "mcp_enabled", "websocket")


def guarded_callback(
    *dependencies: Any,
    permission: Permission,
    polling: bool = False,
    without_database: bool = False,
    **options: Any,
) -> Callable[[Function], Function]:
    """Register a server callback together with the right that it needs; otherwise as ``dash.callback``.

    ``polling=True`` marks one that a timer calls: it does not keep an unattended session alive.
    ``without_database=True`` marks one that goes on while the database is away (see :mod:`portal.web.outage`).

    Raises
    ------
    ConfigurationError
        An option would open a second way to the callback, past the guard.
    """
    open_doors = [name for name in _BYPASSES if options.get(name)]
    if open_doors:
        raise ConfigurationError(
            f"The option {open_doors[0]} answers past the guard. Remove it from the callback."
        )

    def register(function: Function) -> Function:
        policy.declare(function, Need(permission, polling, without_database=without_database))
        dash.callback(*dependencies, **options)(function)  # returns the function as it was
        return function

    return register


def guarded_clientside(source: Any, *dependencies: Any, **options: Any) -> None:
    """Register a callback that runs in the browser; it reaches nothing on the server, so it needs no right."""
    dash.clientside_callback(source, *dependencies, **options)


def lock(app: Dash) -> None:
    """Close ``app``: call it last, when all pages and callbacks are there.

    Raises
    ------
    ConfigurationError
        A page, callback or route has no permission; the sentence names it.
    """
    policy.check_pages()
    gate.lock_pages()
    if app._on_error is None:  # noqa: SLF001  (Dash takes it in the constructor only)
        app._on_error = errors.on_callback_error  # noqa: SLF001
    _finish_setup(app)
    rules = policy.read(app)
    app.server.extensions[_KEY] = rules
    # First of all: nothing may run for a request before the gate has let it in.
    app.server.before_request_funcs.setdefault(None, []).insert(0, gate.make_gate(app, rules))


def _finish_setup(app: Dash) -> None:
    """Run now what Dash puts off until its first request, so that the list of callbacks is complete.

    A layout function would ask who is signed in, and at the start nobody is: a bare page stands in for it.
    """
    layout, app.layout = app.layout, html.Div(dash.page_container)
    try:
        for step in app.server.before_request_funcs.get(None, []):
            if getattr(step, "__module__", "") == "dash.dash":
                step()
    finally:
        app.layout = layout


@hooks.custom_data("actor")  # type: ignore[untyped-decorator]  # dash gives it no types
def second_check(_context: Any) -> dict[str, Any] | None:
    """Check the right to a callback once more, and attach who asks to its context (it reaches background jobs)."""
    rules = current_app.extensions.get(_KEY)
    if rules is None:
        return None  # a Dash app that is not the portal, such as a single component in a test
    actor = held_actor()
    if actor is None:
        raise Forbidden("Nobody is signed in.")
    gate.check_callback(rules, actor)
    return {"user_id": actor.user_id, "username": actor.username}
