"""One case: where it stands, what it hangs on, what is to be decided, and what happened."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from callbacks.compliance.cases.forms import adding, deciding, keeping
from callbacks.compliance.cases.ids import Ids
from components.number import shown
from components.page import section
from components.states import badge
from components.trade import facts
from portal.core.clock import Clocks
from portal.core.format import moment
from portal.domain.compliance.case_workflow import Outcome, Step
from portal.services.compliance import case_tables as tables
from portal.services.compliance.case_views import DUE, KINDS, LINKS, CaseDetail, CaseView

SEVERITY_TONES = {"low": "neutral", "medium": "info", "high": "warn", "critical": "bad"}
STATE_TONES = {"open": "warn", "proposed": "info", "closed": "good"}
STATE_WORDS = {"open": "open", "proposed": "decision waits", "closed": "decided"}
TITLES = {
    Step.OPENED: "Opened",
    Step.ASSIGNED: "Given to",
    Step.SEVERITY: "Severity changed",
    Step.COMMENT: "Comment",
    Step.EVIDENCE: "Evidence",
    Step.LINKED: "Linked",
    Step.PROPOSED: "Decision proposed",
    Step.APPROVED: "Decision approved",
    Step.RETURNED: "Returned",
    Step.REOPENED: "Reopened",
}
PLACES = {"trade": "/portfolio/trade", "record": "/compliance/checks", "hit": "/compliance/surveillance",
          "report": "/compliance/reports", "case": "/compliance/cases"}  # fmt: skip
KEYS = {"trade": "id"}
"""Name of the parameter that opens one thing, where it is not the kind itself."""
MOST_FACTS = 40


def one_case(found: CaseDetail, clocks: Clocks) -> list[Component]:
    """Return the page of a case; in a view of the past nothing can be changed."""
    view = found.view
    parts: list[Component | None] = [_head(found, clocks)]
    steps = view.steps if clocks.live else ()
    parts.append(deciding(found, steps))
    parts.append(_finding(found, clocks))
    parts.append(_hit(found, clocks))
    parts.append(_evidence(view, clocks))
    parts.append(adding(view, steps))
    parts.append(keeping(found, steps))
    parts.append(_timeline(found))
    return [html.Div(id=Ids.SAID, role="status"), *(part for part in parts if part is not None)]


def _head(found: CaseDetail, clocks: Clocks) -> Component:
    view, row, standing = found.view, found.view.row, found.view.standing
    left = tables.hours_left(view, clocks.known_at)
    marks = [
        badge(standing.severity.value, SEVERITY_TONES[standing.severity]),
        badge(STATE_WORDS[standing.state], STATE_TONES[standing.state]),
        badge("late", "bad") if view.is_late else None,
    ]
    pairs: list[tuple[str, Component | str]] = [
        ("About", tables.about(view)),
        ("Kind", KINDS[row.kind]),
        ("Rule", _link(row.rule, "/compliance/rules", {"rule": row.rule}, clocks) if row.rule else "none"),
        ("Owner", found.owners.get(standing.owner or "", standing.owner or "nobody yet")),
        ("Opened", f"{moment(row.opened_at)} by {_who(row.opened_by)}"),
        ("To be decided by", moment(view.due_at)),
        ("Time left" if not view.is_closed else "Time that was left", html.Span([shown(left), " h"])),
    ]
    if row.trade_id is not None:
        pairs.append(("Trade", _place("trade", str(row.trade_id), clocks)))
    if standing.outcome is not None:
        title = "Decision" if view.is_closed else "Proposed decision"
        pairs.append((title, standing.outcome.label))
    heading = html.Div([html.H2(f"Case {view.id}: {row.title}"), *marks], className="es-version-head")
    back = dcc.Link(
        "Back to the queue", href=f"{tables.PATH}?{urlencode(clocks.query())}", className="es-link"
    )
    return html.Section([heading, facts(pairs), html.P(back)], className="es-section es-full es-case-head")


def _finding(found: CaseDetail, clocks: Clocks) -> Component | None:
    finding = found.finding
    if finding is None:
        return None
    said = html.P(finding.message, className="es-case-message")
    pairs: list[tuple[str, Component | str]] = [
        ("Record", _place("record", str(finding.id), clocks)),
        ("Rule", f"{finding.rule}, version {finding.rule_version}"),
        ("Action", finding.action),
        ("About", finding.subject),
        ("Day", str(finding.as_of)),
        ("Recorded", moment(finding.recorded_at)),
    ]
    margin = tables.margin(finding)
    if margin.value is not None:
        pairs.append(("Margin to the threshold", html.Span([shown(margin), f" {margin.unit}"])))
    more = [_values("Inputs used", finding.inputs), _values("Parameters used", finding.parameters)]
    return section("What the rule found", [said, facts(pairs), *(part for part in more if part is not None)])


def _hit(found: CaseDetail, clocks: Clocks) -> Component | None:
    hit = found.hit
    if hit is None:
        return None
    pairs: list[tuple[str, Component | str]] = [
        ("Hit", _place("hit", str(hit.id), clocks)),
        ("Detector", f"{hit.detector}, version {hit.detector_version}"),
        ("Who", hit.subject),
        ("Contract", hit.contract),
        ("From", moment(hit.started_at)),
        ("To", moment(hit.ended_at)),
    ]
    mark = [badge("simulated", "sim", title="Its orders are simulated")] if hit.simulated else []
    said = html.P([hit.message, " ", *mark], className="es-case-message")
    more = [_values("Evidence", hit.evidence), _values("Thresholds", hit.parameters)]
    return section(
        "What was seen in the orders", [said, facts(pairs), *(part for part in more if part is not None)]
    )


def _values(title: str, values: Mapping[str, Any]) -> Component | None:
    """Facts behind a finding, folded away; long ones are cut, the record holds them all."""
    flat = list(_flat(values))
    if not flat:
        return None
    shown_pairs: list[tuple[str, Component | str]] = list(flat[:MOST_FACTS])
    rest = f" · the first {MOST_FACTS} of {len(flat)}" if len(flat) > MOST_FACTS else ""
    return html.Details(
        [html.Summary(f"{title} ({len(flat)}){rest}"), facts(shown_pairs)], className="es-change-form"
    )


def _flat(values: Any, path: str = "") -> list[tuple[str, str]]:
    if isinstance(values, Mapping):
        return [
            pair
            for key, value in values.items()
            for pair in _flat(value, f"{path}.{key}" if path else str(key))
        ]
    if isinstance(values, list) and values and isinstance(values[0], Mapping):
        return [pair for at, value in enumerate(values, 1) for pair in _flat(value, f"{path}[{at}]")]
    said = (
        ", ".join(map(str, values)) if isinstance(values, list) else "none" if values is None else str(values)
    )
    return [(path, said if len(said) <= 200 else said[:199] + "…")]


def _evidence(view: CaseView, clocks: Clocks) -> Component:
    """What belongs to the opening, what people added, and what they linked."""
    first = {
        key: value
        for key, value in view.events[0].body.items()
        if key not in ("severity", DUE) and value not in ("", None)
    }
    items = [
        _item(event.step, event.body, event.by, clocks)
        for event in view.events
        if event.step in ("evidence", "linked")
    ]
    opening = _flat(first)
    parts: list[Component] = []
    if opening:
        pairs: list[tuple[str, Component | str]] = list(opening[:MOST_FACTS])
        parts.append(facts(pairs))
    if items:
        parts.append(html.Ul(items, className="es-case-evidence"))
    if not parts:
        parts.append(html.P("Nothing was added yet beside what opened the case.", className="es-note"))
    return section("Evidence", parts)


def _item(step: str, body: Mapping[str, Any], by: str, clocks: Clocks) -> Component:
    ref, words = str(body.get("ref") or ""), str(body.get("text") or "")
    kind = str(body.get("kind") or "")
    what: list[Component | str] = []
    if step == "linked":
        what = [f"{LINKS.get(kind, kind)} ", _place(kind, ref, clocks)]
    elif ref:
        what = [html.Code(ref)]
    said = [f": {words}" if what else words] if words else []
    return html.Li([*what, *said, html.Span(f" · {_who(by)}", className="es-note")])


def _timeline(found: CaseDetail) -> Component:
    items = [_event(event, found.owners) for event in reversed(found.view.events)]
    return section(
        "What happened",
        [html.Ol(items, className="es-versions", reversed=True)],
        note="The newest first. Nothing is deleted: a step that turned out wrong is followed by another.",
    )


def _event(event: Any, owners: Mapping[str, str]) -> Component:
    body, step = event.body, Step(event.step)
    what = TITLES[step]
    if step is Step.ASSIGNED:
        what = f"{what} {owners.get(str(body.get('owner')), body.get('owner'))}"
    elif step is Step.SEVERITY:
        what = f"{what} to {body.get('severity')}"
    elif step is Step.PROPOSED:
        what = f"{what}: {Outcome(str(body['outcome'])).label}"
    words = str(body.get("reason") or body.get("text") or "")
    return html.Li(
        [
            html.Div([html.Strong(what)], className="es-version-head"),
            html.P(f"{moment(event.recorded_at)} by {_who(event.by)}", className="es-note"),
            html.P(html.Q(words), className="es-version-reason") if words else None,
        ],
        className="es-version",
    )


def _who(name: str) -> str:
    return "the program" if name == "system" else name


def _place(kind: str, ref: str, clocks: Clocks) -> Component:
    """Return a link to a thing; a number that nobody can open is plain text."""
    place = PLACES.get(kind)
    if place is None:
        return html.Code(ref)
    return _link(ref, place, {KEYS.get(kind, kind): ref}, clocks)


def _link(words: str, place: str, params: Mapping[str, str | None], clocks: Clocks) -> Component:
    return dcc.Link(words, href=f"{place}?{urlencode({**params, **clocks.query()})}", className="es-row-link")
