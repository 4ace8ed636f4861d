"""The form that proposes a limit, and the replay that it shows before anything is stored."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from callbacks.risk.limits.ids import Ids
from callbacks.risk.limits.rows import FIRST, Cells, Choices, cells_of, labelled, read_row, row_cards
from components.chart import chart_card
from components.charts.limits import history_figure
from components.kpi import kpi_row, kpi_tile
from components.states import notice
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.metrics import Shown
from portal.domain.risk import limit_metrics as metrics
from portal.domain.risk.limits.terms_json import terms_to_json
from portal.services.risk.limit_history import HOW
from portal.services.risk.limit_measures import Subject
from portal.services.risk.limit_proposals import Draft, Trial
from portal.services.risk.limit_tables import STATUS_WORDS, known
from portal.services.risk.limit_trials import draft_text
from portal.services.risk.limits import Version

Option = tuple[str, str]


def form(known: Choices, begin: date, like: Version | None, portfolio: str) -> Component:
    """Return the form; ``like`` is the version that a new one of the same limit starts from."""
    stored = terms_to_json(like.limit.terms) if like else {}
    rows = {at: cells_of(part) for at, part in enumerate(_parts(stored))} or {0: FIRST}
    nodes = known.nodes
    join = "all" if "all" in stored else "any"
    where = like.node.code if like else portfolio
    first = where if where in dict(nodes) else nodes[0][0] if nodes else ""
    head = [
        labelled("Code", _text(Ids.CODE, like.code if like else "", "such as GAS_ES")),
        labelled("Title", _text(Ids.TITLE, like.row.title if like else "", "What it limits")),
        labelled("Portfolio", _select(Ids.NODE, nodes, first)),
        labelled("Broken when", _select(Ids.JOIN, [("any", "any condition is (or)"), ("all", "all are (and)")], join)),
        labelled("In force from", dbc.Input(id=Ids.FROM, type="date", size="sm", value=begin.isoformat())),
        labelled("Until (not included)", dbc.Input(id=Ids.UNTIL, type="date", size="sm", value="")),
    ]  # fmt: skip
    reason = dbc.Textarea(
        id=Ids.REASON, size="sm", rows=2, maxLength=1000, placeholder="Why? The others decide by it."
    )
    title = f"Propose a new version of {like.code}" if like else "Propose a limit"
    return html.Section(
        html.Details(
            [
                html.Summary(title),
                notice("First see how it would have fared; nothing is stored before you propose it."),
                html.Div(head, className="es-repair-cells"),
                html.Div(row_cards(rows, known), id=Ids.CONDITIONS),
                html.Div(
                    html.Button(
                        "Add a condition", id=Ids.ADD, type="button", className="btn btn-sm btn-outline-secondary"
                    ),
                    className="es-repair-buttons",
                ),
                html.Div([labelled("Reason", reason, "es-control-wide es-change-wide")], className="es-change-why"),
                html.Div(
                    html.Button("Replay it", id=Ids.TRY, type="button", className="btn btn-sm btn-outline-primary"),
                    className="es-repair-buttons",
                ),
                html.Div(id=Ids.TRIED, role="status"),
                html.Div(id=Ids.PROPOSED, role="status"),
            ],
            className="es-change-form",
        ),
        className="es-section es-full",
    )  # fmt: skip


def _parts(stored: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the conditions of one level; a nested tree is kept by services, not by the form."""
    found = stored.get("all") or stored.get("any") or ([stored] if stored else [])
    return [part for part in found if "measure" in part]


