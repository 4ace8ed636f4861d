"""A page of the tests' own that starts jobs of the tests' own, registered as the portal's pages are."""

from collections.abc import Mapping
from typing import Any

import dash
from dash import dcc, html
from dash.development.base_component import Component

from components.job import job_panel
from components.page import page_frame
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.core.table import GridQuery
from portal.services import clocks as clock_service
from portal.services import jobs
from portal.web import job_forms
from portal.web.actor import current_actor
from portal.web.views import body
from tests.helpers import job_kinds

NAME = "test-jobs"
PATH = "/test/jobs"


@job_forms.job_form(NAME, kind="test-sum")
def read(filters: Mapping[str, Any], _clocks: Clocks, _actor: Actor) -> Mapping[str, Any]:
    return {
        "steps": int(filters["steps"]),
        "seconds": 0.1,
        "end": filters["end"],
        "note": filters["note"] or "",
    }


@body(NAME, permission=Permission.SIGNED_IN)
def draw(_filters: Mapping[str, Any], _clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the newest result that this reader may see."""
    found, _total = jobs.jobs(actor, GridQuery(), states=("done",))
    newest = f"result of {found[0].params['steps']} steps" if found else "no result"
    return [html.P(f"{newest}, read by {actor.username}", id="test-jobs-result")]


def layout(steps: str = "30", end: str = "well", note: str = "", **query: str) -> html.Div:
    clocks, actor = clock_service.resolve(query), current_actor()
    inputs = [
        dcc.Input(value=value, type="text", id={"type": "filter", "body": NAME, "name": name})
        for name, value in (("steps", steps), ("end", end), ("note", note))
    ]
    frame = page_frame(
        "Jobs of a test",
        body=NAME,
        controls=inputs,
        content=draw({}, clocks, actor),
        clocks=clocks,
    )
    frame.children.insert(2, job_panel(NAME, label="Run", shown=job_forms.active_job(NAME, actor)))
    return frame


def register() -> None:
    """Register the kinds and the page."""
    job_kinds.register()
    dash.register_page(
        __name__,
        path=PATH,
        name="Jobs of a test",
        area="market",
        order=99,
        permission=Permission.RISK_RUN,
        layout=layout,
    )
