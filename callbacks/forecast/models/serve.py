"""What is served for the target of a version, and the button that has it forecast anew."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from callbacks.forecast.models.ids import Ids
from components.controls import filter_id
from components.job import job_panel
from components.page import body_id, section
from components.states import notice
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.format import moment
from portal.core.permissions import Permission
from portal.services.forecast import serving
from portal.web.job_forms import active_job, job_form
from portal.web.views import body


def served_section(target: str, clocks: Clocks, actor: Actor) -> Component:
    """Return what is served for a target, with the button for those who may run forecasts."""
    filters = {"target": target}
    parts: list[Component] = [
        dcc.Input(id=filter_id(Ids.SERVE, "target"), value=target, type="hidden"),
        html.Div(draw_served(filters, clocks, actor), id=body_id(Ids.SERVE)),
    ]
    if actor.can(Permission.FORECAST_RUN) and clocks.live:
        parts.append(
            job_panel(
                Ids.SERVE, label="Forecast now", shown=active_job(Ids.SERVE, actor),
                hint="Makes the forecast of this target anew with its champion",
            )
        )  # fmt: skip
    return section("What is served", parts)


@body(Ids.SERVE, permission=Permission.FORECAST_READ)
def draw_served(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Say what is served for a target, by which version, and why not by the champion."""
    target = str(filters.get("target") or "")
    run = serving.by_target(clocks, actor).get(target)
    if run is None:
        return [html.P("Nothing is served for this target yet.", className="es-note")]
    found = serving.one(run.id, clocks, actor)
    name = found.version.name if found.version else f"{run.model} without a version"
    address = f"/forecast?{urlencode({'target': target, **clocks.query()})}"
    words = f"Served is {name}, made {moment(run.recorded_at)} on data until {run.as_of}. "
    said: list[Component] = [
        html.P([words, dcc.Link("Open the forecast", href=address)], className="es-note")
    ]
    return [notice(run.reason, kind="warn"), *said] if run.reason else said


@job_form(Ids.SERVE, kind="forecast.serve")
def ask(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Mapping[str, Any]:
    """Return the target as parameter of the job."""
    del actor
    return {"targets": [str(filters.get("target") or "")], "as_of": clocks.as_of.isoformat()}