def read_form(
    fields: Mapping[str, str], rows: Mapping[int, Cells], known: Mapping[str, Subject] | None = None
) -> Draft:
    """Return what the form says: ``fields`` by name, ``rows`` of conditions, ``known`` what positions may be of.

    Raises
    ------
    DomainError
        A condition, a day or an amount cannot be read.
    """
    parts = [read_row(cells, known or {}) for cells in rows.values()]
    if not parts:
        raise DomainError("Choose a measure for the first condition.")
    joined: dict[str, Any] = parts[0] if len(parts) == 1 else {_join(fields["join"]): parts}
    begin = _day(fields["from"], "in force from")
    if begin is None:
        raise DomainError("Say from which day the limit is to be in force, such as 2026-01-31.")
    return Draft(
        fields["code"].strip().upper(),
        fields["title"],
        fields["node"],
        joined,
        begin,
        _day(fields["until"], "until"),
        fields["reason"],
    )


def _join(word: str) -> str:
    return "all" if word == "all" else "any"


def _day(text: str, name: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise DomainError(f"'{text[:20]}' is no day for '{name}'. Write it as 2026-01-31.") from None


def replayed(draft: Draft, found: Trial, clocks: Clocks, *, may_propose: bool) -> list[Component]:
    """Return how a draft would have fared, and the button that proposes exactly this draft."""
    judged, result = found.standing.judgement, found.result
    text = draft_text(draft.portfolio, terms_to_json(found.limit.terms))
    params: dict[str, str | int | float | None] = {"draft": text}
    parts: list[Component] = [
        html.P(f"Today: {judged.sentence} ({STATUS_WORDS[judged.status]})", className="es-limit-terms")
    ]
    if result is not None:
        tiles = [
            _days_tile("Would have been broken", "breach", result.breaches, params, len(result.days)),
            _days_tile("Would have warned", "warning", result.warnings, params, len(result.days)),
            _days_tile("Could not be judged", "no-data", result.without_data, params, len(result.days)),
            kpi_tile(
                "Highest use",
                Shown(metrics.REPLAY_USE, known(result.worst_use), "", params),
                detail=f"on {result.worst_day}" if result.worst_day else "no day",
            ),
        ]
        soft = judged.deciding.condition.soft / (judged.deciding.condition.hard or 1.0)
        parts += [
            kpi_row(tiles),
            html.Ul([html.Li(sentence) for sentence in found.sentences], className="es-reasons"),
            chart_card(
                "Replay: use by day in % of the hard tier",
                history_figure([str(stamp) for stamp in result.days.tolist()], result.use, soft=soft, keep=text),
                grid=Ids.REPLAY,
                clocks=clocks.query(),
                simulated=found.simulated,
                params={"draft": text},
                note=f"The last year under the terms proposed, as if they had been in force. {HOW}",
            ),
        ]  # fmt: skip
    else:
        parts += [notice(sentence, kind="warn") for sentence in found.sentences]
    if may_propose:
        parts.append(_propose_button(draft, text))
    return parts


def _days_tile(title: str, status: str, count: int, params: Mapping[str, Any], days: int) -> html.Div:
    item = Shown(metrics.REPLAY_DAYS, float(count), "days", {**params, "status": status})
    return kpi_tile(title, item, detail=f"of {days:,}")


def _propose_button(draft: Draft, text: str) -> Component:
    kept = {
        "draft": text,
        "code": draft.code,
        "title": draft.title,
        "from": draft.effective_from.isoformat(),
        "until": draft.effective_to.isoformat() if draft.effective_to else "",
        "reason": draft.reason,
    }
    return html.Div(
        [
            dcc.Store(id=Ids.DRAFT, data=kept),
            html.Button("Propose it", id=Ids.PROPOSE, type="button", className="btn btn-sm btn-primary"),
            html.Span("Two others must approve it before it counts.", className="es-note"),
        ],
        className="es-repair-buttons",
    )


def _text(part: str, value: str, placeholder: str) -> Any:
    return dbc.Input(id=part, value=value, placeholder=placeholder, size="sm", type="text", maxlength=120)


def _select(part: str, options: Sequence[Option], value: str) -> Any:
    return dbc.Select(
        id=part, size="sm", value=value, options=[{"value": key, "label": label} for key, label in options]
    )
