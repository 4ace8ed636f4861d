"""Monitoring > SLOs: what is promised, what is kept, how much failure is left, and how fast it is being spent."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from dash import Input, Output, State, html, set_props
from dash.development.base_component import Component

from components import controls as inputs
from components.chart import chart_card
from components.charts.slo import budget_figure, burn_figure
from components.feeds import version_list
from components.kpi import kpi_row, kpi_tile
from components.objectives import FIELDS, new_objective_form, objective_form, objective_part
from components.page import PAGE_CLOCKS, body_id, section
from components.states import empty, error, notice
from components.table import data_grid
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import Conflict, DomainError, NotFound
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table, sort_rows
from portal.domain.monitoring import slo_metrics as metrics
from portal.domain.monitoring.slo import WORKBOOK
from portal.services import clocks as clock_service
from portal.services.monitoring import objective_terms, requests, slo_view
from portal.services.monitoring.objectives import Objective
from portal.services.monitoring.slo_view import Standing
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback
from portal.web.views import body, grid

SOURCE = (
    "Budgets and burn rates as in The Site Reliability Workbook, chapter 5. Dashed: {levels} times the allowed rate, "
    "where the rules for burn rates alert."
)

LATELY_MINUTES = 15
USUAL_PERCENT, USUAL_DAYS = 99.0, 30


class Ids(StrEnum):
    """The body and its grids."""

    BODY = "monitoring-slos"
    LIST = "monitoring-slos-list"
    BUDGET = "monitoring-slos-budget"
    BURN = "monitoring-slos-burn"
    SAID = "monitoring-slos-said"
    NEW_SERVICE = "monitoring-slos-new-service"
    NEW_PERCENT = "monitoring-slos-new-percent"
    NEW_DAYS = "monitoring-slos-new-days"
    NEW_SAVE = "monitoring-slos-new-save"


@dataclass(frozen=True, slots=True)
class View:
    """The first state of the page."""

    clocks: Clocks
    controls: list[Component]
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page for its address; an objective that is not there is ignored."""
    clocks, actor = clock_service.resolve(query), current_actor()
    found = slo_view.standings(actor, slo_view.now(), with_off=True)
    options = [(one.objective.code, one.objective.title) for one in found]
    asked = query.get("objective", "")
    chosen = asked if asked in dict(options) else options[0][0] if options else ""
    picker: list[Component] = (
        [inputs.select(Ids.BODY, "objective", "Objective", options, chosen)] if options else []
    )
    return View(clocks, picker, _content(found, chosen, clocks, actor))


