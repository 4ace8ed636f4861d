"""Which right each callback and route needs: declared where it is defined, refused at the start when it is not.

Nothing is reachable by default. Callbacks get their right through :func:`portal.web.guard.guarded_callback`, Flask
views through :func:`needs` or :func:`open_to_all`, pages through ``dash.register_page(..., permission=...)``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from dash import Dash, page_registry
from dash._callback import GLOBAL_API_PATHS
from flask import Flask

from portal.core.errors import ConfigurationError
from portal.core.permissions import Permission

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC_ASSETS = "/assets/public/"
CALLBACK_PATH = "/_dash-update-component"
_ROUTER = ("_pages_content.children", "_pages_store.data")


@dataclass(frozen=True, slots=True)
class Need:
    """What a callback or view asks for; ``permission`` None opens it to everybody, ``polling`` marks timers.

    ``reports`` marks a route that browsers send reports to by themselves: they cannot carry a CSRF token.
    ``without_database`` marks what goes on while the database is away (:mod:`portal.web.outage`).
    """

    permission: Permission | None
    polling: bool = False
    reports: bool = False
    without_database: bool = False


_NEEDS: WeakKeyDictionary[Callable[..., Any], Need] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Policy:
    """The rights of one app, read off its callbacks and routes when it starts."""

    callbacks: dict[str, Permission]
    polling: frozenset[str]
    routes: dict[str, Permission | None]
    pages: frozenset[str] = field(default_factory=frozenset)
    """Endpoints that serve the page shell."""
    reports: frozenset[str] = field(default_factory=frozenset)
    """Endpoints that take reports of browsers, without a CSRF token; they change nothing for whoever is signed in."""
    survivors: frozenset[str] = field(default_factory=frozenset)
    """Callbacks that go on while the database is away."""


def declare(function: Callable[..., Any], need: Need) -> None:
    """Remember what ``function`` needs; a second, different declaration is a mistake.

    Raises
    ------
    ConfigurationError
        The function has another need already.
    """
    if _NEEDS.setdefault(function, need) != need:
        raise ConfigurationError(
            f"The function '{_name(function)}' is declared with two different permissions. Use one, or two functions."
        )


def needs(permission: Permission) -> Callable[[View], View]:
    """Mark a Flask view as open to those who hold ``permission``; goes under the route decorator."""

    def mark(view: View) -> View:
        declare(view, Need(permission))
        return view

    return mark


def open_to_all(view: View) -> View:
    """Mark a Flask view as open to everybody, signed in or not; goes under the route decorator."""
    declare(view, Need(None))
    return view


def open_to_reports(view: View) -> View:
    """Mark a Flask view as open to what browsers send by themselves; goes under the route decorator."""
    declare(view, Need(None, reports=True))
    return view


def read(app: Dash) -> Policy:
    """Return the policy of ``app``, whose pages and callbacks are complete.

    Raises
    ------
    ConfigurationError
        A callback, page or route says nothing about who may use it, or a door is open that must not be.
    """
    _refuse_side_doors(app)
    callbacks, polling, survivors = _callbacks(app)
    pages = frozenset({"/", "/<path:path>"})
    return Policy(callbacks, polling, _routes(app.server), pages, _reports(app.server), survivors)


def _refuse_side_doors(app: Dash) -> None:
    if app._enable_mcp:  # noqa: SLF001  (Dash offers no public way to ask)
        raise ConfigurationError("Dash's MCP server answers past the guard. Make Dash with enable_mcp=False.")
    routed = [name for name in app.server.view_functions if name.startswith("dash_callback_api_")]
    for door in (*routed, *app.callback_api_paths, *GLOBAL_API_PATHS):
        raise ConfigurationError(
            f"The API endpoint '{door}' calls a callback past the guard. Remove api_endpoint= from that callback."
        )


def is_router(output: str) -> bool:
    """Tell whether ``output`` is that of Dash's page router."""
    return all(part in output for part in _ROUTER)


def _callbacks(app: Dash) -> tuple[dict[str, Permission], frozenset[str], frozenset[str]]:
    found: dict[str, Permission] = {}
    polling, survivors = set(), set()
    for output, entry in app.callback_map.items():
        if "callback" not in entry:
            continue  # runs in the browser; the server refuses to answer for it
        function = entry["callback"].__wrapped__
        need = _NEEDS.get(function) or _dashs_own(app, output, function)
        if need is None or need.permission is None:
            raise ConfigurationError(
                f"The callback '{_name(function)}' (output '{output}') has no permission, so the portal does not "
                "start. Register it with portal.web.guard.guarded_callback(..., permission=...)."
            )
        found[output] = need.permission
        if need.polling:
            polling.add(output)
        if need.without_database:
            survivors.add(output)
    return found, frozenset(polling), frozenset(survivors)


def _dashs_own(app: Dash, output: str, function: Callable[..., Any]) -> Need | None:
    """Return the need of the callbacks that Dash adds itself: the page router, and the stop buttons of jobs.

    The router only needs somebody signed in, since each page checks its own right. A stop button needs what its job
    needs; what it may stop is decided by Dash's signed job handles.
    """
    if function.__module__ != "dash.dash":
        return None
    if is_router(output):
        return Need(Permission.SIGNED_IN)
    for entry in app.callback_map.values():
        stops = (entry.get("background") or {}).get("cancel", ())
        if any(output == f"{stop['id']}.id" for stop in stops):
            return _NEEDS.get(entry["callback"].__wrapped__)
    return None


def _routes(server: Flask) -> dict[str, Permission | None]:
    found: dict[str, Permission | None] = {}
    for rule in server.url_map.iter_rules():
        view = server.view_functions[rule.endpoint]
        need = _NEEDS.get(view)
        if need is not None:
            found[rule.endpoint] = need.permission
        elif rule.rule.startswith(PUBLIC_ASSETS):
            found[rule.endpoint] = None
        elif rule.endpoint.endswith("static") or getattr(view, "__module__", "").partition(".")[0] == "dash":
            found[rule.endpoint] = Permission.SIGNED_IN
        else:
            raise ConfigurationError(
                f"The route '{rule.rule}' ({rule.endpoint}) has no permission, so the portal does not start. "
                "Put @needs(Permission...) or @open_to_all from portal.web.policy on its view."
            )
    return found


def _reports(server: Flask) -> frozenset[str]:
    needs_of = {endpoint: _NEEDS.get(view) for endpoint, view in server.view_functions.items()}
    return frozenset(endpoint for endpoint, need in needs_of.items() if need is not None and need.reports)


def check_pages() -> None:
    """Refuse pages that name no permission.

    Raises
    ------
    ConfigurationError
        Names the page.
    """
    for module, page in page_registry.items():
        if not isinstance(page.get("permission"), Permission):
            raise ConfigurationError(
                f"The page '{module}' has no permission, so the portal does not start. "
                "Add permission=Permission... to its dash.register_page()."
            )


def _name(function: Callable[..., Any]) -> str:
    return f"{function.__module__}.{getattr(function, '__qualname__', function)}"
