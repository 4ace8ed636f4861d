"""Monitoring > Jobs: the list, the jobs under way by a light interval, one job with its log, stop and run again."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dash import ALL, MATCH, Input, Output, State, ctx, html, no_update, set_props
from dash.development.base_component import Component

from callbacks.monitoring.jobs import schedules as schedule_part
from components import controls as inputs
from components.job import CENTRE, job_link
from components.job_centre import active_card, job_detail
from components.kpi import kpi_row, kpi_tile
from components.page import PAGE_CLOCKS, body_id, section
from components.states import empty, error
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.job import ACTIVE, STATES, JobView
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.domain.monitoring import job_metrics as metrics
from portal.domain.monitoring.runs import run_seconds
from portal.services import clocks as clock_service
from portal.services import jobs
from portal.services.monitoring import job_tables
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback
from portal.web.views import body, grid

PAGE = GridQuery(limit=25)
MOST_CARDS = GridQuery(limit=20)
BUSY_MILLISECONDS = 3000
LONGEST = 18  # digits of a number of a job
CHOICES = {
    "all": ("All", STATES),
    "active": ("Under way", ACTIVE),
    "done": ("Done", ("done",)),
    "unsuccessful": ("Failed or lost", ("failed", "lost")),
    "cancelled": ("Cancelled", ("cancelled",)),
}


class Ids(StrEnum):
    """The body, its grid, and what keeps it fresh."""

    BODY = "monitoring-jobs"
    LIST = "monitoring-jobs-list"
    ACTIVE = "monitoring-jobs-active"
    NOTE = "monitoring-jobs-note"
    SCHEDULES = schedule_part.Ids.LIST.value
    TICK = "monitoring-jobs-tick"
    SEEN = "monitoring-jobs-seen"


@dataclass(frozen=True, slots=True)
class View:
    """The first state of the page; ``signature`` says which jobs are under way and how."""

    clocks: Clocks
    filters: Mapping[str, str]
    may_see_all: bool
    content: list[Component]
    signature: list[str]
    schedules: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page for its address; what it does not know it ignores."""
    clocks, actor = clock_service.resolve(query), current_actor()
    state = query.get("state", "all")
    usual = job_tables.EVERYBODY if job_tables.may_see_all(actor) else "mine"
    filters = {
        "whose": query.get("whose", usual),
        "state": state if state in CHOICES else "all",
        "job": query.get("job", ""),
    }
    content = draw(filters, clocks, actor)
    signature = _signature(_active(filters, actor))
    return View(clocks, filters, job_tables.may_see_all(actor), content, signature, schedule_part.draw(actor))


def controls(seen: View) -> list[Component]:
    """Return the inputs; whose jobs is a question only for those who may see all."""
    options = [(key, title) for key, (title, _) in CHOICES.items()]
    found: list[Component] = [inputs.select(Ids.BODY, "state", "State", options, seen.filters["state"])]
    if seen.may_see_all:
        people = [("mine", "Mine"), (job_tables.EVERYBODY, "Everybody's")]
        found.insert(0, inputs.choice(Ids.BODY, "whose", "Jobs", people, seen.filters["whose"]))
    found.append(inputs.text(Ids.BODY, "job", "Job", seen.filters["job"]))
    return found


def _whose(filters: Mapping[str, Any], actor: Actor) -> str:
    return job_tables.whose(str(filters.get("whose") or "mine"), actor)


def _active(filters: Mapping[str, Any], actor: Actor) -> list[JobView]:
    everybody = _whose(filters, actor) == job_tables.EVERYBODY
    return jobs.jobs(actor, MOST_CARDS, everybody=everybody, states=ACTIVE)[0]


def _signature(found: list[JobView]) -> list[str]:
    return [f"{one.id} {one.state} {one.attempt}" for one in found]


