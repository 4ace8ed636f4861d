"""One incident: what is wrong, since when, what it touches, who has it, what can be done, and what happened."""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlencode

import dash
from dash import dcc, html
from dash.development.base_component import Component

from callbacks.monitoring.incidents.cards import TONES, standing
from callbacks.monitoring.incidents.forms import acting, learnt
from callbacks.monitoring.incidents.ids import Ids
from components.page import section
from components.states import badge
from components.trade import facts
from portal.core.format import moment
from portal.domain.monitoring.incidents import Step
from portal.services.monitoring import catalogue, incident_views, job_tables
from portal.services.monitoring import incident_tables as tables
from portal.services.monitoring.incidents import Detail

STATE_TONES = {"open": "warn", "acknowledged": "info", "resolved": "good"}
STATE_WORDS = {"open": "asks for attention", "acknowledged": "somebody deals with it", "resolved": "resolved"}
TITLES = {
    Step.OPENED: "Opened",
    Step.JOINED: "Another alert joined",
    Step.WORSE: "An alert got worse",
    Step.CLEARED: "An alert is over",
    Step.FOLLOWED: "It came back",
    Step.ACKNOWLEDGED: "Acknowledged",
    Step.ASSIGNED: "Given to",
    Step.SNOOZED: "Put off until",
    Step.WOKEN: "The snooze has ended",
    Step.RESUMED: "Taken up again",
    Step.COMMENT: "Comment",
    Step.RESOLVED: "Resolved",
    Step.POSTMORTEM: "Post-mortem written",
}
Pair = tuple[str, Component | str]


def one_incident(found: Detail, clocks: Mapping[str, str]) -> list[Component]:
    """Return the page of an incident."""
    parts = [_head(found, clocks), *acting(found)]
    if found.view.is_resolved and not found.view.may_answer:
        parts.append(section("Post-mortem", list(learnt(found))))
    return [
        html.Div(id=Ids.SAID, role="status"),
        html.Div(id=Ids.NEWS, role="status"),
        *parts,
        _alerts(found),
        _timeline(found, clocks),
    ]


def _head(found: Detail, clocks: Mapping[str, str]) -> Component:
    view, row = found.view, found.view.row
    state = "put off" if view.is_snoozed else STATE_WORDS[row.state]
    marks = [badge(row.severity, TONES[row.severity]), badge(state, STATE_TONES[row.state])]
    if view.is_over:
        marks.append(badge("all alerts are over", "good"))
    pairs: list[Pair] = [
        ("About", view.area),
        ("Since", moment(row.opened_at)),
        ("Who has it", found.owners.get(row.owner or "", row.owner or "nobody yet")),
    ]
    if view.is_snoozed:
        pairs.append(("Put off until", moment(row.snoozed_until)))
    if row.service:
        pairs.append(("Service", row.service))
    if row.portfolio:
        pairs.append(("Portfolio", row.portfolio))
    if row.resolved_at:
        pairs.append(("Resolved", moment(row.resolved_at)))
    pairs += _touches(row.affected, clocks)
    for title, number in (("Continues", found.previous), ("Continued in", found.next)):
        if number is not None:
            pairs.append((title, dcc.Link(f"Incident {number}", href=tables.address(number, clocks))))
    heading = html.Div([html.H2(f"Incident {view.id}: {row.title}"), *marks], className="es-version-head")
    back = dcc.Link("Back to the queue", href=f"{tables.PATH}?{urlencode(clocks)}", className="es-link")
    said = html.P(_next(found), className="es-case-message")
    return html.Section(
        [heading, said, facts(pairs), html.P(back)], className="es-section es-full es-case-head"
    )


def _next(found: Detail) -> str:
    """Return what has to happen, or will happen by itself, in a sentence."""
    view = found.view
    if view.is_resolved:
        by = next((event.by for event in reversed(found.events) if event.step == Step.RESOLVED), "system")
        return "It resolved itself: all its alerts were over." if by == "system" else f"{by} resolved it."
    if found.settles_at is not None:
        return (
            f"All its alerts are over. It resolves itself at {moment(found.settles_at)} if nobody takes it."
        )
    if view.is_over:
        return (
            f"All its alerts are over since {moment(view.row.last_over)}. It waits to be resolved by people."
        )
    words = standing(view, found.owners.get(view.row.owner or "", ""))
    return f"{words[0].upper()}{words[1:]}."


