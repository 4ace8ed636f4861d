"""Monitoring > Notifications: the channels of the reader, and the form that adds one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from zoneinfo import available_timezones

from dash import MATCH, Input, State, ctx, html, set_props
from dash.development.base_component import Component

from components.channels import NEW, channel_card, channel_facts, channel_form, channel_part, zone_list
from components.page import section
from components.states import empty, notice
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, EnerscopeError
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.monitoring import channels
from portal.services.monitoring.channels import ChannelView, Wishes
from portal.web.actor import current_actor
from portal.web.guard import guarded_callback
from portal.web.views import body

TICK_MILLISECONDS = 5_000
_SEVERITIES = (("critical", "critical"), ("warning", "warning"), ("info", "info"))
Rules = Sequence[tuple[str, str]]  # code and words of each that the reader may choose
_FIELDS = ("title", "severities", "rules", "from", "to", "timezone", "switches")


class Ids(StrEnum):
    """The body, what is said above the channels, and what keeps them fresh."""

    BODY = "monitoring-notifications"
    LIST = "monitoring-notifications-list"
    NOTE = "monitoring-notifications-note"
    TICK = "monitoring-notifications-tick"


@dataclass(frozen=True, slots=True)
class View:
    """The first state of the page."""

    clocks: Clocks
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page for its address."""
    clocks = clock_service.resolve(query)
    return View(clocks, draw({}, clocks, current_actor()))


