"""What the buttons of Compliance > Privacy do."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from dash import ALL, Input, Output, State, ctx, no_update

from callbacks.compliance.privacy.ids import FIELD, STEP, Ids
from callbacks.compliance.privacy.page import again
from components.states import notice
from portal.core.actor import Actor
from portal.core.errors import DomainError, EnerscopeError
from portal.core.permissions import Permission
from portal.services.compliance import privacy
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback

_BODY = {"type": "body", "body": Ids.BODY.value}
Said = Mapping[str, str]


@guarded_callback(
    Output(Ids.SAID, "children"),
    Output(_BODY, "children", allow_duplicate=True),
    Input({"type": STEP, "number": ALL, "step": ALL}, "n_clicks"),
    State({"type": FIELD, "number": ALL, "name": ALL}, "value"),
    State({"type": FIELD, "number": ALL, "name": ALL}, "id"),
    State(Ids.STATE, "data"),
    permission=Permission.PRIVACY_MANAGE,
    prevent_initial_call=True,
)
def move_on(
    clicks: Sequence[int | None], values: Sequence[Any], ids: Sequence[Mapping[str, Any]],
    state: Mapping[str, Any] | None,
) -> tuple[Any, Any]:  # fmt: skip
    """Take the step of the button that was pressed."""
    pressed = ctx.triggered_id
    if not isinstance(pressed, Mapping) or not any(clicks) or not ctx.triggered[0]["value"]:
        return no_update, no_update  # buttons were only drawn
    actor = current_actor()
    try:
        typed = {str(part["name"]): value or "" for part, value in zip(ids, values, strict=True)}
        said = {name: str(value) for name, value in read_filters(typed).items()}
        done = take(str(pressed["step"]), int(pressed["number"]), said, actor)
        return no_update, again(done, read_filters(state or {}), actor)
    except EnerscopeError as refusal:
        return notice(refusal.message, kind="warn"), no_update


def take(step: str, number: int, said: Said, actor: Actor) -> str:
    """Take a step and return what was done, in a sentence.

    Raises
    ------
    DomainError
        There is no such step, or it is refused; the sentence says why.
    """
    if step not in _STEPS:
        raise DomainError("This button is not known. Load the page again.")
    return _STEPS[step](number, said, actor)


def _receive(_number: int, said: Said, actor: Actor) -> str:
    given = said.get("received", "")
    try:
        received = date.fromisoformat(given)
    except ValueError:
        raise DomainError(f"'{given[:20]}' is no day. Write it as 2026-06-08.") from None
    kind, who, subject = (said.get(name, "") for name in ("kind", "who", "subject"))
    number = privacy.receive(actor, kind, who, subject, received, said.get("note", ""))
    return f"Request {number} was entered; its clock is running."


def _hold(_number: int, said: Said, actor: Actor) -> str:
    number = privacy.set_hold(
        actor, said.get("class", ""), said.get("hold_subject", ""), said.get("reason", "")
    )
    return f"Hold {number} is in force."


def _release(number: int, _said: Said, actor: Actor) -> str:
    privacy.release_hold(number, actor)
    return f"Hold {number} is released."


def _approve(number: int, said: Said, actor: Actor) -> str:
    classes = privacy.approve(number, actor, _reason(said))
    kept = any(item["done"] == "restricted" for item in classes)
    rest = "; what must be kept is restricted and listed below" if kept else ""
    return f"What no duty keeps is erased{rest}."


def _propose(number: int, said: Said, actor: Actor) -> str:
    privacy.propose(number, actor, _reason(said))
    return "The erasure waits for a second person now."


def _reject(number: int, said: Said, actor: Actor) -> str:
    privacy.reject(number, actor, _reason(said))
    return "The proposal is rejected; the request is open again."


def _answer(number: int, said: Said, actor: Actor) -> str:
    privacy.answer(number, actor, _reason(said))
    return f"Request {number} is answered."


def _extend(number: int, said: Said, actor: Actor) -> str:
    privacy.extend(number, actor, _reason(said))
    return "It is extended by two months. Tell the person now, and why."


def _reason(said: Said) -> str:
    return said.get("reason", "")


_STEPS: Mapping[str, Callable[[int, Said, Actor], str]] = {
    "receive": _receive,
    "hold": _hold,
    "release": _release,
    "propose": _propose,
    "approve": _approve,
    "reject": _reject,
    "answer": _answer,
    "extend": _extend,
}
