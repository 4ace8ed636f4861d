"""What the buttons of Overview > Packs do: write a schedule, make a pack again and compare."""

from collections.abc import Mapping, Sequence
from typing import Any

from dash import ALL, MATCH, Input, Output, State, ctx, dcc, html, no_update, set_props
from dash.development.base_component import Component

from callbacks.overview.packs.grids import TITLES
from callbacks.overview.packs.ids import EVERYTHING, Ids
from components.packs import FIELDS, pack_part
from components.states import error, notice
from portal.core.errors import EnerscopeError
from portal.core.permissions import Permission
from portal.services.packs import history, rounds, schedules
from portal.services.packs.history import PATH
from portal.services.packs.schedules import Terms
from portal.web.actor import current_actor
from portal.web.asked import read_filters, whole
from portal.web.guard import guarded_callback


def _part(part: str) -> dict[str, object]:
    return {"type": f"pack-schedule-{part}", "schedule": MATCH}


@guarded_callback(
    Input(_part("save"), "n_clicks"),
    State(_part("version"), "data"),
    *(State(_part(name), "value") for name in FIELDS),
    permission=Permission.PACK_SCHEDULE,
    prevent_initial_call=True,
)
def save(clicks: int | None, version: int | None, *values: Any) -> None:
    """Write the next version of a schedule; what cannot be read is told beside the form."""
    if not clicks:
        return
    code, actor = str(ctx.triggered_id["schedule"]), current_actor()
    try:
        terms = read_terms(dict(zip(FIELDS, values, strict=True)), version)
        number = schedules.write(terms, actor)
        stored = schedules.one(terms.code, actor)
        given_up = rounds.given_up(terms.code, actor)
    except EnerscopeError as problem:
        set_props(pack_part("note", code), {"children": error(problem.message, title="Not saved")})
        return
    set_props(pack_part("version", code), {"data": number})
    link = dcc.Link("Open it", href=f"{PATH}?schedule={terms.code}", refresh=True)
    words = html.P(
        [f"Version {number} counts from now on: {stored.words()}. ", link, "."], className="es-note"
    )
    said = [words, notice(given_up, kind="warn")] if given_up else words
    set_props(pack_part("note", code), {"children": said})


def read_terms(given: Mapping[str, Any], version: int | None) -> Terms:
    """Return what a form says as the terms of a schedule; errors as of :func:`portal.web.asked.read_filters`."""
    asked = read_filters(given)

    def words(name: str) -> str:
        return str(asked[name] or "").strip()

    def several(name: str) -> tuple[str, ...]:
        found = asked[name]
        return tuple(str(one) for one in found) if isinstance(found, list) else ()

    portfolio = words("portfolio")
    return Terms(
        words("code"), words("title"), words("template"), several("recipients"),
        {} if portfolio in ("", EVERYTHING) else {"portfolio": portfolio}, several("formats"), words("cron"),
        words("timezone"), whole(asked, "wait_minutes", 0, low=0, high=schedules.LONGEST_WAIT), words("calendar"),
        words("day"), words("folder"), bool(asked["enabled"]), version if isinstance(version, int) else 0,
    )  # fmt: skip


@guarded_callback(
    Output(Ids.COMPARED, "children"),
    Input({"type": Ids.COMPARE.value, "pack": ALL}, "n_clicks"),
    permission=Permission.EXPORT,
    prevent_initial_call=True,
)
def compare(clicks: Sequence[int | None]) -> Component | Any:
    """Make a pack again under its own clocks and say of each file whether it is the same."""
    pressed = ctx.triggered_id
    if not isinstance(pressed, Mapping) or not any(clicks):
        return no_update
    try:
        same = history.compare(int(pressed["pack"]), current_actor())
    except EnerscopeError as refusal:
        return notice(refusal.message, kind="warn")
    other = [TITLES[code] for code, equal in same.items() if not equal]
    if other:
        return notice(f"Made again, these files are not the same: {', '.join(other)}.", kind="warn")
    return notice("Made again under the same clocks and rights, every file is the same to the byte.")