def _touches(affected: Mapping[str, list[str]], clocks: Mapping[str, str]) -> list[Pair]:
    pages = [_page(entry, clocks) for entry in affected.get("pages", ())]
    jobs = [job_tables.kind_title(code) for code in affected.get("jobs", ())]
    pairs: list[Pair] = []
    if pages:
        pairs.append(("Pages it touches", html.Span(_listed(pages))))
    if jobs:
        pairs.append(("Jobs it touches", ", ".join(sorted(set(jobs)))))
    return pairs


def _listed(parts: list[Component | str]) -> list[Component | str]:
    found: list[Component | str] = []
    for part in parts:
        found += [", ", part] if found else [part]
    return found


def _page(entry: str, clocks: Mapping[str, str]) -> Component | str:
    """Return an entry of the pages as people read it; a page of its own is a link."""
    named = {page["path"]: str(page["name"]) for page in dash.page_registry.values()}
    areas = {page["path"]: str(page.get("area") or "") for page in dash.page_registry.values()}
    if entry not in named:
        return catalogue.in_words(entry)
    area = areas[entry].capitalize()
    words = f"{area} > {named[entry]}" if area else named[entry]
    return dcc.Link(words, href=f"{entry}?{urlencode(clocks)}")


def _alerts(found: Detail) -> Component:
    if not found.alerts:
        words = str(found.events[0].body.get("text") or "") if found.events else ""
        return section(
            "What was seen",
            [html.P(words or "Nothing more was written.", className="es-incident-words")],
            note=f"Opened by {found.view.row.opened_by}; no alert belongs to it.",
        )
    cards = [
        html.Div(
            [
                html.Div(
                    [
                        badge(one.severity, TONES[one.severity]),
                        html.H3(one.title),
                        badge("over", "good") if one.cleared_at else badge("open", "warn"),
                        dcc.Link("Show", href=one.link, className="btn btn-sm btn-outline-secondary",
                                 title=f"Show: {one.title}") if one.link else None,
                    ],
                    className="es-alert-head",
                ),
                html.P(one.message),
                html.P(_told(found.rule_title(one), one.raised_at, one.cleared_at), className="es-note"),
            ],
            className=f"es-alert-card es-alert-{'over' if one.cleared_at else one.severity}",
        )
        for one in found.alerts
    ]  # fmt: skip
    return section("Alerts", cards)


def _told(rule: str, raised: datetime, over: datetime | None) -> str:
    return f"{rule} · raised {moment(raised)}" + (f" · over {moment(over)}" if over else "")


def _timeline(found: Detail, clocks: Mapping[str, str]) -> Component:
    items = [_event(found, index, clocks) for index in reversed(range(len(found.events)))]
    return section(
        "What happened",
        [html.Ol(items, className="es-versions", reversed=True)],
        note="The newest first. Nothing is deleted or changed afterwards.",
    )


def _event(found: Detail, index: int, clocks: Mapping[str, str]) -> Component:
    event = found.events[index]
    step, body = Step(event.step), event.body
    what = TITLES[step]
    if step is Step.ASSIGNED:
        what = f"{what} {found.owners.get(str(body.get('owner')), body.get('owner'))}"
    elif step is Step.SNOOZED:
        what = f"{what} {moment(datetime.fromisoformat(str(body['until'])))}"
    elif step is Step.RESOLVED and body.get("open_alerts"):
        what = f"{what} while an alert was open"
    words = str(body.get("reason") or body.get("text") or "")
    about = incident_views.alert_words(found, event) if step is not Step.ACKNOWLEDGED else ""
    follows = body.get("next") or body.get("previous")
    link = (
        dcc.Link(f"Incident {follows}", href=tables.address(int(follows), clocks), className="es-row-link")
        if follows
        else None
    )
    return html.Li(
        [
            html.Div([html.Strong(what), link], className="es-version-head"),
            html.P(about, className="es-incident-words") if about else None,
            html.P(f"{moment(event.recorded_at)} by {_who(event.by)}", className="es-note"),
            html.P(html.Q(words), className="es-version-reason") if words else None,
        ],
        className="es-version",
    )


def _who(name: str) -> str:
    return "the portal" if name == "system" else name
