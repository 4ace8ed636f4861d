"""Overview > Discussions: what people say about figures, as far as the reader may read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from callbacks.discussion import PATH, address, drawn
from components.discussion import PAGE, talk_box
from components.number import passport_button
from components.page import section
from components.states import badge, empty, notice
from components.table import data_grid
from components.trade import facts
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import EnerscopeError, NotFound
from portal.core.format import day, moment
from portal.core.metrics import METRICS
from portal.core.permissions import Permission
from portal.core.table import PHONE, Column, GridQuery, Table, sort_rows
from portal.services import clocks as clock_service
from portal.services import passports
from portal.services.discussion import threads
from portal.services.discussion.threads import ThreadView, figure_words
from portal.web.actor import current_actor
from portal.web.views import body, grid

SHOWS = [("open", "Open"), ("mine", "Mine"), ("resolved", "Resolved")]
COLUMNS = (
    Column("number", "No."),
    Column("title", "Figure", link="address"),
    Column("figure", "As it was read"),
    Column("portfolio", "Portfolio", room=PHONE),
    Column("as_of", "As of", "date"),
    Column("state", "State", "badge"),
    Column("last", "Last comment"),
    Column("by", "By", room=PHONE),
    Column("at", "At", "moment", room=PHONE),
    Column("address", "Address", hidden=True),
)


class Ids(StrEnum):
    """Names of this page's parts."""

    BODY = "discussions"
    LIST = "discussions-list"


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first; ``asked`` is the discussion that the address names, "" for the list."""

    clocks: Clocks
    asked: str
    show: str
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor, clocks = current_actor(), clock_service.resolve(query)
    show = query.get("show", "") if query.get("show") in dict(SHOWS) else SHOWS[0][0]
    asked = str(query.get("thread") or "")
    return View(clocks, asked, show, draw({"show": show, "thread": asked}, clocks, actor))


@body(Ids.BODY, permission=Permission.SIGNED_IN)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the list, or the discussion that is asked for."""
    asked = str(filters.get("thread") or "")
    if asked:
        return _one(asked, clocks, actor)
    show = str(filters.get("show") or "open")
    table = _table(GridQuery(), show, clocks, actor)
    if not table.rows:
        return [
            empty(
                "Nothing is discussed here",
                "Open the passport of any figure with a click and choose Discuss: what is said stays with the figure.",
            )
        ]
    rows = data_grid(
        Ids.LIST, table, clocks=clocks.query(), params={"show": show}, caption="Discussions of figures"
    )
    return [
        section("", [rows], note="Of figures that you may read; to all others a discussion does not exist.")
    ]


def _found(show: str, actor: Actor) -> list[ThreadView]:
    if show == "mine":
        return [*threads.listed(actor, mine=True), *threads.listed(actor, mine=True, resolved=True)]
    return threads.listed(actor, resolved=show == "resolved")


def _table(query: GridQuery, show: str, clocks: Clocks, actor: Actor) -> Table:
    rows = []
    for one in _found(show, actor):
        row, last = one.row, one.comments[-1] if one.comments else None
        words = "" if last is None else last.body if len(last.body) <= 80 else f"{last.body[:79]}…"
        rows.append(
            (
                str(row.id), row.title, row.figure, row.portfolio or "", row.as_of,
                "resolved" if one.is_resolved else "open", words, last.by if last else "",
                last.recorded_at if last else None, address(row.id, clocks.query()),
            )
        )  # fmt: skip
    return sort_rows(Table(COLUMNS, rows), query)


@grid(Ids.LIST, title="Discussions", permission=Permission.SIGNED_IN)
def load(query: GridQuery, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Table:
    """Return the discussions that the reader may read."""
    return _table(query, str(filters.get("show") or "open"), clocks, actor)


def _one(asked: str, clocks: Clocks, actor: Actor) -> list[Component]:
    try:
        found = threads.thread(int(asked) if asked.isdecimal() and len(asked) <= 15 else 0, actor)
    except NotFound as refusal:
        return [empty("No such discussion", refusal.message)]
    row = found.row
    pairs: list[tuple[str, Component | str]] = [
        ("As it was read", f"{row.figure}, as of {day(row.as_of)}, known at {moment(row.known_at)}"),
        ("Under the clocks above", _now(found, clocks, actor)),
        ("Portfolio", row.portfolio or "none in particular"),
        ("Begun", f"{moment(row.recorded_at)} by {row.opened_by}"),
    ]
    state = badge("resolved", "good") if found.is_resolved else badge("open", "warn")
    head = html.Div([html.H2(row.title), state], className="es-version-head")
    its_own = dcc.Link(
        "See it under its own clocks", href=address(row.id, found.clocks.query()), className="es-link"
    )
    back = dcc.Link("All discussions", href=PATH, className="es-link")
    talk = talk_box(PAGE, {"thread": row.id}, [drawn(found)], may_begin=False)
    return [
        html.Section([head, facts(pairs), html.P([its_own, " · ", back])], className="es-section es-full"),
        section("What was said", [talk]),
    ]


def _now(found: ThreadView, clocks: Clocks, actor: Actor) -> Component:
    """Return the figure under the clocks of the page, as a button that opens its passport."""
    try:
        passport = passports.open_passport(found.row.metric, found.params, clocks, actor)
    except EnerscopeError as refusal:
        return notice(refusal.message)
    value = passport.evaluation
    words = figure_words(found.row.metric, value.value, value.unit)
    if value.value is None:
        return html.Span(words, className="es-empty-number", title=value.note)
    return passport_button(METRICS[found.row.metric], words, dict(passport.params))
