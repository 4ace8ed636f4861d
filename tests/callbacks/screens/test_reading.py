"""What is read off the components of a card: each part of the screen, in its order, and nothing of what only acts."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from dash import dcc, html

from callbacks import screens
from components.chart import chart_card
from components.kpi import kpi_row, kpi_tile
from components.number import shown
from components.page import grid as page_grid
from components.page import section
from components.states import badge, empty, notice
from components.table import data_grid
from portal.core.actor import SYSTEM, Actor
from portal.core.clock import Clocks
from portal.core.document import Chart, Rows, Section, Tile, Tiles, Words
from portal.core.errors import NotFound, NotPermitted
from portal.core.metrics import Shown
from portal.core.permissions import Permission
from portal.core.table import Column, GridQuery, Table, sort_rows
from portal.domain.market import metrics
from portal.web import views

CLOCKS = Clocks(date(2026, 1, 30), datetime(2026, 2, 1, tzinfo=UTC), live=False)
COLUMNS = (Column("name", "Name"), Column("price", "Price", "number", unit="EUR"))
ROWS = [(f"row {at}", float(at)) for at in range(250)]
FIGURE = {"data": [{"type": "scatter", "x": [1, 2], "y": [3, 4]}], "layout": {}}


def _rows(query: GridQuery, filters: Any, _clocks: Clocks, _actor: Actor) -> Table:
    rows = [row for row in ROWS if row[1] >= float(filters.get("least", 0))]
    return sort_rows(Table(COLUMNS, rows, simulated=True), query)


@pytest.fixture
def body() -> Iterator[str]:
    """A body whose picture a test sets, with one grid of 250 rows."""
    views.grid("reading-rows", title="Rows", permission=Permission.MARKET_READ)(_rows)
    views.body("reading", permission=Permission.MARKET_READ)(lambda *_: DRAWN)
    yield "reading"
    del views.GRIDS["reading-rows"], views.BODIES["reading"]
    DRAWN.clear()


DRAWN: list[Any] = []


def read(*drawn: Any, only: tuple[str, ...] = ()) -> tuple[Section, ...]:
    """Return what is read when the body draws ``drawn``."""
    DRAWN[:] = drawn
    return screens.read("reading", {}, CLOCKS, SYSTEM, only)


def card_of_rows(**more: Any) -> Any:
    """Return a section with the first ten rows of the grid, the highest first."""
    query = GridQuery("price", descending=True, limit=10)
    first = _rows(query, more, CLOCKS, SYSTEM)
    return section(
        "Highest",
        [
            data_grid(
                "reading-rows", first, clocks=CLOCKS.query(), params=more, query=query, caption="By price"
            )
        ],
        note="In order.",
        width="half",
    )


def test_a_grid_is_read_with_all_rows_in_the_order_of_the_screen(body: str) -> None:
    """Ten of 230 were on screen."""
    (found,) = read(card_of_rows(least=20))

    (rows,) = found.parts
    assert isinstance(rows, Rows)
    assert [row[1] for row in rows.table.rows] == [float(at) for at in range(249, 19, -1)]
    assert (rows.title, rows.name, rows.params) == ("By price", "reading-rows", {"least": 20})
    assert (found.title, found.note, found.width, found.simulated) == ("Highest", "In order.", "half", True)


def test_a_heading_that_names_what_is_right_below_is_not_read_twice(body: str) -> None:
    query = GridQuery(limit=10)
    box = data_grid(
        "reading-rows",
        _rows(query, {}, CLOCKS, SYSTEM),
        clocks=CLOCKS.query(),
        query=query,
        caption="By price",
    )
    (found,) = read(section("Two", [html.H3("By price"), box, html.H3("Else"), html.P("Nothing.")]))

    assert [(type(part).__name__, getattr(part, "text", "")) for part in found.parts] == [
        ("Rows", ""), ("Words", "Else"), ("Words", "Nothing."),
    ]  # fmt: skip


def test_a_chart_is_read_with_its_rows_note_and_source(body: str) -> None:
    """The links and buttons of its card are left out, and nothing is said twice."""
    drawn = chart_card(
        "Prices", FIGURE, grid="reading-rows", clocks=CLOCKS.query(), params={"least": 245},
        note="All at close.", source="Source: exchange", simulated=True, width="third",
    )  # fmt: skip
    (found,) = read(drawn)

    (chart,) = found.parts
    assert isinstance(chart, Chart)
    assert (chart.title, chart.note, chart.source) == ("Prices", "All at close.", "Source: exchange")
    assert chart.figure == FIGURE
    assert chart.simulated
    assert chart.table is not None
    assert len(chart.table.rows) == 5
    assert (found.title, found.note, found.width) == ("Prices", "", "third")


def test_tiles_are_read_with_the_value_behind_what_is_shown(body: str) -> None:
    """A tile names its metric, so that its passport can be found from the file."""
    item = Shown(metrics.LAST, 1234.5678, "EUR/MWh", {"instrument": "TTF"})
    row = kpi_row(
        [
            kpi_tile("TTF", item, detail="up a bit", spark=[1, 2, 3]),
            kpi_tile("Late", Shown(metrics.LAST, None, "EUR/MWh", {}), stale="late: last price 2026-01-02"),
        ]
    )
    (found,) = read(row)

    assert found == Section(
        "",
        (
            Tiles(
                (
                    Tile("TTF", "1,234.57", "EUR/MWh", 1234.5678, metrics.LAST.id, {"instrument": "TTF"}, "up a bit"),
                    Tile("Late", "no data", detail="late: last price 2026-01-02", tone="warn"),
                )
            ),
        ),
    )  # fmt: skip


def test_words_are_read_as_they_stand(body: str) -> None:
    """Labels keep their distance from what they label; punctuation does not."""
    (found,) = read(
        section(
            "Trust",
            [
                html.P(["Grade", badge("B", "good"), ", the worst."]),
                html.Ul([html.Li(["One ", html.Strong("two")]), html.Li("three")]),
                html.Dl([html.Dt("Owner"), html.Dd("risk")]),
                notice("Late.", kind="warn"),
                html.Button("Do it", id="x", className="btn"),
                html.P(dcc.Link("All of them", href="/", className="es-link")),
                html.Label([html.Span("Why"), dcc.Input(id="y")], className="es-control"),
                html.Div("never seen", hidden=True),
            ],
        )
    )

    assert found.parts == (
        Words("Grade B, the worst."),
        Words("One two", "item"),
        Words("three", "item"),
        Words("Owner: risk", "item"),
        Words("Late.", "warning"),
    )


def test_an_empty_card_says_so_and_a_small_table_is_read_as_texts(body: str) -> None:
    """The heading of the empty state is no heading of the card."""
    small = html.Table(
        [html.Thead(html.Tr([html.Th("What"), html.Th("How")])), html.Tbody(html.Tr([html.Td("a"), html.Td("1")]))]
    )  # fmt: skip
    nothing, table = read(section("Prices", [empty("No rows", "Wait.")]), section("Side by side", [small]))

    assert nothing.title == "Prices"
    assert nothing.parts == (Words("No rows. Wait.", "notice"),)
    (rows,) = table.parts
    assert isinstance(rows, Rows)
    assert [column.title for column in rows.table.columns] == ["What", "How"]
    assert rows.table.rows == [("a", "1")]


def test_cards_in_a_grid_are_cards_of_their_own(body: str) -> None:
    """Each is found under its grid or its title, and drawn alone."""
    tiles = kpi_row([kpi_tile("TTF", Shown(metrics.LAST, 1.0, "EUR/MWh", {}))])
    drawn = (notice("Mind."), tiles, page_grid([card_of_rows(), section("Why so", [html.P("So.")])]))
    assert [found.title for found in read(*drawn)] == ["", "", "Highest", "Why so"]

    assert screens.cards(body, {}, CLOCKS, SYSTEM) == [
        ("tiles", "Figures"), ("reading-rows", "Highest"), ("why-so", "Why so"),
    ]  # fmt: skip
    assert [found.title for found in read(*drawn, only=("why-so", "highest"))] == ["Highest", "Why so"]
    assert screens.card(body, {}, CLOCKS, SYSTEM, "tiles") is tiles
    assert screens.card(body, {}, CLOCKS, SYSTEM, "gone") is None


def test_a_screen_is_read_under_the_rights_of_its_reader(body: str) -> None:
    """The same refusals as on screen."""
    nobody = Actor(1, "visitor", "Visitor", frozenset())
    with pytest.raises(NotPermitted):
        screens.read(body, {}, CLOCKS, nobody)
    with pytest.raises(NotFound):
        screens.read("gone", {}, CLOCKS, SYSTEM)


def test_a_tree_of_causes_is_read_as_rows_indented_by_depth(body: str) -> None:
    """What stands open on screen, with the amounts in all their digits."""

    def row(name: str, detail: str, amount: float) -> html.Span:
        figure = shown(Shown(metrics.LAST, amount, "EUR", {}))
        parts = [
            html.Span([name, html.Span(detail, className="es-cause-detail")], className="es-cause-name"),
            figure,
        ]
        return html.Span(parts, className="es-cause-row")

    below = html.Div(row("Gas", "TTF", -2.25), className="es-cause-below")
    drawn = html.Div(html.Details([html.Summary(row("Curves", "", -1.5)), below]), className="es-causes")
    (found,) = read(section("Why", [html.P("Down.", className="es-lead"), drawn]))

    lead, rows = found.parts
    assert lead == Words("Down.", "lead")
    assert isinstance(rows, Rows)
    assert rows.table.rows == [("Curves", "", -1.5), ("\u2003Gas", "TTF", -2.25)]
