"""What the buttons of Forecast > Models do: compare two trials, decide about a version, draw anew after a training."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import ALL, Input, Output, State, ctx, no_update

from callbacks.forecast.models.compare import compared
from callbacks.forecast.models.ids import DECIDE, WORDS, Ids
from callbacks.forecast.models.page import again
from components.job import job_part
from components.page import PAGE_CLOCKS
from components.states import notice
from portal.core.errors import DomainError, EnerscopeError
from portal.core.permissions import Permission
from portal.domain.forecast.stages import Step
from portal.services import clocks as clock_service
from portal.services.forecast import registry
from portal.services.forecast.jobs import serve_anew
from portal.web.actor import current_actor
from portal.web.asked import read_filters, whole
from portal.web.guard import guarded_callback

_BODY = {"type": "body", "body": Ids.BODY.value}
_STEPS = {
    Step.PROPOSED: registry.propose,
    Step.APPROVED: registry.approve,
    Step.REJECTED: registry.reject,
    Step.WITHDRAWN: registry.withdraw,
    Step.ROLLED_BACK: registry.roll_back,
}
_SAID = {
    Step.PROPOSED: "{name} was proposed as champion of {target}. Somebody else decides.",
    Step.APPROVED: "{name} is the champion of {target} now. A worker forecasts with it now.",
    Step.REJECTED: "The proposal of {name} was rejected; it stays {stage}.",
    Step.WITHDRAWN: "The proposal of {name} was withdrawn.",
    Step.ROLLED_BACK: "Rolled back: {name} is the champion of {target} again.",
}


@guarded_callback(
    Output(Ids.COMPARED, "children"),
    Input(Ids.SHOW, "n_clicks"),
    State(Ids.FIRST, "value"),
    State(Ids.SECOND, "value"),
    State(PAGE_CLOCKS, "data"),
    permission=Permission.FORECAST_READ,
    prevent_initial_call=True,
    running=[(Output(Ids.SHOW, "disabled"), True, False)],
)
def compare(clicks: int | None, first: Any, second: Any, pair: Mapping[str, Any] | None) -> Any:
    """Show two trials side by side."""
    if not clicks:
        return no_update
    try:
        asked = read_filters({"first": first, "second": second})
        one, two = (whole(asked, name, 0, low=1, high=10**9) for name in ("first", "second"))
        if one == two:
            return notice("Choose two different trials.")
        return compared(one, two, clock_service.resolve(read_filters(pair or {})), current_actor())
    except EnerscopeError as refusal:
        return notice(refusal.message, kind="warn")


@guarded_callback(
    Output(Ids.DECIDED, "children"),
    Output(_BODY, "children", allow_duplicate=True),
    Input({"type": DECIDE, "version": ALL, "step": ALL}, "n_clicks"),
    State({"type": WORDS, "version": ALL}, "value"),
    State(Ids.STATE, "data"),
    permission=Permission.FORECAST_READ,  # also runs when the buttons are drawn; the service asks for the right
    prevent_initial_call=True,
)
def decide(clicks: Sequence[int | None], words: Sequence[str | None], state: Mapping[str, Any] | None) -> Any:
    """Propose, withdraw, approve, reject or roll back to the version that is shown."""
    pressed = ctx.triggered_id
    if not isinstance(pressed, Mapping) or not any(clicks) or not ctx.triggered[0]["value"]:
        return no_update, no_update
    actor = current_actor()
    try:
        step = Step(str(pressed["step"]))
        said = read_filters({"text": next((text for text in words if text), "")})["text"] or ""
        if step not in _STEPS or not isinstance(said, str):
            raise DomainError("What was pressed is no step of a version. Open the page again.")
        view = _STEPS[step](int(pressed["version"]), actor, said)
        if step in (Step.APPROVED, Step.ROLLED_BACK):
            serve_anew(view.target)
        sentence = _SAID[step].format(name=view.name, target=view.target, stage=view.stage.value)
        body = again(sentence, read_filters(state or {}), actor)
    except EnerscopeError as refusal:
        return notice(refusal.message, kind="warn"), no_update
    return no_update, body


@guarded_callback(
    Output(_BODY, "children", allow_duplicate=True),
    Input(job_part("done", Ids.TRAIN), "data"),
    State(Ids.STATE, "data"),
    permission=Permission.FORECAST_READ,
    prevent_initial_call=True,
)
def trained(job_id: int | None, state: Mapping[str, Any] | None) -> Any:
    """Draw the page anew when a training is done."""
    if not isinstance(job_id, int):
        return no_update
    return again("The training is done: its trials are below.", read_filters(state or {}), current_actor())
