"""The cards of Overview > Packs."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dash import html
from dash.development.base_component import Component

from callbacks.overview.packs.grids import TITLES
from callbacks.overview.packs.ids import EVERYTHING, Ids
from components.kpi import kpi_row, kpi_tile
from components.packs import schedule_form
from components.page import section
from components.portfolios import portfolio_choices
from components.states import badge, empty, notice
from components.table import BADGES, data_grid
from components.trade import facts
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.format import day, moment
from portal.core.metrics import Metric, Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.domain.monitoring import pack_metrics as metrics
from portal.services.packs import calendars, figures, history, pack_tables, schedules, templates
from portal.services.packs.figures import ALL, MINE
from portal.services.packs.history import PackView
from portal.services.packs.schedules import Terms
from portal.services.portfolio.portfolios import list_portfolios

PAGE = GridQuery(limit=25)
NEW = "new"
_NAMED = 4  # portfolios that a pack names on its card
BLANK = Terms("", "", "morning", (), formats=("pdf", "xlsx"))


def tiles(clocks: Clocks, actor: Actor) -> Component:
    """How many packs were made, how many lack something, how many were in time, how long one takes."""
    whose = ALL if actor.can(Permission.PACK_SCHEDULE) else MINE
    found = history.figures_of(clocks, actor, whose)
    said = "of 30 days, for everybody" if whose == ALL else "of 30 days, for you"
    items: tuple[tuple[Metric, float | None, str], ...] = (
        (metrics.MADE, figures.made(found), said),
        (metrics.PARTIAL, figures.partial(found), "each says what is missing"),
        (metrics.ON_TIME, figures.on_time(found), "of those that were scheduled"),
        (metrics.SECONDS, figures.seconds(found), "with all files"),
    )
    return kpi_row([_tile(metric, value, whose, detail) for metric, value, detail in items])


def _tile(metric: Metric, value: float | None, whose: str, detail: str) -> Component:
    unit = "" if metric.percent else metric.unit
    item = Shown(metric, value, unit, {"whose": whose}, "No pack of 30 days says it.")
    return kpi_tile(metric.title, item, detail=detail)


def mine(clocks: Clocks, actor: Actor) -> Component:
    """The packs of the reader."""
    found = history.listed(clocks, actor)
    if not found:
        return section("My packs", [empty("No pack yet", "Choose one above and press 'Make the pack'.")])
    table = pack_tables.mine(PAGE, found, clocks)
    note = "The newest first. A file that is downloaded again is the same to the byte."
    return section("My packs", [_grid(Ids.MINE, table, "My packs", clocks, {})], note=note)


def sent(clocks: Clocks, actor: Actor) -> Component | None:
    """What was sent to whom."""
    if not actor.can(Permission.PACK_SCHEDULE):
        return None
    table = pack_tables.sent(PAGE, history.listed(clocks, actor, everybody=True), clocks)
    if not table.rows:
        return None
    note = "What schedules have made, for whom, and what became of the message. Each gets rows of their own rights."
    return section("Sent", [_grid(Ids.SENT, table, "Packs that were sent", clocks, {})], note=note)


def timetable(clocks: Clocks, actor: Actor, now: datetime) -> Component | None:
    """The schedules that the reader sees."""
    found, manages = schedules.listed(actor), actor.can(Permission.PACK_SCHEDULE)
    if not found and not manages:
        return None
    table = pack_tables.schedules(PAGE, found, now, clocks)
    more: list[Component] = []
    if manages and clocks.live:
        more = [html.P(html.A("Add a schedule", href=pack_tables.address_of(clocks, schedule=NEW)))]
    shown = (
        _grid(Ids.SCHEDULES, table, "Schedules of packs", clocks, {})
        if found
        else empty("No schedule yet", "Add one, and packs are made and sent without anybody asking.")
    )
    note = "" if manages else "Those that send packs to you."
    return section("Schedules", [shown, *more], note=note)


def pack(view: PackView, clocks: Clocks) -> list[Component]:
    """One pack: what it is, its files, what is missing from it."""
    row, params = view.row, {"pack": view.row.id}
    files = pack_tables.files(GridQuery(), view, TITLES)
    marks = [badge(row.state, BADGES.get(row.state, "neutral"))]
    if row.simulated:
        marks.append(badge("simulated", "sim"))
    title = html.Strong(f"{pack_tables.what_of(view)}, {day(row.as_of)}")
    head = html.Div([title, *marks], className="es-version-head")
    shown: list[Component] = [head, facts(_facts(view))]
    if not view.may_open:
        shown.append(
            notice("It holds what you may not see, so its files are not yours to open.", kind="warn")
        )
    shown.append(_grid(Ids.FILES, files, "Files of the pack", clocks, params, searchable=False))
    if view.may_open:
        shown.append(_compare(row.id))
    parts: list[Component] = [section(f"Pack {row.id}", shown)]
    if view.gaps:
        table = pack_tables.gaps(GridQuery(), view.gaps)
        note = "It was made with what was there, rather than late."
        parts.append(
            section(
                "What is missing", [_grid(Ids.GAPS, table, "Gaps of the pack", clocks, params)], note=note
            )
        )
    return parts


def _compare(number: int) -> Component:
    button = html.Button(
        "Make it again and compare", id={"type": Ids.COMPARE.value, "pack": number}, type="button",
        className="btn btn-sm btn-outline-secondary",
        title="Makes it anew under its own clocks and rights, and tells whether each file is the same to the byte",
    )  # fmt: skip
    return html.Div(
        [button, html.Div(id=Ids.COMPARED, role="status", className="es-note")], className="es-pack-compare"
    )


def _facts(view: PackView) -> list[tuple[str, Component | str]]:
    row = view.row
    state, arrived = pack_tables.became(view)
    when = f", {moment(arrived)}" if arrived else ""
    return [
        ("Clocks", f"as of {day(row.as_of)}, known at {moment(row.known_at)}"),
        ("Made for", row.reader),
        ("Made", f"{moment(row.recorded_at)} in {row.seconds:,.1f} s, by {row.made_by}"),
        *([("Due", moment(row.due_at))] if row.due_at else []),
        *([("Message", f"{state}{when}")] if row.schedule else []),
        ("Template", f"{row.template}, version {row.template_version}"),
        ("Rows of", _books(row.rights.get("portfolios", ()))),
        ("Receipt", html.Code(row.digest, className="es-hash")),
    ]


def _books(codes: Sequence[object]) -> str:
    """Return the portfolios whose rows a pack holds; of many, how many more there are."""
    named = [str(code) for code in codes]
    more = f" and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return (", ".join(named[:_NAMED]) + more) or "no portfolio"


def schedule(code: str, clocks: Clocks, actor: Actor) -> list[Component]:
    """One schedule: what it says, its versions, and the form that writes the next one."""
    if not actor.can(Permission.PACK_SCHEDULE):
        terms = schedules.one(code, actor)
        return [section(terms.title, [facts(schedule_facts(terms, clocks))])]
    if code == NEW:
        note = "Each recipient gets their own pack, with the rows that they may see."
        return [section("A new schedule", [_form(NEW, BLANK, actor)], note=note)]
    terms = schedules.one(code, actor)
    shown: list[Component] = [facts(schedule_facts(terms, clocks))]
    if clocks.live:
        shown.append(
            html.Details([html.Summary("Change"), _form(code, terms, actor)], className="es-channel-change")
        )
    return [section(terms.title, [*shown, _versions(code, actor)])]


def schedule_facts(terms: Terms, clocks: Clocks) -> list[tuple[str, Component | str]]:
    """Return what a schedule says, in words."""
    following = terms.next_after(clocks.known_at) if terms.enabled else None
    return [
        ("When", terms.words()),
        ("Next", moment(following) if following else "off" if not terms.enabled else "never"),
        ("Pack", f"{pack_tables.title_of(terms.template)}, as {', '.join(terms.formats).upper()}"),
        ("It is about", schedules.DAYS[terms.day].lower()),
        ("Portfolio", str(terms.params.get("portfolio") or "all that each recipient may see")),
        ("To", ", ".join(terms.recipients)),
        ("Folder", terms.folder or "none"),
    ]


def _versions(code: str, actor: Actor) -> Component:
    found = schedules.versions(code, actor)
    return html.Ul(
        [
            html.Li(
                f"Version {one.version} · {one.written_by} · {moment(one.recorded_at)} · {one.words()} · "
                f"to {', '.join(one.recipients)}" + ("" if one.enabled else " · off")
            )
            for one in found
        ],
        className="es-note",
    )


def _form(code: str, terms: Terms, actor: Actor) -> Component:
    nodes = list_portfolios(actor) if actor.can(Permission.PORTFOLIO_READ) else []
    choices = {
        "template": [(one.code, one.title) for one in templates.TEMPLATES.values()],
        "portfolio": [
            (EVERYTHING, "All that each recipient may see"),
            *portfolio_choices(nodes),
        ],
        "day": list(schedules.DAYS.items()),
        "formats": list(TITLES.items()),
        "recipients": [(name, f"{title} ({name})") for name, title in schedules.people(actor)],
        "calendar": list(calendars.CALENDARS.items()),
    }
    values = {
        "code": terms.code, "title": terms.title, "template": terms.template, "day": terms.day,
        "portfolio": str(terms.params.get("portfolio") or EVERYTHING), "formats": terms.formats,
        "recipients": terms.recipients, "cron": terms.cron, "timezone": terms.timezone, "calendar": terms.calendar,
        "wait_minutes": terms.wait_minutes, "folder": terms.folder, "enabled": terms.enabled,
    }  # fmt: skip
    return schedule_form(code, values, choices, version=terms.version)


def _grid(
    name: str,
    table: Table,
    caption: str,
    clocks: Clocks,
    params: Mapping[str, Any],
    *,
    searchable: bool = True,
) -> Component:
    return data_grid(
        name, table, clocks=clocks.query(), params=params, query=PAGE, caption=caption, searchable=searchable
    )
