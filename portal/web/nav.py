"""The menu: made from the page registry and what the actor may do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import dash

from portal.core.actor import Actor

AREAS = {
    "overview": "Overview",
    "market": "Market",
    "portfolio": "Portfolio",
    "risk": "Risk",
    "forecast": "Forecast",
    "compliance": "Compliance",
    "monitoring": "Monitoring",
    "data": "Data",
    "admin": "Administration",
}
"""Areas in menu order, with their headings."""


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the menu."""

    area: str
    name: str
    path: str


def menu(actor: Actor) -> list[NavItem]:
    """Return the pages that ``actor`` may open, by area and order; pages registered with ``nav=False`` are left out."""
    pages: list[Mapping[str, Any]] = [
        page
        for page in dash.page_registry.values()
        if page.get("nav", True) and page.get("permission") is not None
    ]
    allowed = [page for page in pages if actor.can(page["permission"])]
    allowed.sort(key=lambda page: (list(AREAS).index(page["area"]), page["order"]))
    return [NavItem(AREAS[page["area"]], page["name"], page["path"]) for page in allowed]
