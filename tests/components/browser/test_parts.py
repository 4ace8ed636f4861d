"""Single components in Dash's own browser fixtures: what a component does in a page that holds nothing else."""

import pytest
from dash import Dash, Input, Output, html
from selenium.webdriver.common.by import By

from components import controls
from components.chart import chart_card
from components.charts.theme import figure, typed
from components.kpi import kpi_row, kpi_tile
from components.table import data_grid
from portal.core.metrics import Shown
from portal.core.table import Column, GridQuery, Table
from portal.domain.market import metrics

CLOCKS = {"as_of": "2024-12-31"}


def app_with(*children: object) -> Dash:
    app = Dash(__name__, assets_folder="none")
    app.layout = html.Div(list(children))
    return app


def test_tile_shows_the_value_as_a_button_and_no_data_as_words(start):
    dash_duo = start(
        app_with(
            kpi_row(
                [
                    kpi_tile("Brent", Shown(metrics.LAST, 1234.5, "USD/bbl", {"instrument": "BRENT"})),
                    kpi_tile("TTF", Shown(metrics.LAST, None, "EUR/MWh")),
                ]
            )
        )
    )
    assert dash_duo.wait_for_element("button.es-num").text == "1,234.50"
    assert "market.last" in dash_duo.find_element("button.es-num").get_attribute("data-passport")
    assert dash_duo.find_element(".es-empty-number").text == "no data"
    assert dash_duo.get_logs() == []


def test_choice_answers_with_the_pressed_value(start):
    app = app_with(
        controls.choice("demo", "range", "Range", [("1m", "1 M"), ("1y", "1 Y")], "1y"), html.Div(id="said")
    )
    app.callback(Output("said", "children"), Input(controls.filter_id("demo", "range"), "value"))(
        lambda value: value
    )
    dash_duo = start(app)
    dash_duo.wait_for_text_to_equal("#said", "1y")
    dash_duo.driver.find_element(By.XPATH, "//label[text()='1 M']").click()
    dash_duo.wait_for_text_to_equal("#said", "1m")


def test_grid_has_heads_rows_and_links(start):
    table = Table(
        (Column("code", "Instrument"), Column("last", "Last", "number", unit="USD")),
        [("A", -1.5), ("B", 2.0)],
    )
    dash_duo = start(app_with(data_grid("demo", table, clocks=CLOCKS, query=GridQuery(sort="last"))))
    dash_duo.wait_for_element(".es-table")
    assert [cell.text for cell in dash_duo.find_elements(".es-table td")] == ["A", "−1.50", "B", "2.00"]
    assert dash_duo.find_element("th[aria-sort=ascending]").text.startswith("Last")
    assert "/export/demo.csv?" in dash_duo.find_element(".es-exports a").get_attribute("href")


@pytest.mark.parametrize("values", [[1.0, 2.0, 3.0], [-40.0, 0.0, 2000.0]])
def test_chart_card_draws_typed_arrays(start, values):
    drawn = figure(
        [{"type": "scatter", "mode": "lines", "x": [1, 2, 3], "y": typed(values)}], y_title="EUR/MWh"
    )
    dash_duo = start(app_with(chart_card("Power", drawn, grid="demo", clocks=CLOCKS)))
    dash_duo.wait_for_element(".es-graph .scatterlayer .trace path")
    dash_duo.wait_for_text_to_equal(".es-graph .ytitle", "EUR/MWh")
    assert "Share" not in dash_duo.find_element("body").text