@body(Ids.BODY, permission=Permission.MONITORING_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return all objectives, and one of them in detail."""
    found = slo_view.standings(actor, slo_view.now(), with_off=True)
    return _content(found, str(filters.get("objective")), clocks, actor)


def _content(found: list[Standing], chosen: str, clocks: Clocks, actor: Actor) -> list[Component]:
    one = next((each for each in found if each.objective.code == chosen), found[0])
    query = GridQuery()
    params = {"moment": one.moment.isoformat()}
    listed = data_grid(
        Ids.LIST, slo_view.table(found, query), clocks=clocks.query(), params=params, query=query, searchable=False,
        caption="Objectives",
    )  # fmt: skip
    said = html.Div(id=Ids.SAID, role="status")
    return [
        _answers(one.moment, actor),
        section("All objectives", [listed, *_new_form(clocks, actor), said]),
        *_detail(one, clocks, actor),
    ]


def _answers(moment: datetime, actor: Actor) -> Component:
    """Return how the portal has answered lately, whatever is promised."""
    window = requests.Window("all", LATELY_MINUTES, moment)
    tiles = kpi_row([kpi_tile(shown.metric.title, shown) for shown in requests.figures(window, actor)])
    return section(f"Answers of the last {LATELY_MINUTES} minutes", [tiles])


def _detail(one: Standing, clocks: Clocks, actor: Actor) -> list[Component]:
    told: list[Component] = []
    if one.history():
        told.append(notice(one.history(), kind="info" if one.known_seconds else "warn"))
    if not one.known_seconds:
        advice = "Figures appear within a minute after the monitor has taken the first samples."
        parts = [*told, empty("No events yet", advice), *_terms(one.objective, clocks, actor)]
        return [section(one.objective.title, parts, note=_promise(one))]
    return [
        section(
            one.objective.title,
            [*told, _tiles(one), *_terms(one.objective, clocks, actor)],
            note=_promise(one),
        ),
        *_charts(one, clocks, actor),
    ]


def _promise(one: Standing) -> str:
    return f"{_words(one.objective)} {one.note}".strip()


def _words(one: Objective) -> str:
    """Say what is promised in a sentence."""
    within = one.terms.get(objective_terms.WITHIN)
    off = "" if one.enabled else " It is off: no alert rule watches it."
    answered = f" answered within {within:g} s" if within is not None else ""
    share = f"{100 * one.objective:.10g} % of {one.events}{answered}"
    return f"Promised: {share} in any {one.window_days} days.{off}"


def _terms(one: Objective, clocks: Clocks, actor: Actor) -> list[Component]:
    """Return who changed what is promised, and the form for those who may change it."""
    written = [
        (each.version, each.written_by, each.recorded_at, _words(each))
        for each in objective_terms.versions(one.code, actor)
        if each.recorded_at is not None
    ]
    parts: list[Component] = [version_list(written)] if written else []
    if _may_write(clocks, actor):
        parts.append(
            objective_form(
                one.code, title=one.title, version=one.version, percent=100 * one.objective,
                window_days=one.window_days, within_seconds=one.terms.get(objective_terms.WITHIN), enabled=one.enabled,
            )
        )  # fmt: skip
    return parts


def _new_form(clocks: Clocks, actor: Actor) -> list[Component]:
    services = objective_terms.without(actor) if _may_write(clocks, actor) else []
    if not services:
        return []
    ids = Ids.NEW_SERVICE, Ids.NEW_PERCENT, Ids.NEW_DAYS, Ids.NEW_SAVE
    return [new_objective_form(ids, services, percent=USUAL_PERCENT, window_days=USUAL_DAYS)]


def _may_write(clocks: Clocks, actor: Actor) -> bool:
    return clocks.live and actor.can(Permission.ALERT_RULE_WRITE)


def _pace(one: Standing) -> str:
    """Say at which rate the rest of the budget is reckoned."""
    return (
        "at the rate of the last 6 h" if one.lasts_hours() is not None else "nothing failed in the last 6 h"
    )


def _tiles(one: Standing) -> Component:
    params, left = slo_view.params_of(one), one.left()
    spent = "The objective is missed" if left is not None and left < 0 else ""
    failed = slo_view.failed(one.spans[slo_view.WHOLE].all_good, one.spans[slo_view.WHOLE].all)
    fast = {
        "5m": WORKBOOK[0].factor,
        "1h": WORKBOOK[0].factor,
        "6h": WORKBOOK[1].factor,
        "3d": WORKBOOK[2].factor,
    }
    titles = {"5m": "5 min", "1h": "1 h", "6h": "6 h", "3d": "3 days"}
    return kpi_row(
        [
            kpi_tile("Attained", Shown(metrics.ATTAINED, one.attained(), "", params), detail="of the events counted"),
            kpi_tile("Error budget left", Shown(metrics.BUDGET_LEFT, left, "", params), alert=spent),
            kpi_tile("Failed", Shown(metrics.FAILED, failed, one.objective.events, params)),
            kpi_tile(
                "Budget lasts", Shown(metrics.LASTS, one.lasts_hours(), "h", params, "Nothing was spent of late"),
                detail=_pace(one),
            ),
            *(
                kpi_tile(
                    f"Burn rate, {titles[name]}",
                    Shown(metrics.BURN_RATE, one.burn(name), "×", {**params, "window": name}),
                    alert=f"Above {fast[name]:g}" if (one.burn(name) or 0) > fast[name] else "",
                )
                for name in slo_view.BURNS
            ),
        ]
    )  # fmt: skip


def _charts(one: Standing, clocks: Clocks, actor: Actor) -> list[Component]:
    params = slo_view.params_of(one)
    ends, _, lost, left = slo_view.spent(one)
    looks, rates = slo_view.burns(actor, one.objective.code, one.moment)
    levels = [window.factor for window in WORKBOOK]
    return [
        chart_card(
            "How the budget was spent", budget_figure(ends, left, lost), grid=Ids.BUDGET, clocks=clocks.query(),
            params=params, note="Against the budget of all events of the window; it ends at the figure above.",
            advice="There is a line once requests were counted in two hours.",
        ),
        chart_card(
            "How fast it burns, last 3 days", burn_figure(looks, rates, levels), grid=Ids.BURN,
            clocks=clocks.query(), params=params,
            advice="There is a line once requests were counted twice in these days.",
            source=SOURCE.format(levels=", ".join(f"{level:g}" for level in sorted(levels))),
        ),
    ]  # fmt: skip


def _moment(filters: Mapping[str, Any]) -> datetime:
    try:
        return datetime.fromisoformat(str(filters.get("moment")))
    except ValueError:
        raise DomainError("The moment of the look cannot be read. Open the page again.") from None


def _one(filters: Mapping[str, Any], actor: Actor) -> Standing:
    code = str(filters.get("objective"))
    found = slo_view.standings(actor, _moment(filters), [code])
    if not found:
        raise NotFound(f"There is no objective '{code[:64]}'.", objective=code)
    return found[0]


@grid(Ids.LIST, title="Objectives", permission=Permission.MONITORING_READ)
def load_list(query: GridQuery, filters: Mapping[str, Any], _clocks: Clocks, actor: Actor) -> Table:
    """Return the objectives as sorted and filtered."""
    return slo_view.table(slo_view.standings(actor, _moment(filters)), query)


@grid(Ids.BUDGET, title="How an error budget was spent", permission=Permission.MONITORING_READ)
def load_budget(query: GridQuery, filters: Mapping[str, Any], _clocks: Clocks, actor: Actor) -> Table:
    """Return the hours of the window with what failed and what was left."""
    return sort_rows(slo_view.spent_table(_one(filters, actor)), query)


@grid(Ids.BURN, title="Burn rates", permission=Permission.MONITORING_READ)
def load_burn(query: GridQuery, filters: Mapping[str, Any], _clocks: Clocks, actor: Actor) -> Table:
    """Return the burn rates of the last three days."""
    one = _one(filters, actor)
    return sort_rows(slo_view.burn_table(*slo_view.burns(actor, one.objective.code, one.moment)), query)


@guarded_callback(
    Input(objective_part("save"), "n_clicks"),
    State(PAGE_CLOCKS, "data"),
    State(objective_part("based-on"), "data"),
    *(State(objective_part(name), "value") for name in FIELDS),
    permission=Permission.ALERT_RULE_WRITE,
    prevent_initial_call=True,
    running=[(Output(objective_part("save"), "disabled"), True, False)],
)
def save(clicks: int | None, pair: dict[str, str], seen: Mapping[str, Any], *values: Any) -> None:
    """Write the next version of what is promised, and draw the page anew; what is refused is told on it."""
    if clicks:
        code, version = str(seen["objective"]), int(seen["version"])
        given = dict(zip(FIELDS, values, strict=True))
        _written(pair, lambda actor: objective_terms.change(code, given, actor, based_on=version))


@guarded_callback(
    Input(Ids.NEW_SAVE, "n_clicks"),
    State(PAGE_CLOCKS, "data"),
    State(Ids.NEW_SERVICE, "value"),
    State(Ids.NEW_PERCENT, "value"),
    State(Ids.NEW_DAYS, "value"),
    permission=Permission.ALERT_RULE_WRITE,
    prevent_initial_call=True,
    running=[(Output(Ids.NEW_SAVE, "disabled"), True, False)],
)
def add(clicks: int | None, pair: dict[str, str], service: str | None, percent: Any, days: Any) -> None:
    """Promise that a service works."""
    if clicks:
        given = {"percent": percent, "window_days": days}
        _written(pair, lambda actor: objective_terms.promise(str(service or ""), given, actor))


def _written(pair: dict[str, str] | None, write: Callable[[Actor], Objective]) -> None:
    actor = current_actor()
    try:
        made = write(actor)
    except (Conflict, DomainError, NotFound) as problem:
        set_props(Ids.SAID, {"children": error(problem.message, title="Not saved")})
        return
    clocks = clock_service.resolve(read_filters(pair or {}))
    set_props(body_id(Ids.BODY), {"children": draw({"objective": made.code}, clocks, actor)})
    set_props(Ids.SAID, {"children": notice(f"{made.title}: version {made.version} counts from now on.")})
