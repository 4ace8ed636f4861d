"""The forms of one counterparty: decide, enter facts, owners and documents, say something."""

from dash import dcc, html
from dash.development.base_component import Component

from callbacks.compliance.kyc.ids import field_id
from callbacks.compliance.kyc.parts import (
    buttons,
    cells,
    choice,
    folded,
    labelled,
    step_button,
    text,
    words,
    yes_no,
)
from components.page import section
from components.states import notice
from portal.domain.compliance.onboarding import DOCUMENTS, RISKS
from portal.services.compliance.kyc_files import PartyFile

_DECISIONS = (
    ("screened", "Screen now", "btn-outline-secondary"),
    ("submitted", "Submit", "btn-primary"),
    ("approved", "Approve", "btn-primary"),
    ("rejected", "Reject", "btn-outline-danger"),
    ("reopened", "Open again", "btn-outline-secondary"),
    ("suspended", "Suspend", "btn-outline-danger"),
    ("review", "Begin a review", "btn-outline-secondary"),
)


def deciding(found: PartyFile) -> Component | None:
    """What is missing, and the buttons that move the onboarding on."""
    party, parts = found.view.row.id, list[Component]()
    work = found.view.standing
    if work is not None and work.state.value in ("draft", "submitted"):
        parts += [notice(problem, kind="warn") for problem in found.problems]
        if not found.problems:
            parts.append(notice("Nothing is missing."))
    shown = [item for item in _DECISIONS if item[0] in found.steps]
    if shown:
        if any(step in ("rejected", "reopened", "suspended", "approved") for step, _, _ in shown):
            parts.append(
                words(field_id(party, "reason"), "Reason", "Why? Needed to reject, suspend or open again.")
            )
        parts.append(buttons(*(step_button(party, step, label, look) for step, label, look in shown)))
    return section("Next", parts) if parts else None


def entering(found: PartyFile) -> Component | None:
    """Facts, owners and documents, while the onboarding is worked on."""
    party, steps = found.view.row.id, found.steps
    parts: list[Component] = []
    if "facts" in steps:
        parts.append(folded("Facts", _facts(found)))
    if "owner" in steps:
        parts.append(folded("Owner or person in control", _owner(party, found.view.row.code)))
    if "document" in steps:
        parts.append(folded("Document", _document(party)))
    return section("Enter", parts) if parts else None


def _facts(found: PartyFile) -> list[Component]:
    party, given = found.view.row.id, found.facts
    risks = [(risk, risk.capitalize()) for risk in RISKS]
    return [
        cells(
            choice(party, "risk", "Risk", risks, str(given.get("risk", "medium"))),
            text(party, "contact", "Contact at our desk", str(given.get("contact", ""))),
            text(party, "senior_approval", "Senior approval", str(given.get("senior_approval") or ""),
                 placeholder="Who, when, minutes"),
            text(party, "purpose", "Purpose", str(given.get("purpose", ""))),
        ),
        buttons(step_button(party, "facts", "Store", "btn-primary")),
    ]  # fmt: skip


def _owner(party: int, code: str) -> list[Component]:
    kinds = [("person", "Person"), ("company", "Company")]
    return [
        cells(
            text(party, "owner_code", "Its code", placeholder="O1; a known one is replaced"),
            text(party, "owner_name", "Name"),
            choice(party, "owner_kind", "Kind", kinds, "person"),
            text(party, "owner_of", "Owns", code),
            text(party, "owner_pct", "Share (%)", kind="number"),
            text(party, "owner_country", "Country", placeholder="DE"),
            text(party, "owner_born", "Born", kind="date"),
            yes_no(party, "owner_control", "Controls the party"),
            yes_no(party, "owner_pep", "Politically exposed"),
            yes_no(party, "owner_identified", "Identified by a document"),
        ),
        buttons(step_button(party, "owner", "Store", "btn-primary")),
    ]


def _document(party: int) -> list[Component]:
    drop = dcc.Upload(
        html.Div([html.Strong("Drop a file here"), " or ", html.Span("choose one", className="es-drop-link")]),
        id=field_id(party, "document_file"), className="es-drop", max_size=8 * 2**20,
    )  # fmt: skip
    return [
        cells(
            choice(party, "document_kind", "What it is", list(DOCUMENTS.items()), "identity"),
            text(party, "document_issued", "Issued on", kind="date"),
            text(party, "document_expires", "Valid to", kind="date"),
        ),
        labelled("PDF, PNG or JPEG, up to 8 MB", drop, wide=True),
        buttons(step_button(party, "document", "Add", "btn-primary")),
    ]


def adding(found: PartyFile) -> Component | None:
    """A comment."""
    if "comment" not in found.steps:
        return None
    party = found.view.row.id
    return section(
        "Say something",
        [
            words(field_id(party, "text"), "Comment", "What others must know of this counterparty"),
            buttons(step_button(party, "comment", "Comment")),
        ],
    )
