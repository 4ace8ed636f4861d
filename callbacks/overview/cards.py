"""What is pinned, drawn: each page once for all of its cards, each card under the rights of whoever reads it.

A board is made of *blocks*: a row of tiles that follow each other, or one card. What is drawn soon stands in the page
itself; the blocks of slower pages follow one page after the other, so that no board waits for its slowest.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from dash import MATCH, Input, State, dcc, html, set_props
from dash.development.base_component import Component

from callbacks.overview import picking
from components.attributes import attributes
from components.kpi import kpi_tile
from components.markup import Markup, to_html
from components.page import PAGE_CLOCKS
from components.states import error
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import EnerscopeError, NotPermitted
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.services import audit, passports
from portal.services import clocks as clock_service
from portal.services.boards.pin import METRIC, TILES, Pin
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.errors import problem_of
from portal.web.guard import guarded_callback
from portal.web.views import BODIES, find_body

FRACTION = "fraction"
NOT_YOURS, NOTHING = "Not within your rights", "Nothing to show now"
PATIENCE = 0.5  # seconds of drawing before the rest follows by itself
SOON_MILLISECONDS = 60
NOTED = frozenset(
    {
        Permission.AUDIT_READ,
        Permission.COMPLIANCE_READ,
        Permission.PERSONAL_READ,
        Permission.PRIVACY_MANAGE,
        Permission.USERS_MANAGE,
    }
)
"""What is looked at under these rights is noted, on a board as on its page."""

Block = tuple[Pin, ...]


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a card cannot be drawn, in words."""

    title: str
    message: str
    incident: str = ""


Drawn = Sequence[Component] | Refusal


@dataclass(slots=True)
class Desk:
    """Draws the pages behind pins, each once."""

    clocks: Clocks
    actor: Actor
    pages: dict[str, Drawn]

    def page(self, pin: Pin) -> Drawn:
        """Return the page that a card is on, drawn at the first time of asking."""
        source = source_of(pin)
        if source not in self.pages:
            self.pages[source] = _page(pin, self.clocks, self.actor)
        return self.pages[source]

    def block(self, pins: Block, at: int) -> list[Component]:
        """Return a block as it stands on the board at that place."""
        if not _is_row(pins[0]):
            return [_card(pins[0], self.page(pins[0]), str(at))]
        tiles = [
            _metric(pin, self.clocks, self.actor) if pin.kind == METRIC else _tile(pin, self.page(pin))
            for pin in pins
        ]
        return [Markup("".join(tiles), className="es-kpis")]


