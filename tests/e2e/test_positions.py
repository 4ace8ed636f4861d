"""What a risk officer does with positions: other dimensions, a click through to one trade, and back."""

import re

from playwright.sync_api import expect

from tests.e2e.test_roles import settle


def test_a_figure_leads_to_its_trades_to_one_of_them_and_back(visit):
    page = visit("risk", "/portfolio/positions?rows=book&tenor=quarter")
    settle(page)
    row = page.locator("tr", has_text="European gas hubs")
    figure, arrow = row.locator(".es-num").nth(1), row.locator(".es-drill-link").nth(1)
    shown = figure.inner_text()
    year, quarter = re.search(r"column=20(\d\d)-Q(\d)", arrow.get_attribute("href")).groups()
    arrow.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"European gas hubs · Q{quarter}-{year}")
    expect(page).to_have_url(re.compile(rf"row=GAS_EU.*column=20{year}-Q{quarter}"))
    expect(page.locator(".es-kpi .es-num").first).to_have_text(shown)
    page.reload()  # the address holds the cell
    settle(page)
    expect(page.locator(".es-kpi .es-num").first).to_have_text(shown)
    trade = page.locator(".es-row-link").first
    name = trade.inner_text()
    trade.click()
    expect(page).to_have_url(re.compile(r"/portfolio/trade\?id=\d+"))
    expect(page.locator("#_pages_content")).to_contain_text(name)
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("European gas hubs"))
    page.get_by_role("link", name="‹ Positions").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Positions")
    expect(page).to_have_url(re.compile(r"rows=book&tenor=quarter"))


def test_a_figure_opens_its_passport_with_the_trades_behind_it(visit):
    page = visit("risk", "/portfolio/positions?rows=hub&columns=book")
    settle(page)
    page.locator("tr", has_text="TTF").locator(".es-num").last.click()
    panel = page.locator(".offcanvas")
    expect(panel).to_contain_text("Net position")
    expect(panel).to_contain_text("forward_financial")


def test_a_cell_of_the_heat_map_opens_its_trades(visit, as_of):
    page = visit("risk", "/portfolio/positions")
    settle(page)
    area = page.locator(".js-plotly-plot").first.locator(".nsewdrag").first
    width = area.bounding_box()["width"]
    area.click(position={"x": width * 0.5 / 24, "y": 15}, force=True)  # the first month of the first book
    expect(page).to_have_url(re.compile(rf"row=\w+.*column={as_of:%Y-%m}"))
    expect(page.get_by_role("heading", name="Trades")).to_be_visible()


def test_hours_days_and_deltas_are_a_click_away(visit):
    page = visit("trader", "/portfolio/positions")
    settle(page)
    expect(page.locator(".es-table").first).not_to_contain_text("Crude")  # not his book
    page.get_by_text("Delta-equivalent", exact=True).click()
    expect(page).to_have_url(re.compile("count=delta"))
    expect(page.locator(".es-grid-foot").first).to_contain_text("delta-equivalent")
    page.get_by_text("Hour", exact=True).click()
    expect(page.locator(".es-notice").first).to_contain_text("Hours are those of")
    expect(page.get_by_role("heading", name="Delivery by portfolio")).to_be_visible()
    page.get_by_text("Day", exact=True).click()
    expect(page.get_by_role("heading", name="Portfolio by delivery")).to_be_visible()
    page.reload()
    settle(page)
    expect(page.locator(".es-notice").first).to_contain_text("Days are those of")
