"""The body of Compliance > Surveillance: counts, detectors and hits, or one hit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash.development.base_component import Component

from callbacks.compliance.surveillance.cards import detectors, hit_list, tiles
from callbacks.compliance.surveillance.ids import Ids
from callbacks.compliance.surveillance.one import one_hit
from callbacks.compliance.surveillance.tuning import threshold_form
from components.job import job_panel
from components.states import empty
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.domain.compliance.detectors import all_detectors
from portal.services import clocks as clock_service
from portal.services.compliance import surveillance_page as service
from portal.services.compliance.surveillance_page import ALL, SurveillanceAsk
from portal.web import job_forms
from portal.web.actor import current_actor
from portal.web.views import body

DETECTORS = [(ALL, "All"), *((code, f"{item.title} ({code})") for code, item in all_detectors().items())]


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first; ``hits`` are the choices of the hit by value and label."""

    clocks: Clocks
    filters: dict[str, str]
    hits: list[tuple[str, str]]
    content: list[Component]
    panel: Component | None


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    ask = SurveillanceAsk.of(query)
    found = service.page(SurveillanceAsk(90), clocks, actor)
    hits = [(ALL, "All of them"), *((str(row.id), f"Hit {row.id}") for row in found.hits)]
    filters = ask.params()
    content = draw(filters, clocks, actor)
    filters["hit"] = ask.hit if ask.hit in dict(hits) else ALL
    return View(clocks, filters, hits, content, _panel(actor))


def _panel(actor: Actor) -> Component | None:
    """Return what starts a run, for those who may."""
    if not actor.can(Permission.COMPLIANCE_DECIDE):
        return None
    hint = "Looks at the orders of the days chosen; hits that are stored already stay as they are"
    return job_panel(Ids.BODY, label="Look now", shown=job_forms.active_job(Ids.BODY, actor), hint=hint)


@job_forms.job_form(Ids.BODY, kind="compliance.surveillance")
def run_params(filters: Mapping[str, Any], clocks: Clocks, _actor: Actor) -> Mapping[str, Any]:
    """Return the parameters of a run over the days of the page."""
    return {"day": clocks.as_of, "days": SurveillanceAsk.of(filters).days}


@body(Ids.BODY, permission=Permission.COMPLIANCE_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return counts, detectors, hits and thresholds, or one hit with its timeline."""
    ask = SurveillanceAsk.of(filters)
    if ask.hit:
        try:
            parts = one_hit(service.detail(ask.hit, clocks, actor), ask, clocks)
            return [part for part in parts if part is not None]
        except NotFound as refusal:
            return [empty("No such hit", refusal.message)]
    found = service.page(ask, clocks, actor)
    return [tiles(found), hit_list(found), detectors(found), threshold_form(found, actor)]
