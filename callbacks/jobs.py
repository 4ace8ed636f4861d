"""Start, follow and stop the job of any page.

The row of the job is the truth. Starting makes the row and hands its id to the background callback of the page's form
(:mod:`portal.web.job_forms`), which carries it out in a process of its own. The light interval reads the row under the
reader's own rights, so that a page that was left and opened again, in whatever session, goes on where the job is. A
stop is asked of the row and not of Dash's process: others may wait for the same run, and the page that began it may be
gone.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import ALL, MATCH, Input, Output, State, ctx, no_update, set_props
from dash.development.base_component import Component

from components import job as panel
from components.job import job_part
from components.page import PAGE_CLOCKS
from portal.core.errors import NotFound
from portal.core.job import JobView
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services import jobs
from portal.web import job_forms
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback
from portal.web.views import find_body


def _part(part: str) -> dict[str, Any]:
    return {**job_part(part, ""), "body": MATCH}


_FILTERS = {"type": "filter", "body": MATCH, "name": ALL}


def _texts(pair: Mapping[str, Any] | None) -> dict[str, str]:
    """Return the clocks of a page as parameters of an address."""
    return {name: str(value) for name, value in read_filters(pair or {}).items() if value}


def _inputs(values: Sequence[Any], ids: Sequence[Mapping[str, str]]) -> Mapping[str, Any]:
    return read_filters({item["name"]: value for item, value in zip(ids, values, strict=True)})


@guarded_callback(
    Output(_part("id"), "data"),
    Output(_part("page"), "data"),
    Input(_part("run"), "n_clicks"),
    State(_FILTERS, "value"),
    State(_FILTERS, "id"),
    State(PAGE_CLOCKS, "data"),
    permission=Permission.SIGNED_IN,  # the kind's own permission is checked when the job is asked for
    prevent_initial_call=True,
)
def start(
    clicks: int | None, values: Sequence[Any], ids: Sequence[Mapping[str, str]], pair: Mapping[str, str]
) -> tuple[Any, Any]:
    """Ask for the job; return its id, and once more for the page that is to carry it out."""
    if not clicks:
        return no_update, no_update
    clocks = clock_service.resolve(read_filters(pair or {}))
    found = job_forms.ask(ctx.triggered_id["body"], _inputs(values, ids), clocks, current_actor())
    ours = found.state == "queued" and found.queue == "page"
    return found.id, found.id if ours else no_update


@guarded_callback(
    # No Output, which would put the page under its loading veil each second; and no Input that the background callback
    # returns, for which Dash would hold this one back until that has ended.
    Input(_part("tick"), "n_intervals"),
    Input(_part("id"), "data"),
    State(PAGE_CLOCKS, "data"),
    permission=Permission.SIGNED_IN,
    polling=True,
    prevent_initial_call=True,
)
def follow(_ticks: int | None, job_id: int | None, pair: Mapping[str, str] | None) -> None:
    """Show how far the job is, and what became of it."""
    if not isinstance(job_id, int):
        return
    name = ctx.triggered_id["body"]
    try:
        found: JobView | None = jobs.job(job_id, current_actor())
    except NotFound:  # somebody else sits at this page now
        found = None
    is_over = found is None or found.is_over
    set_props(job_part("bar", name), {"value": panel.percent(found)})
    set_props(job_part("words", name), {"children": panel.words(found)})
    set_props(job_part("line", name), {"hidden": is_over})
    set_props(job_part("run", name), {"disabled": not is_over})
    set_props(job_part("stop", name), {"disabled": found is None or not found.may_cancel or found.stopping})
    set_props(job_part("note", name), {"children": panel.outcome(found, _texts(pair))})
    set_props(job_part("tick", name), {"disabled": is_over})
    if found is not None and found.state == "done":
        set_props(job_part("done", name), {"data": found.id})


@guarded_callback(
    Output(_part("stop"), "title"),
    Input(_part("stop"), "n_clicks"),
    State(_part("id"), "data"),
    permission=Permission.SIGNED_IN,
    prevent_initial_call=True,
)
def stop(clicks: int | None, job_id: int | None) -> Any:
    """Ask the job to stop; the interval shows when it has."""
    if not clicks or not isinstance(job_id, int):
        return no_update
    jobs.cancel(job_id, current_actor())
    return "It was asked to stop"


@guarded_callback(
    Output({"type": "body", "body": MATCH}, "children", allow_duplicate=True),
    Input(_part("done"), "data"),
    State(_FILTERS, "value"),
    State(_FILTERS, "id"),
    State(PAGE_CLOCKS, "data"),
    permission=Permission.SIGNED_IN,  # the body's own permission is checked by find_body
    prevent_initial_call=True,
)
def redraw(
    job_id: int | None, values: Sequence[Any], ids: Sequence[Mapping[str, str]], pair: Mapping[str, str]
) -> list[Component] | Any:
    """Draw the body anew, which now finds what the job has stored."""
    if not isinstance(job_id, int):
        return no_update
    actor = current_actor()
    body = find_body(ctx.triggered_id["body"], actor)
    return body.draw(_inputs(values, ids), clock_service.resolve(read_filters(pair or {})), actor)
