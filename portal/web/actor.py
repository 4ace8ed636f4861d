"""Who is asking: from the request, or in a background callback from the cookies that Dash ships to the worker."""

import dash
from dash.exceptions import MissingCallbackContextException
from flask import has_request_context

from portal.core.actor import Actor
from portal.core.errors import NotSignedIn
from portal.services import access
from portal.web import session


def current_actor() -> Actor:
    """Return the actor of this request or background callback.

    Raises
    ------
    NotSignedIn
        Nobody is signed in, or the session has ended.
    """
    actor = actor_or_none()
    if actor is None:
        raise NotSignedIn("Your session has ended. Sign in again to go on.")
    return actor


def actor_or_none() -> Actor | None:
    """Return the actor of this request or background callback, or None.

    A worker asks the database anew: whoever was disabled after the start of the job gets nothing more.
    """
    if has_request_context():
        return session.held_actor()
    try:
        cookies = dict(dash.ctx.cookies or {})
    except (MissingCallbackContextException, LookupError):
        return None
    token = session.token_in(cookies)
    return access.actor_of(token, counts_as_activity=False) if token else None


def stands_on_memory() -> bool:
    """Tell whether the actor is only remembered, with the right to read Health, while the database is away."""
    return session.is_remembered()
