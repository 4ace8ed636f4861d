"""The conditions of a proposed limit: as many rows as are needed, each with what it looks at and both tiers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import dash_bootstrap_components as dbc
from dash import ALL, Input, Output, State, ctx, html, no_update
from dash.development.base_component import Component

from callbacks.risk.limits.ids import DROP, NOBODY, TERM, Ids
from components.portfolios import portfolio_choices
from portal.core.actor import Actor
from portal.core.errors import DomainError
from portal.core.permissions import Permission
from portal.domain.risk.limits.position import POSITION, position_measure, read_position
from portal.services.portfolio.portfolios import list_portfolios
from portal.services.risk.limit_measures import (
    MEASURES,
    OF_RUNS,
    POSITIONS,
    STRESS,
    WITH_LEVEL,
    Subject,
    basis_of,
    scenario_choices,
    subjects,
    unit_of,
)
from portal.services.risk.limit_proposals import MOST_CONDITIONS
from portal.services.risk.runs import LEVELS, METHODS
from portal.web.actor import current_actor
from portal.web.asked import read_filters
from portal.web.guard import guarded_callback

_TIMES = {"k": 1e3, "m": 1e6, "bn": 1e9}
FIELDS = ("measure", "method", "level", "of", "delivery", "node", "hard", "soft")
FIRST = {"measure": "expected_shortfall", "method": "historical", "level": "0.975", "delivery": "open"}
Option = tuple[str, str]
Cells = Mapping[str, str]


@dataclass(frozen=True)
class Choices:
    """What can be chosen in a row: portfolios, and what a position may be of."""

    nodes: Sequence[Option]
    subjects: Mapping[str, Subject]

    @property
    def measures(self) -> list[Option]:
        """Figures of runs, results of days, positions, stress scenarios."""
        own = list(MEASURES.items())
        held = [(f"{POSITION}{basis}", title) for basis, title in POSITIONS.items()]
        return own + held + [(f"{STRESS}{code}", f"Stress: {title}") for code, title in scenario_choices()]


def choices(actor: Actor) -> Choices:
    """Return what ``actor`` may choose."""
    return Choices(portfolio_choices(list_portfolios(actor)), subjects())


def cells_of(part: Mapping[str, Any]) -> dict[str, str]:
    """Return a stored condition as what its row shows."""
    measure = str(part["measure"])
    found = {**FIRST, "measure": measure, "method": str(part.get("method") or FIRST["method"])}
    if measure.startswith(POSITION):
        terms = read_position(measure)
        basis = str(part.get("basis") or "abs_net")
        found |= {"measure": f"{POSITION}{basis}", "of": terms.of, "delivery": terms.delivery}
    if part.get("level"):
        found["level"] = f"{part['level']:g}"
    amounts = {name: _written(float(part[name])) for name in ("hard", "soft")}
    return {**found, "node": str(part.get("node") or NOBODY), **amounts}


def _written(amount: float) -> str:
    return f"{amount:,.0f}" if amount >= 10 else f"{amount:.6g}"


def row_cards(rows: Mapping[int, Cells], known: Choices) -> list[Component]:
    """Return the rows of conditions by number; the only one cannot be taken away."""
    return [
        _row(number, cells, known, first=at == 0, alone=len(rows) == 1)
        for at, (number, cells) in enumerate(rows.items())
    ]


def _row(number: int, cells: Cells, known: Choices, *, first: bool, alone: bool) -> Component:
    def select(name: str, options: Sequence[Option]) -> Any:
        value = cells.get(name) or options[0][0] if options else ""
        return dbc.Select(
            id={"type": TERM, "row": number, "name": name},
            size="sm",
            value=value if value in dict(options) else options[0][0] if options else "",
            options=[{"value": key, "label": label} for key, label in options],
        )

    def text(name: str, hint: str) -> Any:
        where = {"type": TERM, "row": number, "name": name}
        return dbc.Input(id=where, size="sm", value=cells.get(name, ""), placeholder=hint, maxlength=40)

    levels = [(f"{level:g}", f"{100 * level:g} %") for level in LEVELS]
    of = [(code, f"{item.label} ({item.unit})") for code, item in known.subjects.items()]
    drop = html.Button(
        "Remove", id={"type": DROP, "row": number}, type="button", hidden=alone,
        className="btn btn-sm btn-outline-secondary es-limit-drop", title=f"Take condition {number} away",
    )  # fmt: skip
    fields = [
        labelled("Measure" if first else "Further condition", select("measure", known.measures)),
        labelled("Method", select("method", list(METHODS.items())), "es-limit-method"),
        labelled("Level", select("level", levels), "es-limit-level"),
        labelled("Position in", select("of", of), "es-limit-position"),
        labelled("Delivery", text("delivery", "open, month, 2027 or 2027-01"), "es-limit-position"),
        labelled("At", select("node", [(NOBODY, "The limit's portfolio"), *known.nodes])),
        labelled("Hard tier", text("hard", "such as 2.5m")),
        labelled("Soft tier", text("soft", "80 % when empty")),
        drop,
    ]
    return html.Div(fields, className="es-repair-cells es-limit-row")


def labelled(label: str, control: Any, extra: str = "") -> html.Label:
    """Put a name above an input."""
    return html.Label(
        [html.Span(label, className="es-label"), control], className=f"es-control {extra}".strip()
    )


def by_row(values: Sequence[Any], ids: Sequence[Mapping[str, Any]]) -> dict[int, dict[str, str]]:
    """Return what the browser sent of the rows, by number and name, in the order of the page."""
    found: dict[int, dict[str, str]] = {}
    for value, item in zip(values, ids, strict=True):
        text = read_filters({"cell": value})["cell"]
        found.setdefault(int(item["row"]), {})[str(item["name"])] = str(text or "")
    return found


@guarded_callback(
    Output(Ids.CONDITIONS, "children"),
    Input(Ids.ADD, "n_clicks"),
    Input({"type": DROP, "row": ALL}, "n_clicks"),
    State({"type": TERM, "row": ALL, "name": ALL}, "value"),
    State({"type": TERM, "row": ALL, "name": ALL}, "id"),
    permission=Permission.LIMIT_PROPOSE,
    prevent_initial_call=True,
)
def change_rows(
    _added: int | None,
    _dropped: Sequence[int | None],
    values: Sequence[Any],
    ids: Sequence[Mapping[str, Any]],
) -> Any:
    """Add a row of its own kind, or take one away; what is written in the others stays."""
    pressed = ctx.triggered_id
    if not pressed or not ctx.triggered[0]["value"]:
        return no_update
    rows: dict[int, Cells] = {**by_row(values, ids)}
    if isinstance(pressed, Mapping):
        rows.pop(int(pressed["row"]), None)
    elif len(rows) < MOST_CONDITIONS:
        rows[max(rows, default=-1) + 1] = FIRST
    return row_cards(rows or {0: FIRST}, choices(current_actor()))


def read_row(cells: Cells, known: Mapping[str, Subject]) -> dict[str, Any]:
    """Return a row as a condition in the form in which terms are stored.

    Raises
    ------
    DomainError
        A measure, delivery or amount cannot be read.
    """
    measure, basis = cells.get("measure", ""), ""
    if measure in ("", NOBODY):
        raise DomainError("Choose a measure for each condition, or remove its row.")
    if measure.startswith(POSITION):
        basis = measure.removeprefix(POSITION)
        measure = position_measure(cells.get("of", ""), cells.get("delivery", "").strip() or "open")
    unit = unit_of(measure, known)
    hard = read_amount(cells.get("hard", ""), "hard tier", unit)
    soft = read_amount(cells["soft"], "soft tier", unit) if cells.get("soft", "").strip() else 0.8 * hard
    found: dict[str, Any] = {"measure": measure, "hard": hard, "soft": soft, "unit": unit}
    found["basis"] = basis if basis in POSITIONS else basis_of(measure)[0].value
    if measure in OF_RUNS:
        found["method"] = cells.get("method") or FIRST["method"]
    if measure in WITH_LEVEL:
        found["level"] = float(cells.get("level") or FIRST["level"])
    node = cells.get("node", "")
    return found | {"node": node} if node not in ("", NOBODY) else found


def read_amount(text: str, name: str, unit: str) -> float:
    """Return an amount as people write it: 2.5m, 300k, 2,500,000.

    Raises
    ------
    DomainError
        It is none.
    """
    given = text.replace(",", "").replace(" ", "")
    given = (given.removesuffix(unit) if unit else given).lower()
    times = next((word for word in _TIMES if given.endswith(word)), "")
    try:
        amount = float(given.removesuffix(times)) * _TIMES.get(times, 1.0)
    except ValueError:
        amount = -1.0
    if not 0.0 <= amount < 1e15:
        such = "an index between 0 and 1, such as 0.25" if not unit else f"{unit} such as 2.5m or 2,500,000"
        raise DomainError(f"'{text[:30]}' is no amount for the {name}. Write {such}.")
    return amount
