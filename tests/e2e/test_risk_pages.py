"""Sizing, the risk of a what-if, earnings and drill-down: a filter redraws, a figure opens, a phone holds the page."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import quarter_after
from tests.e2e.test_roles import settle

TILE = ".es-kpi-value"
BOXES = """texts => texts.map(text => text.getBoundingClientRect().toJSON()).filter(box => box.width || box.height)"""


def section(page: Page, title: str):
    return page.locator(".es-section", has=page.get_by_role("heading", name=re.compile(title)))


def open_first_figure(page: Page, said: str) -> None:
    page.locator(f"{TILE} button").first.click()
    expect(page.locator(".es-passport, .offcanvas").first).to_contain_text(said)


def test_sizes_follow_the_rule_and_open(visit):
    page = visit("risk", "/risk/sizing")
    page.wait_for_selector(TILE)
    settle(page)
    expect(section(page, "Sizes: Equal risk contribution").locator("tbody tr").first).to_be_visible()
    page.get_by_label("Rule").select_option("half_kelly")
    expect(section(page, "Sizes: Half Kelly")).to_contain_text("two standard errors from zero")
    expect(page).to_have_url(re.compile("rule=half_kelly"))
    settle(page)
    open_first_figure(page, "Standard deviation in a year of all sizes")


def test_a_what_if_says_what_it_does_to_risk(visit, as_of):
    start = quarter_after(as_of)
    deals = f"buy+12.5+MW+POWER_DE_LU+Q{start.month // 3 + 1}-{start:%y}+%40+84.20"
    page = visit("risk", f"/portfolio/what-if?deals={deals}&book=POWER_DE")
    card = section(page, "Risk with the deals")
    expect(card).to_contain_text("historical scenarios of run", timeout=60_000)
    settle(page)
    card.locator("tbody button.es-num").first.click()
    expect(page.locator(".es-passport, .offcanvas").first).to_contain_text("Run")


def test_earnings_by_quarter_on_a_phone(visit, as_of):
    start = quarter_after(as_of, 2)
    page = visit("executive", "/risk/earnings", width=390)
    page.wait_for_selector(TILE)
    settle(page)
    page.get_by_text("Quarter", exact=True).click()
    expect(section(page, "At risk by period of delivery").last.locator("tbody")).to_contain_text(
        f"{start.year}-Q{start.month // 3 + 1}"
    )
    expect(page).to_have_url(re.compile("bucket=quarter"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    settle(page)
    open_first_figure(page, "Cash flow at risk")


def test_the_heat_map_of_the_drill_down_keeps_its_figures_apart_on_a_phone(visit):
    page = visit("risk", "/risk/drill", width=390)
    page.wait_for_selector(TILE)
    settle(page)
    heat = section(page, "Components by portfolio and")
    heat.scroll_into_view_if_needed()
    expect(heat.locator(".heatmap-label text").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    boxes = heat.locator(".heatmap-label text").evaluate_all(BOXES)  # all at one moment of the drawing
    assert boxes
    for one in boxes:
        for other in boxes:
            apart = (
                one == other
                or one["x"] + one["width"] <= other["x"] + 1
                or other["x"] + other["width"] <= one["x"] + 1
                or one["y"] + one["height"] <= other["y"] + 1
                or other["y"] + other["height"] <= one["y"] + 1
            )
            assert apart, (one, other)
