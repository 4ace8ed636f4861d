"""The inputs of Market > Spreads: which there are for a kind of spread, and the formula that they make."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import dash_bootstrap_components as dbc
import numpy as np
from dash import dcc, html
from dash.development.base_component import Component

from callbacks.market.spreads.ids import Ids
from components.controls import choice, count, filter_id, select
from portal.core.errors import DomainError
from portal.domain.market.curve_products import product_label
from portal.domain.market.spread_registry import STANDARD_SPREADS
from portal.services.market import spreads as service
from portal.services.market.spread_legs import Catalogue

KINDS = {
    "crack": "Crack",
    "crack_321": "3-2-1 crack",
    "spark": "Spark",
    "clean_spark": "Clean spark",
    "dark": "Dark",
    "clean_dark": "Clean dark",
    "location": "Location",
    "calendar": "Calendar",
    service.CUSTOM: "Your formula",
}
EXAMPLE = "ULSD*42 - BRENT"
NAMES = (
    'Names: instruments (BRENT), forward products (TTF.M1, "TTF.Cal-27", "TTF.2027-Q1" in quotes), exchange rates '
    "(EURUSD). Numbers may carry a unit: 42[gal/bbl]."
)
ROLES = {"here": "Place", "there": "less place"}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the inputs ask for: the kind, its legs and parameters or the formula, range and look-back."""

    kind: str
    values: Mapping[str, Any]
    span: str
    window: int

    def formula(self, known: Catalogue) -> str:
        """Return the formula, written out.

        Raises
        ------
        DomainError
            The inputs do not go together.
        """
        if self.kind == service.CUSTOM:
            return str(self.values["formula"])
        if self.kind == "calendar":
            curve = str(self.values["curve"])
            legs = {role: f"{curve}.{self.values[role]}" for role in ("near", "far")}
            return service.standard_formula(self.kind, legs, {}, known)
        spread = STANDARD_SPREADS[self.kind]
        legs = {role: str(self.values[role]) for role in spread.legs}
        parameters = {p.name: _number(self.values[p.name], p.meaning) for p in spread.parameters}
        return service.standard_formula(
            self.kind, legs, parameters, known, delivery=str(self.values["delivery"])
        )


def _number(value: Any, meaning: str) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        raise DomainError(f"{meaning}: '{value}' is no number. Write it with a point, such as 0.5.") from None


def read(query: Mapping[str, Any], known: Catalogue) -> Asked:
    """Return what ``query`` (URL parameters, or values of the inputs) asks for; what it lacks takes its default."""
    kind = str(query.get("kind") or "crack")
    kind = kind if kind in KINDS else "crack"
    values = {name: query.get(name) or default for name, default in _defaults(kind, known).items()}
    span = str(query.get("range") or "3y")
    window = str(query.get("window") or "250")
    return Asked(
        kind,
        values,
        span if span in service.RANGES else "3y",
        int(window) if window in map(str, service.WINDOWS) else 250,
    )


def _defaults(kind: str, known: Catalogue) -> dict[str, Any]:
    if kind == service.CUSTOM:
        return {"formula": EXAMPLE}
    if kind == "calendar":
        curve = "TTF" if "TTF" in known.curves else next(iter(known.curves), "")
        return {"curve": curve, "near": "M1", "far": "M2"}
    spread = STANDARD_SPREADS[kind]
    legs: dict[str, Any] = {role: service.default_leg(known, role) for role in spread.legs}
    return legs | {"delivery": service.SPOT} | {p.name: p.default for p in spread.parameters}


