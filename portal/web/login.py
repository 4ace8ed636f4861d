"""The login page and the way out: plain Flask, so that nothing of the app is sent to strangers."""

from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, g, jsonify, redirect, render_template, request
from flask_wtf.csrf import CSRFError

from portal.core.actor import Actor
from portal.core.errors import EnerscopeError
from portal.services import access
from portal.services.boards import homes
from portal.web import session
from portal.web.errors import Problem, problem_of, render, wants_data
from portal.web.policy import open_to_all

blueprint = Blueprint("login", __name__, template_folder="templates")

EXPIRED = Problem(
    "Your session has ended", HTTPStatus.OK, "session-expired", "Sign in again to go on where you were."
)
SIGNED_OUT = Problem("You are signed out", HTTPStatus.OK, "signed-out", "See you soon.")
STALE_FORM = Problem(
    "This page was open for too long",
    HTTPStatus.BAD_REQUEST,
    "stale-form",
    "Nothing was sent. Please sign in now.",
)


@blueprint.get("/login")
@open_to_all
def show() -> Any:
    """Show the form; whoever is signed in goes on to where they wanted."""
    actor = session.held_actor()
    if actor is not None:
        return redirect(_way_of(actor))
    if session.held_token() is not None:
        return _form(EXPIRED)
    return _form(SIGNED_OUT if "out" in request.args else None)


@blueprint.post("/login")
@open_to_all
def enter() -> Any:
    """Check the password; answers a page to the form and JSON to the dialog inside the app."""
    try:
        actor = session.begin(request.form.get("username", ""), request.form.get("password", ""))
    except EnerscopeError as refused:
        problem = problem_of(refused)
        return render(problem) if wants_data() else _form(problem)
    if wants_data():
        g.renew_csrf = True
        return jsonify(username=actor.username, name=actor.name)
    return redirect(_way_of(actor), HTTPStatus.SEE_OTHER)


@blueprint.post("/logout")
@open_to_all
def leave() -> Response:
    """End the session and clear what the browser kept.

    Pages are never cached (``no-store``), so the header spares the cache: emptying it would cost the next login all
    its scripts.
    """
    session.end()
    response = redirect("/login?out=1", HTTPStatus.SEE_OTHER)
    response.headers["Clear-Site-Data"] = '"storage"'
    return response  # type: ignore[return-value]  # werkzeug's base response; Flask completes it


@blueprint.errorhandler(CSRFError)
def stale_form(_error: CSRFError) -> Any:
    """Show the form anew, with a fresh token, when the old one has run out."""
    return render(STALE_FORM) if wants_data() or request.endpoint != "login.enter" else _form(STALE_FORM)


def _way_of(actor: Actor) -> str:
    """Return where somebody who is signed in goes on: to the page that they asked for, else to their home."""
    target = request.args.get("next")
    way = local_path(target)
    return homes.landing(actor) if way == "/" and target != "/" else way


def local_path(target: str | None) -> str:
    """Return ``target`` if it is a path of this site that a page may be at, else ``/``."""
    if not target or len(target) > 2000 or not target.isprintable() or "\\" in target:
        return "/"
    parts = urlsplit(target)
    inside = not parts.scheme and not parts.netloc and target.startswith("/") and not target.startswith("//")
    if not inside or parts.path.startswith(("/_", "/login", "/logout", "/api/", "/export/")):
        return "/"
    return target


def _form(problem: Problem | None) -> Response:
    accounts = access.DEMO_ACCOUNTS if access.demo_is_loaded() else ()
    asked = request.args.get("next")
    target = local_path(asked)
    response = Response(
        render_template(
            "login.html",
            problem=problem,
            username=request.form.get("username", "")[:64],
            target="" if target == "/" and asked != "/" else target,
            accounts=[(username, role.label, name) for username, role, name in accounts],
            demo_password=access.DEMO_PASSWORD if accounts else "",
        ),
        status=problem.status if problem else HTTPStatus.OK,
        mimetype="text/html",
    )
    if problem and problem.seconds:
        response.headers["Retry-After"] = str(problem.seconds)
    return response
