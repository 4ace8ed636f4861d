"""What an address shows to whom asks: the page's title, its body, and its inputs with their choices in words.

The page's own layout is asked, so that an export has the inputs that the screen has, the usual ones among them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from dash._pages import _path_to_page
from dash.development.base_component import Component

from portal.core.actor import Actor
from portal.core.clock import Clocks
from portal.core.errors import NotFound
from portal.services import clocks as clock_service
from portal.web.asked import read_filters

CLOCKS = ("as_of", "known_at")
LONGEST = 4000  # characters of an address
EMPTY: tuple[Any, ...] = (None, "", [])


@dataclass(frozen=True, slots=True)
class Screen:
    """One page as somebody sees it; ``words`` are its inputs by label and choice, ``path`` its address without them."""

    title: str
    lead: str
    path: str
    body: str
    filters: dict[str, Any]
    words: tuple[tuple[str, str], ...]
    clocks: Clocks

    def params(self) -> dict[str, Any]:
        """Return the parameters of a pack of this page alone."""
        return {
            "title": self.title,
            "lead": self.lead,
            "address": self.path,
            "filters": self.filters,
            "words": [list(pair) for pair in self.words],
        }


def screen_of(address: str, actor: Actor) -> Screen:
    """Return what ``address`` (path and inputs) shows to ``actor`` now; clocks that were not pinned are pinned at now.

    Raises
    ------
    NotFound, NotPermitted, DomainError
        There is no such page, the actor may not see it, or it has nothing to export.
    """
    asked = urlsplit(address[:LONGEST])
    page, variables = _path_to_page(asked.path.strip("/"))
    if not page:
        raise NotFound("There is no such page to export. Open the page and use its own menu.")
    actor.require(page["permission"])
    query = dict(parse_qsl(asked.query))
    found = clock_service.resolve(query)
    clocks = Clocks(found.as_of, found.known_at, live=False)
    query |= {**(variables or {}), **clocks.query()}
    frame = page["layout"](**query) if callable(page["layout"]) else page["layout"]
    body = next((str(known["body"]) for known, _ in _named(frame) if known.get("type") == "body"), None)
    if body is None:
        raise NotFound("This page has nothing to export, or could not be drawn. Open it and look.")
    controls = {str(known["name"]): part for known, part in _named(frame) if known.get("type") == "filter"}
    given = {name: value for name, value in query.items() if name not in CLOCKS}
    filters = read_filters(
        {**given, **{name: getattr(part, "value", None) for name, part in controls.items()}}
    )
    return Screen(
        title=_text_of(frame, "H1") or str(page["name"]),
        lead=_text_of(frame, "P", "es-lead"),
        path=asked.path,
        body=body,
        filters=dict(filters),
        words=tuple(_words(frame)),
        clocks=clocks,
    )


def _parts(frame: Component) -> Iterator[Component]:
    yield frame
    for part in frame._traverse():  # noqa: SLF001  (Dash offers no public walk)
        if isinstance(part, Component):
            yield part


def _named(frame: Component) -> Iterator[tuple[Mapping[str, Any], Component]]:
    """Return the parts whose id is a mapping, with it."""
    for part in _parts(frame):
        known = getattr(part, "id", None)
        if isinstance(known, dict):
            yield known, part


def _text_of(frame: Component, kind: str, name: str = "") -> str:
    """Return the text of the first part of a kind and class."""
    found = (
        p for p in _parts(frame) if type(p).__name__ == kind and name in str(getattr(p, "className", ""))
    )
    part = next(found, None)
    return "" if part is None else " ".join(_texts(getattr(part, "children", None))).strip()


def _texts(inside: Any) -> Iterator[str]:
    if isinstance(inside, (list, tuple)):
        for item in inside:
            yield from _texts(item)
    elif isinstance(inside, Component):
        yield from _texts(getattr(inside, "children", None))
    elif inside is not None:
        yield str(inside)


def _words(frame: Component) -> Iterator[tuple[str, str]]:
    """Return the inputs that say something, by label and choice."""
    for part in _parts(frame):
        if "es-control" not in str(getattr(part, "className", "")).split():
            continue
        inputs = [found for known, found in _named(part) if known.get("type") == "filter"]
        label = _text_of(part, "Span", "es-label")
        for found in inputs:
            value = getattr(found, "value", None)
            if value not in EMPTY and label:
                yield label, _choice(found, value)


def _choice(control: Component, value: Any) -> str:
    """Return what is chosen as it stands in the list of choices."""
    options = getattr(control, "options", None) or []
    labels = {str(item["value"]): str(item["label"]).strip() for item in options if isinstance(item, Mapping)}
    chosen = value if isinstance(value, (list, tuple)) else [value]
    return ", ".join(labels.get(str(item), str(item)) for item in chosen)
