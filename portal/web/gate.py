"""The gate in front of every request: who is it, is it forged, may they.

In this order: public things pass; strangers get 401 (programs) or the login page (people); changing requests must
carry the CSRF token and come from this site; then the callback, page or route asks for its own right.
"""

import logging
from collections.abc import Callable
from http import HTTPStatus
from posixpath import normpath
from typing import Any
from urllib.parse import quote

from dash import Dash, page_registry
from dash._pages import _path_to_page
from flask import g, redirect, request
from werkzeug.exceptions import BadRequest, NotFound

from portal.core.actor import Actor
from portal.core.errors import NotPermitted
from portal.core.permissions import Permission
from portal.services import access, audit
from portal.web import denials, denied, errors, measuring, outage, session
from portal.web.policy import CALLBACK_PATH, PUBLIC_ASSETS, Policy

log = logging.getLogger("enerscope.access")

SENSITIVE_AREAS = frozenset({"compliance", "admin"})
CHANGING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_ENDED = errors.Problem(
    "Your session has ended",
    HTTPStatus.UNAUTHORIZED,
    "not-signed-in",
    "Sign in again to go on where you were.",
)


def make_gate(app: Dash, policy: Policy) -> Callable[[], Any]:
    """Return the function that Flask calls before every request to ``app``."""

    def gate() -> Any:
        audit.comes_from(session.origin())
        g.polling = session.held_token() is not None and _is_polling(policy)
        g.survives = session.held_token() is not None and outage.survives(app, policy)
        public = _is_public(policy)
        actor = None if public else session.held_actor()
        measuring.note_user(actor.user_id if actor is not None else None)
        if not public and actor is None:
            return _ask_to_sign_in(policy)
        if request.method in CHANGING and request.endpoint not in policy.reports:
            _refuse_forgeries()
        return None if actor is None else _check(app, policy, actor)

    return gate


def _is_public(policy: Policy) -> bool:
    """Tell whether the request is for a public route, or a file in the public folder however its path is spelled."""
    if request.path.startswith(PUBLIC_ASSETS):
        return f"{normpath(request.path)}/".startswith(PUBLIC_ASSETS)
    return request.endpoint is not None and policy.routes.get(request.endpoint, Permission.SIGNED_IN) is None


def _is_polling(policy: Policy) -> bool:
    """Tell whether a timer asks, not a person: a marked callback, or Dash following a background job."""
    if request.path != CALLBACK_PATH:
        return request.path == "/_reload-hash"
    return "cacheKey" in request.args or _output() in policy.polling


def _output() -> str:
    """Return which callback a request to Dash is for; the empty string when its body cannot be read."""
    body = request.get_json(silent=True)
    output = body.get("output") if isinstance(body, dict) else None
    return output if isinstance(output, str) else ""


def _ask_to_sign_in(policy: Policy) -> Any:
    navigates = request.method in ("GET", "HEAD") and request.endpoint in policy.pages
    if errors.wants_data() or not navigates:
        token = session.held_token()
        owner = access.owner_of_ended_session(token) if token else None
        return errors.render(_ENDED, **({"username": owner} if owner else {}))
    here = request.full_path if request.query_string else request.path
    return redirect("/login" if here == "/" else f"/login?next={quote(here, safe='/')}")


def _refuse_forgeries() -> None:
    wrong = session.check_forgery(request)
    if wrong:
        log.warning("forgery refused: %s %r from %s", request.method, request.path, request.remote_addr)
        raise BadRequest(wrong)
    session.csrf.protect()


def _check(app: Dash, policy: Policy, actor: Actor) -> Any:
    if request.path == CALLBACK_PATH and request.method == "POST":
        check_callback(policy, actor)
    elif request.endpoint in policy.pages:
        return _check_page(app, actor)
    else:
        needed = policy.routes.get(request.endpoint or "", Permission.SIGNED_IN) or Permission.SIGNED_IN
        _require(actor, needed, request.path)
    return None


def check_callback(policy: Policy, actor: Actor) -> None:
    """Raise unless the request names a known callback that ``actor`` may use.

    Raises
    ------
    BadRequest, NotFound, NotPermitted
        The body cannot be read; no such callback; not for this actor.
    """
    body = request.get_json(silent=True)
    if not isinstance(body, dict) or not isinstance(body.get("output"), str):
        raise BadRequest("The request to a callback has no readable body.")
    needed = policy.callbacks.get(body["output"])
    if needed is None:
        log.warning("unknown callback asked by %s", actor.username)
        raise NotFound("There is no such callback.")
    _require(actor, needed, body["output"])


def _require(actor: Actor, needed: Permission, what: str) -> None:
    try:
        actor.require(needed)
    except NotPermitted as refused:
        log.warning("refused: user=%s needs=%s for %r", actor.username, needed.value, what[:200])
        denials.note(
            actor, needed.value, "callback" if request.path == CALLBACK_PATH else "route", what, refused
        )
        raise


def _check_page(app: Dash, actor: Actor) -> Any:
    page, _ = _path_to_page((app.strip_relative_path(request.path) or "").strip("/"))
    if not page or request.path.startswith("/_"):
        raise NotFound("There is no such page.")
    needed = page["permission"]
    if actor.can(needed):
        return None
    log.warning("refused: user=%s needs=%s for page %r", actor.username, needed.value, request.path[:200])
    denials.note(actor, needed.value, "page", request.path)
    why = denied.refusal(actor, needed)
    return errors.render(why.problem, refusal=why)


def lock_pages() -> None:
    """Put the check of its own right in front of every page's layout, title and description."""
    for page in page_registry.values():
        if getattr(page["layout"], "is_locked", False):
            continue
        sensitive = page["path"] if page.get("area") in SENSITIVE_AREAS else ""
        page["layout"] = _locked_layout(
            page["layout"], page["permission"], sensitive, survives=outage.is_survivor(page)
        )
        for words in ("title", "description"):
            if callable(page.get(words)):
                page[words] = _locked_words(page[words], page["permission"], page["name"])


def _locked_layout(
    inner: Any, needed: Permission, sensitive: str = "", *, survives: bool = False
) -> Callable[..., Any]:
    def layout(**parts: Any) -> Any:
        actor = session.held_actor()
        if actor is None:
            return errors.card(_ENDED)
        if session.is_remembered() and not survives:
            return errors.card(errors.problem_of(session.away()))
        if not actor.can(needed):
            log.warning("refused: user=%s needs=%s for a page in the app", actor.username, needed.value)
            denials.note(actor, needed.value, "page", request.path)
            return denied.forbidden(actor, needed)
        if sensitive:
            audit.note_now(actor, "page.viewed", "page", sensitive)
        try:
            return inner(**parts) if callable(inner) else inner
        except Exception as error:  # noqa: BLE001  (whatever fails, the card names the incident and the frame stays)
            return errors.card(errors.problem_of(error))

    layout.is_locked = True  # type: ignore[attr-defined]  # read by lock_pages, so that a layout is wrapped once
    return layout


def _locked_words(inner: Callable[..., str], needed: Permission, name: str) -> Callable[..., str]:
    def words(**parts: Any) -> str:
        actor = session.held_actor()
        return inner(**parts) if actor is not None and actor.can(needed) else name

    return words