def draw(pins: Sequence[Pin], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return everything that is pinned, in its order."""
    desk = Desk(clocks, actor, {})
    return [part for at, block in enumerate(blocks(pins)) for part in desk.block(block, at)]


def first(pins: Sequence[Pin], clocks: Clocks, actor: Actor, patience: float = PATIENCE) -> list[Component]:
    """Return what is drawn within ``patience`` seconds, and for the rest a place that is filled soon after."""
    _note_views(pins, actor)
    desk, until = Desk(clocks, actor, {}), monotonic() + patience
    parts: list[Component] = []
    waiting: dict[int, Block] = {}
    for at, block in enumerate(blocks(pins)):
        known = all(source_of(pin) in desk.pages for pin in block)
        if known or monotonic() < until:
            parts += desk.block(block, at)
        else:
            waiting[at] = block
            parts.append(html.Div([_waits(pin) for pin in block], id=_slot(at), className="es-board-slot"))
    return [*parts, *(_later(at, together) for at, together in enumerate(_groups(waiting)))]


def _note_views(pins: Sequence[Pin], actor: Actor) -> None:
    """Note in the audit log which cards of cases, people and rights were opened, as opening their pages is noted."""
    for name in sorted({pin.body for pin in pins if pin.kind != METRIC and pin.body in BODIES}):
        needed = BODIES[name].permission
        if needed in NOTED and actor.can(needed):
            audit.note_now(actor, "page.viewed", "card", name)


def blocks(pins: Sequence[Pin]) -> list[Block]:
    """Return pins as blocks: tiles that follow each other are one."""
    found: list[Block] = []
    for pin in pins:
        if found and _is_row(pin) and _is_row(found[-1][0]):
            found[-1] = (*found[-1], pin)
        else:
            found.append((pin,))
    return found


def source_of(pin: Pin) -> str:
    """Return what is drawn once for all pins that have it in common: a body with its inputs, or a metric with its."""
    return json.dumps(
        [pin.kind, pin.ref if pin.kind == METRIC else pin.body, dict(pin.params)], sort_keys=True
    )


def pinned(pin: Pin) -> dict[str, Any]:
    """Return the attribute by which a card of a board can be pinned again, as it was."""
    return attributes({"data-pinned": json.dumps(_plain(pin), sort_keys=True)})


def _plain(pin: Pin) -> dict[str, Any]:
    return {"kind": pin.kind, "ref": pin.ref, "title": pin.title, "params": dict(pin.params)}


def _is_row(pin: Pin) -> bool:
    return pin.kind == METRIC or bool(pin.tile)


def _slot(at: int) -> dict[str, Any]:
    return {"type": "board-slot", "at": at}


def _waits(pin: Pin) -> Component:
    said = html.P("Being drawn …", className="es-note")
    return html.Section(
        [html.H2(pin.title), said], className="es-section es-third", **attributes({"aria-busy": "true"})
    )


def _groups(waiting: Mapping[int, Block]) -> list[dict[int, Block]]:
    """Return the blocks that wait so that those of one page are drawn together."""
    groups: list[tuple[set[str], dict[int, Block]]] = []
    for at, block in waiting.items():
        sources = {source_of(pin) for pin in block}
        held = {at: block}
        apart = []
        for others, theirs in groups:
            if sources & others:
                sources, held = sources | others, {**theirs, **held}
            else:
                apart.append((others, theirs))
        groups = [*apart, (sources, held)]
    return [held for _, held in groups]


def _later(number: int, together: Mapping[int, Block]) -> Component:
    """Return what asks for the blocks of a page as soon as the board is there.

    The answer has no output of its own, for which the frame would veil the whole page while it waits.
    """
    data = {str(at): [_plain(pin) for pin in block] for at, block in together.items()}
    return html.Div(
        [
            dcc.Store(id={"type": "board-later", "at": number}, data=data),
            dcc.Interval(
                id={"type": "board-bell", "at": number}, interval=SOON_MILLISECONDS, max_intervals=1
            ),
        ],
        hidden=True,
    )


@guarded_callback(
    Input({"type": "board-bell", "at": MATCH}, "n_intervals"),
    State({"type": "board-later", "at": MATCH}, "data"),
    State(PAGE_CLOCKS, "data"),
    permission=Permission.SIGNED_IN,  # each card is drawn under the right of its own body or metric
    prevent_initial_call=True,
)
def fill(bell: int | None, waiting: Any, pair: Any) -> None:
    """Draw the blocks that were left out at first."""
    if not bell:
        return
    desk = Desk(clock_service.resolve(read_filters(pair or {})), current_actor(), {})
    for at, asked in waiting.items() if isinstance(waiting, Mapping) else ():
        block = tuple(map(_read, asked)) if isinstance(asked, list) else ()
        if block and str(at).isdecimal():
            set_props(_slot(int(at)), {"children": desk.block(block, int(at))})


def _read(asked: Any) -> Pin:
    held = read_filters(asked)
    return Pin(str(held["kind"]), str(held["ref"]), str(held["title"]), read_filters(held["params"]))


def _page(pin: Pin, clocks: Clocks, actor: Actor) -> Drawn:
    """Draw the body that a card is on, or say why it is not drawn."""
    try:
        return find_body(pin.body, actor).draw(read_filters(pin.params), clocks, actor)
    except Exception as problem:  # noqa: BLE001  (whatever one page does, the other cards of the board stand)
        return _refusal(problem)


def _refusal(problem: Exception) -> Refusal:
    if isinstance(problem, NotPermitted):
        return Refusal(NOT_YOURS, "Whoever has the right sees it here. Ask an administrator if you need it.")
    if isinstance(problem, EnerscopeError):
        return Refusal("It cannot be shown", problem.message)
    shown = problem_of(problem)
    return Refusal(shown.title, shown.detail, shown.incident)


def _metric(pin: Pin, clocks: Clocks, actor: Actor) -> str:
    try:
        passport = passports.open_passport(pin.ref, pin.params, clocks, actor)
    except Exception as problem:  # noqa: BLE001  (as above)
        return _refused_tile(pin, _refusal(problem))
    found = passport.evaluation
    unit = found.unit.removeprefix(FRACTION).strip()
    shown = Shown(passport.metric, found.value, unit, passport.params, found.note)
    tile = kpi_tile(
        pin.title, shown, detail=found.subject, stale=found.late if found.value is not None else ""
    )
    for name, value in pinned(pin).items():
        setattr(tile, name, value)
    return to_html(tile)


def _tile(pin: Pin, page: Drawn) -> str:
    if isinstance(page, Refusal):
        return _refused_tile(pin, page)
    found = picking.tile(page, pin.tile, pinned(pin), pin.title)
    if found is None:
        return _refused_tile(
            pin, Refusal(NOTHING, "The page has no such figure for these inputs and clocks.")
        )
    return found


def _refused_tile(pin: Pin, why: Refusal) -> str:
    said = why.message + (f" Incident {why.incident}." if why.incident else "")
    return to_html(
        html.Div(
            [
                html.Div(pin.title, className="es-kpi-title"),
                html.Div(why.title, className="es-kpi-value"),
                html.Div(said, className="es-kpi-detail"),
            ],
            className="es-kpi es-board-refused",
        )
    )


def _card(pin: Pin, page: Drawn, place: str) -> Component:
    if isinstance(page, Refusal):
        return _refused_card(pin, page)
    if pin.card == TILES:
        found = picking.tiles(page)
        found = None if found is None else html.Div([found], **pinned(pin))
    else:
        found = picking.card(page, pin.card, place, pinned(pin), pin.title)
    if found is None:
        advice = "The page has nothing in this card for these inputs and clocks."
        return _refused_card(pin, Refusal(NOTHING, advice))
    return found


def _refused_card(pin: Pin, why: Refusal) -> Component:
    said: Component = html.P([html.Strong(f"{why.title}. "), why.message])
    if why.incident:
        said = error(why.message, incident=why.incident, title=why.title)
    return html.Section([html.H2(pin.title), said], className="es-section es-third es-board-refused")
