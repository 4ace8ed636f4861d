"""Every registered body of the demo desk is read, and every number that its screen shows is in what was read."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from callbacks import screens
from callbacks.screens.nodes import Node, tree
from components.table import grid_id
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.document import Chart, Rows, Section, Tiles, Words
from portal.core.errors import DomainError, NotFound
from portal.core.format import row_text
from portal.core.permissions import Role
from portal.core.table import Table
from portal.services import clocks as clock_service
from portal.services.packs.templates import TEMPLATES
from portal.web.views import BODIES, find_body
from tests.callbacks.screens.bodies import INPUTS, OF_THE_MOMENT

ALL_ROLES = Actor(None, "system", "Enerscope", frozenset(Role))


@pytest.fixture(scope="module")
def clocks(demo_database: str) -> Clocks:
    """The newest day of the demo desk, pinned."""
    return replace(clock_service.resolve({}), live=False)


def said(sections: tuple[Section, ...]) -> Iterator[str]:
    """Return each text of a document: figures, words and cells."""
    for section in sections:
        yield section.note
        for part in section.parts:
            if isinstance(part, Words):
                yield part.text
            elif isinstance(part, Tiles):
                yield from (
                    text for tile in part.tiles for text in (tile.text, tile.unit, tile.detail, tile.title)
                )
            elif isinstance(part, Rows):
                yield from cells(part.table)


def cells(table: Table) -> Iterator[str]:
    """Return the cells as they are read, without the small lines."""
    at = [index for index, column in enumerate(table.columns) if column.kind != "spark"]
    for row in table.rows:
        yield from (row_text(table, row, index) for index in at)


def shown(drawn: object) -> Iterator[str]:
    """Return the numbers and cells of a screen; a cell with a small line has no text."""
    for top in tree(drawn):
        for node in top.all() if isinstance(top, Node) else ():
            if node.has("es-num") or node.name == "td":
                text = node.text()
                if text:
                    yield text


def drawn_grids(drawn: object) -> Iterator[tuple[str, int]]:
    """Return each grid of a screen and how many rows it has by its foot."""
    for top in tree(drawn):
        for node in top.all() if isinstance(top, Node) else ():
            foot = node.first("es-grid-foot") if node.has("es-grid-box") else None
            if foot is not None:
                store = next(n for n in node.all() if _is_state(n))
                total = foot.text().split(" of ", 1)[1].split(" rows", 1)[0]
                yield str(store.attributes["id"]["grid"]), int(total.replace(",", ""))


def _is_state(node: Node) -> bool:
    known = node.attributes.get("id")
    return isinstance(known, dict) and known.get("type") == grid_id("state", "")["type"]


@pytest.mark.parametrize("body", sorted(BODIES))
def test_all_that_a_screen_shows_is_read(body: str, clocks: Clocks) -> None:
    """All rows of all pages of its tables too; what needs an input that is not given says so."""
    inputs = INPUTS.get(body, {})
    try:
        sections = screens.read(body, inputs, clocks, ALL_ROLES)
    except (DomainError, NotFound) as refusal:
        assert refusal.message.endswith(".")  # noqa: PT017  (a sentence, not a fault)
        return
    drawn = find_body(body, ALL_ROLES).draw(inputs, clocks, ALL_ROLES)

    assert sections
    if body not in OF_THE_MOMENT:
        texts = list(said(sections))
        known, whole = set(texts), "\n".join(texts)
        missing = [text for text in shown(drawn) if text not in known and text not in whole]
        assert missing == []
    read = {part.name: part.table for found in sections for part in found.parts if isinstance(part, Rows)}
    for grid, total in drawn_grids(drawn):
        if body not in OF_THE_MOMENT:
            assert len(read[grid].rows) >= total  # of the largest few, a file has all
    charts = [part for found in sections for part in found.parts if isinstance(part, Chart)]
    assert all(part.table is not None and part.title for part in charts)


@pytest.mark.parametrize("code", sorted(TEMPLATES))
def test_the_cards_that_a_pack_picks_are_on_their_pages(code: str, clocks: Clocks) -> None:
    """A card that only stands there at times, such as what is missing, has its title or grid in the page's code."""
    absent = {"portfolio-valuation-trades", "compliance-overview-cases", "open-cases", "risk-limits-breaches"}
    absent |= {"open-breaches", "portfolio-explain-missing", "portfolio-valuation-gaps", "words", "tiles"}
    absent |= {"proposals-that-wait", "forecast-fan", "forecast-drivers", "risk-stress-unshocked"}
    for pick in TEMPLATES[code].picks:
        filters = {name: value for name, value in pick.filters.items() if name != "portfolio"}
        drawn = screens.read(pick.body, filters, clocks, SYSTEM)
        assert drawn, pick.title
        for key in set(pick.only) - absent:
            assert screens.card(pick.body, filters, clocks, SYSTEM, key) is not None, (pick.body, key)
