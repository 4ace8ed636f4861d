"""The cards of Compliance > Rules: tiles, what waits for a second person, all rules and all parameters."""

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from callbacks.compliance.rules.ids import DECIDE, NOTE, Ids
from components.kpi import kpi_row, kpi_tile
from components.number import shown
from components.page import section
from components.states import badge
from components.table import data_grid
from components.trade import facts
from portal.core.actor import Actor
from portal.core.format import day, moment
from portal.core.permissions import Permission
from portal.core.table import GridQuery
from portal.domain.compliance import rule_counts as counts
from portal.domain.compliance import rule_metrics as metrics
from portal.services.compliance import rule_tables as tables
from portal.services.compliance.catalogue import EVERY, Catalogue, value_on
from portal.services.compliance.parameter_changes import Decision, Proposal

CHANGES = (("now", "now"), ("then", "then"), ("new", "new"), ("gone", "gone"))


def tiles(book: Catalogue, regime: str, trust: str) -> Component:
    """Rules, values that nobody has confirmed, and proposals that wait."""
    found = book.rules(regime, trust)
    values = book.values()
    open_values = counts.unconfirmed(item.trust for item in values)
    some = len(book.waiting)
    return kpi_row(
        [
            kpi_tile(
                "Rules",
                tables.figure(metrics.RULES, float(counts.count(found)), regime=regime, trust=trust),
                detail="all regimes" if regime == EVERY else regime,
            ),
            kpi_tile(
                "Values to be confirmed",
                tables.figure(metrics.UNCONFIRMED, float(open_values)),
                detail=f"of {len(values)} parameters in force",
                alert="nobody has seen their source" if open_values else "",
            ),
            kpi_tile(
                "Proposed values that wait",
                tables.figure(metrics.WAITING, float(counts.waiting(row.decision for row in book.proposals))),
                detail="for a second person",
                alert="for a second person" if some else "",
            ),
        ]
    )


def waiting(book: Catalogue, actor: Actor, code: str = "") -> Component | None:
    """Proposals that nobody has decided about, with the replay that their author saw."""
    rows = [row for row in book.waiting if not code or row.code == code]
    if not rows:
        return None
    return section(
        "Proposed values that wait",
        [html.Div(id=Ids.DECIDED, role="status"), *(proposal(row, book, actor) for row in rows)],
        note="A value counts once a second person has approved it. Nobody decides about their own.",
    )


def proposal(row: Proposal, book: Catalogue, actor: Actor) -> Component:
    """Return one proposal with its reason, its replay and its buttons."""
    current = value_on(book.parameters, row.code, book.clocks.as_of)
    pairs: list[tuple[str, Component | str]] = [
        ("Value in force", tables.words(current.value) if current else "none on this day"),
        ("Proposed", html.Strong(tables.words(row.value["value"]))),
        ("From", day(row.valid_from) if row.valid_from else "always"),
        ("Until", day(row.valid_to) if row.valid_to else "no end"),
        ("Source", f"{row.source} ({tables.trust_words(row.trust)})"),
        ("Proposed by", f"{row.proposed_by}, {moment(row.recorded_at)}"),
    ]
    link = dcc.Link(row.code, href=tables.address(book.clocks, parameter=row.code))
    title = book.parameters.by_code[row.code][-1].title if row.code in book.parameters.by_code else ""
    return html.Div(
        [
            html.Div([html.H3([link, f" · {title}"]), badge("waits", "warn")], className="es-version-head"),
            facts(pairs),
            html.P(["Reason: ", html.Q(row.reason)], className="es-version-reason"),
            replay_sentence(row),
            _decision(row, actor, is_live=book.clocks.live),
        ],
        className="es-limit-item",
    )


def replay_sentence(row: Proposal) -> Component:
    """Return what the change would have done, as it was replayed when it was proposed; each number has its passport."""
    replay = row.replay
    if not replay.get("counts"):
        return html.P(no_effect(replay), className="es-note")
    parts: list[Any] = [f"Replay of {replay['since']} to {replay['until']}: "]
    for which, word in CHANGES:
        value = float(sum(item[which] for item in replay["counts"]))
        parts += [shown(tables.figure(metrics.REPLAY, value, proposal=row.id, which=which)), f" {word}, "]
    parts[-1] = f" {CHANGES[-1][1]}. "
    broken = len(replay.get("examples", ()))
    parts.append(
        f"{broken} examples would be answered otherwise." if broken else "All examples stay as they are."
    )
    return html.P(parts, className="es-note")


def no_effect(replay: Any) -> str:
    """Return why a replay shows nothing."""
    if not replay.get("rules"):
        return "No rule of the engine reads this value, so there is nothing to replay."
    seen = replay["trades"] + replay["records"]
    return f"Replay: {', '.join(replay['rules'])} would find nothing in {seen:,} cases, now or then."


def _decision(row: Proposal, actor: Actor, *, is_live: bool) -> Component:
    own = row.proposed_by == actor.username
    may = is_live and not own and actor.can(Permission.COMPLIANCE_APPROVE)
    note = dbc.Input(
        id={"type": NOTE, "proposal": row.id}, placeholder="Note; needed to reject", size="sm", maxlength=1000
    )
    buttons = [
        _button("Approve", row, Decision.APPROVED, "btn-primary", hidden=not may),
        _button("Reject", row, Decision.REJECTED, "btn-outline-danger", hidden=not may),
        _button("Withdraw", row, Decision.WITHDRAWN, "btn-outline-secondary", hidden=not (own and is_live)),
    ]
    waits = "You proposed it; a second person decides." if own else "The head of compliance decides."
    return html.Div(
        [
            html.Div(note, hidden=not may, className="es-control-wide"),
            *buttons,
            html.Span("" if may else waits, className="es-note"),
        ],
        className="es-repair-buttons",
    )


def _button(label: str, row: Proposal, decision: Decision, kind: str, *, hidden: bool) -> Component:
    return html.Button(
        label,
        id={"type": DECIDE, "proposal": row.id, "decision": decision.value},
        type="button",
        className=f"btn btn-sm {kind}",
        hidden=hidden,
    )


def rules(book: Catalogue, regime: str, trust: str) -> Component:
    """All rules of a regime."""
    return section(
        "Rules",
        [
            data_grid(
                Ids.RULES,
                tables.rule_table(GridQuery(), book, regime, trust),
                clocks=book.clocks.query(),
                params={"regime": regime, "trust": trust},
            )
        ],
        note="A click on a rule opens what it asks, what it stands on, and its examples with the engine's answers.",
    )


def parameters(book: Catalogue, trust: str) -> Component:
    """All parameters in force on the day of the view."""
    return section(
        "Parameters in force",
        [
            data_grid(
                Ids.VALUES,
                tables.value_table(GridQuery(), book.clocks, book.values(trust=trust)),
                clocks=book.clocks.query(),
                params={"trust": trust},
            )
        ],
        note=f"In force on {book.clocks.as_of}; a rule takes the value of the day of the event. A click on one opens "
        "its history and lets an officer propose another.",
    )


def badges(trust: str) -> Sequence[Component]:
    """Return the mark of a source."""
    return [badge(tables.trust_words(trust), {"V": "good", "S": "info", "U": "warn"}.get(trust, "neutral"))]
