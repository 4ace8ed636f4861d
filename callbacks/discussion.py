"""Saying something about a figure: one callback for the passport panel and for the page of discussions."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from dash import ALL, MATCH, Input, Output, State, ctx, no_update
from dash.development.base_component import Component

from components.discussion import NEW, PAGE, PANEL, Comment, Talk, talk_box, talk_id, talk_parts
from components.passport import pinned
from portal.core.actor import Actor
from portal.core.errors import DomainError, EnerscopeError
from portal.core.format import day, moment
from portal.core.passport import Passport
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services import passports
from portal.services.discussion import threads
from portal.services.discussion.threads import ThreadView, Told
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback

PATH = "/discussions"
PERSONAL = (
    "This figure is counted for each reader by their own rights, so there is nothing to discuss in common."
)


def address(thread_id: int, clocks: Mapping[str, str] | None = None) -> str:
    """Return the address of a discussion."""
    return f"{PATH}?{urlencode({'thread': thread_id, **(clocks or {})})}"


def drawn(view: ThreadView) -> Talk:
    """Return a discussion as it is drawn."""
    row = view.row
    comments = [Comment(one.by, one.recorded_at, one.body) for one in view.comments]
    anchor = f"as of {day(row.as_of)}, known at {moment(row.known_at)}"
    return Talk(row.id, anchor, row.figure, comments, row.resolved_by, address(row.id))


def for_panel(passport: Passport, actor: Actor) -> tuple[Component, int]:
    """Return what is said about a figure whose passport is open, and how many comments that is."""
    found = threads.of_passport(passport, actor)
    may_begin = threads.can_be_discussed(passport.metric.id)
    about = {
        "metric": passport.metric.id, "params": dict(passport.params), "clocks": pinned(passport),
    }  # fmt: skip
    box = talk_box(
        PANEL, about, [drawn(one) for one in found], may_begin=may_begin, why="" if may_begin else PERSONAL
    )
    return box, sum(len(one.comments) for one in found)


@guarded_callback(
    Output(talk_id("box", MATCH), "children"),
    Output(talk_id("said", MATCH), "children"),
    Input({**talk_id("say", MATCH), "thread": ALL}, "n_clicks"),
    Input({**talk_id("resolve", MATCH), "thread": ALL}, "n_clicks"),
    State({**talk_id("text", MATCH), "thread": ALL}, "value"),
    State({**talk_id("text", MATCH), "thread": ALL}, "id"),
    State(talk_id("about", MATCH), "data"),
    permission=Permission.SIGNED_IN,  # the service asks for the right to read the figure
    prevent_initial_call=True,
)
def act(
    says: Sequence[int | None],
    resolves: Sequence[int | None],
    values: Sequence[str | None],
    ids: Sequence[Mapping[str, Any]],
    about: Mapping[str, Any] | None,
) -> tuple[Any, Any]:
    """Store what was typed, or resolve a discussion, and draw it anew; a refusal leaves what was typed."""
    pressed = ctx.triggered_id
    if not isinstance(pressed, Mapping) or not any([*says, *resolves]) or not ctx.triggered[0]["value"]:
        return no_update, no_update  # buttons were only drawn
    number = pressed.get("thread")
    text = next((value for value, item in zip(values, ids, strict=True) if item["thread"] == number), "")
    actor = current_actor()
    try:
        if not isinstance(number, int):
            raise DomainError("There is no such button. Open the figure again.")
        known = read_filters(about or {})
        words = _do(str(pressed["type"]), number, str(text or ""), known, actor)
        return _again(str(pressed["place"]), known, words, actor), no_update
    except EnerscopeError as refusal:
        return no_update, refusal.message


def _do(what: str, number: int, text: str, about: Mapping[str, Any], actor: Actor) -> str:
    if what == "talk-resolve":
        threads.resolve(number, actor)
        return "It is resolved."
    if number != NEW:
        return _told(threads.say(number, text, actor))
    params, pair = about["params"], about["clocks"]
    if not isinstance(params, Mapping) or not isinstance(pair, Mapping):
        raise DomainError("The panel does not say which figure it is of. Open it again.")
    return _told(threads.begin(str(about["metric"]), params, clock_service.resolve(pair), text, actor))


def _told(found: Told) -> str:
    parts = ["Kept."]
    if found.told:
        parts.append(f"Told if they have a channel: {', '.join(found.told)}.")
    if found.untold:
        parts.append(f"Nobody who may read this figure is called {' or '.join(found.untold)}.")
    return " ".join(parts)


def _again(place: str, about: Mapping[str, Any], words: str, actor: Actor) -> list[Component]:
    if place == PAGE:
        found = threads.thread(int(about["thread"]), actor)
        return talk_parts(PAGE, dict(about), [drawn(found)], may_begin=False, said=words)
    passport = passports.open_passport(
        str(about["metric"]), about["params"], clock_service.resolve(about["clocks"]), actor
    )
    talks = [drawn(one) for one in threads.of_passport(passport, actor)]
    return talk_parts(PANEL, dict(about), talks, may_begin=True, said=words)
