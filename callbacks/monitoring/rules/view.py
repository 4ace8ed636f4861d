"""What Monitoring > Alert rules shows: the rules, or one of them with what it would have done."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from callbacks.monitoring.rules import form, replay
from callbacks.monitoring.rules.ids import ALL, Ids
from components import controls as inputs
from components.attributes import attributes
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.states import badge, error, notice
from components.table import data_grid
from portal.core import clock
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import DomainError, NotFound
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import GridQuery, Table
from portal.domain.monitoring import slo_metrics as metrics
from portal.domain.monitoring.rule_terms import KINDS
from portal.services import clocks as clock_service
from portal.services.monitoring import alert_rules, rule_tables
from portal.services.monitoring.rule_catalogue import Rule
from portal.services.monitoring.rule_replay import DAYS, USUAL_DAYS, Replay
from portal.services.monitoring.rule_words import condition, recovery
from portal.web.actor import current_actor
from portal.web.views import body, grid

PAGE = "/monitoring/rules"


@dataclass(frozen=True, slots=True)
class View:
    """The first state of the page; ``rule`` None shows the list."""

    clocks: Clocks
    rule: Rule | None
    controls: list[Component]
    content: list[Component]
    below: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page for its address: ``rule`` opens one, ``rule=new`` and ``kind`` a new one; else the list."""
    clocks, actor = clock_service.resolve(query), current_actor()
    asked = query.get("rule", "")
    if not asked:
        return View(clocks, None, [], draw_list({}, clocks, actor), _window_form(actor))
    try:
        base = form.NEW[query.get("kind", "threshold")] if asked == "new" else alert_rules.find(asked, actor)
    except (NotFound, KeyError):
        missing = error("There is no such rule. Choose one from the list.", title="No such rule")
        return View(clocks, None, [], [missing, *draw_list({}, clocks, actor)], _window_form(actor))
    shown = {
        **form.values_of(base),
        **{name: value for name, value in query.items() if name in form.values_of(base)},
    }
    days = query.get("days", str(USUAL_DAYS))
    given = {**shown, "days": days if days in map(str, DAYS) else str(USUAL_DAYS), "base": _base(base)}
    listed = form.fields(
        Ids.BODY, base.kind, shown, rule_tables.known_series(actor), rule_tables.known_objectives(actor),
        is_new=not base.code,
    )  # fmt: skip
    span = [(str(one), f"{one} day{'s' if one > 1 else ''}") for one in DAYS]
    listed.append(inputs.select(Ids.BODY, "days", "Replayed over", span, given["days"]))
    listed.append(html.Div(inputs.text(Ids.BODY, "base", "Rule", _base(base)), hidden=True))
    return View(clocks, base, listed, draw_rule(given, clocks, actor), _acts(base, actor))


def _base(one: Rule) -> str:
    """Return what names the rule that a form begins with: its code, or the kind of a new one."""
    return one.code or f"new {one.kind}"


def base_of(given: Mapping[str, Any], actor: Actor) -> Rule:
    """Return the rule that a form begins with, or raise :class:`NotFound`."""
    name = str(given.get("base") or "")
    kind = name.removeprefix("new ")
    return form.NEW[kind] if kind in form.NEW and kind != name else alert_rules.find(name, actor)


