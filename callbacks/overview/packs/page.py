"""The body of Overview > Packs, and the form that makes one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dash.development.base_component import Component

from callbacks.overview.packs import cards
from callbacks.overview.packs.grids import TITLES, number_of
from callbacks.overview.packs.ids import EVERYTHING, NONE, Ids
from components.job import job_panel
from components.portfolios import portfolio_choices
from components.states import notice
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.core.permissions import Permission
from portal.services import clocks as clock_service
from portal.services.packs import history, pack_tables, templates
from portal.services.portfolio.portfolios import list_portfolios
from portal.web import job_forms
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.views import body

FIRST = ("pdf", "xlsx")
_OFFERED = 60  # packs in the list of those that can be opened


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first, with the choices of its inputs."""

    clocks: Clocks
    templates: list[tuple[str, str]]
    portfolios: list[tuple[str, str]]
    formats: list[tuple[str, str]]
    packs: list[tuple[str, str]]
    filters: dict[str, Any]
    content: list[Component]
    panel: Component


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor, clocks = current_actor(), clock_service.resolve(query)
    kinds = [(one.code, one.title) for one in templates.TEMPLATES.values() if actor.can(one.permission)]
    nodes = list_portfolios(actor) if actor.can(Permission.PORTFOLIO_READ) else []
    portfolios = [(EVERYTHING, "All that you may see"), *portfolio_choices(nodes)]
    chosen = [code for code in str(query.get("formats") or "").split(",") if code in TITLES]
    filters: dict[str, Any] = {
        "template": _among(query.get("template"), kinds),
        "portfolio": _among(query.get("portfolio"), portfolios),
        "formats": chosen or list(FIRST),
        "pack": str(number_of(query) or NONE),
        "schedule": str(query.get("schedule") or ""),
    }
    return View(
        clocks, kinds, portfolios, list(TITLES.items()), _choices(clocks, actor, filters["pack"]), filters,
        draw(filters, clocks, actor), _panel(actor),
    )  # fmt: skip


def _among(given: str | None, choices: list[tuple[str, str]]) -> str:
    return given if given in dict(choices) else choices[0][0] if choices else ""


def _choices(clocks: Clocks, actor: Actor, opened: str) -> list[tuple[str, str]]:
    found = [
        (str(one.row.id), f"{one.row.id} · {pack_tables.what_of(one)} · {one.row.as_of}")
        for one in history.listed(clocks, actor, limit=_OFFERED)
    ]
    known = dict(found)
    extra = [(opened, f"Pack {opened}")] if opened != NONE and opened not in known else []
    return [(NONE, "None"), *extra, *found]


def _panel(actor: Actor) -> Component:
    hint = "Reads the pages under your rights and these clocks, writes the files and keeps them"
    return job_panel(Ids.BODY, label="Make the pack", shown=job_forms.active_job(Ids.BODY, actor), hint=hint)


@job_forms.job_form(Ids.BODY, kind="pack.make")
def ask(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> Mapping[str, Any]:
    """Return which pack is to be made: for whoever asks, under the clocks of the page, pinned."""
    portfolio, given = str(filters.get("portfolio") or EVERYTHING), filters.get("formats")
    chosen = [str(code) for code in given] if isinstance(given, list) else []
    return {
        "template": str(filters.get("template") or ""),
        "params": {} if portfolio == EVERYTHING else {"portfolio": portfolio},
        "as_of": clocks.as_of,
        "known_at": clock.now() if clocks.live else clocks.known_at,
        "formats": tuple(code for code in TITLES if code in chosen),
        "reader": actor.username,
    }


@body(Ids.BODY, permission=Permission.EXPORT)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the packs of the reader, the one that is open, and the schedules."""
    parts: list[Component | None] = [cards.tiles(clocks, actor)]
    template = templates.TEMPLATES.get(str(filters.get("template") or ""))
    if template is not None:
        parts.append(notice(f"{template.title}. {template.what}"))
    parts += _opened(filters, clocks, actor)
    parts += [
        cards.mine(clocks, actor),
        cards.timetable(clocks, actor, clock.now() if clocks.live else clocks.known_at),
        cards.sent(clocks, actor),
    ]
    return [part for part in parts if part is not None]


def _opened(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the pack and the schedule that are open; a sentence where there is none of that name."""
    parts: list[Component] = []
    number, code = number_of(filters), str(filters.get("schedule") or "")
    try:
        parts += cards.pack(history.one(number, clocks, actor), clocks) if number is not None else []
        parts += cards.schedule(code, clocks, actor) if code else []
    except NotFound as refusal:
        parts.append(notice(refusal.message, kind="warn"))
    return parts


def again(said: str, state: Mapping[str, Any], actor: Actor) -> list[Component]:
    """Return the body anew, under a sentence about what was done."""
    pair = state.get("clocks")
    clocks = clock_service.resolve(read_filters(pair if isinstance(pair, Mapping) else {}))
    return [notice(said), *draw(state, clocks, actor)]
