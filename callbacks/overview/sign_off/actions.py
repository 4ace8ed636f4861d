"""What the buttons of Overview > Sign-off do; who may is decided by the services."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dash import ALL, Input, Output, State, ctx, no_update

from callbacks.overview.sign_off.ids import DECIDE, STEP, WORDS, Ids
from callbacks.overview.sign_off.page import again
from components.states import notice
from portal.core.actor import Actor
from portal.core.errors import EnerscopeError
from portal.core.permissions import Permission
from portal.domain.signoff.adjusting import Decision
from portal.domain.signoff.steps import Step
from portal.services import clocks as clock_service
from portal.services.signoff import adjustments, signing
from portal.services.signoff.standing import STATES
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback

_BODY = {"type": "body", "body": Ids.BODY.value}


@guarded_callback(
    Output(Ids.SAID, "children"),
    Output(_BODY, "children", allow_duplicate=True),
    Input({"type": STEP, "step": ALL}, "n_clicks"),
    State(Ids.NOTE, "value", allow_optional=True),
    State(Ids.STATE, "data"),
    permission=Permission.PORTFOLIO_READ,  # also runs when buttons are drawn; the service asks for the right to sign
    prevent_initial_call=True,
)
def sign(clicks: Sequence[int | None], note: str | None, state: Mapping[str, Any] | None) -> tuple[Any, Any]:
    """Take the step of the button that was pressed."""

    def act(pressed: Mapping[str, Any], known: Mapping[str, Any], actor: Actor) -> str:
        words = str(read_filters({"note": note})["note"] or "")
        found = signing.sign(
            str(known["portfolio"]), clock_service.day_of(known["day"]), Step(str(pressed["step"])), actor,
            note=words, seen=str(known["seen"]),
        )  # fmt: skip
        return f"{found.portfolio} on {found.day:%Y-%m-%d} is {STATES[found.round.state]} now."

    return _answer(clicks, state, act)


@guarded_callback(
    Output(Ids.DECIDED, "children"),
    Output(_BODY, "children", allow_duplicate=True),
    Input({"type": DECIDE, "adjustment": ALL, "decision": ALL}, "n_clicks"),
    State({"type": WORDS, "adjustment": ALL}, "value"),
    State({"type": WORDS, "adjustment": ALL}, "id"),
    State(Ids.STATE, "data"),
    permission=Permission.PORTFOLIO_READ,  # as above
    prevent_initial_call=True,
)
def decide(
    clicks: Sequence[int | None],
    words: Sequence[str | None],
    ids: Sequence[Mapping[str, Any]],
    state: Mapping[str, Any] | None,
) -> tuple[Any, Any]:
    """Approve, reject or withdraw an adjustment."""

    def act(pressed: Mapping[str, Any], _known: Mapping[str, Any], actor: Actor) -> str:
        number = int(pressed["adjustment"])
        given = next(
            (value for value, item in zip(words, ids, strict=True) if item["adjustment"] == number), ""
        )
        said = str(read_filters({"note": given})["note"] or "")
        found = adjustments.decide(number, Decision(str(pressed["decision"])), said, actor)
        return f"Adjustment {number} is {found.state} now."

    return _answer(clicks, state, act)


@guarded_callback(
    Output(Ids.PROPOSED, "children"),
    Output(_BODY, "children", allow_duplicate=True),
    Input(Ids.PROPOSE, "n_clicks"),
    State(Ids.METRIC, "value"),
    State(Ids.AMOUNT, "value"),
    State(Ids.REASON, "value"),
    State(Ids.STATE, "data"),
    permission=Permission.ADJUST_PROPOSE,
    prevent_initial_call=True,
    running=[(Output(Ids.PROPOSE, "disabled"), True, False)],
)
def propose(clicks: int | None, *given: Any) -> tuple[Any, Any]:
    """Propose an adjustment beside a figure of the portfolio and day that are open."""
    if not clicks:
        return no_update, no_update
    actor = current_actor()
    *fields, state = given
    try:
        said = read_filters(dict(zip(("metric", "amount", "reason"), fields, strict=True)))
        known = read_filters(state or {})
        number = adjustments.propose(
            str(known["portfolio"]), clock_service.day_of(known["day"]), str(said["metric"] or ""),
            str(said["amount"] or ""), str(said["reason"] or ""), actor,
        )  # fmt: skip
        return no_update, again(f"Adjustment {number} waits for a second person.", known, actor)
    except EnerscopeError as refusal:
        return notice(refusal.message, kind="warn"), no_update


def _answer(
    clicks: Sequence[int | None],
    state: Mapping[str, Any] | None,
    act: Callable[[Mapping[str, Any], Mapping[str, Any], Actor], str],
) -> tuple[Any, Any]:
    """Do what a button asks for; return a refusal beside it, or the page anew under what ``act`` says of it."""
    pressed = ctx.triggered_id
    if not isinstance(pressed, Mapping) or not any(clicks) or not ctx.triggered[0]["value"]:
        return no_update, no_update  # buttons were only drawn
    actor = current_actor()
    try:
        known = read_filters(state or {})
        return no_update, again(act(pressed, known, actor), known, actor)
    except ValueError:
        return notice("There is no such button. Open the page again.", kind="warn"), no_update
    except EnerscopeError as refusal:
        return notice(refusal.message, kind="warn"), no_update
