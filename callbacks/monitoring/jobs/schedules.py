"""The schedules of the job centre: shown to those who see all jobs, changed by those who manage them."""

from enum import StrEnum

from dash import MATCH, Input, State, ctx, html, set_props
from dash.development.base_component import Component

from components.page import section
from components.schedules import schedule_card, schedule_facts, schedule_part
from components.states import error
from portal.core.actor import Actor
from portal.core.config import settings
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission
from portal.services import jobs
from portal.web.actor import current_actor
from portal.web.guard import guarded_callback


class Ids(StrEnum):
    """The part of the page; it lies beside the body, so that a form is not drawn anew while somebody writes."""

    LIST = "monitoring-jobs-schedules"


def draw(actor: Actor) -> list[Component]:
    """Return the schedules; nothing for those who do not see the jobs of everybody."""
    if not actor.can(Permission.JOBS_READ):
        return []
    found = jobs.list_schedules(actor)
    if not found:
        return []
    return [
        section("Schedules", [_card(one) for one in found], note="What is started without anybody asking.")
    ]


def refresh(actor: Actor) -> None:
    """Draw what is known of each schedule anew, and leave the forms as they are."""
    if actor.can(Permission.JOBS_READ):
        for one in jobs.list_schedules(actor):
            set_props(schedule_part("facts", one.code), {"children": _facts(one)})


def _facts(one: jobs.ScheduleView) -> list[Component]:
    return schedule_facts(
        title=one.title, kind=one.kind_title, params=one.params, cron=one.cron, timezone=one.timezone,
        words=one.words, enabled=one.enabled, fires=settings().schedules, next_at=one.next_at,
        last_fired_at=one.last_fired_at, last_job_id=one.last_job_id, last_state=one.last_state,
        changed_by=one.changed_by,
    )  # fmt: skip


def _card(one: jobs.ScheduleView) -> Component:
    return schedule_card(
        one.code, facts=_facts(one), cron=one.cron, timezone=one.timezone, declared=one.declared_cron,
        enabled=one.enabled, own=one.is_own, may_change=one.may_change,
    )  # fmt: skip


def _part(part: str) -> dict[str, object]:
    return {"type": f"schedule-{part}", "schedule": MATCH}


@guarded_callback(
    Input(_part("save"), "n_clicks"),
    State(_part("cron"), "value"),
    State(_part("timezone"), "value"),
    permission=Permission.JOBS_MANAGE,
    prevent_initial_call=True,
)
def save(clicks: int | None, cron: str | None, timezone: str | None) -> None:
    """Change when a schedule is due; a line that cannot be read is told beside it."""
    if not clicks:
        return
    code = str(ctx.triggered_id["schedule"])
    try:
        found = jobs.change_schedule(
            code, current_actor(), cron=str(cron or ""), timezone=str(timezone or "").strip()
        )
    except (DomainError, NotFound) as problem:
        set_props(schedule_part("note", code), {"children": error(problem.message, title="Not changed")})
        return
    _told(found, f"From now on: {found.words}.")


@guarded_callback(
    Input(_part("switch"), "n_clicks"), permission=Permission.JOBS_MANAGE, prevent_initial_call=True
)
def switch(clicks: int | None) -> None:
    """Switch a schedule off or on."""
    if not clicks:
        return
    actor, code = current_actor(), str(ctx.triggered_id["schedule"])
    now = next((one for one in jobs.list_schedules(actor) if one.code == code), None)
    found = jobs.change_schedule(code, actor, enabled=now is not None and not now.enabled)
    _told(found, "It is on; what was due before is not made up for." if found.enabled else "It is off.")


@guarded_callback(
    Input(_part("restore"), "n_clicks"), permission=Permission.JOBS_MANAGE, prevent_initial_call=True
)
def restore(clicks: int | None) -> None:
    """Give a schedule back to what the release declares."""
    if clicks:
        found = jobs.restore_schedule(str(ctx.triggered_id["schedule"]), current_actor())
        _told(found, f"As declared: {found.words}.")


def _told(found: jobs.ScheduleView, words: str) -> None:
    """Draw the schedules anew with a word about the one that was changed."""
    set_props(Ids.LIST, {"children": draw(current_actor())})
    set_props(schedule_part("note", found.code), {"children": html.P(words, className="es-note")})
