"""Forecast: what is expected, how wide, by which model, how it came to be, and how it held."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash.development.base_component import Component

from callbacks.forecast.outlook import grids
from callbacks.forecast.outlook.cards import OutlookCards
from callbacks.forecast.outlook.ids import Ids
from components.job import job_panel
from components.kpi import kpi_row
from components.states import empty
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.domain.forecast.targets import Target, TargetKind
from portal.services import clocks as clock_service
from portal.services.forecast import outlook as service
from portal.services.forecast import serving
from portal.services.forecast.pipeline import evidence
from portal.services.forecast.targets import targets
from portal.web import job_forms
from portal.web.actor import current_actor
from portal.web.views import body

__all__ = ["BACK_OPTIONS", "Ids", "View", "draw", "grids", "view"]

BACK_OPTIONS = [("short", "Short"), ("medium", "Medium"), ("long", "Long")]
FIRST_CHOICE = "power.DE_LU"


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first; ``options`` are the targets, those that are served first."""

    clocks: Clocks
    options: list[tuple[str, str]]
    filters: dict[str, str]
    content: list[Component]
    panel: Component | None


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    served = serving.by_target(clocks, actor)
    listed = sorted(targets(actor), key=lambda target: target.code not in served)
    known = {target.code for target in listed}
    first = FIRST_CHOICE if FIRST_CHOICE in served or not served else next(iter(known & served.keys()), "")
    asked = query.get("target", "")
    chosen = (
        asked if asked in known else first if first in known else next(iter([t.code for t in listed]), "")
    )
    back = query.get("back", "")
    filters = {"target": chosen, "back": back if back in dict(BACK_OPTIONS) else "short"}
    options = [(target.code, _label(target, target.code in served)) for target in listed]
    return View(clocks, options, filters, draw(filters, clocks, actor), _panel(actor))


def _panel(actor: Actor) -> Component | None:
    """Return what serves the target anew, for those who may."""
    if not actor.can(Permission.FORECAST_RUN):
        return None
    hint = (
        "Asks the champion of this target, or the next version if it cannot answer, as of the day of the page"
    )
    return job_panel(
        Ids.BODY, label="Serve this target", shown=job_forms.active_job(Ids.BODY, actor), hint=hint
    )


@job_forms.job_form(Ids.BODY, kind="forecast.serve")
def serve_params(filters: Mapping[str, Any], clocks: Clocks, _actor: Actor) -> Mapping[str, Any]:
    """Return the parameters of serving the target chosen, as of the day of the page."""
    pinned = None if clocks.live else clocks.known_at
    return {"targets": (str(filters.get("target", "")),), "as_of": clocks.as_of, "known_at": pinned}


def _label(target: Target, served: bool) -> str:
    named = f"{target.subject}: {target.title}" if target.kind is TargetKind.SETTLE else target.title
    return named + (" (served)" if served else "")


@body(Ids.BODY, permission=Permission.FORECAST_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return notices, tiles, the fan, the pipeline, drivers, values and the past of one target."""
    code = str(filters.get("target", ""))
    if not code:
        return [
            empty(
                "Nothing to forecast yet",
                "There are no series. Import prices, or load the demo desk with 'enerscope demo load'.",
            )
        ]
    back = str(filters.get("back", "short"))
    try:
        found = service.outlook(code, clocks, actor, back=back)
    except NotFound as refusal:
        return [empty("No such target", refusal.message)]
    moment = clock.now() if clocks.live else clocks.known_at
    cards = OutlookCards(found, evidence(found), back, moment)
    tiles = cards.tiles()
    parts = [
        *cards.notices(),
        kpi_row(tiles) if tiles else None,
        cards.fan(),
        cards.pipeline(),
        cards.history(),
        cards.drivers(),
        cards.values(),
        cards.runs(),
    ]
    return [part for part in parts if part is not None]
