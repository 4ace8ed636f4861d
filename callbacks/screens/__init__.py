"""Screens read: what a registered body draws, as sections of a document and as the cards that it is made of.

Files, packs and boards take what they show from here (decision 17), so that they say what the screen says, under the
rights of the one who reads. Loading this module loads every page's functions.
"""

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from typing import Any

from dash import html
from dash.development.base_component import Component

import callbacks
from callbacks.screens import pieces
from callbacks.screens.nodes import Node
from callbacks.screens.pieces import TILES, WORDS, Card
from callbacks.screens.reading import Reading
from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.document import Section
from portal.web.asked import read_filters
from portal.web.views import find_body

__all__ = ["TILES", "WORDS", "card", "cards", "read"]

for _module in pkgutil.walk_packages(callbacks.__path__, "callbacks."):
    importlib.import_module(_module.name)


def read(
    body: str, filters: Mapping[str, Any], clocks: Clocks, actor: Actor, only: Sequence[str] = ()
) -> tuple[Section, ...]:
    """Return the sections of a body, with all rows of its tables; ``only`` names cards by key, () for all.

    A card's key is the name of the grid of its chart or table, else the slug of its title; tiles are ``tiles`` and
    what stands between the cards ``words``. A page with none of those named is read for its words: they say why.
    Where a section is one chart, both have its title, and its note stands with the chart alone.

    Raises
    ------
    NotPermitted, NotFound
        The actor may not see the body, or there is none of that name.
    """
    readings = (Reading(found, clocks, actor) for found in _drawn(body, filters, clocks, actor, only))
    return tuple(section for reading in readings if (section := reading.section()) is not None)


def card(body: str, filters: Mapping[str, Any], clocks: Clocks, actor: Actor, key: str) -> Component | None:
    """Return the live component of one card of a body; None when it has no such card under these clocks.

    Raises
    ------
    NotPermitted, NotFound
        As :func:`read`.
    """
    drawn = _drawn(body, filters, clocks, actor, (key,))
    found = [node for item in drawn if key in item.keys for node in item.nodes]
    parts = [node.source for node in found if isinstance(node, Node) and node.source is not None]
    return None if not parts else parts[0] if len(parts) == 1 else html.Div(parts)


def cards(body: str, filters: Mapping[str, Any], clocks: Clocks, actor: Actor) -> list[tuple[str, str]]:
    """Return the cards of a body as key and title, in the order of the page; words between them are none.

    Raises
    ------
    NotPermitted, NotFound
        As :func:`read`.
    """
    found: dict[str, str] = {}
    for item in _drawn(body, filters, clocks, actor, ()):
        if item.key != WORDS:
            found.setdefault(item.key, item.title or ("Figures" if item.key == TILES else item.key))
    return list(found.items())


def _drawn(
    body: str, filters: Mapping[str, Any], clocks: Clocks, actor: Actor, only: Sequence[str]
) -> list[Card]:
    """Return the cards of a body as it is drawn, those named in ``only``; where none is there, what it says instead."""
    drawn = pieces.cards(find_body(body, actor).draw(read_filters(filters), clocks, actor))
    if not only:
        return drawn
    named = [item for item in drawn if not set(only).isdisjoint(item.keys)]
    return named or [item for item in drawn if item.key == WORDS]