@body(Ids.BODY, permission=Permission.SIGNED_IN)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return figures, the job that was opened, the jobs under way, and the list."""
    name = _whose(filters, actor)
    state = filters.get("state") if filters.get("state") in CHOICES else "all"
    everybody = name == job_tables.EVERYBODY
    table = job_tables.job_table(
        PAGE, actor, everybody=everybody, states=CHOICES[str(state)][1], clocks=clocks.query()
    )
    parts: list[Component] = [*_opened(filters, actor), _tiles(name, actor)]
    parts.append(html.Div(_cards(_active(filters, actor)), id=Ids.ACTIVE))
    if not table.rows:
        return [*parts, _nothing(str(state))]
    shown = data_grid(
        Ids.LIST, table, clocks=clocks.query(), query=PAGE, caption="Jobs, newest first",
        params={"whose": "mine" if not everybody else name, "state": str(state)},
    )  # fmt: skip
    return [*parts, section("All jobs" if everybody else "Your jobs", [shown])]


def _nothing(state: str) -> Component:
    if state != "all":
        return empty("No such jobs", "Choose another state to see the others.")
    return empty(
        "No jobs yet", "A run that you start, for example under Risk, appears here with its log and result."
    )


def _tiles(name: str, actor: Actor) -> Component:
    found = job_tables.figures(name, actor)
    params = {"whose": name, "moment": found.moment.isoformat()}
    bad = "Open them by their state" if found.unsuccessful else ""
    return kpi_row(
        [
            kpi_tile("Under way", Shown(metrics.UNDER_WAY, found.under_way, "jobs", params)),
            kpi_tile(
                "Failed or lost, last 24 h", Shown(metrics.UNSUCCESSFUL, found.unsuccessful, "jobs", params),
                alert=bad,
            ),
        ]
    )  # fmt: skip


def _cards(found: list[JobView]) -> list[Component]:
    return [section("Under way", [active_card(one) for one in found])] if found else []


def _opened(filters: Mapping[str, Any], actor: Actor) -> list[Component]:
    asked = str(filters.get("job") or "").strip()
    if not asked:
        return []
    if not asked.isdecimal() or len(asked) > LONGEST:
        words = f"'{asked[:20]}' is not the number of a job. Numbers are in the first column below."
        return [error(words, title="No such job")]
    try:
        one = jobs.job(int(asked), actor)
    except NotFound as problem:
        return [error(problem.message, title="No such job")]
    took = run_seconds(one.started_at, one.finished_at) if one.is_over else None
    log = [(line.recorded_at, line.level, line.message) for line in jobs.job_log(one.id, actor)]
    detail = job_detail(
        one,
        log,
        took=Shown(metrics.DURATION, took, "s", {"job": one.id}),
        usual=Shown(metrics.TYPICAL, job_tables.typical_seconds(one.kind), "s", {"kind": one.kind}),
        back=CENTRE,
    )
    return [detail]


@grid(Ids.LIST, title="Jobs", permission=Permission.SIGNED_IN)
def load_list(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the jobs as sorted, filtered and paged."""
    everybody = _whose(filters, actor) == job_tables.EVERYBODY
    state = str(filters.get("state"))
    return job_tables.job_table(
        query,
        actor,
        everybody=everybody,
        states=CHOICES.get(state, CHOICES["all"])[1],
        clocks=clocks.query(),
    )


_FILTERS = {"type": "filter", "body": Ids.BODY.value, "name": ALL}


@guarded_callback(
    # No Output but the list of what is under way: the page keeps its place while cards move.
    Output(Ids.SEEN, "data"),
    Input(Ids.TICK, "n_intervals"),
    State(Ids.SEEN, "data"),
    State(_FILTERS, "value"),
    State(_FILTERS, "id"),
    State(PAGE_CLOCKS, "data"),
    permission=Permission.SIGNED_IN,
    polling=True,
    prevent_initial_call=True,
)
def refresh(
    _ticks: int | None,
    seen: list[str] | None,
    values: list[Any],
    ids: list[dict[str, str]],
    pair: dict[str, str],
) -> Any:
    """Move the cards of jobs under way; when one began or ended, draw the whole body."""
    actor = current_actor()
    filters = read_filters({item["name"]: value for item, value in zip(ids, values, strict=True)})
    found = _active(filters, actor)
    signature = _signature(found)
    if signature == seen:
        if found:
            set_props(Ids.ACTIVE, {"children": _cards(found)})
        return no_update
    clocks = clock_service.resolve(read_filters(pair or {}))
    set_props(body_id(Ids.BODY), {"children": draw(filters, clocks, actor)})
    schedule_part.refresh(actor)
    return signature


@guarded_callback(
    Input({"type": "job-centre-stop", "job": MATCH}, "n_clicks"),
    permission=Permission.SIGNED_IN,
    prevent_initial_call=True,
)
def stop(clicks: int | None) -> None:
    """Ask a job to stop; the interval shows when it has."""
    if clicks:
        job_id = int(ctx.triggered_id["job"])
        state = jobs.cancel(job_id, current_actor())
        words = "is cancelled." if state == "cancelled" else "was asked to stop."
        set_props(Ids.NOTE, {"children": html.P([job_link(job_id), f" {words}"], className="es-note")})


@guarded_callback(
    Input({"type": "job-centre-again", "job": MATCH}, "n_clicks"),
    permission=Permission.SIGNED_IN,
    prevent_initial_call=True,
)
def again(clicks: int | None) -> None:
    """Run a job once more."""
    if clicks:
        job_id = jobs.rerun(int(ctx.triggered_id["job"]), current_actor())
        set_props(
            Ids.NOTE, {"children": html.P(["It runs again as ", job_link(job_id), "."], className="es-note")}
        )
