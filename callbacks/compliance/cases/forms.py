"""The forms of a case: the decision and its second approval, what is added, owner and severity."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from callbacks.compliance.cases.cards import labelled, select_of
from callbacks.compliance.cases.ids import field_id, step_id
from components.page import section
from components.states import notice
from portal.domain.compliance.case_workflow import Outcome, Severity, State, Step
from portal.services.compliance.case_views import LINKS, CaseDetail, CaseView

Steps = Sequence[Step]


def deciding(found: CaseDetail, steps: Steps) -> Component | None:
    """The decision: proposed by one, approved or returned by another, opened again with a reason."""
    view = found.view
    parts: list[Component] = []
    if view.row.kind == "screening" and not view.is_closed:
        words = "Clear or confirm the hit under Compliance > KYC: one that two people clear decides this case too."
        parts.append(notice(words))
    if view.standing.state is not State.OPEN:
        parts.append(_proposal(view))
    if Step.PROPOSED in steps:
        outcomes = [(item.value, item.label) for item in Outcome]
        parts += [
            html.Div(
                [labelled("Decision", select_of(field_id(view.id, "outcome"), outcomes, outcomes[0][0]))],
                className="es-repair-cells",
            ),
            _reason(view, "Why? The second person decides by it."),
            _buttons(_button(view, Step.PROPOSED, "Propose the decision", "btn-primary")),
        ]
    if Step.APPROVED in steps:
        parts += [
            _reason(view, "A word about it; needed to return it"),
            _buttons(
                _button(view, Step.APPROVED, "Approve", "btn-primary"),
                _button(view, Step.RETURNED, "Return", "btn-outline-danger"),
            ),
        ]
    elif view.standing.state is State.PROPOSED:
        parts.append(notice("A second person who may approve decides about it, not the one who proposed it."))
    if Step.REOPENED in steps:
        parts += [
            _reason(view, "What is new?"),
            _buttons(_button(view, Step.REOPENED, "Reopen", "btn-outline-secondary")),
        ]
    if not parts:
        return section("Decision", [html.P("Nothing was proposed yet.", className="es-note")])
    return section("Decision", parts)


def _proposal(view: CaseView) -> Component:
    """What was proposed last, and who approved it."""
    proposed = next(event for event in reversed(view.events) if event.step == Step.PROPOSED)
    approved = next((event for event in reversed(view.events) if event.step == Step.APPROVED), None)
    outcome = Outcome(str(proposed.body["outcome"]))
    who = f"Proposed by {proposed.by}"
    if view.is_closed and approved is not None:
        who += f", approved by {approved.by}"
    reason = str(proposed.body.get("reason") or "")
    return html.Div(
        [
            html.P(html.Strong(outcome.label), className="es-case-message"),
            html.P(html.Q(reason), className="es-version-reason") if reason else None,
            html.P(f"{who}.", className="es-note"),
        ]
    )


def adding(view: CaseView, steps: Steps) -> Component | None:
    """Comment, evidence and links."""
    if Step.COMMENT not in steps:
        return None
    words = dbc.Textarea(
        id=field_id(view.id, "text"),
        size="sm",
        rows=2,
        maxLength=2000,
        placeholder="What you want to say of it",
    )
    ref = dbc.Input(
        id=field_id(view.id, "ref"), size="sm", type="text", maxlength=300,
        placeholder="A number, an address, a message ...",
    )  # fmt: skip
    kinds = select_of(field_id(view.id, "kind"), list(LINKS.items()), "trade")
    return section(
        "Add",
        [
            html.Div([labelled("Words", words, wide=True)], className="es-change-why"),
            html.Div(
                [labelled("Reference", ref), labelled("What a link leads to", kinds)],
                className="es-repair-cells",
            ),
            _buttons(
                _button(view, Step.COMMENT, "Comment", "btn-primary"),
                _button(view, Step.EVIDENCE, "Add as evidence", "btn-outline-secondary"),
                _button(view, Step.LINKED, "Link the reference", "btn-outline-secondary"),
            ),
        ],
    )


def keeping(found: CaseDetail, steps: Steps) -> Component | None:
    """Owner and severity."""
    view = found.view
    cells: list[Component] = []
    buttons: list[Component] = []
    if Step.ASSIGNED in steps and found.owners:
        owner = view.standing.owner or ""
        first = owner if owner in found.owners else next(iter(found.owners))
        cells.append(
            labelled("Owner", select_of(field_id(view.id, "owner"), list(found.owners.items()), first))
        )
        buttons.append(_button(view, Step.ASSIGNED, "Give it to the owner", "btn-outline-secondary"))
    if Step.SEVERITY in steps:
        options = [(item.value, item.value.capitalize()) for item in Severity]
        part = select_of(field_id(view.id, "severity"), options, view.standing.severity.value)
        cells.append(labelled("Severity", part))
        buttons.append(_button(view, Step.SEVERITY, "Change the severity", "btn-outline-secondary"))
    if not buttons:
        return None
    return section("Owner and severity", [html.Div(cells, className="es-repair-cells"), _buttons(*buttons)])


def _reason(view: CaseView, placeholder: str) -> Component:
    words = dbc.Textarea(
        id=field_id(view.id, "reason"), size="sm", rows=2, maxLength=2000, placeholder=placeholder
    )
    return html.Div([labelled("Reason", words, wide=True)], className="es-change-why")


def _button(view: CaseView, step: Step, label: str, look: str) -> Component:
    part: Any = step_id(view.id, step.value)
    return html.Button(label, id=part, type="button", className=f"btn btn-sm {look}")


def _buttons(*buttons: Component) -> Component:
    return html.Div(list(buttons), className="es-repair-buttons es-case-buttons")
