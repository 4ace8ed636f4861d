"""What was refused goes into the audit log, once for each refusal, whoever refused it: gate, page or service."""

from flask import current_app, has_request_context, request

from portal.core.actor import Actor
from portal.core.errors import NotPermitted
from portal.services import audit
from portal.web import session

_NOTED = "is_noted"


def note(actor: Actor, needed: str, kind: str, what: str, refused: NotPermitted | None = None) -> None:
    """Note that ``actor`` was refused ``what`` (a page, route or callback), for which the right ``needed`` is asked."""
    audit.note_now(actor, "access.denied", kind, what[:200], {"needs": needed}, "refused")
    if refused is not None:
        setattr(refused, _NOTED, True)


def note_error(refused: NotPermitted) -> None:
    """Note a refusal of a service when it is shown, unless the gate noted it."""
    if getattr(refused, _NOTED, False) or not has_request_context():
        return
    if not hasattr(current_app, "login_manager"):
        return  # a server that nobody signs in to
    actor = session.held_actor() or audit.STRANGER
    note(actor, str(refused.subject.get("permission", "")), "service", request.path, refused)
