"""Grids as tables: heads, cells, export links, sparklines."""

import base64
import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from components.sparkline import sparkline
from components.table import data_grid, export_address, grid_rows
from portal.core.table import LAPTOP, PHONE, Column, GridQuery, Table
from portal.domain.market import metrics
from tests.helpers.layout import components, text_of

TABLE = Table(
    (
        Column("code", "Instrument", link="href"),
        Column("last", "Last", "number", metric=metrics.LAST.id, unit_from="unit"),
        Column("unit", "Unit"),
        Column("empty", "Empty", "number"),
        Column("kind", "Kind", "badge"),
        Column("href", "Address", hidden=True),
    ),
    [("RBOB", 2.12345, "USD/gal", None, "simulated", "/market/instrument/RBOB")],
    total=1,
    extra={"params": {"RBOB": {"instrument": "RBOB"}}},
)
CLOCKS = {"as_of": "2024-12-31"}


def rows(table: Table = TABLE, query: GridQuery | None = None):
    return grid_rows("demo", table, clocks=CLOCKS, params={}, query=query or GridQuery())


def test_price_has_the_decimals_of_its_unit_and_opens_its_passport():
    (button,) = [c for c in components(rows()) if getattr(c, "className", "") == "es-num"]
    assert button.children == "2.1235"
    assert json.loads(button.to_plotly_json()["props"]["data-passport"]) == {
        "metric": "market.last",
        "params": {"instrument": "RBOB"},
    }


def test_column_without_any_value_takes_no_room():
    assert "Empty" not in text_of(rows())
    assert "Address" not in text_of(rows())


def test_no_rows_says_what_to_do():
    empty = Table(TABLE.columns, [])
    assert "Nothing was recorded" in text_of(rows(empty))
    assert "Clear the filter" in text_of(rows(empty, GridQuery(text="x")))


def test_head_tells_the_order_to_a_screen_reader():
    heads = [
        c.to_plotly_json()["props"]
        for c in components(rows(query=GridQuery(sort="last", descending=True)))
        if type(c).__name__ == "Th"
    ]
    assert [head["aria-sort"] for head in heads][:2] == ["none", "descending"]


def test_export_link_repeats_the_question():
    address = export_address(
        "demo", "csv", {"commodity": "gas"}, CLOCKS, GridQuery(sort="last", descending=True, text="ttf")
    )
    asked = parse_qs(urlsplit(address).query)
    assert urlsplit(address).path == "/export/demo.csv"
    assert asked["as_of"] == ["2024-12-31"]
    assert json.loads(asked["q"][0]) == {
        "params": {"commodity": "gas"},
        "sort": "last",
        "descending": True,
        "text": "ttf",
    }


def test_grid_keeps_its_question_in_its_state():
    grid = data_grid("demo", TABLE, clocks=CLOCKS, params={"a": 1}, query=GridQuery(sort="code"))
    (state,) = [c.data for c in components(grid) if type(c).__name__ == "Store"]
    assert state["params"] == {"a": 1}
    assert state["query"]["sort"] == "code"


@pytest.mark.parametrize("values", [[], [1.0]])
def test_sparkline_needs_two_values(values):
    assert text_of(sparkline(values)) == "–"


def test_sparkline_is_an_image_with_words():
    image = sparkline([1.0, -2.0, 3.0])
    assert base64.b64decode(image.src.partition(",")[2]).startswith(b"<svg")
    assert "low −2.00, high 3.00" in image.alt


def classes_of(column: Column, value: float | str) -> str:
    table = Table((Column("code", "Instrument"), column), [("A", value)])
    cells = [c for c in components(rows(table)) if type(c).__name__ == "Td"]
    return str(getattr(cells[1], "className", ""))


def test_a_level_with_a_sign_takes_no_colour_and_a_move_does():
    assert "up" in classes_of(Column("value", "Change", "number", signed=True), 1.5)
    assert "up" not in classes_of(Column("value", "Spread", "number", signed=True, coloured=False), 1.5)


def test_a_long_text_may_wrap_and_a_short_one_may_not():
    assert "es-wrap" in classes_of(Column("name", "Name"), "Power Germany-Luxembourg, day-ahead peak")
    assert "es-wrap" not in classes_of(Column("name", "Name"), "Brent")


def test_a_column_that_asks_for_room_is_left_out_by_the_style_sheet():
    sheet = (Path(__file__).parents[2] / "assets" / "components.css").read_text()
    for room in (PHONE, LAPTOP):
        assert f"es-room-{room}" in classes_of(Column("name", "Name", room=room), "Brent")
        assert f"@media (max-width: {room}px)" in sheet
        assert f".es-room-{room} {{ display: none; }}" in sheet


def test_a_line_of_what_is_used_up_has_the_colour_of_its_badge():
    columns = (
        Column("limit", "Limit"),
        Column("trend", "Use", "spark", tone_from="status"),
        Column("status", "Status", "badge"),
    )
    words = {"within limit": "#7b8794", "near limit": "#c08a1e", "over limit": "#c2502f"}
    for word, colour in words.items():
        table = Table(columns, [("A", [1.0, 2.0], word)])
        (image,) = [part for part in components(rows(table)) if type(part).__name__ == "Img"]
        assert colour in base64.b64decode(image.src.partition(",")[2]).decode(), word
