"""The body of Compliance > Reports, and the form that makes one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dash import dcc
from dash.development.base_component import Component

from callbacks.compliance.reports.cards import FileCards, about, files, tiles
from callbacks.compliance.reports.grids import number_of
from callbacks.compliance.reports.ids import AGAIN, ALL_ROWS, NEW, NONE, REFUSED, Ids
from components.job import job_panel
from components.states import empty, notice
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission
from portal.domain.compliance.reports.layout import layout_of
from portal.services import clocks as clock_service
from portal.services.compliance import reports as service
from portal.services.compliance.reports import Standing
from portal.web import job_forms
from portal.web.actor import current_actor
from portal.web.views import body


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first, with the choices of its inputs."""

    clocks: Clocks
    kinds: list[tuple[str, str]]
    reports: list[tuple[str, str]]
    filters: dict[str, str]
    content: list[Component]
    panel: Component | None


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    kinds = service.kinds()
    kind = query.get("kind", "") if query.get("kind") in dict(kinds) else kinds[0][0]
    found = service.listed(clocks, actor, kind)
    opened = _opened(found, number_of(query, "report"))
    start, end = (
        (opened.line.period_start, opened.line.period_end)
        if opened
        else service.first_period(kind, clocks.as_of)
    )
    filters = {
        "kind": kind,
        "start": _day_or(query.get("start"), start).isoformat(),
        "last": _day_or(query.get("last"), end - timedelta(days=1)).isoformat(),
        "report": str(opened.line.id) if opened else NONE,
        "again": query.get("again", NEW) if query.get("again") in dict(AGAIN) else NEW,
        "row": str(number_of(query, "row") or ""),
    }  # fmt: skip
    choices = [
        (NONE, "None"),
        *((str(i.line.id), f"{i.line.id} · {i.line.period_start} · {i.state}") for i in found),
    ]
    return View(clocks, kinds, choices, filters, draw(filters, clocks, actor), _panel(actor))


def _day_or(text: str | None, other: date) -> date:
    try:
        return date.fromisoformat(str(text)) if text else other
    except ValueError:
        return other


def _opened(found: list[Standing], number: int | None) -> Standing | None:
    return next((item for item in found if item.line.id == number), None)


def _panel(actor: Actor) -> Component | None:
    """Return what makes a report, for those who may."""
    if not actor.can(Permission.COMPLIANCE_DECIDE):
        return None
    hint = "Reads the trades of the period, checks every row and stores the file; it stays a draft"
    return job_panel(
        Ids.BODY, label="Make the report", shown=job_forms.active_job(Ids.BODY, actor), hint=hint
    )


@job_forms.job_form(Ids.BODY, kind="compliance.report")
def report_params(filters: Mapping[str, Any], clocks: Clocks, _actor: Actor) -> Mapping[str, Any]:
    """Return which report is to be made, and for which period."""
    again, number = str(filters.get("again") or NEW), number_of(filters, "report")
    if again != NEW and number is None:
        raise DomainError("Open the report that is to be corrected first, in the list 'Open file'.")
    return {
        "report": str(filters.get("kind") or ""),
        "start": clock_service.day_of(filters.get("start")),
        "end": clock_service.day_of(filters.get("last")) + timedelta(days=1),
        "known_at": None if clocks.live else clocks.known_at,
        "replaces": number if again in (ALL_ROWS, REFUSED) else None,
        "only_rejected": again == REFUSED,
    }


@body(Ids.BODY, permission=Permission.COMPLIANCE_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the files of a kind, and the one that is open."""
    kind = str(filters.get("kind") or "")
    state = dcc.Store(
        id=Ids.STATE, data={"kind": kind, "report": filters.get("report"), "clocks": clocks.query()}
    )
    try:
        layout = layout_of(kind, clocks.as_of)
    except NotFound as refusal:
        return [state, empty("No such report", refusal.message)]
    found = service.listed(clocks, actor, kind)
    number = number_of(filters, "report")
    opened = _opened(found, number)
    parts: list[Component | None] = [state, tiles(kind, found)]
    if number is not None and opened is None:
        parts.append(notice(f"There is no report {number} of this kind that was made by then.", kind="warn"))
    if opened is not None:
        parts += _file(FileCards(opened, clocks, actor), number_of(filters, "row"))
    parts += [files(kind, found, clocks), about(layout)]
    return [part for part in parts if part is not None]


def _file(cards: FileCards, seq: int | None) -> list[Component | None]:
    if seq is None:
        return [cards.head(), cards.funnel(), cards.reasons(), cards.rows()]
    try:
        return [cards.cells(seq), cards.head()]
    except NotFound as refusal:
        return [notice(refusal.message, kind="warn"), cards.head(), cards.rows()]


def again(said: str, state: Mapping[str, Any], actor: Actor) -> list[Component]:
    """Return the body anew, under a sentence about what was done."""
    pair = state.get("clocks")
    clocks = clock_service.resolve(pair if isinstance(pair, Mapping) else {})
    return [notice(said), *draw(state, clocks, actor)]
