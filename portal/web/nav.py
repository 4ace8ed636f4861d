"""The menu: made from the page registry and what the actor may do."""

from collections.abc import Callable, Mapping
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


def pages_meant(meant: Callable[[str], bool]) -> list[NavItem]:
    """Return the pages of the menu whose address is ``meant``, by area and order, whoever may open them."""
    found = [page for page in _listed() if meant(page["path"])]
    return [NavItem(AREAS[page["area"]], page["name"], page["path"]) for page in found]


def menu(actor: Actor, *, without_database: bool = False) -> list[NavItem]:
    """Return the pages that ``actor`` may open, by area and order; pages registered with ``nav=False`` are left out.

    ``without_database`` leaves only those that can be read while the database is away.
    """
    allowed = [
        page
        for page in _listed()
        if actor.can(page["permission"]) and (page.get("without_database", False) or not without_database)
    ]
    return [NavItem(AREAS[page["area"]], page["name"], page["path"]) for page in allowed]


def _listed() -> list[Mapping[str, Any]]:
    pages: list[Mapping[str, Any]] = [
        page
        for page in dash.page_registry.values()
        if page.get("nav", True) and page.get("permission") is not None
    ]
    return sorted(pages, key=lambda page: (list(AREAS).index(page["area"]), page["order"]))
