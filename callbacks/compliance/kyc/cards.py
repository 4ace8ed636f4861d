"""The first view of Compliance > KYC: figures, hits that wait, counterparties, lists, and the form of a new one."""

from dash import dcc, html
from dash.development.base_component import Component

from callbacks.compliance.kyc.ids import NEW, Ids
from callbacks.compliance.kyc.parts import buttons, cells, choice, folded, labelled, step_button, text, words
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.states import empty, notice
from components.table import data_grid
from portal.core.table import GridQuery
from portal.domain.compliance import kyc_metrics as metrics
from portal.domain.compliance.onboarding import RISKS
from portal.domain.compliance.screening_lists.base import LISTS
from portal.services.compliance import kyc_tables as tables
from portal.services.compliance.kyc_tables import Desk
from portal.services.compliance.onboarding import KINDS

PAGE = GridQuery(limit=25)
COURSES_NOTE = "Approval begins with a second person, never with who submitted it."


def tiles(found: Desk) -> Component:
    """Approved, barred, overdue, hits that wait."""
    barred, overdue, waiting = (
        found.figure(one) for one in (metrics.BARRED, metrics.OVERDUE, metrics.WAITING)
    )
    return kpi_row(
        [
            kpi_tile("Approved", found.figure(metrics.APPROVED), detail="counterparties to trade with"),
            kpi_tile("Not approved", barred, detail="their trades are blocked"),
            kpi_tile(
                "Reviews overdue", overdue, detail="of those approved",
                alert="review them before they expire" if overdue.value else "",
            ),
            kpi_tile(
                "Hits that wait", waiting, detail="names that look like one on a list",
                alert="somebody has to decide" if waiting.value else "",
            ),
        ]
    )  # fmt: skip


def hits(found: Desk) -> Component:
    """All hits, those that wait first."""
    if not found.hits:
        return section(
            "Screening", [html.P("No name of ours looks like one on a list.", className="es-note")]
        )
    table = tables.hits_table(PAGE, found.hits, found.clocks)
    grid = data_grid(Ids.HITS, table, clocks=found.clocks.query(), query=PAGE, caption="Hits of screening")
    return section(
        "Screening",
        [grid],
        note="Names are compared without accents, punctuation and legal forms, their words sorted. From 95 points on a "
        "hit holds the counterparty, from 85 on somebody looks at it; two people clear it, one confirms it.",
    )


def parties(found: Desk) -> Component:
    """All counterparties, those barred first."""
    if not found.parties:
        return empty("No counterparty yet", "Register the first one below.")
    table = tables.parties_table(PAGE, found.parties, found.clocks)
    grid = data_grid(Ids.PARTIES, table, clocks=found.clocks.query(), query=PAGE, caption="Counterparties")
    return section("Counterparties", [grid], note=COURSES_NOTE)


def lists(found: Desk, *, may_import: bool) -> Component:
    """The newest edition of every list, and the form that imports another."""
    parts: list[Component] = []
    if found.lists:
        table = tables.lists_table(PAGE, found.lists, found.clocks)
        parts.append(data_grid(Ids.LISTS, table, clocks=found.clocks.query(), query=PAGE, caption="Lists"))
    else:
        parts.append(notice("No list was imported yet; nobody can be screened.", kind="warn"))
    if may_import:
        parts.append(folded("Import an edition", _import_form()))
    return section("Lists", parts)


def _import_form() -> list[Component]:
    from dash_bootstrap_components import Input as Box
    from dash_bootstrap_components import Select

    options = [{"value": "", "label": "as the file says"}]
    options += [{"value": code, "label": f"{code}: {title}"} for code, title in LISTS.items()]
    return [
        notice("OFAC, EU, UN and UK files as published (XML, SDN.CSV), or CSV and JSON with entry, kind and name."),
        cells(
            labelled("List", Select(id=Ids.LIST_CODE, size="sm", value="", options=options)),
            labelled("Day of the edition", Box(id=Ids.LIST_DAY, type="date", size="sm", value="")),
        ),
        dcc.Upload(
            html.Div([html.Strong("Drop the file here"), " or ", html.Span("choose one", className="es-drop-link")]),
            id=Ids.LIST_FILE, className="es-drop", max_size=200 * 2**20,
        ),
        html.Div(id=Ids.LIST_SAID, role="status"),
    ]  # fmt: skip


def register_form() -> Component:
    """The form that begins the onboarding of a new counterparty."""
    kinds = [(kind, kind.capitalize()) for kind in KINDS]
    risks = [(risk, risk.capitalize()) for risk in RISKS]
    form = folded(
        "Register a counterparty",
        [
            cells(
                text(NEW, "code", "Code", placeholder="ACME_GAS"),
                text(NEW, "name", "Name", placeholder="As in its register"),
                choice(NEW, "kind", "Kind", kinds, "trader"),
                text(NEW, "country", "Country", placeholder="DE"),
                text(NEW, "lei", "LEI", placeholder="20 characters"),
                choice(NEW, "risk", "Risk", risks, "medium"),
                text(NEW, "contact", "Contact at our desk", placeholder="User name"),
            ),
            words(
                {"type": "kyc-field", "party": NEW, "name": "purpose"},
                "Purpose",
                "What will be traded, and why",
            ),
            buttons(step_button(NEW, "registered", "Register", "btn-primary")),
        ],
    )
    return html.Section([form], className="es-section es-full")
