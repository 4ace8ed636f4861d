"""What the buttons of a counterparty do."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from dash import ALL, Input, Output, State, ctx, no_update

from callbacks.compliance.kyc.ids import FIELD, NEW, STEP, Ids
from callbacks.compliance.kyc.page import again
from components.states import notice
from portal.core.actor import Actor
from portal.core.errors import DomainError, EnerscopeError
from portal.core.permissions import Permission
from portal.services.compliance import onboarding
from portal.services.compliance.onboarding import NewOwner
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback

_BODY = {"type": "body", "body": Ids.BODY.value}
Said = Mapping[str, str]
_DONE = {
    "facts": "The facts are stored.", "owner": "The owner is stored. Screen the counterparty again.",
    "document": "The document is on file.", "screened": "It was screened.",
    "submitted": "It waits for a second person now.", "approved": "It is approved: trades are allowed from now on.",
    "rejected": "It is rejected.", "reopened": "It is open again.",
    "suspended": "It is suspended: its trades are blocked.", "review": "A review has begun.",
    "comment": "Your comment is stored.", "registered": "The counterparty is registered.",
}  # fmt: skip


@guarded_callback(
    Output(Ids.SAID, "children"),
    Output(_BODY, "children", allow_duplicate=True),
    Input({"type": STEP, "party": ALL, "step": ALL}, "n_clicks"),
    State({"type": FIELD, "party": ALL, "name": ALL}, "value"),
    State({"type": FIELD, "party": ALL, "name": ALL}, "id"),
    State({"type": FIELD, "party": ALL, "name": "document_file"}, "contents"),
    State({"type": FIELD, "party": ALL, "name": "document_file"}, "filename"),
    State(Ids.STATE, "data"),
    permission=Permission.COMPLIANCE_READ,  # also runs when buttons are drawn; the service asks for the right
    prevent_initial_call=True,
)
def move_on(
    clicks: Sequence[int | None], values: Sequence[Any], ids: Sequence[Mapping[str, Any]],
    contents: Sequence[str | None], names: Sequence[str | None], state: Mapping[str, Any] | None,
) -> tuple[Any, Any]:  # fmt: skip
    """Take the step of the button that was pressed."""
    pressed = ctx.triggered_id
    if not isinstance(pressed, Mapping) or not any(clicks) or not ctx.triggered[0]["value"]:
        return no_update, no_update  # buttons were only drawn
    actor = current_actor()
    try:
        step, party = str(pressed["step"]), int(pressed["party"])
        typed = {
            str(part["name"]): value or ""
            for part, value in zip(ids, values, strict=True)
            if part["party"] == party and part["name"] != "document_file"
        }
        said = {name: str(value) for name, value in read_filters(typed).items()}
        if step == "document":
            _document(party, said, next(iter(contents), None), next(iter(names), None), actor)
        else:
            _STEPS[step](party, said, actor)
        asked: Mapping[str, Any] = read_filters(state or {})
        if step == "registered" and party == NEW:
            asked = {**asked, "party": said.get("code", "").strip().upper()}
        return no_update, again(_DONE[step], asked, actor)
    except KeyError:
        return notice("This button is not known. Load the page again.", kind="warn"), no_update
    except EnerscopeError as refusal:
        return notice(refusal.message, kind="warn"), no_update


def _register(_party: int, said: Said, actor: Actor) -> None:
    names = ("code", "name", "kind", "country", "lei", "risk", "contact", "purpose")
    onboarding.register(actor, **{name: said.get(name, "") for name in names})


def _facts(party: int, said: Said, actor: Actor) -> None:
    names = ("risk", "contact", "purpose", "senior_approval")
    onboarding.set_facts(party, actor, **{name: said.get(name, "") for name in names})


def _owner(party: int, said: Said, actor: Actor) -> None:
    share = said.get("owner_pct", "").strip()
    try:
        pct = float(share or 0)
    except ValueError:
        raise DomainError(f"'{share[:20]}' is no share. Write a number of percent.") from None
    owner = NewOwner(
        said.get("owner_code", "").strip().upper(), said.get("owner_of", "").strip().upper(),
        said.get("owner_name", "").strip(), said.get("owner_kind", ""), said.get("owner_country", "").strip().upper(),
        pct, _day(said.get("owner_born", "")), has_control=said.get("owner_control") == "yes",
        is_pep=said.get("owner_pep") == "yes", identified=said.get("owner_identified") == "yes",
    )  # fmt: skip
    onboarding.set_owner(party, actor, owner)


def _document(party: int, said: Said, content: str | None, name: str | None, actor: Actor) -> None:
    if not content:
        raise DomainError("Drop the document first.")
    try:
        raw = base64.b64decode(content.partition(",")[2], validate=True)
    except binascii.Error:
        raise DomainError("The file did not arrive whole. Drop it again.") from None
    onboarding.add_document(
        party, actor, kind=said.get("document_kind", ""), file_name=name or "document", content=raw,
        issued_on=_day(said.get("document_issued", "")), expires_on=_day(said.get("document_expires", "")),
    )  # fmt: skip


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise DomainError(f"'{text[:20]}' is no day. Write it as 2026-06-08.") from None


def _reason(said: Said) -> str:
    return said.get("reason", "")


_STEPS: Mapping[str, Callable[[int, Said, Actor], Any]] = {
    "registered": _register,
    "facts": _facts,
    "owner": _owner,
    "screened": lambda party, _said, actor: onboarding.screen(party, actor),
    "submitted": lambda party, _said, actor: onboarding.submit(party, actor),
    "approved": lambda party, said, actor: onboarding.approve(party, actor, _reason(said)),
    "rejected": lambda party, said, actor: onboarding.reject(party, actor, _reason(said)),
    "reopened": lambda party, said, actor: onboarding.reopen(party, actor, _reason(said)),
    "suspended": lambda party, said, actor: onboarding.suspend(party, actor, _reason(said)),
    "review": lambda party, _said, actor: onboarding.start_review(party, actor),
    "comment": lambda party, said, actor: onboarding.comment(party, actor, said.get("text", "")),
}
