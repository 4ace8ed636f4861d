"""The form that proposes a limit, and the replay that it shows before anything is stored."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from callbacks.risk.limits.ids import NOBODY, ROWS, TERM, Ids
from components.chart import chart_card
from components.charts.limits import history_figure
from components.kpi import kpi_row, kpi_tile
from components.states import notice
from portal.core.clock import Clocks
from portal.core.errors import DomainError
from portal.core.metrics import Shown
from portal.domain.risk import limit_metrics as metrics
from portal.domain.risk.limits.limit import Basis
from portal.domain.risk.limits.terms_json import terms_to_json
from portal.services.risk.limit_proposals import Draft, Trial
from portal.services.risk.limit_tables import STATUS_WORDS, known
from portal.services.risk.limit_trials import draft_text
from portal.services.risk.limit_values import MEASURES, STRESS, WITH_LEVEL
from portal.services.risk.limits import Version
from portal.services.risk.runs import LEVELS, METHODS

_TIMES = {"k": 1e3, "m": 1e6, "bn": 1e9}
FIELDS = ("measure", "method", "level", "node", "hard", "soft")
Option = tuple[str, str]


def form(
    nodes: Sequence[Option], measures: Sequence[Option], begin: date, like: Version | None, portfolio: str
) -> Component:
    """Return the form; ``like`` is the version that a new one of the same limit starts from."""
    stored = terms_to_json(like.limit.terms) if like else {}
    parts = _parts(stored)
    join = "all" if "all" in stored else "any"
    where = like.node.code if like else portfolio
    first = where if where in dict(nodes) else nodes[0][0] if nodes else ""
    head = [
        _labelled("Code", _text(Ids.CODE, like.code if like else "", "such as GAS_ES")),
        _labelled("Title", _text(Ids.TITLE, like.row.title if like else "", "What it limits")),
        _labelled("Portfolio", _select(Ids.NODE, nodes, first)),
        _labelled("Broken when", _select(Ids.JOIN, [("any", "any condition is (or)"), ("all", "all are (and)")], join)),
        _labelled("In force from", dbc.Input(id=Ids.FROM, type="date", size="sm", value=begin.isoformat())),
        _labelled("Until (not included)", dbc.Input(id=Ids.UNTIL, type="date", size="sm", value="")),
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
                *(_row(at, parts[at] if at < len(parts) else {}, nodes, measures) for at in range(ROWS)),
                html.Div([_labelled("Reason", reason, wide=True)], className="es-change-why"),
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
    found = stored.get("all") or stored.get("any") or ([stored] if stored else [])
    return [part for part in found if "measure" in part][
        :ROWS
    ]  # a nested tree is kept by services, not by the form


def _row(at: int, part: Mapping[str, Any], nodes: Sequence[Option], measures: Sequence[Option]) -> Component:
    def cell(name: str) -> dict[str, Any]:
        return {"type": TERM, "row": at, "name": name}

    none = [] if at == 0 else [(NOBODY, "No further condition")]
    level = part.get("level")
    begin = str(part.get("measure") or ("expected_shortfall" if at == 0 else NOBODY))
    levels = [(f"{known_level:g}", f"{100 * known_level:g} %") for known_level in LEVELS]
    where = str(part.get("node") or NOBODY)
    amounts = [f"{part[name]:,.0f}" if name in part else "" for name in ("hard", "soft")]
    fields = [
        _labelled("Measure" if at == 0 else f"Condition {at + 1}", _select(cell("measure"), [*none, *measures], begin)),
        _labelled("Method", _select(cell("method"), list(METHODS.items()), str(part.get("method") or "historical"))),
        _labelled("Level", _select(cell("level"), levels, f"{level:g}" if level else "0.975")),
        _labelled("At", _select(cell("node"), [(NOBODY, "The limit's portfolio"), *nodes], where)),
        _labelled("Hard tier, EUR", _text(cell("hard"), amounts[0], "such as 2.5m")),
        _labelled("Soft tier, EUR", _text(cell("soft"), amounts[1], "80 % when empty")),
    ]  # fmt: skip
    return html.Div(fields, className="es-repair-cells es-limit-row")


def read_form(fields: Mapping[str, str], cells: Mapping[tuple[int, str], str]) -> Draft:
    """Return what the form says; ``fields`` by name, ``cells`` by row and name.

    Raises
    ------
    DomainError
        A day or an amount cannot be read.
    """
    parts = [
        part
        for at in range(ROWS)
        if (part := _condition({name: cells.get((at, name), "") for name in FIELDS})) is not None
    ]
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


def _condition(cells: Mapping[str, str]) -> dict[str, Any] | None:
    measure = cells["measure"]
    if measure in ("", NOBODY):
        return None
    hard = _amount(cells["hard"], "hard tier")
    soft = _amount(cells["soft"], "soft tier") if cells["soft"].strip() else 0.8 * hard
    found: dict[str, Any] = {"measure": measure, "hard": hard, "soft": soft, "unit": "EUR"}
    of_pnl = measure == "daily_pnl" or measure.startswith(STRESS)
    if of_pnl:
        found["basis"] = Basis.LOSS.value
    else:
        found["method"] = cells["method"]
    if measure in WITH_LEVEL:
        found["level"] = float(cells["level"] or 0.975)
    return found | {"node": cells["node"]} if cells["node"] not in ("", NOBODY) else found


def _amount(text: str, name: str) -> float:
    given = text.replace(",", "").replace(" ", "").replace("EUR", "").lower()
    unit = next((unit for unit in _TIMES if given.endswith(unit)), "")
    try:
        amount = float(given.removesuffix(unit)) * _TIMES.get(unit, 1.0)
    except ValueError:
        amount = -1.0
    if not 0.0 <= amount < 1e15:
        raise DomainError(f"'{text[:30]}' is no amount for the {name}. Write EUR such as 2.5m or 2,500,000.")
    return amount


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
                note="The forecasts of the last year under the terms proposed, as if they had been in force.",
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


def measure_options(scenarios: Sequence[Option]) -> list[Option]:
    """Return the choices of a measure: figures of runs, the loss of the day, stress scenarios."""
    own = [(code, "Loss of the day" if code == "daily_pnl" else title) for code, title in MEASURES.items()]
    return own + [(f"{STRESS}{code}", f"Stress: {title}") for code, title in scenarios]


def _labelled(label: str, control: Any, *, wide: bool = False) -> html.Label:
    wider = " es-control-wide es-change-wide" if wide else ""
    return html.Label([html.Span(label, className="es-label"), control], className="es-control" + wider)


def _text(part: Any, value: str, placeholder: str) -> Any:
    return dbc.Input(id=part, value=value, placeholder=placeholder, size="sm", type="text", maxlength=120)


def _select(part: Any, options: Sequence[Option], value: str) -> Any:
    return dbc.Select(
        id=part, size="sm", value=value, options=[{"value": key, "label": label} for key, label in options]
    )