def deliveries(as_of: date) -> list[tuple[str, str]]:
    """Return the forward products that a spread may be made of: rolling, quarters, seasons, years."""
    month = np.datetime64(as_of, "M") + 1
    index = int(month.astype(np.int64))
    keys = [f"M{rank}" for rank in (1, 2, 3, 6, 12, 24)]
    quarter = -(-index // 3)
    keys += [f"{1970 + at // 4}-Q{at % 4 + 1}" for at in range(quarter, quarter + 6)]
    for at in range(-(-(index - 3) // 6), -(-(index - 3) // 6) + 4):
        start = at * 6 + 3
        keys.append(f"{'Sum' if start % 12 == 3 else 'Win'}-{(1970 + start // 12) % 100:02d}")
    keys += [f"Cal-{(as_of.year + ahead) % 100:02d}" for ahead in (1, 2)]
    return [(key, product_label(key)) for key in keys]


def controls(asked: Asked, known: Catalogue, as_of: date) -> html.Div:
    """Return the inputs of a kind of spread; the kind itself travels with them, unseen."""
    hidden = dcc.Input(id=filter_id(Ids.SPREAD, "kind"), type="hidden", value=asked.kind)
    if asked.kind == service.CUSTOM:
        own = _formula_input(asked, known)
    elif asked.kind == "calendar":
        own = _calendar_inputs(asked, known, as_of)
    else:
        own = _standard_inputs(asked, known, as_of)
    ranges = [(key, label) for key, (label, _) in service.RANGES.items()]
    windows = [(str(window), f"{window} d") for window in service.WINDOWS]
    return html.Div(
        [
            hidden,
            *own,
            choice(Ids.SPREAD, "range", "Range", ranges, asked.span),
            select(Ids.SPREAD, "window", "Look-back of statistics", windows, str(asked.window)),
        ],
        className="es-controls es-controls-inner",
        role="search",
    )


def _standard_inputs(asked: Asked, known: Catalogue, as_of: date) -> list[Component]:
    spread = STANDARD_SPREADS[asked.kind]
    return [
        *(
            select(
                Ids.SPREAD,
                role,
                ROLES.get(role, role.capitalize()),
                service.leg_options(known, role),
                str(asked.values[role]),
            )
            for role in spread.legs
        ),
        select(
            Ids.SPREAD,
            "delivery",
            "Delivery",
            [(service.SPOT, "Spot or front"), *deliveries(as_of)],
            str(asked.values["delivery"]),
        ),
        *(
            count(
                Ids.SPREAD,
                p.name,
                f"{p.name.replace('_', ' ').capitalize()}, {p.unit}",
                asked.values[p.name],
                low=p.low,
                high=p.high,
                step=0.001,
            )
            for p in spread.parameters
        ),
    ]


def _calendar_inputs(asked: Asked, known: Catalogue, as_of: date) -> list[Component]:
    start = np.datetime64(as_of, "M") + 1
    months = [(str(start + ahead), product_label(str(start + ahead))) for ahead in range(24)]
    products = [*deliveries(as_of), *months]
    for name in ("near", "far"):
        if asked.values[name] not in dict(products):
            products.append((asked.values[name], product_label(asked.values[name])))
    curves = [(code, f"{code} · {row.unit}") for code, row in known.curves.items()]
    return [
        select(Ids.SPREAD, "curve", "Curve", curves, str(asked.values["curve"])),
        select(Ids.SPREAD, "near", "Near", products, str(asked.values["near"])),
        select(Ids.SPREAD, "far", "less far", products, str(asked.values["far"])),
    ]


def _formula_input(asked: Asked, known: Catalogue) -> list[Component]:
    text = str(asked.values["formula"])
    return [
        dcc.Input(id=filter_id(Ids.SPREAD, "formula"), type="hidden", value=text),
        html.Div(
            [
                html.Label(
                    [
                        html.Span("Formula", className="es-label"),
                        dbc.Input(
                            id=Ids.TEXT,
                            value=text,
                            debounce=0.35,
                            size="sm",
                            placeholder="RBOB*42 - WTI",
                            class_name="es-formula-input",
                        ),
                    ],
                    className="es-control es-formula-label",
                ),
                html.P(NAMES, className="es-note es-formula-names"),
                html.Div(said(text, known), id=Ids.SAID, className="es-formula-said", role="status"),
            ],
            className="es-formula-box",
        ),
    ]


def said(text: str, known: Catalogue) -> list[Component]:
    """Return the sentence below a formula: its unit, or what is wrong with it and formulas that would do."""
    check = service.check_formula(text, known)
    mark = html.Span(
        "✓ " if check.accepted else "✗ ", className="up" if check.accepted else "down", **_hidden()
    )
    buttons = [
        html.Button(["Use ", html.Code(fixed)], type="button", className="es-link es-fix", **_formula(fixed))
        for fixed in check.fixes
    ]
    return [html.Span([mark, check.sentence]), *buttons]


def _hidden() -> dict[str, Any]:
    return {"aria-hidden": "true"}


def _formula(text: str) -> dict[str, Any]:
    return {"data-formula": text}
