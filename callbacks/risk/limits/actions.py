"""What the buttons of Risk > Limits do: replay and propose a limit, decide about one, move a breach on."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dash import ALL, Input, Output, State, ctx, no_update

from callbacks.risk.limits.form import read_form, replayed
from callbacks.risk.limits.ids import DECIDE, NOBODY, NOTE, OWNER, STEP, TERM, WORDS, Ids
from callbacks.risk.limits.page import again
from callbacks.risk.limits.rows import by_row
from components.page import PAGE_CLOCKS
from components.states import notice
from portal.core.actor import Actor
from portal.core.errors import DomainError, EnerscopeError
from portal.core.permissions import Permission
from portal.domain.risk.limits.approval import Decision, Stage
from portal.domain.risk.limits.breach import Step
from portal.services import clocks as clock_service
from portal.services.risk import limit_breaches, limit_proposals
from portal.services.risk.limit_measures import subjects
from portal.services.risk.limit_proposals import Draft
from portal.services.risk.limit_trials import read_draft_text
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback

_FIELDS = ("code", "title", "node", "join", "from", "until", "reason")
_BODY = {"type": "body", "body": Ids.BODY.value}


@guarded_callback(
    Output(Ids.TRIED, "children"),
    Input(Ids.TRY, "n_clicks"),
    State(Ids.CODE, "value"),
    State(Ids.TITLE, "value"),
    State(Ids.NODE, "value"),
    State(Ids.JOIN, "value"),
    State(Ids.FROM, "value"),
    State(Ids.UNTIL, "value"),
    State(Ids.REASON, "value"),
    State({"type": TERM, "row": ALL, "name": ALL}, "value"),
    State({"type": TERM, "row": ALL, "name": ALL}, "id"),
    State(PAGE_CLOCKS, "data"),
    permission=Permission.LIMIT_PROPOSE,
    prevent_initial_call=True,
    running=[(Output(Ids.TRY, "disabled"), True, False)],
)
def try_it(clicks: int | None, *given: Any) -> Any:
    """Show how the limit of the form would have fared, and offer to propose it."""
    if not clicks:
        return no_update
    *fields, cells, ids, pair = given
    actor = current_actor()
    try:
        texts = read_filters(dict(zip(_FIELDS, fields, strict=True)))
        clocks = clock_service.resolve(read_filters(pair or {}))
        typed = {name: str(texts[name] or "") for name in _FIELDS}
        draft = read_form(typed, by_row(cells, ids), subjects())
        limit_proposals.check_draft(draft, actor)
        found = limit_proposals.trial(draft, clocks, actor)
    except EnerscopeError as refusal:
        return notice(refusal.message, kind="warn")
    return replayed(draft, found, clocks, may_propose=actor.can(Permission.LIMIT_PROPOSE))


@guarded_callback(
    Output(Ids.PROPOSED, "children"),
    Output(_BODY, "children", allow_duplicate=True),
    Input(Ids.PROPOSE, "n_clicks"),
    State(Ids.DRAFT, "data"),
    State(Ids.STATE, "data"),
    permission=Permission.LIMIT_PROPOSE,
    prevent_initial_call=True,
    running=[(Output(Ids.PROPOSE, "disabled"), True, False)],
)
def propose(clicks: int | None, kept: Mapping[str, Any] | None, state: Mapping[str, Any] | None) -> Any:
    """Propose exactly what was replayed."""
    if not clicks:
        return no_update, no_update
    actor = current_actor()
    try:
        draft = _kept(kept)
        number = limit_proposals.propose(draft, actor)
        body = again(
            f"{draft.code} was proposed as number {number}. It waits for two others.",
            read_filters(state or {}),
            actor,
        )
    except EnerscopeError as refusal:
        return notice(refusal.message, kind="warn"), no_update
    return no_update, body


def _kept(kept: Mapping[str, Any] | None) -> Draft:
    given = read_filters(kept or {})
    begin = clock_service.day_of(given["from"])
    base = read_draft_text(str(given["draft"]), begin)
    until = clock_service.day_of(given["until"]) if given["until"] else None
    return Draft(
        str(given["code"]),
        str(given["title"]),
        base.portfolio,
        base.terms,
        begin,
        until,
        str(given["reason"]),
    )


@guarded_callback(
    Output(Ids.DECIDED, "children"),
    Output(_BODY, "children", allow_duplicate=True),
    Input({"type": DECIDE, "version": ALL, "decision": ALL}, "n_clicks"),
    State({"type": WORDS, "version": ALL}, "value"),
    State({"type": WORDS, "version": ALL}, "id"),
    State(Ids.STATE, "data"),
    permission=Permission.RISK_READ,  # also runs when the buttons are drawn; the service asks for the right
    prevent_initial_call=True,
)
def decide(
    clicks: Sequence[int | None],
    words: Sequence[str | None],
    ids: Sequence[Mapping[str, Any]],
    state: Mapping[str, Any] | None,
) -> Any:
    """Approve, reject or withdraw a proposal; one that is approved for good is judged at once."""

    def act(pressed: Mapping[str, Any], actor: Actor) -> str:
        number, decision = int(pressed["version"]), Decision(str(pressed["decision"]))
        found = limit_proposals.decide(number, decision, _said(words, ids, "version", number), actor)
        if found.approval.stage is Stage.APPROVED:
            limit_breaches.check_limits(clock_service.resolve({}))
        return f"{found.code}: {found.approval.sentence}"

    return _answer(clicks, state, act)


@guarded_callback(
    Output(Ids.MOVED, "children"),
    Output(_BODY, "children", allow_duplicate=True),
    Input({"type": STEP, "breach": ALL, "step": ALL}, "n_clicks"),
    State({"type": NOTE, "breach": ALL}, "value"),
    State({"type": NOTE, "breach": ALL}, "id"),
    State({"type": OWNER, "breach": ALL}, "value"),
    State({"type": OWNER, "breach": ALL}, "id"),
    State(Ids.STATE, "data"),
    permission=Permission.RISK_READ,  # also runs when the buttons are drawn; the service asks for the right
    prevent_initial_call=True,
)
def move_on(
    clicks: Sequence[int | None],
    notes: Sequence[str | None],
    note_ids: Sequence[Mapping[str, Any]],
    owners: Sequence[str | None],
    owner_ids: Sequence[Mapping[str, Any]],
    state: Mapping[str, Any] | None,
) -> Any:
    """Take a step of a breach."""

    def act(pressed: Mapping[str, Any], actor: Actor) -> str:
        number, step = int(pressed["breach"]), Step(str(pressed["step"]))
        owner = _said(owners, owner_ids, "breach", number) if step is Step.ASSIGNED else None
        owner = None if owner == NOBODY else owner
        note = _said(notes, note_ids, "breach", number)
        view = limit_breaches.take_step(number, step, actor, note=note, owner=owner)
        return f"The breach of {view.code} is {view.breach.state.value} now."

    return _answer(clicks, state, act)


def _answer(
    clicks: Sequence[int | None],
    state: Mapping[str, Any] | None,
    act: Callable[[Mapping[str, Any], Actor], str],
) -> tuple[Any, Any]:
    """Do what a button asks for; return a refusal beside it, or the page anew under what ``act`` says of it."""
    pressed = _pressed(clicks)
    if pressed is None:
        return no_update, no_update
    actor = current_actor()
    try:
        known = read_filters(state or {})
        return no_update, again(act(pressed, actor), known, actor)
    except EnerscopeError as refusal:
        return notice(refusal.message, kind="warn"), no_update


def _pressed(clicks: Sequence[int | None]) -> Mapping[str, Any] | None:
    """Return the id of the button that was pressed; None when buttons were only drawn."""
    pressed = ctx.triggered_id
    if not isinstance(pressed, Mapping) or not any(clicks) or not ctx.triggered[0]["value"]:
        return None
    return pressed


def _said(values: Sequence[str | None], ids: Sequence[Mapping[str, Any]], key: str, number: int) -> str:
    found = next((value for value, item in zip(values, ids, strict=True) if item[key] == number), None)
    text = read_filters({"text": found})["text"] or ""
    if not isinstance(text, str):
        raise DomainError("What was typed is no text. Open the page again.")
    return text
