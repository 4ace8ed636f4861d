"""One feed of Monitoring > Feeds: how it stands, when its deliveries came, what is agreed and who changed it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from dash import MATCH, Input, State, ctx, html, set_props
from dash.development.base_component import Component

from components.chart import chart_card
from components.charts.feed_arrivals import Arrival, arrivals_figure
from components.feeds import FIELDS, feed_facts, feed_part, terms_form, version_list
from components.page import section
from components.states import error
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table, sort_rows
from portal.services.monitoring import feed_tables, feed_terms, feeds
from portal.services.monitoring.feeds import Feed
from portal.web.actor import current_actor
from portal.web.guard import guarded_callback
from portal.web.views import grid


class Ids(StrEnum):
    """The rows behind the picture of one feed, and its facts."""

    DELIVERIES = "monitoring-feeds-deliveries"
    FACTS = "monitoring-feeds-facts"


def one_feed(code: str, clocks: Clocks, actor: Actor, moment: datetime) -> list[Component]:
    """Return the part of the page about one feed; a sentence where there is none of that name."""
    try:
        found = feeds.feed(actor, code, moment)
    except NotFound as problem:
        return [error(problem.message, title="No such feed")]
    grace = found.terms.grace_minutes
    picture = arrivals_figure(_arrivals(found), grace_minutes=grace, keep=code)
    chart = chart_card(
        "When its deliveries came", picture, grid=Ids.DELIVERIES, clocks=clocks.query(), params={"feed": code},
        note="One point for each delivery that was due; what has not come stands on the line of its deadline.",
        simulated=found.is_demo, width="half", advice="Nothing of it was due in the last weeks.",
    )  # fmt: skip
    terms = section(
        found.terms.title,
        [html.Div(_facts(found, actor), id=Ids.FACTS), *_form(found, actor, clocks)],
        width="half",
    )
    return [html.Div([terms, chart], className="es-grid")]


def _arrivals(found: Feed) -> list[Arrival]:
    return [
        Arrival(
            one.due.day,
            None if one.delivery is None else (one.delivery.at - one.due.at).total_seconds() / 60,
            None if one.delivery is None else one.delivery.rows,
            one.outcome,
        )
        for one in found.judgement.expected
    ]


def _facts(found: Feed, actor: Actor) -> list[Component]:
    terms, simulated = found.terms, ""
    if found.is_demo:
        end = (
            f"up to {found.ends_on}, where the desk ends" if found.ends_on else "by the wall clock, as agreed"
        )
        simulated = f"All rows came with the demo desk. It is judged {end}."
    written = [
        (row.version, row.written_by, row.recorded_at, _words(found, row))
        for row in feeds.versions(actor, found.code)
    ]
    shown: list[Component] = [
        feed_facts(
            state=found.word, reason=found.reason, agreed=terms.words(), owner=terms.owner, source=terms.source_name,
            version=terms.version, written_by=terms.written_by, written_at=terms.recorded_at, simulated=simulated,
            page=terms.page,
        )
    ]  # fmt: skip
    return [*shown, version_list(written)] if written else shown


def _words(found: Feed, row: Any) -> str:
    return replace(
        found.terms, cron=row.cron, timezone=row.timezone, grace_minutes=row.grace_minutes, enabled=row.enabled,
        least_rows=row.least_rows, offset=int(row.terms.get("offset", 0)),
        holidays=bool(row.terms.get("holidays")), why_off="",
    ).words()  # fmt: skip


def _form(found: Feed, actor: Actor, clocks: Clocks) -> list[Component]:
    if not actor.can(Permission.JOBS_MANAGE) or not clocks.live:
        return []
    terms = found.terms
    return [
        terms_form(
            terms.code, version=terms.version, owner=terms.owner, cron=terms.cron, timezone=terms.timezone,
            grace_minutes=terms.grace_minutes, offset=terms.offset, least_rows=terms.least_rows,
            holidays=terms.holidays, live=terms.live, enabled=terms.enabled, is_demo=found.is_demo,
        )
    ]  # fmt: skip


@grid(Ids.DELIVERIES, title="Deliveries of a feed", permission=Permission.MONITORING_READ)
def load_deliveries(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return what came of each due delivery of one feed."""
    moment = clock.now() if clocks.live else clocks.known_at
    return sort_rows(feed_tables.delivery_table(feeds.feed(actor, str(filters["feed"]), moment)), query)


def _part(part: str) -> dict[str, object]:
    return {"type": f"feed-{part}", "feed": MATCH}


@guarded_callback(
    Input(_part("save"), "n_clicks"),
    State(_part("version"), "data"),
    *(State(_part(name), "value") for name in FIELDS),
    permission=Permission.JOBS_MANAGE,
    prevent_initial_call=True,
)
def save(clicks: int | None, seen: int, *values: Any) -> None:
    """Write the next version of what is agreed; what cannot be read is told beside the form.

    ``seen`` is the version that the writer had before their eyes: what somebody else wrote after it is not overwritten.
    """
    if not clicks:
        return
    code, actor = str(ctx.triggered_id["feed"]), current_actor()
    try:
        before = replace(feeds.feed(actor, code, clock.now()).terms, version=int(seen))
        version = feed_terms.change_terms(before, actor, dict(zip(FIELDS, values, strict=True)))
    except (DomainError, NotFound) as problem:
        set_props(feed_part("note", code), {"children": error(problem.message, title="Not changed")})
        return
    found = feeds.feed(actor, code, clock.now())
    set_props(feed_part("version", code), {"data": version})
    set_props(Ids.FACTS, {"children": _facts(found, actor)})
    words = f"Version {version} counts from now on: {found.terms.words()}."
    set_props(feed_part("note", code), {"children": html.P(words, className="es-note")})
