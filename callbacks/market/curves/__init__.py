"""Market > Curves: a forward curve against earlier days, its products, calendar spreads, replay and history."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dash.development.base_component import Component

from callbacks.market.curves import grids
from callbacks.market.curves.cards import CurveCards
from callbacks.market.curves.ids import (
    AGO_OPTIONS,
    DEFAULT_COMPARE,
    DEFAULT_CURVE,
    SPAN_OPTIONS,
    VIEW_OPTIONS,
    Ids,
)
from components.kpi import kpi_row
from components.states import empty
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.permissions import Permission
from portal.domain.market.curve_products import product_label
from portal.services import clocks as clock_service
from portal.services.market import curves as service
from portal.services.market.curves import CurveRow, CurveView
from portal.web.actor import current_actor
from portal.web.views import body

__all__ = ["AGO_OPTIONS", "SPAN_OPTIONS", "VIEW_OPTIONS", "Ids", "View", "draw", "grids", "view"]


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows first."""

    clocks: Clocks
    curves: list[CurveRow]
    products: list[tuple[str, str]]
    filters: dict[str, Any]
    content: list[Component]


def view(query: Mapping[str, str]) -> View:
    """Return the page's first state for the URL parameters ``query``."""
    actor = current_actor()
    clocks = clock_service.resolve(query)
    choices = service.curve_choices(actor)
    filters = _filters(query, [row.code for row in choices])
    if not choices:
        return View(clocks, [], [], filters, [_no_curves()])
    found = _load(filters, clocks, actor)
    return View(
        clocks, choices, _product_options(found, filters), filters, _content(found, filters, clocks, actor)
    )


@body(Ids.BODY, permission=Permission.MARKET_READ)
def draw(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[Component]:
    """Return tiles, the curve, its products, calendar spreads, the replay and the history."""
    return _content(_load(filters, clocks, actor), filters, clocks, actor)


def _filters(query: Mapping[str, str], codes: Sequence[str]) -> dict[str, Any]:
    """Return the inputs that the URL asks for; what it does not name, or names wrongly, takes its default."""
    first = DEFAULT_CURVE if DEFAULT_CURVE in codes or not codes else codes[0]
    compare = query.get("compare")
    return {
        "curve": query.get("curve") if query.get("curve") in codes else first,
        "compare": [key for key in (compare or "").split(",") if key]
        if compare is not None
        else list(DEFAULT_COMPARE),
        "view": query.get("view") if query.get("view") in service.VIEWS else "month",
        "range": query.get("range") if query.get("range") in service.SPANS else "1y",
        "near": query.get("near") or "M1",
        "far": query.get("far") or "none",
    }


def _load(filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> CurveView | None:
    return service.curve_view(
        str(filters["curve"]),
        clocks,
        actor,
        compare=list(filters.get("compare") or []),
        span=str(filters.get("range") or "1y"),
    )


def _no_curves() -> Component:
    return empty(
        "No forward curves", "Import one with 'enerscope import curves FILE', or load the demo desk."
    )


def _product_options(found: CurveView | None, filters: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what the history may show: rolling contracts, all products of the curve, and what is asked for."""
    keys = [f"M{rank}" for rank in (1, 2, 3, 6, 12, 24)]
    if found is not None:
        keys = [key for key in keys if int(key[1:]) <= len(found.shown)]
        keys += [product.key for kind in service.VIEWS for product in service.products_of(found, kind)]
    keys += [str(filters[name]) for name in ("near", "far") if filters[name] not in (*keys, "none")]
    return [(key, product_label(key)) for key in keys]


def _content(
    found: CurveView | None, filters: Mapping[str, Any], clocks: Clocks, actor: Actor
) -> list[Component]:
    if found is None:
        return [
            empty(
                f"No prices of the curve {filters['curve']}",
                "None were recorded for these clocks. Choose a later day in the header.",
            )
        ]
    far = "" if filters.get("far") in (None, "none") else str(filters["far"])
    history = service.product_series(
        found.row.code,
        clocks,
        actor,
        near=str(filters.get("near") or "M1"),
        far=far,
        span=str(filters.get("range") or "1y"),
    )
    card = CurveCards(found, filters, clocks)
    return [
        *card.notices(),
        kpi_row(card.tiles()),
        card.curve(),
        card.spread_map(),
        card.replay(),
        card.history(history),
        card.products(),
        card.spreads(),
    ]