@body(Ids.LIST_BODY, permission=Permission.MONITORING_READ)
def draw_list(_filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return the figures, the rules and the maintenance windows."""
    found = rule_tables.counts(actor)
    params = {"moment": found.moment.isoformat()}
    tiles = kpi_row(
        [
            kpi_tile("Rules that are on", Shown(metrics.RULES_ON, found.on, "rules", params)),
            kpi_tile(
                "Rules that fire", Shown(metrics.RULES_FIRING, found.firing, "rules", params),
                alert="See the list" if found.firing else "",
            ),
        ]
    )  # fmt: skip
    rules = data_grid(
        Ids.LIST, rule_tables.rule_table(ALL, actor), clocks=clocks.query(), query=ALL, caption="Alert rules"
    )
    windows = rule_tables.window_table(ALL, actor)
    planned: Component = (
        data_grid(
            Ids.WINDOWS,
            windows,
            clocks=clocks.query(),
            query=ALL,
            caption="Maintenance windows",
            searchable=False,
        )
        if windows.rows
        else notice("No maintenance window in the last 30 days, and none planned.")
    )
    note = "What is found in a window is stored, but opens no incident and is not told. Limits and cases always are."
    return [
        tiles,
        section("Rules", [*_new_links(actor), rules]),
        section("Maintenance windows", [planned, *_ends(actor)], note=note),
    ]


def _new_links(actor: Actor) -> list[Component]:
    if not actor.can(Permission.ALERT_RULE_WRITE):
        return []
    links = [
        dcc.Link(title, href=f"{PAGE}?rule=new&kind={kind}", className="btn btn-sm btn-outline-primary")
        for kind, title in KINDS.items()
    ]
    return [html.Div([html.Span("New rule", className="es-label"), *links], className="es-rule-new")]


def _ends(actor: Actor) -> list[Component]:
    """Return the buttons that end windows early."""
    if not actor.can(Permission.ALERT_RULE_WRITE):
        return []
    still = [
        row
        for row in rule_tables.window_table(GridQuery(limit=None), actor).records()
        if row["state"] != "over"
    ]
    return [
        html.Div(
            [
                html.Button(
                    f"End window {row['id']} now", type="button", className="btn btn-sm btn-outline-secondary",
                    id={"type": "window-end", "window": row["id"]},
                )
                for row in still
            ],
            className="es-rule-new",
        )
    ]  # fmt: skip


def _window_form(actor: Actor) -> list[Component]:
    """Return the form of a maintenance window; it lies beside the body, so that it is not drawn anew."""
    if not actor.can(Permission.ALERT_RULE_WRITE):
        return []
    begins = clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M")

    def field(label: str, made: Component) -> html.Label:
        return html.Label([html.Span(label, className="es-label"), made], className="es-control")

    return [
        section(
            "Plan maintenance",
            [
                html.Div(
                    [
                        field("Services", dbc.Input(id=Ids.SERVICES, size="sm", placeholder="database, feed.*")),
                        field("From (UTC)", dbc.Input(id=Ids.BEGINS, size="sm", type="datetime-local", value=begins)),
                        field("Hours", dbc.Input(id=Ids.HOURS, size="sm", type="number", value=2, min=0.25, max=336)),
                        field("Reason", dbc.Input(id=Ids.REASON, size="sm", maxlength=300)),
                        html.Button("Plan", id=Ids.PLAN, type="button", className="btn btn-sm btn-primary"),
                    ],
                    className="es-rule-form",
                ),
                html.Div(id=Ids.PLANNED, role="status"),
            ],
        )
    ]  # fmt: skip


def _acts(one: Rule, actor: Actor) -> list[Component]:
    if not actor.can(Permission.ALERT_RULE_WRITE):
        return [notice("You may read and replay rules; to save one takes the right 'alert-rule:write'.")]
    words = "Save the rule" if not one.code else f"Save as version {one.version + 1}"
    buttons = [html.Button(words, id=Ids.SAVE, type="button", className="btn btn-sm btn-primary")]
    switch = html.Button(
        "Switch off" if one.enabled else "Switch on", id=Ids.SWITCH, type="button",
        className="btn btn-sm btn-outline-secondary", hidden=not one.code,
        **attributes({"aria-label": f"Switch {'off' if one.enabled else 'on'}: {one.title or 'new rule'}"}),
    )  # fmt: skip
    base = {"base": _base(one), "version": one.version}
    return [
        html.Div([*buttons, switch], className="es-rule-new"),
        html.Div(id=Ids.SAVED, role="status"),
        dcc.Store(id=Ids.BASE, data=base),
    ]


@body(Ids.BODY, permission=Permission.MONITORING_READ)
def draw_rule(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return what a rule says in words, and what it would have done."""
    until = clock.now().replace(second=0, microsecond=0)
    try:
        base = base_of(filters, actor)
        one = form.said(filters, base)
        tried = alert_rules.try_out(one, actor, days=replay.days_of(filters), until=until)
    except (DomainError, NotFound) as problem:
        return [error(problem.message, title="This rule makes no sense yet")]
    parts: list[Component] = [_words(one, tried, base)]
    parts += replay.found(one, tried, clocks)
    if base.code:
        versions = rule_tables.version_table(base.code, ALL, actor)
        listed = data_grid(
            Ids.VERSIONS, versions, clocks=clocks.query(), params={"rule": base.code}, query=ALL, searchable=False,
            caption="Versions",
        )  # fmt: skip
        parts.append(section("Versions", [listed]))
    return parts


def _words(one: Rule, tried: Replay, base: Rule) -> Component:
    terms = tried.read.terms
    state = badge("on" if base.enabled else "off", "good" if base.enabled else "neutral")
    rows: list[tuple[str, Any]] = [
        ("Kind", [KINDS[one.kind], " ", state if base.code else None]),
        ("Fires when", condition(one, terms, tried.read.objective) + "."),
        ("Over when", recovery(one, terms) + "."),
    ]
    parts = [part for name, value in rows for part in (html.Dt(name), html.Dd(value))]
    return section("In words", [html.Dl(parts, className="es-facts")])


@grid(Ids.LIST, title="Alert rules", permission=Permission.MONITORING_READ)
def load_list(query: GridQuery, _filters: Mapping[str, Any], _clocks: Clocks, actor: Actor) -> Table:
    """Return the rules as sorted and filtered."""
    return rule_tables.rule_table(query, actor)


@grid(Ids.VERSIONS, title="Versions of a rule", permission=Permission.MONITORING_READ)
def load_versions(query: GridQuery, filters: Mapping[str, Any], _clocks: Clocks, actor: Actor) -> Table:
    """Return the versions of a rule."""
    return rule_tables.version_table(str(filters.get("rule")), query, actor)


@grid(Ids.WINDOWS, title="Maintenance windows", permission=Permission.MONITORING_READ)
def load_windows(query: GridQuery, _filters: Mapping[str, Any], _clocks: Clocks, actor: Actor) -> Table:
    """Return the maintenance windows."""
    return rule_tables.window_table(query, actor)
