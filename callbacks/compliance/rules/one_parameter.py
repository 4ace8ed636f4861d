"""One parameter: the value in force, its history, what was proposed, and the form that proposes another."""

from dash import dcc, html
from dash.development.base_component import Component

from callbacks.compliance.rules.cards import badges, waiting
from callbacks.compliance.rules.form import form
from callbacks.compliance.rules.ids import Ids
from components.number import passport_button
from components.page import section
from components.table import data_grid
from components.trade import facts
from portal.core.actor import Actor
from portal.core.format import day
from portal.core.permissions import Permission
from portal.core.table import GridQuery
from portal.domain.compliance import rule_metrics as metrics
from portal.domain.compliance.parameter_values import part_of, parts
from portal.services.compliance import rule_tables as tables
from portal.services.compliance.catalogue import OneParameter


def one_parameter(found: OneParameter, actor: Actor) -> list[Component]:
    """Return the page of a parameter; only officers see the form, and nobody in a view of the past."""
    clocks, params = found.book.clocks, {"parameter": found.code}
    can_change = actor.can(Permission.COMPLIANCE_DECIDE) and clocks.live
    history = section(
        "History",
        [data_grid(
            Ids.HISTORY, tables.history_table(GridQuery(), found), clocks=clocks.query(), params=params,
            searchable=False,
        )],
        note="The newest first. Where two values cover a day, the one that was approved last counts.",
    )  # fmt: skip
    proposals = section(
        "Proposed values",
        [data_grid(
            Ids.PROPOSALS, tables.proposal_table(GridQuery(), found), clocks=clocks.query(), params=params,
            searchable=False,
        )],
    )  # fmt: skip
    parts_found: list[Component | None] = [
        _head(found),
        waiting(found.book, actor, found.code),
        form(found) if can_change else None,
        history,
        proposals if found.proposals else None,
    ]
    return [part for part in parts_found if part is not None]


def _head(found: OneParameter) -> Component:
    item = found.current
    title = found.history[-1].title
    marks = badges(item.trust) if item else []
    readers: list[Component | str] = []
    for rule in found.rules:
        readers += [dcc.Link(rule.code, href=tables.address(found.book.clocks, rule=rule.code)), " "]
    pairs: list[tuple[str, Component | str]] = [
        *_values(found),
        ("From", day(item.valid_from) if item and item.valid_from else "always"),
        ("Until", day(item.valid_to) if item and item.valid_to else "no end"),
        ("Source", item.source if item else "none"),
        ("Note", (item.note if item else "") or "none"),
        ("Read by", html.Span(readers) if readers else "no rule of the engine; services of the portal may"),
    ]
    back = dcc.Link("Back to the catalogue", href=tables.address(found.book.clocks), className="es-link")
    heading = html.Div([html.H2(f"{found.code} · {title}"), *marks], className="es-version-head")
    return html.Section([heading, facts(pairs), html.P(back)], className="es-section es-full es-case-head")


def _values(found: OneParameter) -> list[tuple[str, Component | str]]:
    item = found.current
    if item is None:
        return [("Value", f"none is in force on {found.book.clocks.as_of}")]
    pairs: list[tuple[str, Component | str]] = []
    for part, value in parts(item.value):
        name = part.replace("_", " ").capitalize() or "Value"
        number = part_of(item.value, part)
        if number is None:
            pairs.append((name, "none" if value is None else str(value)))
        else:
            figure = passport_button(
                metrics.PARAMETER, tables.short(value), {"parameter": found.code, "part": part}
            )
            pairs.append((name, html.Span([figure, f" {item.unit}"])))
    return pairs
