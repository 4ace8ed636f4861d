"""One record: the rule's sentence, its law, the margin, the inputs used and the parameters in force."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

from components.number import shown
from components.page import section
from components.states import badge
from components.trade import facts
from portal.core.clock import Clocks
from portal.core.format import moment, number
from portal.domain.compliance.base import REGIMES, Trust, all_rules
from portal.services.compliance import check_tables as service
from portal.services.compliance.check_tables import BADGES, Record
from portal.services.portfolio.blotter import trade_href

TONES = {"block": "bad", "flag": "warn", "gap": "neutral", "report": "info"}
TRUSTS = {"V": "good", "S": "info", "U": "warn", "P": "neutral"}
Pairs = list[tuple[str, Component | str]]


def one_record(row: Record, clocks: Clocks) -> list[Component]:
    """Return the page of a record."""
    return [_head(row, clocks), _measured(row), _inputs(row), _parameters(row)]


def _head(row: Record, clocks: Clocks) -> Component:
    rule = all_rules().get(row.rule)
    title = f"{row.rule} {rule.title}" if rule else row.rule
    marks = [badge(BADGES[row.action], TONES[row.action])]
    if rule:
        marks.append(
            badge(rule.trust.label, TRUSTS[rule.trust.value], title="How well the rule's logic is known")
        )
    name = row.external_id or row.subject
    about: Component | str = name
    if row.trade_id is not None:
        address = trade_href(row.trade_id, clocks)
        about = dcc.Link(f"{name}, version {row.trade_version}", href=address, className="es-link")
    pairs: Pairs = [
        ("About", about),
        ("Day of the event", f"{row.as_of:%Y-%m-%d}"),
        ("Regime", f"{row.regime}: {REGIMES.get(row.regime, '')}"),
        ("Law", rule.law if rule else "the rule is no longer in the product"),
        ("Counterparty", row.counterparty or "none"),
        ("Book", row.book or "none"),
        ("Recorded", f"{moment(row.recorded_at)} by {row.recorded_by}, run {row.run_id}"),
        ("Rule version", str(row.rule_version)),
    ]
    if row.due_at is not None:
        pairs.append(("Due", moment(row.due_at)))
    if row.case_id is not None:
        address = f"/compliance/cases?{urlencode({'case': row.case_id, **clocks.query()})}"
        pairs.append(("Case", dcc.Link(f"Case {row.case_id}", href=address, className="es-link")))
    back = f"{service.PATH}?{urlencode({'rule': row.rule, **clocks.query()})}"
    return html.Section(
        [
            html.Div([html.H2(f"Record {row.id}: {title}"), *marks], className="es-version-head"),
            html.P(row.message, className="es-case-message"),
            facts(pairs),
            html.P(dcc.Link("All records of this rule", href=back, className="es-link")),
        ],
        className="es-section es-full",
    )


def _measured(row: Record) -> Component:
    unit = row.unit or ""
    if row.limit is None or row.measured is None:
        words = "This rule compares nothing with a threshold: the sentence above is all that it says."
        return section("Margin", [html.P(words, className="es-note")])
    pairs: Pairs = [
        ("Measured", f"{number(row.measured)} {unit}"),
        ("Limit", f"{number(row.limit)} {unit}"),
        ("Margin", html.Span([shown(service.margin_shown(row)), f" {unit}"])),
    ]
    return section(
        "Margin", [facts(pairs)], note="Limit less measured: negative when the value is above the limit."
    )


def _inputs(row: Record) -> Component:
    pairs: Pairs = [(name, _text(value)) for name, value in sorted(row.inputs.items())]
    values: Pairs = [(name, _text(value)) for name, value in sorted(row.values.items())]
    parts: list[Component] = [facts(pairs)] if pairs else [html.P("No fact was known.", className="es-note")]
    if values:
        parts += [html.P(html.Strong("What the rule computed")), facts(values)]
    return section("Inputs used", parts, note="As they stood when the rule was asked.", width="half")


def _parameters(row: Record) -> Component:
    parts: list[Component] = [
        html.Div([html.P(html.Strong(code)), facts(_parameter(item))])
        for code, item in sorted(row.parameters.items())
    ]
    if not parts:
        parts = [
            html.P(
                "The rule reads no dated parameter, or found it before one was needed.", className="es-note"
            )
        ]
    return section("Parameters in force", parts, note="Chosen by the day of the event.", width="half")


def _parameter(item: Mapping[str, Any]) -> Pairs:
    trust = str(item.get("trust") or "U")
    pairs: Pairs = [
        ("Value", f"{_text(item.get('value'))} {item.get('unit') or ''}".strip()),
        ("In force", _span(item.get("valid_from"), item.get("valid_to"))),
        ("Source", str(item.get("source") or "not named")),
        ("Known", badge(Trust(trust).label, TRUSTS[trust])),
    ]
    if item.get("changed_by"):
        pairs.append(("Changed by", str(item["changed_by"])))
    return pairs


def _span(begin: Any, end: Any) -> str:
    if not begin and not end:
        return "always"
    return " ".join([f"from {begin}" if begin else "", f"until before {end}" if end else ""]).strip()


def _text(value: Any) -> str:
    said = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return said if len(said) <= 300 else f"{said[:299]}…"
