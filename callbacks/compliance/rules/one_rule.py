"""One rule: what it tests, must be told and stands on, and how the engine answers its examples now."""

from dash import dcc, html
from dash.development.base_component import Component

from callbacks.compliance.rules.cards import badges, waiting
from callbacks.compliance.rules.ids import Ids
from components.kpi import kpi_row, kpi_tile
from components.page import section
from components.states import badge, empty, notice
from components.table import data_grid
from components.trade import facts
from portal.core.actor import Actor
from portal.core.table import GridQuery
from portal.domain.compliance import rule_counts as counts
from portal.domain.compliance import rule_metrics as metrics
from portal.domain.compliance.base import REGIMES
from portal.services.compliance import rule_tables as tables
from portal.services.compliance.catalogue import OneRule

FOUND = {"Blocks": "block", "Flags": "flag", "Reports": "report", "Data gaps": "gap"}
TONES = {"block": "bad", "flag": "warn", "report": "info"}


def one_rule(found: OneRule, actor: Actor) -> list[Component]:
    """Return the page of a rule."""
    clocks = found.book.clocks.query()
    codes = {item.code for item in found.values}
    waits = [part for code in sorted(codes) if (part := waiting(found.book, actor, code)) is not None]
    return [
        _head(found),
        _tiles(found),
        *waits[:1],
        section(
            "Examples",
            [*_broken(found), data_grid(
                Ids.EXAMPLES, tables.example_table(GridQuery(), found), clocks=clocks,
                params={"rule": found.rule.code}, searchable=False,
            )],
            note="Asked of the engine as this page was drawn, with the parameters in force.",
        ),
        _values(found),
        section(
            "Facts that it must be told",
            [data_grid(
                Ids.INPUTS, tables.input_table(GridQuery(), found.rule), clocks=clocks,
                params={"rule": found.rule.code}, searchable=False,
            )],
            note=_groups(found),
        ),
    ]  # fmt: skip


def _head(found: OneRule) -> Component:
    rule = found.rule
    marks = [badge(action.value, TONES[action.value]) for action in rule.actions]
    heading = html.Div(
        [html.H2(f"{rule.code} · {rule.title}"), *marks, *badges(rule.trust.value)],
        className="es-version-head",
    )
    pairs: list[tuple[str, Component | str]] = [
        ("Law", rule.law),
        ("Regimes", "; ".join(REGIMES[name] for name in rule.regimes)),
        ("Looks at", ", ".join(kind.replace("_", " ") for kind in rule.kinds)),
        ("Version", str(rule.version)),
        ("Due", rule.deadline or "no deadline"),
        ("In force", _span(found)),
    ]
    back = dcc.Link("Back to the catalogue", href=tables.address(found.book.clocks), className="es-link")
    purpose = html.P(["Test: ", rule.test], className="es-limit-terms")
    return html.Section(
        [heading, purpose, facts(pairs), html.P(back)], className="es-section es-full es-case-head"
    )


def _span(found: OneRule) -> str:
    first, last = found.rule.effective_from, found.rule.effective_to
    if first is None and last is None:
        return "at all times; its parameters are dated"
    return f"{first or 'always'} to {last or 'no end'}"


def _tiles(found: OneRule) -> Component:
    code, met = found.rule.code, [item.is_met for item in found.examples]
    share = counts.met_share(met)
    wrong = len(met) - sum(met)
    return kpi_row(
        [
            kpi_tile(
                "Examples met",
                tables.figure(metrics.EXAMPLES_MET, share, rule=code),
                detail=f"{sum(met)} of {len(met)}",
                alert=f"{wrong} are answered otherwise" if wrong else "",
            ),
            *(
                kpi_tile(
                    title,
                    tables.figure(
                        metrics.RECORDS, float(found.book.records.get((code, action), 0)), rule=code, action=action
                    ),
                    detail="last 90 days",
                )
                for title, action in FOUND.items()
            ),
        ]
    )  # fmt: skip


def _broken(found: OneRule) -> list[Component]:
    if all(item.is_met for item in found.examples):
        return []
    return [
        notice(
            "Some examples are answered otherwise: a parameter that the rule reads was changed.", kind="warn"
        )
    ]


def _values(found: OneRule) -> Component:
    if not found.values:
        return empty(
            "No parameters", "This rule has no figure of its own: it compares facts with each other."
        )
    return section(
        "Parameters that it reads",
        [
            data_grid(
                Ids.OF_RULE,
                tables.value_table(GridQuery(), found.book.clocks, found.values),
                clocks=found.book.clocks.query(),
                params={"rule": found.rule.code},
                searchable=False,
            )
        ],
        note="A click on one opens its history and lets an officer propose another value.",
    )


def _groups(found: OneRule) -> str:
    alternatives = len(found.rule.inputs.groups)
    if alternatives > 1:
        return f"The rule is asked when one of {alternatives} groups of these facts is whole; else it is a data gap."
    return "A fact that is needed and missing is a data gap: the rule is then listed as not evaluated, never passed."