@body(Ids.BODY, permission=Permission.SIGNED_IN)
def draw(_filters: Mapping[str, Any], _clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the channels of the reader."""
    return [
        html.Div(id=Ids.NOTE, role="status", className="es-channel-note"),
        html.Div(_cards(actor), id=Ids.LIST),
    ]


def _cards(actor: Actor) -> list[Component]:
    found = channels.mine(actor)
    if not found:
        return [
            empty(
                "You are not told anywhere yet",
                "Alerts stand in the portal. To be told when you are not looking at it, add a channel below.",
            )
        ]
    rules = channels.rule_choices(actor)
    return [section("Your channels", [_card(one, rules) for one in found])]


def _card(one: ChannelView, rules: Rules) -> Component:
    return channel_card(
        one.id, facts=_facts(one, rules), form=_form(one, rules), title=one.wishes.title, enabled=one.enabled
    )


def _facts(one: ChannelView, rules: Rules) -> list[Component]:
    last = one.last
    shown = None
    if last is not None:
        at = last.sent_at or last.recorded_at
        shown = (last.subject, last.state, at, last.error, f"/monitoring/alerts?message={last.id}")
    return channel_facts(
        title=one.wishes.title, kind=one.kind_title, address=one.address, enabled=one.enabled,
        problem=one.problem, told=_told(one.wishes, rules), quiet=_quiet(one.wishes), last=shown,
    )  # fmt: skip


def _told(wishes: Wishes, rules: Rules) -> str:
    titles = dict(rules)
    chosen = ", ".join(titles.get(rule, rule) for rule in wishes.rules) or "all rules"
    severities = ", ".join(name for name, _ in _SEVERITIES if name in wishes.severities)
    return f"{severities}; {chosen}" + ("; also when they are over" if wishes.over else "")


def _quiet(wishes: Wishes) -> str:
    if not wishes.quiet_from:
        return "never"
    through = "critical alerts come through" if wishes.wakes else "critical alerts wait too"
    return f"{wishes.quiet_from} to {wishes.quiet_to} {wishes.timezone}; {through}"


def _form(one: ChannelView, rules: Rules) -> Component:
    kind = channels.kind_named(one.kind)
    return channel_form(
        one.id, kinds=(), label=kind.label if kind else "Address", hint="Leave empty to keep it",
        severities=_SEVERITIES, rules=rules, chosen=_chosen(one.wishes),
    )  # fmt: skip


def _chosen(wishes: Wishes) -> dict[str, Any]:
    switches = [name for name, is_on in (("wakes", wishes.wakes), ("over", wishes.over)) if is_on]
    return {
        "title": wishes.title, "severities": wishes.severities, "rules": wishes.rules,
        "quiet_from": wishes.quiet_from, "quiet_to": wishes.quiet_to, "timezone": wishes.timezone,
        "switches": switches,
    }  # fmt: skip


def add_form() -> Component:
    """Return the form that adds a channel; it lies beside the body, so that it is not drawn anew under somebody."""
    ready, missing = channels.kind_choices()
    zones = sorted(available_timezones())
    chosen = _chosen(Wishes(severities=("critical", "warning")))
    parts: list[Component] = [
        channel_form(
            NEW, kinds=[(kind.code, kind.title) for kind in ready], label=ready[0].label, hint=ready[0].hint,
            severities=_SEVERITIES, rules=channels.rule_choices(current_actor()), chosen=chosen,
        ),
        html.Div(id=channel_part("note", NEW), role="status", className="es-channel-note"),
        zone_list(zones),
    ]  # fmt: skip
    if missing:
        parts.append(notice(f"Not set up yet, so not offered: {', '.join(kind.title for kind in missing)}."))
    return section("Add a channel", parts, note="Your address is kept encrypted and is never shown again.")


def _part(part: str) -> dict[str, object]:
    return {"type": f"channel-{part}", "channel": MATCH}


@guarded_callback(Input(_part("kind"), "value"), permission=Permission.SIGNED_IN, prevent_initial_call=False)
def name_the_address(kind: str | None) -> None:
    """Say what the address of the chosen kind is."""
    found = channels.kind_named(str(kind or ""))
    if found is not None:
        set_props(channel_part("label", NEW), {"children": found.label})
        set_props(channel_part("address", NEW), {"placeholder": found.hint})


@guarded_callback(
    Input(_part("save"), "n_clicks"),
    State(_part("kind"), "value"),
    State(_part("address"), "value"),
    *(State(_part(name), "value") for name in _FIELDS),
    permission=Permission.SIGNED_IN,
    prevent_initial_call=True,
)
def save(clicks: int | None, kind: Any, address: Any, *given: Any) -> None:
    """Add a channel, or change one."""
    if not clicks:
        return
    channel, actor = int(ctx.triggered_id["channel"]), current_actor()
    try:
        wishes = _wishes(dict(zip(_FIELDS, given, strict=True)))
        if channel == NEW:
            channels.add(str(kind or ""), str(address or ""), wishes, actor)
            set_props(channel_part("address", NEW), {"value": ""})
            set_props(channel_part("title", NEW), {"value": ""})
            set_props(channel_part("note", NEW), {"children": None})
            words = "The channel is added and on. Send a test to see that it works."
        else:
            channels.change(channel, wishes, actor, address=str(address or ""))
            words = "Saved."
    except EnerscopeError as problem:
        set_props(channel_part("note", channel), {"children": notice(problem.message, kind="warn")})
        return
    _redraw(actor, words)


def _wishes(given: Mapping[str, Any]) -> Wishes:
    """Return what a form says.

    Raises
    ------
    DomainError
        It is not what the form sends.
    """
    lists = [given["severities"] or [], given["rules"] or [], given["switches"] or []]
    if not all(isinstance(one, list) and all(isinstance(part, str) for part in one) for one in lists):
        raise DomainError("The form was not sent as it is on the page. Reload the page.")
    severities, rules, switches = (tuple(one) for one in lists)
    return Wishes(
        str(given["title"] or ""), severities, rules, str(given["from"] or "")[:5], str(given["to"] or "")[:5],
        str(given["timezone"] or "").strip(), "wakes" in switches, "over" in switches,
    )  # fmt: skip


@guarded_callback(
    Input(_part("test"), "n_clicks"), permission=Permission.SIGNED_IN, prevent_initial_call=True
)
def test(clicks: int | None) -> None:
    """Send a test message; what became of it appears in the card."""
    if clicks:
        channel = int(ctx.triggered_id["channel"])
        _act(
            channel,
            lambda actor: channels.test(channel, actor),
            "It is on its way; the card says how it went.",
        )


@guarded_callback(
    Input(_part("switch"), "n_clicks"), permission=Permission.SIGNED_IN, prevent_initial_call=True
)
def switch(clicks: int | None) -> None:
    """Switch a channel off or on."""
    if not clicks:
        return
    actor, channel = current_actor(), int(ctx.triggered_id["channel"])
    now = next((one for one in channels.mine(actor) if one.id == channel), None)
    is_on = now is not None and not now.enabled
    if _act(channel, lambda who: channels.switch(channel, is_on, who), ""):
        _redraw(actor, "The channel is on." if is_on else "The channel is off; nothing is sent to it.")


@guarded_callback(
    Input(_part("remove"), "n_clicks"), permission=Permission.SIGNED_IN, prevent_initial_call=True
)
def remove(clicks: int | None) -> None:
    """Forget the address of a channel."""
    if not clicks:
        return
    channel = int(ctx.triggered_id["channel"])
    if _act(channel, lambda who: channels.remove(channel, who), ""):
        _redraw(current_actor(), "The channel is removed and its address forgotten.")


def _act(channel: int, act: Any, words: str) -> bool:
    """Do something to a channel and say so in its card; what is refused is said there too."""
    actor = current_actor()
    try:
        act(actor)
    except EnerscopeError as problem:
        set_props(channel_part("note", channel), {"children": notice(problem.message, kind="warn")})
        return False
    if words:
        set_props(channel_part("note", channel), {"children": html.P(words, className="es-note")})
        _freshen(actor)
    return True


def _redraw(actor: Actor, words: str) -> None:
    set_props(Ids.LIST, {"children": _cards(actor)})
    set_props(Ids.NOTE, {"children": notice(words)})


def _freshen(actor: Actor) -> None:
    """Draw what is known of each channel anew, and leave the forms as they are."""
    rules = channels.rule_choices(actor)
    for one in channels.mine(actor):
        set_props(channel_part("facts", one.id), {"children": _facts(one, rules)})


@guarded_callback(
    Input(Ids.TICK, "n_intervals"), permission=Permission.SIGNED_IN, polling=True, prevent_initial_call=True
)
def refresh(_ticks: int | None) -> None:
    """Show what became of the newest messages."""
    _freshen(current_actor())
